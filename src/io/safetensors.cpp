#include "io/safetensors.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstring>
#include <limits>
#include <nlohmann/json.hpp>

#include "io/hash.hpp"

namespace gwsd::io {
namespace {

using nlohmann::json;

static_assert(std::endian::native == std::endian::little, "the layout is little-endian");

constexpr int format_version = 1;
constexpr std::uint64_t largest_header = 100'000'000;
const std::string version_key = "gwsd.format_version", header_key = "gwsd.hash.header", arrays_key = "gwsd.hash.arrays";
const std::string no_hash(32, '0');

std::uint64_t bytes_of(const std::string& dtype)
{
    if (dtype == "F32") return 4;
    if (dtype == "F64" || dtype == "I64" || dtype == "U64") return 8;
    if (dtype == "U8") return 1;
    return 0;
}

/// The header's own hash is taken with zeros in its place; the quotes of any other occurrence would be escaped.
std::size_t header_hash_position(const std::string& header)
{
    const std::string before = "\"" + header_key + "\":\"";
    const auto found = header.find(before);
    return found == std::string::npos || found + before.size() + no_hash.size() > header.size() ? std::string::npos
                                                                                                : found + before.size();
}

/// A file opened for reading; every read is checked against its size first.
class Input {
public:
    explicit Input(const std::string& path) : path_(path), descriptor_(::open(path.c_str(), O_RDONLY | O_CLOEXEC))
    {
        if (descriptor_ < 0 && errno == ENOENT) throw InputMissing(path + ": there is no such file");
        if (descriptor_ < 0 && errno == EACCES)
            throw PermissionError(path + ": may not be read: " + std::strerror(errno));
        if (descriptor_ < 0) throw IoError(path + ": cannot be opened: " + std::strerror(errno));
        struct stat info {};
        if (::fstat(descriptor_, &info) != 0 || !S_ISREG(info.st_mode)) {
            ::close(descriptor_);
            throw DataError(path + ": is not a regular file; expected a model or checkpoint of gwsd");
        }
        size_ = static_cast<std::uint64_t>(info.st_size);
    }
    ~Input() { ::close(descriptor_); }
    Input(const Input&) = delete;
    Input& operator=(const Input&) = delete;

    std::uint64_t size() const { return size_; }
    void read(std::uint64_t offset, void* to, std::uint64_t bytes) const
    {
        auto* out = static_cast<char*>(to);
        while (bytes > 0) {
            const auto got =
                ::pread(descriptor_, out, std::min<std::uint64_t>(bytes, 1U << 30), static_cast<off_t>(offset));
            if (got < 0 && errno == EINTR) continue;
            if (got < 0) throw IoError(path_ + ": reading failed: " + std::strerror(errno));
            if (got == 0) throw DataError(path_ + ": ended while it was read");
            out += got;
            offset += static_cast<std::uint64_t>(got);
            bytes -= static_cast<std::uint64_t>(got);
        }
    }

private:
    std::string path_;
    int descriptor_;
    std::uint64_t size_ = 0;
};

class Parser {
public:
    explicit Parser(const std::string& path) : path_(path), file_(path) {}

