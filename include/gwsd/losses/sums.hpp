#pragma once

#include <array>

#include "gwsd/core/parallel.hpp"

namespace gwsd::losses {

/// Several sums that are made together.
template <std::size_t N>
using Sums = std::array<double, N>;

/// The sums of term(i), a Sums<N>, over i in [0, n): fixed chunks, added in order, so that they are the same for any
/// number of threads. Threads share the chunks, so term may write what belongs to i.
template <std::size_t N, class Term>
Sums<N> sum_cells(Index n, const Term& term, Index chunk = 2048)
{
    const auto add = [](Sums<N>& to, const Sums<N>& more) {
        for (std::size_t k = 0; k < N; ++k) to[k] += more[k];
    };
    const Index chunks = (n + chunk - 1) / chunk;
    std::vector<Sums<N>> partial(static_cast<std::size_t>(chunks), Sums<N>{});
    parallel_for(chunks, 1, [&](Index begin, Index end) {
        for (Index part = begin; part < end; ++part)
            for (Index i = part * chunk; i < std::min(n, (part + 1) * chunk); ++i)
                add(partial[static_cast<std::size_t>(part)], term(i));
    });
    Sums<N> total{};
    for (const auto& part : partial) add(total, part);
    return total;
}

} // namespace gwsd::losses
