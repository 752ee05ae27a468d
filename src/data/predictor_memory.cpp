#include "gwsd/data/predictor_memory.hpp"

#include <algorithm>
#include <limits>
#include <map>

#include "data/reservoirs.hpp"
#include "gwsd/core/error.hpp"
#include "gwsd/geo/interpolate.hpp"

namespace gwsd::data {
namespace {

using SharedField = std::shared_ptr<const std::vector<float>>;
using Source = std::shared_ptr<const io::FieldSource>;

constexpr std::size_t cache_bytes = std::size_t{64} << 20;

class WithMemory : public io::FieldSource {
public:
    WithMemory(Source cube, const std::vector<PredictorMemory>& memories, const std::string& coarse_variable)
        : cube_(std::move(cube)), info_(cube_->info()), interpolated_(cache_bytes)
    {
        if (!info_.time.monthly)
            throw ConfigError(
                "data.memory: the cube's time axis is instants, not calendar months, over which nothing fades; set "
                "data.memory=[]");
        for (const PredictorMemory& memory : memories) {
            if (memory.predictor == PredictorMemory::coarse_field) {
                add_coarse(memory, coarse_variable);
                continue;
            }
            add_predictor(memory.name(), unit_of(memory.predictor));
            const io::UnitConversion to_celsius = celsius_of(memory);
            for (const std::string grid : {"", "_coarse"})
                add(memory.name() + grid, memory.months,
                    {memory.predictor + grid, memory.temperature.empty() ? "" : memory.temperature + grid, to_celsius});
        }
    }

    const io::CubeInfo& info() const override { return info_; }

    SharedField field(const std::string& variable, Index t) const override
    {
        if (variable == coarse_memory_) return interpolated_.get(t, [&] { return interpolated(t); });
        const auto found = memories_.find(variable);
        return found == memories_.end() ? cube_->field(variable, t)
                                        : found->second.reservoirs->field(found->second.which, t);
    }

private:
    struct Memory {
        std::shared_ptr<Reservoirs> reservoirs;
        std::size_t which;
    };

    /// Those of one feed are made together.
    void add(const std::string& variable, Index months, const Feed& feed)
    {
        auto& reservoirs = reservoirs_[{feed.variable, feed.temperature}];
        if (!reservoirs) reservoirs = std::make_shared<Reservoirs>(cube_, feed);
        memories_[variable] = {reservoirs, reservoirs->add(months)};
    }

    void add_predictor(const std::string& name, const std::string& unit)
    {
        info_.predictors.push_back(name);
        info_.predictor_units.resize(info_.predictors.size(), "1");
        info_.predictor_units.back() = unit;
    }

    std::string unit_of(const std::string& predictor) const
    {
        const auto& known = cube_->info().predictors;
        const auto found = std::find(known.begin(), known.end(), predictor);
        if (found == known.end())
            throw DataError("cube: has no predictor '" + predictor +
                            "', whose memory the network reads; prepare a cube with it");
        const auto at = static_cast<std::size_t>(found - known.begin());
        return at < cube_->info().predictor_units.size() ? cube_->info().predictor_units[at] : "1";
    }

    /// Of the temperature that holds snow back; both units are those that melt is reckoned in.
    io::UnitConversion celsius_of(const PredictorMemory& memory) const
    {
        if (memory.temperature.empty()) return {};
        const auto refuse = [&](const std::string& predictor, const std::string& expected) {
            throw DataError("cube: predictor '" + predictor + "' has the unit '" + unit_of(predictor) + "', expected " +
                            expected +
                            ", for memories of precipitation that hold snow back; set data.temperature=\"\" "
                            "to count snow as rain");
        };
        const std::string rain = unit_of(memory.predictor), warmth = unit_of(memory.temperature);
        if (!io::units_convertible(rain, "mm/month") || !io::unit_conversion(rain, "mm/month").is_identity())
            refuse(memory.predictor, "mm/month");
        if (!io::units_convertible(warmth, "degC")) refuse(memory.temperature, "a temperature");
        return io::unit_conversion(warmth, "degC");
    }

    void add_coarse(const PredictorMemory& memory, const std::string& variable)
    {
        coarse_memory_ = memory.name();
        add_predictor(coarse_memory_, info_.unit);
        add(coarse_memory_ + "_coarse", memory.months, {variable});
        to_fine_ = geo::make_regridder(geo::Method::bilinear, info_.coarse, info_.fine);
        fill_ = std::make_unique<geo::NearestFill>(info_.fine, *cube_->field("land_fraction", 0));
    }

    SharedField interpolated(Index t) const
    {
        const SharedField coarse = field(coarse_memory_ + "_coarse", t);
        auto fine = std::make_shared<std::vector<float>>(static_cast<std::size_t>(info_.fine.cells()),
                                                         std::numeric_limits<float>::quiet_NaN());
        to_fine_->apply(*coarse, *fine);
        (*fill_)(*fine);
        return fine;
    }

    Source cube_;
    io::CubeInfo info_;
    std::string coarse_memory_; ///< name of the coarse field's memory; empty: none
    std::shared_ptr<const geo::Regridder> to_fine_;
    std::unique_ptr<const geo::NearestFill> fill_; ///< of land
    mutable StepCache interpolated_;
    std::map<std::pair<std::string, std::string>, std::shared_ptr<Reservoirs>> reservoirs_; ///< by what feeds them
    std::map<std::string, Memory> memories_;                                                ///< by variable
};

} // namespace

Source with_memory(Source cube, const std::vector<PredictorMemory>& memories, const std::string& coarse_variable)
{
    if (memories.empty()) return cube;
    return std::make_shared<WithMemory>(std::move(cube), memories, coarse_variable);
}

} // namespace gwsd::data
