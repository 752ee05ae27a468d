#pragma once

#include <atomic>
#include <string>

#include "gwsd/core/error.hpp"

namespace gwsd::kernels {

/// Arithmetic of f32 convolutions and transposed convolutions; everything else, and the heads, always is f32.
/// f32: exact to rounding. f32_fast: relative error of a result below 1e-5, by three products of bf16 parts where the
/// processor has matrix tiles for them (AMX), else by Winograd's algorithm. bf16: operands rounded to bf16, sums in
/// f32; fast with AMX, and without it the same numbers to rounding.
enum class Precision { f32, f32_fast, bf16 };

inline const char* to_string(Precision precision)
{
    return precision == Precision::f32 ? "f32" : precision == Precision::f32_fast ? "f32_fast" : "bf16";
}

/// Throws ConfigError.
inline Precision precision_of(const std::string& name)
{
    for (const Precision p : {Precision::f32, Precision::f32_fast, Precision::bf16})
        if (name == to_string(p)) return p;
    throw ConfigError("precision '" + name + "': expected f32, f32_fast or bf16");
}

namespace detail {
inline std::atomic<Precision>& precision_slot()
{
    static std::atomic<Precision> slot{Precision::f32};
    return slot;
}
} // namespace detail

/// What an operation takes if it is not told otherwise; the backward pass keeps to what the forward pass took.
inline Precision default_precision() { return detail::precision_slot(); }
inline void set_precision(Precision precision) { detail::precision_slot() = precision; }

} // namespace gwsd::kernels
