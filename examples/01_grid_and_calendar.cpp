// Grids whose cells nest, areas on the sphere, and months that may be absent. Headers alone: link gwsd::gwsd.
#include <cstdio>

#include "gwsd/geo/absent_months.hpp"
#include "gwsd/geo/grid.hpp"

using namespace gwsd;

int main()
{
    const geo::Grid coarse = geo::regular_grid(0.5, {.west = 0, .south = 60, .east = 2, .north = 61});
    const geo::Grid fine = geo::refine(coarse, 4);
    std::printf("%lld x %lld cells of 0.5 degrees hold %lld x %lld of 0.125\n", static_cast<long long>(coarse.rows()),
                static_cast<long long>(coarse.cols()), static_cast<long long>(fine.rows()),
                static_cast<long long>(fine.cols()));

    double sum = 0;
    for (Index row = 0; row < 4; ++row)
        for (Index col = 0; col < 4; ++col) sum += fine.area(row, col);
    std::printf("a cell at 60 degrees north: %.1f km2, its sixteen parts together %.1f km2\n", coarse.area(0, 0) / 1e6,
                sum / 1e6);

    int present = 0, whole_windows = 0;
    for (geo::Month month = geo::g3p_first; month <= geo::g3p_last; ++month.index) {
        if (geo::absent_in_g3p(month)) continue;
        ++present;
        int found = 0;
        for (geo::Month m{month.index - 5}; m <= month; ++m.index)
            found += m >= geo::g3p_first && !geo::absent_in_g3p(m) ? 1 : 0;
        whole_windows += found == 6 ? 1 : 0;
    }
    std::printf("G3P has %d months; %d of them have the five months before them too\n", present, whole_windows);
    return present == 225 && whole_windows == 150 ? 0 : 1;
}
