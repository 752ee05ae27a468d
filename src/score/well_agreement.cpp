#include "score/well_agreement.hpp"

#include <algorithm>
#include <cmath>

namespace gwsd::score {

namespace {

/// Pearson's r over the months of both; NaN if they are too few.
double correlation_of(const MonthlySeries& a, const MonthlySeries& b, Index min_months)
{
    Moments m;
    for (auto i = a.begin(), j = b.begin(); i != a.end() && j != b.end();) {
        if (i->first.index < j->first.index)
            ++i;
        else if (j->first.index < i->first.index)
            ++j;
        else
            m.add(1, (i++)->second, (j++)->second);
    }
    return m.n >= static_cast<double>(min_months) ? m.correlation() : not_defined;
}

} // namespace

double CellAgreement::ceiling() const { return std::sqrt(common_share); }

std::vector<CellAgreement> well_agreement(const WellAnomalies& anomalies, std::size_t cells, Index min_months)
{
    std::vector<std::vector<const MonthlySeries*>> series(cells);
    for (const auto& member : anomalies.members) series[member.cell].push_back(&member.anomaly);
    std::vector<CellAgreement> result(cells);
    for (std::size_t c = 0; c < cells; ++c) {
        CellAgreement& cell = result[c];
        cell.wells = std::ssize(series[c]);
        double sum = 0;
        for (std::size_t a = 1; a < series[c].size(); ++a)
            for (std::size_t b = 0; b < a; ++b) {
                const double r = correlation_of(*series[c][a], *series[c][b], min_months);
                if (!std::isfinite(r)) continue;
                cell.lowest_r = cell.pairs == 0 ? r : std::min(cell.lowest_r, r);
                sum += r, ++cell.pairs;
            }
        if (cell.pairs == 0) continue;
        cell.mean_r = sum / static_cast<double>(cell.pairs);
        const double k = static_cast<double>(cell.wells);
        cell.common_share = cell.mean_r > 0 ? k * cell.mean_r / (1 + (k - 1) * cell.mean_r) : 0.0;
    }
    return result;
}

} // namespace gwsd::score
