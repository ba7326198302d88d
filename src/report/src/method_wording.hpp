/// How variants were compared, told once for each way. Pure functions.
#pragma once

#include <splitplot/experiment/analysis.hpp>

#include <string>

namespace splitplot::report {

/// One way of comparing, in words. Names are as in the data.
struct MethodWords {
  std::string metrics;  ///< "visit, spend", with the treatments where others were compared in another way
  std::string method;   ///< "pooled z; interval: Newcombe"
  std::string why;      ///< a sentence
  std::string change;   ///< the option, or empty
  std::string assumes;  ///< clauses, separated by semicolons, beside the shared ones; may be empty
};

/// What all ways of comparing take for granted: clauses, separated by semicolons.
[[nodiscard]] std::string shared_assumptions(const experiment::Analysis& analysis);

[[nodiscard]] MethodWords words_of(const experiment::Analysis& analysis, const experiment::MethodUsed& used);

}  // namespace splitplot::report
