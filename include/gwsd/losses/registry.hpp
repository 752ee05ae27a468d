#pragma once

#include <string>
#include <vector>

#include "gwsd/losses/terms.hpp"

namespace gwsd::losses {

/// What configuration, help and reference page say about a term.
struct TermInfo {
    std::string name, description;
    std::string needs; ///< inputs that a run may lack, or empty
    double default_weight;
    bool is_data; ///< one of the data terms, of which a run uses exactly one
};

/// Calls visit(Term{}) for every term, by the names of their files.
void for_each_term(auto visit)
{
    [&]<class... Term>(std::tuple<Term...>*) { (visit(Term{}), ...); }(static_cast<Terms*>(nullptr));
}

inline const std::vector<TermInfo>& terms()
{
    static const std::vector<TermInfo> all = [] {
        std::vector<TermInfo> list;
        for_each_term([&]<class Term>(Term) {
            list.push_back({Term::name, Term::description, Term::needs, Term::default_weight, Term::is_data});
        });
        return list;
    }();
    return all;
}

/// "beta_nll, faithful, ..."; the names of the data terms or of the others.
inline std::string term_names(bool is_data)
{
    std::string names;
    for (const TermInfo& term : terms())
        if (term.is_data == is_data) names += (names.empty() ? "" : ", ") + term.name;
    return names;
}

} // namespace gwsd::losses
