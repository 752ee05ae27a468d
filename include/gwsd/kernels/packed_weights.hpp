#pragma once

#include <map>
#include <memory>
#include <tuple>
#include <utility>

#include "gwsd/kernels/precision.hpp"

namespace gwsd::kernels {

/// While one lives on a thread, convolutions there keep what they make of weights, their order in memory say, and take
/// it again for the same weights: these must not change or be freed as long. One inside another adds nothing.
class PackedWeights {
public:
    PackedWeights() : first_(active() == nullptr)
    {
        if (first_) active() = this;
    }
    ~PackedWeights()
    {
        if (first_) active() = nullptr;
    }
    PackedWeights(const PackedWeights&) = delete;
    PackedWeights& operator=(const PackedWeights&) = delete;

    /// While it lives nothing is kept: for weights that are themselves made for one call.
    class Off {
    public:
        Off() : before_(std::exchange(active(), nullptr)) {}
        ~Off() { active() = before_; }
        Off(const Off&) = delete;
        Off& operator=(const Off&) = delete;

    private:
        PackedWeights* before_;
    };

    /// The function that packs, the path it packs for, the weights, the precision.
    using Key = std::tuple<const void*, const void*, const void*, Precision>;

    /// What make() gives, kept under `key` if one of these lives on this thread.
    template <class Make>
    static auto get(const Key& key, const Make& make)
    {
        using Packed = decltype(make());
        PackedWeights* keep = active();
        if (!keep) return std::shared_ptr<const Packed>(std::make_shared<Packed>(make()));
        std::shared_ptr<const void>& kept = keep->all_[key];
        if (!kept) kept = std::make_shared<Packed>(make());
        return std::static_pointer_cast<const Packed>(kept);
    }

private:
    static PackedWeights*& active()
    {
        static thread_local PackedWeights* active = nullptr;
        return active;
    }

    bool first_;
    std::map<Key, std::shared_ptr<const void>> all_;
};

} // namespace gwsd::kernels
