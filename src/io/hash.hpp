#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <span>
#include <string>

#define XXH_STATIC_LINKING_ONLY
#include <xxhash.h>

namespace gwsd::io {

/// XXH3-128 of a stream of bytes, as 32 hexadecimal digits (what `xxhsum -H128` prints).
class Hash {
public:
    Hash() : state_(XXH3_createState(), XXH3_freeState) { XXH3_128bits_reset(state_.get()); }
    void add(std::span<const std::byte> bytes) { XXH3_128bits_update(state_.get(), bytes.data(), bytes.size()); }
    void add(const std::string& text) { add(std::as_bytes(std::span(text))); }
    std::string text() const
    {
        const XXH128_hash_t hash = XXH3_128bits_digest(state_.get());
        std::array<char, 40> out{};
        std::snprintf(out.data(), out.size(), "%016llx%016llx", static_cast<unsigned long long>(hash.high64),
                      static_cast<unsigned long long>(hash.low64));
        return out.data();
    }

private:
    std::unique_ptr<XXH3_state_t, XXH_errorcode (*)(XXH3_state_t*)> state_;
};

inline std::string hash_text(std::span<const std::byte> bytes)
{
    Hash hash;
    hash.add(bytes);
    return hash.text();
}

} // namespace gwsd::io
