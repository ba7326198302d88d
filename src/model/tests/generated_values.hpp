/// Values and texts as nobody would write them by hand.
#pragma once

#include <splitplot/base/random.hpp>
#include <splitplot/base/value.hpp>

#include <string>

namespace splitplot::model::test {

/// UTF-8 with awkward characters in it: blanks at the ends, controls, quotes, indicators, wide characters.
std::string generated_text(RandomStream& random);

/// Any value, nested at most `depth` deep; numbers of all sizes, names unique.
Value generated_value(RandomStream& random, int depth);

}  // namespace splitplot::model::test
