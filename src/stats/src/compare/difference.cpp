#include <splitplot/stats/compare/difference.hpp>

namespace splitplot::stats {

std::string_view name_of(TestMethod method) {
  switch (method) {
    case TestMethod::PooledZ:
      return "pooled z";
    case TestMethod::FisherExact:
      return "Fisher exact";
    case TestMethod::WelchT:
      return "Welch t";
    case TestMethod::AdjustedT:
      return "covariate-adjusted t";
    case TestMethod::ConfidenceSequence:
      return "confidence sequence";
  }
  return "unknown";
}

std::string_view name_of(IntervalMethod method) {
  switch (method) {
    case IntervalMethod::Newcombe:
      return "Newcombe";
    case IntervalMethod::WelchT:
      return "Welch t";
    case IntervalMethod::AdjustedT:
      return "covariate-adjusted t";
    case IntervalMethod::ConfidenceSequence:
      return "confidence sequence";
  }
  return "unknown";
}

}  // namespace splitplot::stats
