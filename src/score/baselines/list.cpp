#include "score/baselines/baseline.hpp"
#include "score/baselines/tree_booster.hpp"

namespace gwsd::score {

MadeBaseline make_nearest(const BaselineInput& input, const StepReader& read);
MadeBaseline make_bilinear(const BaselineInput& input, const StepReader& read);
MadeBaseline make_bicubic(const BaselineInput& input, const StepReader& read);
MadeBaseline make_smooth_conservative(const BaselineInput& input, const StepReader& read);
MadeBaseline make_area_to_point_kriging(const BaselineInput& input, const StepReader& read);
MadeBaseline make_cell_regression(const BaselineInput& input, const StepReader& read);
MadeBaseline make_boosted_trees(const BaselineInput& input, const StepReader& read);

const std::vector<BaselineKind>& baseline_kinds()
{
    static const std::vector<BaselineKind> list{{"nearest", make_nearest},
                                                {"bilinear", make_bilinear},
                                                {"bicubic", make_bicubic},
                                                {"smooth_conservative", make_smooth_conservative},
                                                {"area_to_point_kriging", make_area_to_point_kriging},
                                                {"cell_regression", make_cell_regression},
                                                {"boosted_trees", make_boosted_trees, TreeBooster::built()}};
    return list;
}

} // namespace gwsd::score
