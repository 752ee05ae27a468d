#include <fcntl.h>
#include <sys/statvfs.h>
#include <unistd.h>
#include <zip.h>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <utility>

#include "gwsd/core/error.hpp"
#include "io/classic_header.hpp"
#include "io/number_text.hpp"
#include "io/open_inputs.hpp"
#include "io/text.hpp"

namespace gwsd::io {
namespace {

constexpr zip_int64_t most_members = 10'000;

/// A file in the folder for temporary files, removed with this object. It needs a real name: HDF5 resolves links, and
/// that of a file without a name leads nowhere.
class TemporaryFile {
public:
    TemporaryFile(std::uint64_t bytes, const std::string& shown)
    {
        const char* set = std::getenv("TMPDIR");
        const std::string folder = set && *set ? set : "/tmp";
        struct statvfs space {};
        if (::statvfs(folder.c_str(), &space) == 0 && std::uint64_t{space.f_bavail} * space.f_frsize < bytes)
            throw IoError(shown + ": needs " + std::to_string(bytes >> 20) + " MiB to be unpacked, but " + folder +
                          " has " + std::to_string(std::uint64_t{space.f_bavail} * space.f_frsize >> 20) +
                          " MiB left; set TMPDIR to a larger disk, or unpack the archive yourself");
        path_ = folder + "/gwsd-member-XXXXXX";
        id_ = ::mkostemp(path_.data(), O_CLOEXEC);
        if (id_ < 0)
            throw IoError(shown + ": no temporary file to unpack it into at " + folder + ": " + std::strerror(errno));
    }
    ~TemporaryFile()
    {
        drop_name();
        ::close(id_);
    }
    TemporaryFile(const TemporaryFile&) = delete;
    TemporaryFile& operator=(const TemporaryFile&) = delete;

    const std::string& path() const { return path_; }
    /// Who has the file open keeps it; nothing stays behind should the process be killed.
    void drop_name()
    {
        if (named_) ::unlink(path_.c_str());
        named_ = false;
    }
    void write(const char* data, std::size_t bytes, const std::string& shown)
    {
        while (bytes > 0) {
            const ssize_t done = ::write(id_, data, bytes);
            if (done < 0 && errno == EINTR) continue;
            if (done <= 0)
                throw IoError(shown + ": cannot be unpacked into a temporary file: " + std::strerror(errno) +
                              "; set TMPDIR to a larger disk");
            data += done;
            bytes -= static_cast<std::size_t>(done);
        }
    }

private:
    std::string path_;
    int id_ = -1;
    bool named_ = true;
};

using Archive = std::unique_ptr<zip_t, void (*)(zip_t*)>;

Archive open_zip(const InputPath& path)
{
    int code = 0;
    zip_t* archive = zip_open(path.path.c_str(), ZIP_RDONLY, &code);
    if (!archive) {
        zip_error_t error;
        zip_error_init_with_code(&error, code);
        const std::string why = zip_error_strerror(&error);
        zip_error_fini(&error);
        throw DataError(path.shown + ": cannot be opened as ZIP (" + why +
                        "); it is truncated or damaged: download it again");
    }
    return {archive, zip_discard};
}

struct Member {
    zip_uint64_t index = 0;
    std::string name, shown;
    std::uint64_t bytes = 0;
};

/// Unpacks a member and checks its checksum.
std::shared_ptr<TemporaryFile> extract(zip_t* archive, const Member& member)
{
    const auto bad = [&](const std::string& why) {
        return DataError(member.shown + ": cannot be unpacked (" + why +
                         "); the archive is damaged: download it again");
    };
    const std::unique_ptr<zip_file_t, int (*)(zip_file_t*)> file{zip_fopen_index(archive, member.index, 0), zip_fclose};
    if (!file) {
        if (zip_error_code_zip(zip_get_error(archive)) == ZIP_ER_NOPASSWD)
            throw DataError(member.shown + ": is encrypted; unpack the archive yourself");
        throw bad(zip_strerror(archive));
    }
    auto copy = std::make_shared<TemporaryFile>(member.bytes, member.shown);
    std::vector<char> buffer(std::size_t{1} << 18);
    std::uint64_t total = 0;
    for (;;) {
        const zip_int64_t got = zip_fread(file.get(), buffer.data(), buffer.size());
        if (got < 0) throw bad(zip_file_strerror(file.get()));
        if (got == 0) break;
        total += static_cast<std::uint64_t>(got);
        if (total > member.bytes) throw bad("it is larger than the archive says");
        copy->write(buffer.data(), static_cast<std::size_t>(got), member.shown);
    }
    if (total != member.bytes) throw bad("it is shorter than the archive says");
    return copy;
}

/// A data file of an archive; unpacked while it is in use.
class ArchiveMember : public InputFile {
public:
    ArchiveMember(InputPath archive, std::shared_ptr<void> keep, Member member, std::shared_ptr<TemporaryFile> copy,
                  FileKind kind)
        : archive_(std::move(archive)),
          keep_(std::move(keep)),
          member_(std::move(member)),
          copy_(std::move(copy)),
          kind_(kind)
    {
        file_ = open_probed({copy_->path(), member_.shown, std::nullopt}, kind_);
        if (kind_ != FileKind::grib) copy_->drop_name();
        shown_ = member_.shown;
        format_ = file_->format() + " in a ZIP";
        attributes_ = file_->attributes();
        fields_ = file_->fields();
        others_ = file_->others();
    }

