#include "docs/pages.hpp"
#include "support/catch.hpp"
#include "support/run_command.hpp"

using namespace gwsd::test;
namespace fs = std::filesystem;

TEST_CASE("every link between pages leads to a file and a heading that exist")
{
    const auto pages = all_pages(GWSD_SOURCE_DIR);
    for (const Page& page : pages)
        for (const std::string& link : broken_links(page, GWSD_SOURCE_DIR))
            FAIL_CHECK(page.path.string() << ": broken link " << link);
    CHECK(pages.size() > 20);
}

TEST_CASE("every path of the project that a page names exists")
{
    for (const Page& page : all_pages(GWSD_SOURCE_DIR))
        for (const std::string& path : missing_paths(page, GWSD_SOURCE_DIR))
            FAIL_CHECK(page.path.string() << ": there is no " << path);
}

TEST_CASE("every page of the documentation is reached from its index")
{
    const fs::path docs = fs::path(GWSD_SOURCE_DIR) / "docs";
    static const std::regex link(R"(\]\(([^)\s#]+\.md)(?:#[^)]*)?\))");
    std::vector<fs::path> reached{docs / "README.md"};
    for (std::size_t i = 0; i < reached.size(); ++i) {
        const std::string text = without_code(read_text(reached[i]));
        for (std::sregex_iterator match(text.begin(), text.end(), link), none; match != none; ++match) {
            const fs::path next = fs::weakly_canonical(reached[i].parent_path() / (*match)[1].str());
            if (std::find(reached.begin(), reached.end(), next) == reached.end() && fs::exists(next))
                reached.push_back(next);
        }
    }
    for (const Page& page : all_pages(docs))
        if (std::find(reached.begin(), reached.end(), fs::weakly_canonical(page.path)) == reached.end() &&
            page.path != docs / "README.md")
            FAIL_CHECK("no page leads to " << page.path.string());
}

TEST_CASE("a link that leads nowhere is found")
{
    const TemporaryFolder folder;
    const auto broken = [&](const std::string& text) {
        return broken_links({folder.path() / "page.md", text}, folder.path()).size();
    };
    std::ofstream(folder / "other.md") << "# A heading: with `code`\n```\n# no heading\n```\n";
    CHECK(broken("[a](other.md) [b](other.md#a-heading-with-code) [c](https://example.org)") == 0);
    CHECK(broken("```\n[a](absent.md)\n```\n") == 0);
    CHECK(broken("[a](absent.md)") == 1);
    CHECK(broken("[a](other.md#no-heading)") == 1);
    CHECK(broken("[a](../../etc/passwd)") == 1);
    CHECK(missing_paths({folder.path() / "page.md", "see `src/absent.cpp` and `src`"}, folder.path()).size() == 1);
}
