#include "train/event_file.hpp"

#include <array>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstring>

#include "gwsd/core/error.hpp"

namespace gwsd::train {
namespace {

template <class T>
std::string little_endian(T value)
{
    std::string bytes(sizeof value, '\0');
    std::memcpy(bytes.data(), &value, sizeof value);
    return bytes;
}

std::string varint(std::uint64_t value)
{
    std::string bytes;
    for (; value >= 0x80; value >>= 7) bytes += static_cast<char>((value & 0x7F) | 0x80);
    return bytes + static_cast<char>(value);
}

/// Protobuf fields: number << 3 | wire type (0 varint, 1 eight bytes, 2 length and bytes, 5 four bytes).
std::string field_double(int number, double value)
{
    return varint(static_cast<unsigned>(number << 3 | 1)) + little_endian(value);
}
std::string field_float(int number, float value)
{
    return varint(static_cast<unsigned>(number << 3 | 5)) + little_endian(value);
}
std::string field_integer(int number, std::int64_t value)
{
    return varint(static_cast<unsigned>(number << 3)) + varint(static_cast<std::uint64_t>(value));
}
std::string field_bytes(int number, const std::string& bytes)
{
    return varint(static_cast<unsigned>(number << 3 | 2)) + varint(bytes.size()) + bytes;
}

double now() { return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count(); }

std::uint32_t masked_crc(const std::string& bytes)
{
    const std::uint32_t crc = crc32c(bytes);
    return ((crc >> 15) | (crc << 17)) + 0xA282EAD8U;
}

} // namespace

std::uint32_t crc32c(const std::string& bytes)
{
    static const std::array<std::uint32_t, 256> table = [] {
        std::array<std::uint32_t, 256> entries{};
        for (std::uint32_t i = 0; i < 256; ++i) {
            std::uint32_t crc = i;
            for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1U) ? 0x82F63B78U : 0U);
            entries[i] = crc;
        }
        return entries;
    }();
    std::uint32_t crc = 0xFFFFFFFFU;
    for (const char c : bytes) crc = (crc >> 8) ^ table[(crc ^ static_cast<unsigned char>(c)) & 0xFFU];
    return crc ^ 0xFFFFFFFFU;
}

EventFile::EventFile(const std::string& folder)
    : path_(folder + "/events.out.tfevents." + std::to_string(static_cast<std::int64_t>(now())) + ".gwsd")
{
    write(field_double(1, now()) + field_bytes(3, "brain.Event:2"));
}

void EventFile::append(const Figures& figures, std::int64_t step) const
{
    // Event: wall_time 1, step 2, summary 5; Summary: value 1; Value: tag 1, simple_value 2.
    std::string summary;
    for (const auto& [name, value] : figures)
        if (std::isfinite(value))
            summary += field_bytes(1, field_bytes(1, name) + field_float(2, static_cast<float>(value)));
    write(field_double(1, now()) + field_integer(2, step) + field_bytes(5, summary));
}

void EventFile::write(const std::string& event) const
{
    const std::string length = little_endian(static_cast<std::uint64_t>(event.size()));
    const std::string record = length + little_endian(masked_crc(length)) + event + little_endian(masked_crc(event));
    std::FILE* file = std::fopen(path_.c_str(), "ab");
    if (!file) throw IoError(path_ + ": cannot be opened for writing");
    const bool written = std::fwrite(record.data(), 1, record.size(), file) == record.size();
    if (std::fclose(file) != 0 || !written) throw IoError(path_ + ": writing failed; is the disk full?");
}

} // namespace gwsd::train