    Checkpoint parse()
    {
        const json header = read_header();
        Checkpoint checkpoint;
        for (const auto& [key, value] : header.at("__metadata__").items())
            checkpoint.metadata[key] = value.get<std::string>();
        const json hashes = parse_json(checkpoint.metadata[arrays_key]);
        std::vector<std::pair<std::uint64_t, std::size_t>> order;
        for (const auto& [name, entry] : header.items()) {
            if (name == "__metadata__") continue;
            order.emplace_back(offsets(name, entry).first, checkpoint.arrays.size());
            checkpoint.arrays.push_back(describe(name, entry));
        }
        // Arrays come in the order of their data, which is the order in which they were saved. An empty array shares
        // its offset with the next one, so it is put first.
        std::stable_sort(order.begin(), order.end(), [&](const auto& a, const auto& b) {
            return std::pair(a.first, checkpoint.arrays[a.second].shape.elements() != 0) <
                   std::pair(b.first, checkpoint.arrays[b.second].shape.elements() != 0);
        });
        std::vector<NamedArray> arrays;
        std::uint64_t expected = 0;
        for (const auto& [begin, index] : order) {
            NamedArray& array = checkpoint.arrays[index];
            if (begin != expected) refuse("the data of array '" + array.name + "' overlap others or leave a hole");
            read_array(array, begin, hashes);
            expected += array.bytes.size();
            arrays.push_back(std::move(array));
        }
        if (data_ + expected != file_.size())
            refuse("holds " + std::to_string(file_.size() - data_ - expected) + " bytes after its last array");
        checkpoint.arrays = std::move(arrays);
        for (const auto& key : {version_key, header_key, arrays_key}) checkpoint.metadata.erase(key);
        return checkpoint;
    }

private:
    [[noreturn]] void refuse(const std::string& why) const
    {
        throw DataError(path_ + ": " + why +
                        "; expected a whole model or checkpoint file of gwsd. Was it copied completely?");
    }

    /// Nested lists deeper than the format has are refused before they are built.
    json parse_json(const std::string& text) const
    {
        const auto shallow = [this](int depth, json::parse_event_t, json&) {
            if (depth > 8) refuse("its header is nested too deeply");
            return true;
        };
        try {
            json value = json::parse(text, shallow);
            if (!value.is_object()) refuse("its header is not a JSON object");
            return value;
        } catch (const json::exception&) {
            refuse("its header is not valid JSON");
        }
    }

    json read_header()
    {
        std::uint64_t length = 0;
        if (file_.size() < sizeof length) refuse("is only " + std::to_string(file_.size()) + " bytes long");
        file_.read(0, &length, sizeof length);
        if (length > largest_header || length > file_.size() - sizeof length)
            refuse("its header claims " + std::to_string(length) + " bytes, but the file has " +
                   std::to_string(file_.size()));
        std::string text(length, '\0');
        file_.read(sizeof length, text.data(), length);
        data_ = sizeof length + length;
        if (text.empty() || text.front() != '{') refuse("does not begin as a safetensors file does");
        const json header = parse_json(text);
        check_header(header, text);
        return header;
    }

    void check_header(const json& header, std::string text) const
    {
        const auto metadata = header.find("__metadata__");
        if (metadata == header.end() || !metadata->is_object() || !metadata->contains(version_key))
            refuse("is a safetensors file, but was not written by gwsd (no '" + version_key + "')");
        for (const auto& [key, value] : metadata->items())
            if (!value.is_string()) refuse("metadata '" + key + "' is not text");
        const std::string version = metadata->at(version_key).get<std::string>();
        if (version != std::to_string(format_version)) {
            const int number = std::atoi(version.c_str());
            if (number > format_version)
                throw DataError(path_ + ": has format version " + version + ", newer than " +
                                std::to_string(format_version) + ", which this gwsd reads; use a newer gwsd");
            refuse("has the unknown format version '" + version + "'");
        }
        const auto at = header_hash_position(text);
        if (at == std::string::npos || !metadata->contains(arrays_key)) refuse("lacks its hashes");
        const std::string hash = text.substr(at, no_hash.size());
        if (hash_text(std::as_bytes(std::span(text.replace(at, no_hash.size(), no_hash)))) != hash)
            refuse("its header is damaged (the hash differs)");
    }

    std::pair<std::uint64_t, std::uint64_t> offsets(const std::string& name, const json& entry) const
    {
        const auto bad = [&] { refuse("array '" + name + "' has no proper data_offsets"); };
        if (!entry.is_object() || !entry.contains("data_offsets")) bad();
        const json& pair = entry.at("data_offsets");
        if (!pair.is_array() || pair.size() != 2 || !pair[0].is_number_unsigned() || !pair[1].is_number_unsigned())
            bad();
        const auto begin = pair[0].get<std::uint64_t>(), end = pair[1].get<std::uint64_t>();
        if (begin > end || end > file_.size() - data_) refuse("the data of array '" + name + "' lie outside the file");
        return {begin, end};
    }

