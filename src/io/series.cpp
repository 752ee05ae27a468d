#include "gwsd/io/series.hpp"

#include "gwsd/core/error.hpp"
#include "io/file_series.hpp"
#include "io/input_name.hpp"
#include "io/open_inputs.hpp"

namespace gwsd::io {

std::unique_ptr<Series> open_series(const std::vector<std::string>& files, const SeriesOptions& options)
{
    if (files.empty()) throw InputMissing("no input file is given for '" + options.quantity + "'");
    return std::make_unique<FileSeries>(files, options);
}

std::vector<FileField> list_fields(const std::vector<std::string>& files, bool allow_remote)
{
    std::vector<std::string> paths;
    for (const std::string& text : files) paths.push_back(split_input(text).path);
    probe_inputs(paths);
    std::vector<FileField> list;
    for (const std::string& path : paths)
        for (const auto& file : open_inputs(path, {allow_remote}))
            for (const InputField& field : file->fields())
                list.push_back({file->shown(), field.name, recognise(field), field.units(), std::ssize(field.steps),
                                field.has_time});
    return list;
}

} // namespace gwsd::io
