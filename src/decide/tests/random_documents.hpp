/// Configurations as nobody would write them, with everything that rules can say, and units that often meet them.
#pragma once

#include <splitplot/base/time.hpp>
#include <splitplot/base/value.hpp>
#include <splitplot/model/configuration.hpp>

#include <random>

namespace splitplot::decide::test {

/// When they are asked: their schedules and ramps are around it.
Timestamp random_now();
model::PlannedTime hours_from_now(int hours);

/// Attributes of "user-<number>".
Value random_unit(std::mt19937& random, int number);

/// Flags "base" and "f0" to "f7", experiments "e0" to "e3" and perhaps a holdout.
model::Configuration random_configuration(std::mt19937& random);

}  // namespace splitplot::decide::test
