// Nothing but in the library that tests build with faults in it; see seed_bug.cuh.

#include "seed_bug.cuh"

#ifdef GWSD_SEED_BUGS

#include <cstdlib>

namespace gwsd::cuda {

void seed_bugs_from_environment()
{
    const char* number = std::getenv("GWSD_SEED_BUG");
    for (const auto set : bug_setters()) set(number ? std::atoi(number) : 0);
}

} // namespace gwsd::cuda

#endif
