#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "io/input_file.hpp"

namespace gwsd::io {

/// JPL's mascon files carry a field `scale_factor` of gains on land beside `lwe_thickness`, to be multiplied once;
/// cells without a gain (the sea) keep their value.
class MasconGains {
public:
    /// True if fields()[of] has such gains beside it.
    bool look(const InputFile& file, std::size_t of);
    /// Multiplies a field of that file; `index` tells files apart.
    void apply(InputFile& file, std::size_t index, std::size_t of, std::span<float> values);
    bool used() const { return used_; }

private:
    bool used_ = false;
    std::vector<float> gains_;
    std::size_t loaded_ = 0; ///< index + 1 of the file that gains_ come from
};

/// CSR's mascons come with a land mask in a file of its own (`LO_val`: 1 land, 0 ocean).
class MasconMask {
public:
    /// True if the file is such a mask, which is then kept.
    bool take(InputFile& file);
    bool used() const { return !mask_.empty(); }
    const std::string& file() const { return file_; }
    const geo::Grid& grid() const { return axes_->grid; }
    /// Ocean becomes missing.
    void apply(std::span<float> values) const;

private:
    std::string file_;
    std::shared_ptr<const geo::OrderedGrid> axes_;
    std::vector<float> mask_;
};

} // namespace gwsd::io
