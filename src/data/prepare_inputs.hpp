#pragma once

#include <memory>
#include <string>
#include <vector>

#include "gwsd/data/prepare.hpp"
#include "gwsd/io/file_identity.hpp"
#include "gwsd/io/series.hpp"

namespace gwsd::data::prepare_detail {

struct NamedSeries {
    std::string name;
    std::unique_ptr<io::Series> series;
};

/// Every input, opened and checked for what it is; nothing of the fields is read yet.
struct Inputs {
    std::unique_ptr<io::Series> gwsa, sigma, reference, land; ///< null where not given or not there
    std::vector<NamedSeries> predictors, statics, subtract;
    std::string land_source; ///< how the land fraction was given, for notes
    std::vector<io::FileIdentity> sources;
    bool synthetic = false;

    /// What is refined: the given field, or the reference where there is none.
    const io::Series& target() const { return gwsa ? *gwsa : *reference; }
};

/// Throws InputMissing, DataError (a product of another kind, a predictor that equals the target), ConfigError.
Inputs open_inputs(const PrepareOptions& options);

} // namespace gwsd::data::prepare_detail
