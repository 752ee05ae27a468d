// Figures that the pages state and that nothing else holds.
#include <array>

#include "docs/pages.hpp"
#include "gwsd/geo/absent_months.hpp"
#include "gwsd/geo/grid.hpp"
#include "support/catch.hpp"

using namespace gwsd;

namespace {

bool has_field(geo::Month month)
{
    return month >= geo::g3p_first && month <= geo::g3p_last && !geo::absent_in_g3p(month);
}

} // namespace

TEST_CASE("the counts of months and windows in calendar_and_gaps.md follow from the list of absent months")
{
    std::vector<int> fields;
    for (int m = geo::g3p_first.index; m <= geo::g3p_last.index; ++m)
        if (has_field({m})) fields.push_back(m);
    CHECK(geo::g3p_last.index - geo::g3p_first.index + 1 == 258);
    CHECK(fields.size() == 225);

    std::array<int, 7> windows{}; // by the number of their months without a field
    for (const int t : fields) {
        std::size_t missing = 0;
        for (int m = t - 5; m <= t; ++m) missing += has_field({m}) ? 0 : 1;
        ++windows.at(missing);
    }
    CHECK(windows[0] == 150);
    CHECK(windows[0] + windows[1] == 201);
    CHECK(windows[0] + windows[1] + windows[2] == 219);

    int by_position = 0, wrong = 0;
    for (std::size_t i = 5; i < fields.size(); ++i) {
        ++by_position;
        if (fields[i] - fields[i - 5] != 5) ++wrong;
    }
    CHECK(by_position == 220);
    CHECK(wrong == 70);

    const auto october = std::find(fields.begin(), fields.end(), geo::Month::of(2018, 10).index);
    REQUIRE(october - fields.begin() > 5);
    CHECK(geo::to_string({*(october - 5)}) == "2017-04");
}

TEST_CASE("rows of fine cells within one coarse cell at 60 degrees differ by 1.1 % in area, as loss_mass.md says")
{
    const geo::Grid fine = geo::refine(geo::regular_grid(0.5, {0, 60, 1, 60.5}), 4);
    CHECK(fine.row_weight(0) / fine.row_weight(3) == Approx(1.011).margin(0.0006));
}

TEST_CASE("exit_codes.md lists every exit code of the program")
{
    const std::string page = test::read_text(std::string(GWSD_SOURCE_DIR) + "/docs/reference/exit_codes.md");
    for (const int code : {0, 64, 65, 66, 69, 70, 71, 73, 74, 75, 77, 78, 80})
        CHECK(page.find("\n| " + std::to_string(code) + " | ") != std::string::npos);
}
