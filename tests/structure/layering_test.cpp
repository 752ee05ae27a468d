#include <filesystem>
#include <fstream>

#include "structure/layers.hpp"
#include "support/catch.hpp"

namespace fs = std::filesystem;
using gwsd::structure::layering_problems;

namespace {

std::string text_of(const fs::path& path)
{
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
}

bool is_code(const fs::path& path)
{
    return path.extension() == ".hpp" || path.extension() == ".cpp" || path.extension() == ".inl" ||
           path.extension() == ".cu";
}

/// Checks every file below `folder`, of which the first folder is the room; returns how many there were.
int check_rooms(const fs::path& folder, bool is_public, std::vector<std::string>& problems)
{
    int files = 0;
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
        if (!entry.is_regular_file() || !is_code(entry.path())) continue;
        const fs::path inside = fs::relative(entry.path(), folder);
        const std::string room = inside.begin()->string();
        if (room == "cli" || room == "gwsd.hpp") continue; // on top of everything
        for (const auto& problem : layering_problems(inside.string(), room, is_public, text_of(entry.path())))
            problems.push_back(problem);
        ++files;
    }
    return files;
}

std::string joined(const std::vector<std::string>& lines)
{
    std::string text;
    for (const auto& line : lines) text += line + "\n";
    return text;
}

} // namespace

TEST_CASE("rooms look only into the rooms that the architecture allows")
{
    std::vector<std::string> problems;
    const fs::path root(GWSD_SOURCE_DIR);
    const int headers = check_rooms(root / "include/gwsd", true, problems);
    const int sources = check_rooms(root / "src", false, problems);
    INFO(joined(problems));
    CHECK(problems.empty());
    CHECK(headers > 20);
    CHECK(sources > 5);
}

TEST_CASE("kernels for particular processors know tensors and kernels only")
{
    std::vector<std::string> problems;
    for (const auto& entry : fs::recursive_directory_iterator(fs::path(GWSD_SOURCE_DIR) / "kernels")) {
        if (!entry.is_regular_file() || !is_code(entry.path())) continue;
        for (const auto& problem :
             layering_problems(entry.path().filename().string(), "kernels", false, text_of(entry.path())))
            problems.push_back(problem);
    }
    INFO(joined(problems));
    CHECK(problems.empty());
}

TEST_CASE("a look into a room that the architecture forbids is found")
{
    const auto count = [](const char* room, bool is_public, const char* text) {
        return layering_problems("x.hpp", room, is_public, text).size();
    };
    CHECK(count("kernels", true, "#include \"gwsd/autograd/tape.hpp\"\n") == 1);
    CHECK(count("autograd", true, "#include \"gwsd/ops/conv2d.hpp\"\n") == 1);
    CHECK(count("geo", true, "  #  include <gwsd/nn/linear.hpp>\n") == 1);
    CHECK(count("nn", true, "#include \"gwsd/losses/loss_term.hpp\"\n") == 1);
    CHECK(count("io", false, "#include \"gwsd/train/config.hpp\"\n") == 1);
    CHECK(count("io", true, "#include <netcdf.h>\n#include <hdf5.h>\n#include <cuda_runtime.h>\n") == 3);
    CHECK(count("io", false, "#include <netcdf.h>\n") == 0);
    CHECK(count("cellar", true, "") == 1);
    CHECK(count("ops", true, "#include \"gwsd/kernels/conv2d.hpp\"\n#include <vector>\n") == 0);
}
