#pragma once

// Catch2 2.13 and 3 from one tree. Matchers (WithinAbs, WithinRel) exist in both.
#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_all.hpp>
using Catch::Approx;
#else
#include <catch2/catch.hpp>
#endif
