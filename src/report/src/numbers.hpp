/// Numbers as text, under the names that this module uses: the same digits stand in the conclusion and in
/// every report.
#pragma once

#include <splitplot/experiment/numbers.hpp>

namespace splitplot::report {

using experiment::chance;
using experiment::change;
using experiment::confidence;
using experiment::count;
using experiment::counted;
using experiment::Figure;
using experiment::fixed;
using experiment::kNoBreakSpace;
using experiment::level;
using experiment::lift;
using experiment::magnitude;
using experiment::p_equals;
using experiment::p_value;
using experiment::percent;
using experiment::Quantity;
using experiment::share;
using experiment::signed_fixed;

}  // namespace splitplot::report