    void read(std::size_t field, Index step, std::span<float> out) override
    {
        if (!file_) {
            check_unchanged();
            copy_ = extract(open_zip(archive_).get(), member_);
            file_ = open_kind({copy_->path(), member_.shown, std::nullopt}, kind_);
            if (kind_ != FileKind::grib) copy_->drop_name();
        }
        file_->read(field, step, out);
    }
    void close() override
    {
        file_.reset();
        copy_.reset();
    }
    void check_unchanged() const override
    {
        if (archive_.state) io::check_unchanged(archive_.path, *archive_.state);
    }

private:
    InputPath archive_;
    std::shared_ptr<void> keep_; ///< the outer archive's copy of an inner archive
    Member member_;
    std::shared_ptr<TemporaryFile> copy_;
    FileKind kind_;
    std::unique_ptr<InputFile> file_;
};

bool is_data_name(const std::string& name)
{
    const std::string text = lower(name);
    for (const char* end : {".nc", ".nc4", ".nc3", ".cdf", ".netcdf", ".h5", ".he5", ".hdf5", ".grib", ".grb", ".grib2",
                            ".grb2", ".grib1", ".zip"})
        if (text.ends_with(end)) return true;
    return false;
}

std::vector<Member> list_members(zip_t* archive, const InputPath& path)
{
    const zip_int64_t count = zip_get_num_entries(archive, 0);
    if (count < 0 || count > most_members)
        throw DataError(path.shown + ": holds " + std::to_string(count) +
                        " members; unpack it and name the data files");
    std::vector<Member> list;
    bool office = false;
    std::vector<std::string> names;
    for (zip_int64_t i = 0; i < count; ++i) {
        zip_stat_t info;
        zip_stat_init(&info);
        const auto index = static_cast<zip_uint64_t>(i);
        if (zip_stat_index(archive, index, 0, &info) != 0 || !(info.valid & ZIP_STAT_NAME) ||
            !(info.valid & ZIP_STAT_SIZE))
            throw DataError(path.shown + ": the list of its members is damaged; download it again");
        const std::string name = info.name;
        office = office || name.rfind("xl/", 0) == 0 || name.rfind("word/", 0) == 0;
        if (!name.empty() && name.back() != '/') names.push_back(name);
        if (name.rfind("__MACOSX/", 0) != 0 && is_data_name(name))
            list.push_back({index, name, path.shown + ": " + name, info.size});
    }
    if (office)
        throw DataError(path.shown +
                        ": expected netCDF, GRIB or a ZIP of these, found an Office document (XLSX?); "
                        "export its table as CSV, which gwsd wells reads");
    if (list.empty()) {
        names.resize(std::min<std::size_t>(names.size(), 5));
        throw DataError(path.shown + ": a ZIP without a netCDF or GRIB file; it holds " +
                        (names.empty() ? std::string("nothing") : join(names)));
    }
    return list;
}

} // namespace

std::vector<std::unique_ptr<InputFile>> open_archive(const InputPath& path, int depth, std::shared_ptr<void> keep)
{
    const Archive archive = open_zip(path);
    std::vector<std::unique_ptr<InputFile>> files;
    for (const Member& member : list_members(archive.get(), path)) {
        auto copy = extract(archive.get(), member);
        // The copy has no name of its own; messages speak of the member.
        const auto named = [&](const DataError& error) {
            std::string text = error.what();
            if (text.rfind(copy->path(), 0) == 0) text = member.shown + text.substr(copy->path().size());
            return DataError(text);
        };
        FileKind kind{};
        try {
            kind = sniff(copy->path());
            if (kind == FileKind::netcdf_classic) check_classic_size(copy->path(), member.bytes);
        } catch (const DataError& error) {
            throw named(error);
        }
        if (kind == FileKind::model) continue;
        if (kind == FileKind::zip) {
            if (depth > 0) throw DataError(member.shown + ": archives within archives go too deep; unpack it yourself");
            for (auto& inner : open_archive({copy->path(), member.shown, std::nullopt}, depth + 1, copy))
                files.push_back(std::move(inner));
            continue;
        }
        files.push_back(std::make_unique<ArchiveMember>(path, keep, member, std::move(copy), kind));
    }
    return files;
}

} // namespace gwsd::io
