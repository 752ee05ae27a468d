#pragma once

#include <functional>
#include <string>
#include <variant>
#include <vector>

#include "gwsd/core/error.hpp"
#include "gwsd/core/shape.hpp"
#include "gwsd/geo/grid.hpp"

namespace gwsd::train {

/// The C++ object that a configuration key sets.
using Target = std::variant<bool*, Index*, double*, std::string*, std::vector<std::string>*, std::vector<Index>*,
                            std::vector<geo::Region>*>;

/// One key of the configuration: its name, what it sets, and what it means.
struct Key {
    std::string name; ///< "train.epochs"
    Target target;
    std::string help;
    std::string choices; ///< "a, b, c" for texts with few values, else empty
    double minimum = -1e300, maximum = 1e300;
};

/// The keys that a configuration may have. A file or `--set` that names another key, or gives a value of another type,
/// out of range or not a number, is refused with ConfigError: file, line, column, what was expected, "did you mean".
class Schema {
public:
    void add(Key key) { keys_.push_back(std::move(key)); }
    const std::vector<Key>& keys() const { return keys_; }

    /// Reads a TOML file. Throws InputMissing if there is none.
    void read_file(const std::string& path) const;
    /// Reads TOML text; `name` stands for the file in messages.
    void read_text(const std::string& text, const std::string& name) const;
    /// "train.epochs=3"; a value that is not TOML is taken as text.
    void set(const std::string& assignment) const;
    /// Everything as TOML, in the order of the keys, readable by read_text.
    std::string effective() const;
    /// A Markdown table of all keys with their defaults, for the reference page.
    std::string reference() const;

private:
    std::vector<Key> keys_;
};

/// The candidate closest to `word` by edit distance, or an empty text if none is near.
std::string closest(const std::string& word, const std::vector<std::string>& candidates);

} // namespace gwsd::train
