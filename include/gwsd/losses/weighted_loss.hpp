#pragma once

#include <map>
#include <string>
#include <vector>

#include "gwsd/losses/registry.hpp"
#include "gwsd/ops/pointwise.hpp"

namespace gwsd::losses {

/// One term's share of a loss, for the log: the raw value before its weight, and the figure in physical units.
struct TermValue {
    std::string name;
    double weight, raw, physical;
    std::string physical_unit;
};

template <class T, class Device>
struct WeightedValue {
    /// A term's name and weight, and its figures where the device has them.
    struct Share {
        std::string name;
        double weight;
        LossValue<T, Device> value;
    };

    Variable<T, Device> loss;  ///< [1]
    std::vector<Share> shares; ///< the data term first

    /// The figures of all terms, on the host: to be asked for after a step, since it waits for the device.
    std::vector<TermValue> terms() const
    {
        std::vector<TermValue> list;
        for (const auto& [name, weight, value] : shares) {
            const auto [raw, physical] = value.read();
            list.push_back({name, weight, raw, physical, value.physical_unit});
        }
        return list;
    }
};

/// L = L_data + ramp * sum of weight * term (SPEC 5).
class WeightedLoss {
public:
    /// `data` names a data term, `weights` gives those of the other terms by name; a term of weight 0 is neither
    /// computed nor logged. Throws ConfigError for a name that no term has, and for a negative weight.
    WeightedLoss(const std::string& data, std::map<std::string, double> weights)
        : data_(data), weights_(std::move(weights))
    {
        require_term("loss.data", data, true);
        for (const auto& [name, weight] : weights_) {
            require_term("loss.weight." + name, name, false);
            if (!(weight >= 0))
                throw ConfigError("loss.weight." + name + ": expects a weight of at least 0, got " +
                                  std::to_string(weight));
        }
    }

    /// Throws ConfigError if a term with a weight lacks its inputs, or a kernel for the device.
    template <class T, class Device>
    WeightedValue<T, Device> operator()(const LossInput<T, Device>& in, double ramp = 1) const
    {
        WeightedValue<T, Device> total;
        const auto add = [&]<class Term>(const Term& term, double weight) {
            require_inputs<Term>(in);
            auto value = compute(term, in);
            const auto weighted = ops::scale(value.loss, static_cast<T>(weight));
            total.loss = total.loss.defined() ? ops::add(total.loss, weighted) : weighted;
            value.loss = {}; // the figures are all that is left to ask for
            total.shares.push_back({Term::name, weight, std::move(value)});
        };
        for_each_term([&]<class Term>(Term term) {
            if (Term::is_data && data_ == Term::name) add(term, 1.0);
        });
        for_each_term([&]<class Term>(Term term) {
            const auto weight = weights_.find(Term::name);
            if (!Term::is_data && weight != weights_.end() && weight->second > 0) add(term, ramp * weight->second);
        });
        return total;
    }

private:
    static void require_term(const std::string& key, const std::string& name, bool is_data)
    {
        for (const TermInfo& term : terms())
            if (term.is_data == is_data && term.name == name) return;
        throw ConfigError(key + ": expects " + term_names(is_data) + ", got '" + name + "'");
    }

    template <class Term, class T, class Device>
    static void require_inputs(const LossInput<T, Device>& in)
    {
        if constexpr (requires { Term::available(in); })
            if (!Term::available(in))
                throw ConfigError(std::string("loss.weight.") + Term::name + ": the term needs " + Term::needs +
                                  ", which the cube lacks; add them to it, or set loss.weight." + Term::name + "=0");
    }

    template <class Term, class T, class Device>
    static LossValue<T, Device> compute(const Term& term, const LossInput<T, Device>& in)
    {
        if constexpr (requires { term(in); })
            return term(in);
        else
            throw ConfigError(std::string(Term::is_data ? "loss.data: " : "loss.weight: ") + Term::name +
                              " has no kernel for the device " + Device::name + "; use --device cpu, or another term");
    }

    std::string data_;
    std::map<std::string, double> weights_;
};

} // namespace gwsd::losses
