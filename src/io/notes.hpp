#pragma once

#include <string>
#include <vector>

#include "gwsd/core/message.hpp"

namespace gwsd::io {

/// Where decisions about an input are told: to the user at once, or into a list for a report.
struct Notes {
    std::vector<std::string>* list = nullptr;

    void tell(const std::string& text) const
    {
        if (list)
            list->push_back(text);
        else
            note(text);
    }
    void warn(const std::string& text) const
    {
        if (list)
            list->push_back("warning: " + text);
        else
            gwsd::warn(text);
    }
};

} // namespace gwsd::io
