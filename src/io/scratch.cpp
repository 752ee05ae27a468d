#include "gwsd/io/scratch.hpp"

#include <fcntl.h>
#include <sys/statvfs.h>
#include <unistd.h>
#include <cerrno>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <limits>
#include <span>

#include "gwsd/core/message.hpp"
#include "io/field_cache.hpp"

namespace gwsd::io {
namespace {

using ScratchField = FieldCache::Field;

/// Which cells have a value, 64 to a word, and these values.
struct SparseField {
    std::vector<std::uint64_t> mask;
    std::vector<float> values;

    explicit SparseField(std::size_t cells) : mask((cells + 63) / 64) {}

    explicit SparseField(std::span<const float> field) : SparseField(field.size())
    {
        for (std::size_t i = 0; i < field.size(); ++i)
            if (!std::isnan(field[i])) mask[i / 64] |= std::uint64_t{1} << (i % 64), values.push_back(field[i]);
    }

    ScratchField whole(std::size_t cells) const
    {
        auto field = std::make_shared<std::vector<float>>(cells, std::numeric_limits<float>::quiet_NaN());
        const float* next = values.data();
        for (std::size_t w = 0; w < mask.size(); ++w)
            for (std::uint64_t left = mask[w]; left != 0; left &= left - 1)
                (*field)[64 * w + static_cast<std::size_t>(__builtin_ctzll(left))] = *next++;
        return field;
    }
};

bool write_all(int file, const void* data, std::size_t bytes, off_t at)
{
    for (const char* from = static_cast<const char*>(data); bytes > 0;) {
        const ssize_t done = ::pwrite(file, from, bytes, at);
        if (done < 0 && errno == EINTR) continue;
        if (done <= 0) return false;
        from += done, at += done, bytes -= static_cast<std::size_t>(done);
    }
    return true;
}

bool read_all(int file, void* data, std::size_t bytes, off_t at)
{
    for (char* to = static_cast<char*>(data); bytes > 0;) {
        const ssize_t done = ::pread(file, to, bytes, at);
        if (done < 0 && errno == EINTR) continue;
        if (done <= 0) return false;
        to += done, at += done, bytes -= static_cast<std::size_t>(done);
    }
    return true;
}

class ScratchFile {
public:
    ScratchFile(std::string folder, double leave_free) : folder_(std::move(folder)), leave_free_(leave_free) {}
    ScratchFile(const ScratchFile&) = delete;
    ScratchFile& operator=(const ScratchFile&) = delete;
    ~ScratchFile()
    {
        if (file_ >= 0) ::close(file_);
    }

    void write(const FieldCache::Entry& entry)
    {
        const std::lock_guard lock(mutex_);
        if (over_ || folder_.empty() || places_.contains(entry.first)) return;
        const SparseField field{std::span<const float>(*entry.second)};
        const std::size_t mask_bytes = field.mask.size() * sizeof(field.mask[0]),
                          value_bytes = field.values.size() * sizeof(float);
        errno = 0;
        if (!open() || !has_room(mask_bytes + value_bytes) || !write_all(file_, field.mask.data(), mask_bytes, end_) ||
            !write_all(file_, field.values.data(), value_bytes, end_ + static_cast<off_t>(mask_bytes)))
            return give_up();
        places_[entry.first] = {end_, entry.second->size(), field.values.size()};
        end_ += static_cast<off_t>(mask_bytes + value_bytes);
    }

    /// Null if it is not there.
    ScratchField read(const FieldCache::Key& key)
    {
        Place place;
        {
            const std::lock_guard lock(mutex_);
            const auto found = places_.find(key);
            if (found == places_.end()) return nullptr;
            place = found->second;
        }
        SparseField field(place.cells);
        field.values.resize(place.values);
        const std::size_t mask_bytes = field.mask.size() * sizeof(field.mask[0]);
        if (!read_all(file_, field.mask.data(), mask_bytes, place.at) ||
            !read_all(file_, field.values.data(), place.values * sizeof(float),
                      place.at + static_cast<off_t>(mask_bytes)))
            return nullptr; // it is made again
        return field.whole(place.cells);
    }

private:
    struct Place {
        off_t at = 0;
        std::size_t cells = 0, values = 0;
    };

    bool open()
    {
        if (file_ >= 0) return true;
        std::string name = folder_ + "/scratch.XXXXXX";
        file_ = ::mkostemp(name.data(), O_CLOEXEC);
        if (file_ >= 0) ::unlink(name.c_str());
        return file_ >= 0;
    }

    bool has_room(std::size_t bytes) const
    {
        struct statvfs room {};
        if (::fstatvfs(file_, &room) != 0) return true; // writing will tell
        const double block = static_cast<double>(room.f_frsize);
        return static_cast<double>(room.f_bavail) * block - static_cast<double>(bytes) >
               leave_free_ * static_cast<double>(room.f_blocks) * block;
    }

    void give_up()
    {
        over_ = true;
        char size[32];
        std::snprintf(size, sizeof size, "%.1f GB", static_cast<double>(end_) / 1e9);
        warn(folder_ + ": the scratch file for fields that do not fit in memory " +
             (file_ < 0 ? "cannot be made" : std::string("ends at ") + size) + ": " +
             (errno != 0 ? std::strerror(errno) : "the disk is nearly full") +
             "; the other fields are read again each time, which is slower. data.scratch=FOLDER names another place");
    }

    const std::string folder_;
    const double leave_free_;
    std::mutex mutex_;
    int file_ = -1;
    bool over_ = false; ///< nothing more is written
    off_t end_ = 0;
    std::map<FieldCache::Key, Place> places_;
};

class WithScratch : public FieldSource {
public:
    WithScratch(std::shared_ptr<const FieldSource> source, ScratchOptions options)
        : source_(std::move(source)), cache_(options.memory_bytes), file_(options.folder, options.leave_free)
    {
    }

    const CubeInfo& info() const override { return source_->info(); }

    ScratchField field(const std::string& variable, Index t) const override
    {
        const FieldCache::Key key{variable, t};
        if (ScratchField kept = cache_.find(key)) return kept;
        ScratchField field = file_.read(key);
        if (!field) field = source_->field(variable, t);
        for (const FieldCache::Entry& gone : cache_.keep(key, field)) file_.write(gone);
        return field;
    }

private:
    std::shared_ptr<const FieldSource> source_;
    mutable FieldCache cache_;
    mutable ScratchFile file_;
};

} // namespace

std::shared_ptr<const FieldSource> with_scratch(std::shared_ptr<const FieldSource> source, ScratchOptions options)
{
    return std::make_shared<WithScratch>(std::move(source), std::move(options));
}

} // namespace gwsd::io
