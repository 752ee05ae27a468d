#include "gwsd/score/baseline_names.hpp"

#include <algorithm>

#include "gwsd/core/error.hpp"
#include "gwsd/core/suggest.hpp"
#include "score/baselines/baseline.hpp"
#include "score/baselines/tree_booster.hpp"

namespace gwsd::score {

const std::vector<std::string>& baseline_names()
{
    static const std::vector<std::string> names = [] {
        std::vector<std::string> list;
        for (const BaselineKind& kind : baseline_kinds()) list.push_back(kind.name);
        return list;
    }();
    return names;
}

void check_baselines(const std::vector<std::string>& names)
{
    const auto& known = baseline_names();
    for (const std::string& name : names) {
        const auto found = std::find(known.begin(), known.end(), name);
        if (found == known.end()) {
            std::string list;
            for (const std::string& one : known) list += (list.empty() ? "" : ", ") + one;
            throw UsageError("there is no baseline '" + name + "'; expects some of " + list +
                             did_you_mean(name, known));
        }
        if (!baseline_kinds()[static_cast<std::size_t>(found - known.begin())].built)
            throw DeviceUnavailable("the baseline '" + name +
                                    "' needs XGBoost, which this build has not; install libxgboost-dev and build "
                                    "again, or leave it out");
    }
}

std::string xgboost_version() { return TreeBooster::version(); }

} // namespace gwsd::score