    /// Name, dtype and shape; no memory for data is taken before the size is known to be in the file.
    NamedArray describe(const std::string& name, const json& entry) const
    {
        const auto [begin, end] = offsets(name, entry);
        if (!entry.contains("dtype") || !entry.at("dtype").is_string() ||
            bytes_of(entry.at("dtype").get<std::string>()) == 0)
            refuse("array '" + name + "' has an unknown dtype");
        if (!entry.contains("shape") || !entry.at("shape").is_array() || entry.at("shape").size() > Shape::max_rank)
            refuse("array '" + name + "' has no proper shape");
        NamedArray array{name, entry.at("dtype").get<std::string>(), {}, {}};
        std::uint64_t bytes = bytes_of(array.dtype);
        for (const json& extent : entry.at("shape")) {
            if (!extent.is_number_unsigned()) refuse("array '" + name + "' has no proper shape");
            const auto value = extent.get<std::uint64_t>();
            if (value > std::numeric_limits<std::uint32_t>::max() * std::uint64_t{16} ||
                (value > 0 && bytes > std::numeric_limits<std::uint64_t>::max() / 4 / value))
                refuse("array '" + name + "' is impossibly large");
            bytes *= value;
            array.shape.append(static_cast<Index>(value));
        }
        if (bytes != end - begin)
            refuse("array '" + name + "' of shape " + to_string(array.shape) + " does not fit its data");
        return array;
    }

    void read_array(NamedArray& array, std::uint64_t begin, const json& hashes) const
    {
        const auto size = static_cast<std::uint64_t>(array.shape.elements()) * bytes_of(array.dtype);
        array.bytes.resize(size);
        file_.read(data_ + begin, array.bytes.data(), size);
        const auto hash = hashes.find(array.name);
        if (hash == hashes.end() || !hash->is_string() || hash->get<std::string>() != hash_text(array.bytes))
            refuse("array '" + array.name + "' is damaged (the hash differs)");
    }

    std::string path_;
    Input file_;
    std::uint64_t data_ = 0; ///< where the data begin
};

} // namespace

std::string safetensors_header(const Checkpoint& checkpoint)
{
    json header = json::object(), hashes = json::object();
    std::uint64_t offset = 0;
    for (const NamedArray& array : checkpoint.arrays) {
        const std::uint64_t size = bytes_of(array.dtype);
        if (size == 0)
            throw ShapeError("checkpoint: array '" + array.name + "' has the unknown dtype '" + array.dtype + "'");
        if (array.name == "__metadata__" || header.contains(array.name))
            throw ShapeError("checkpoint: the array name '" + array.name + "' is taken");
        if (static_cast<std::uint64_t>(array.shape.elements()) * size != array.bytes.size())
            throw ShapeError("checkpoint: array '" + array.name + "' of shape " + to_string(array.shape) + " expects " +
                             std::to_string(static_cast<std::uint64_t>(array.shape.elements()) * size) +
                             " bytes, got " + std::to_string(array.bytes.size()));
        json shape = json::array();
        for (int axis = 0; axis < array.shape.rank(); ++axis) shape.push_back(array.shape[axis]);
        header[array.name] = {
            {"dtype", array.dtype}, {"shape", shape}, {"data_offsets", {offset, offset + array.bytes.size()}}};
        hashes[array.name] = hash_text(array.bytes);
        offset += array.bytes.size();
    }
    json metadata = checkpoint.metadata;
    if (metadata.is_null()) metadata = json::object();
    metadata[version_key] = std::to_string(format_version);
    metadata[arrays_key] = hashes.dump();
    metadata[header_key] = no_hash;
    header["__metadata__"] = metadata;
    std::string text = header.dump(-1, ' ', false, json::error_handler_t::replace);
    text.resize((text.size() + 7) / 8 * 8, ' ');
    const std::string hash = hash_text(std::as_bytes(std::span(text)));
    return text.replace(header_hash_position(text), hash.size(), hash);
}

Checkpoint read_safetensors(const std::string& path) { return Parser(path).parse(); }

} // namespace gwsd::io
