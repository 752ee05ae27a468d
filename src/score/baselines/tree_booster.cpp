#include "score/baselines/tree_booster.hpp"

#include "gwsd/core/error.hpp"

#ifdef GWSD_HAVE_XGBOOST

#include <xgboost/c_api.h>

#include <cmath>
#include <limits>
#include <type_traits>

#include "gwsd/core/parallel.hpp"

namespace gwsd::score {

struct FreeBooster {
    void operator()(void* booster) const { XGBoosterFree(booster); }
};
using Booster = std::unique_ptr<std::remove_pointer_t<BoosterHandle>, FreeBooster>;

struct TreeBooster::Handles {
    Booster booster;
};

namespace {

void check(int status)
{
    if (status != 0) throw Error(ExitCode::internal, std::string("XGBoost: ") + XGBGetLastError());
}

struct FreeMatrix {
    void operator()(void* matrix) const { XGDMatrixFree(matrix); }
};
using Matrix = std::unique_ptr<std::remove_pointer_t<DMatrixHandle>, FreeMatrix>;

Matrix matrix_of(const TreeTable& table)
{
    if (table.rows() == 0 || table.x.size() != table.rows() * table.features || table.weight.size() != table.rows())
        throw ShapeError("boosted trees: expects as many rows of " + std::to_string(table.features) +
                         " features and weights as targets, and one at least; got " + std::to_string(table.x.size()) +
                         " values, " + std::to_string(table.weight.size()) + " weights, " +
                         std::to_string(table.rows()) + " targets");
    DMatrixHandle handle = nullptr;
    check(XGDMatrixCreateFromMat(table.x.data(), table.rows(), table.features, std::numeric_limits<float>::quiet_NaN(),
                                 &handle));
    Matrix matrix(handle);
    check(XGDMatrixSetFloatInfo(handle, "label", table.target.data(), table.rows()));
    check(XGDMatrixSetFloatInfo(handle, "weight", table.weight.data(), table.rows()));
    return matrix;
}

/// Knows `matrices`, so that what it has predicted of them is kept from one tree to the next.
Booster booster_of(const std::vector<DMatrixHandle>& matrices, const TreeOptions& options)
{
    BoosterHandle handle = nullptr;
    check(XGBoosterCreate(matrices.data(), matrices.size(), &handle));
    Booster booster(handle);
    const auto set = [&](const char* name, const std::string& value) {
        check(XGBoosterSetParam(handle, name, value.c_str()));
    };
    set("verbosity", "0");
    set("objective", "reg:squarederror");
    set("tree_method", "hist");
    set("base_score", "0"); // the target is a difference
    set("nthread", "1");
    set("seed", std::to_string(options.seed % 2147483647));
    set("max_depth", std::to_string(options.depth));
    set("eta", std::to_string(options.eta));
    set("subsample", std::to_string(options.subsample));
    set("colsample_bytree", std::to_string(options.columns));
    set("min_child_weight", std::to_string(options.smallest_leaf));
    return booster;
}

/// Mean squared error on the rows of a table that the booster knows.
double squared_error(const Booster& booster, const Matrix& matrix, const TreeTable& table)
{
    const bst_ulong* shape = nullptr;
    bst_ulong rank = 0;
    const float* values = nullptr;
    check(XGBoosterPredictFromDMatrix(
        booster.get(), matrix.get(),
        R"({"type":0,"training":false,"iteration_begin":0,"iteration_end":0,"strict_shape":false})", &shape, &rank,
        &values));
    double sum = 0, weight = 0;
    for (std::size_t i = 0; i < table.rows(); ++i) {
        const double e = static_cast<double>(values[i]) - static_cast<double>(table.target[i]);
        sum += static_cast<double>(table.weight[i]) * e * e, weight += static_cast<double>(table.weight[i]);
    }
    return sum / weight;
}

} // namespace

bool TreeBooster::built() { return true; }

std::string TreeBooster::version()
{
    int major = 0, minor = 0, patch = 0;
    XGBoostVersion(&major, &minor, &patch);
    return std::to_string(major) + "." + std::to_string(minor) + "." + std::to_string(patch);
}

Index TreeBooster::best_rounds(const TreeTable& learn, const TreeTable& left_out, const TreeOptions& options)
{
    const Matrix of_learn = matrix_of(learn), of_left_out = matrix_of(left_out);
    const Booster booster = booster_of({of_learn.get(), of_left_out.get()}, options);
    Index best = 1;
    double least = std::numeric_limits<double>::infinity();
    for (Index round = 0; round < options.rounds && round < best + options.patience; ++round) {
        check(XGBoosterUpdateOneIter(booster.get(), static_cast<int>(round), of_learn.get()));
        const double error = squared_error(booster, of_left_out, left_out);
        if (error < least) least = error, best = round + 1;
    }
    return best;
}

TreeBooster::TreeBooster(const TreeTable& table, const TreeOptions& options, Index rounds) : features_(table.features)
{
    const Matrix matrix = matrix_of(table);
    handles_ = std::make_unique<Handles>(Handles{booster_of({matrix.get()}, options)});
    BoosterHandle booster = handles_->booster.get();
    for (Index round = 0; round < rounds; ++round)
        check(XGBoosterUpdateOneIter(booster, static_cast<int>(round), matrix.get()));
    // Rows are predicted one by one, so here threads change nothing.
    check(XGBoosterSetParam(booster, "nthread", std::to_string(thread_pool().threads()).c_str()));
}

void TreeBooster::predict(std::span<const float> x, std::span<float> out) const
{
    if (x.size() != out.size() * features_)
        throw ShapeError("boosted trees: expects " + std::to_string(out.size()) + " rows of " +
                         std::to_string(features_) + " features, got " + std::to_string(x.size()) + " values");
    if (out.empty()) return;
    const std::string array = "{\"data\":[" + std::to_string(reinterpret_cast<std::uintptr_t>(x.data())) +
                              ",true],\"shape\":[" + std::to_string(out.size()) + "," + std::to_string(features_) +
                              "],\"typestr\":\"<f4\",\"version\":3}";
    const bst_ulong* shape = nullptr;
    bst_ulong rank = 0;
    const float* values = nullptr;
    check(XGBoosterPredictFromDense(handles_->booster.get(), array.c_str(),
                                    R"({"type":0,"training":false,"iteration_begin":0,"iteration_end":0,)"
                                    R"("missing":NaN,"strict_shape":false,"cache_id":0})",
                                    nullptr, &shape, &rank, &values));
    std::copy(values, values + out.size(), out.begin());
}

TreeBooster::~TreeBooster() = default;
TreeBooster::TreeBooster(TreeBooster&&) noexcept = default;

} // namespace gwsd::score

#else

namespace gwsd::score {

struct TreeBooster::Handles {};

namespace {

[[noreturn]] void refuse()
{
    throw DeviceUnavailable(
        "boosted trees need XGBoost, which this build has not; install libxgboost-dev and build "
        "again");
}

} // namespace

bool TreeBooster::built() { return false; }
std::string TreeBooster::version() { return "not built in"; }
Index TreeBooster::best_rounds(const TreeTable&, const TreeTable&, const TreeOptions&) { refuse(); }
TreeBooster::TreeBooster(const TreeTable&, const TreeOptions&, Index) { refuse(); }
void TreeBooster::predict(std::span<const float>, std::span<float>) const { refuse(); }
TreeBooster::~TreeBooster() = default;
TreeBooster::TreeBooster(TreeBooster&&) noexcept = default;

} // namespace gwsd::score

#endif
