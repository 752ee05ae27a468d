// Memories of predictors as the text that a prediction's file carries.
#include <charconv>
#include <sstream>

#include "gwsd/core/error.hpp"
#include "gwsd/data/predictor_memory.hpp"

namespace gwsd::data {

std::string to_text(const std::vector<PredictorMemory>& memories)
{
    std::string text;
    for (const PredictorMemory& m : memories)
        text += (text.empty() ? "" : ",") + m.predictor + (m.temperature.empty() ? "" : "+" + m.temperature) + ":" +
                std::to_string(m.months);
    return text.empty() ? "none" : text;
}

std::vector<PredictorMemory> parse_memories(const std::string& text, const std::string& where)
{
    std::vector<PredictorMemory> memories;
    std::istringstream list(text == "none" ? "" : text);
    for (std::string item; std::getline(list, item, ',');) {
        const auto colon = std::min(item.rfind(':'), item.size()), plus = std::min(item.find('+'), colon);
        PredictorMemory memory{item.substr(0, plus), 0,
                               plus < colon ? item.substr(plus + 1, colon - plus - 1) : std::string{}};
        const char *first = item.data() + std::min(colon + 1, item.size()), *last = item.data() + item.size();
        const auto read = std::from_chars(first, last, memory.months);
        if (read.ec != std::errc{} || read.ptr != last || memory.months < 1 || memory.months > 600)
            throw DataError(where + ": '" + item +
                            "' is not PREDICTOR:MONTHS or PRECIPITATION+TEMPERATURE:MONTHS with 1 to 600 whole months");
        memories.push_back(memory);
    }
    return memories;
}

} // namespace gwsd::data
