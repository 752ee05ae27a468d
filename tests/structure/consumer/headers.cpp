// Uses the headers alone.
#include <cstdio>

#include "gwsd/geo/calendar.hpp"
#include "gwsd/geo/grid.hpp"

int main()
{
    const auto grid = gwsd::geo::regular_grid(0.5);
    std::printf("rows %lld\n", static_cast<long long>(grid.rows()));
    return grid.rows() == 360 && grid.cols() == 720 ? 0 : 1;
}
