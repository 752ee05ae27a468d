// Uses what is compiled into gwsd::io.
#include <cstdio>

#include "gwsd/io/versions.hpp"

int main()
{
    for (const auto& library : gwsd::io::library_versions())
        std::printf("%s %s\n", library.name.c_str(), library.version.c_str());
    return gwsd::io::library_versions().empty() ? 1 : 0;
}
