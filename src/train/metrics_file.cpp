#include "train/metrics_file.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <span>
#include <sstream>

#include "gwsd/core/error.hpp"
#include "io/atomic_file.hpp"

namespace gwsd::train {
namespace {

std::string csv_number(double value)
{
    if (!std::isfinite(value)) return {};
    std::array<char, 32> text{};
    return {text.data(), std::to_chars(text.data(), text.data() + text.size(), value).ptr};
}

} // namespace

void MetricsFile::keep(std::size_t rows) const
{
    std::error_code error;
    if (rows == 0) {
        std::filesystem::remove(path_, error);
        return;
    }
    std::ifstream in(path_, std::ios::binary);
    if (!in) return;
    std::string text, line;
    for (std::size_t i = 0; i <= rows && std::getline(in, line) && !in.eof(); ++i) text += line + "\n";
    in.close();
    io::AtomicFile out(path_, true);
    out.write(std::as_bytes(std::span(text)));
    out.sync();
    out.publish();
}

void MetricsFile::append(const Figures& figures) const
{
    std::error_code error;
    const bool fresh = std::filesystem::file_size(path_, error) == 0 || error;
    std::string header, row;
    for (const auto& [name, value] : figures) {
        if (!header.empty()) header += ',', row += ',';
        header += name, row += csv_number(value);
    }
    header += '\n', row += '\n';
    std::FILE* file = std::fopen(path_.c_str(), "ab");
    if (!file) throw IoError(path_ + ": cannot be opened for writing");
    const std::string text = fresh ? header + row : row;
    const bool written = std::fwrite(text.data(), 1, text.size(), file) == text.size();
    if (std::fclose(file) != 0 || !written) throw IoError(path_ + ": writing failed; is the disk full?");
}

} // namespace gwsd::train
