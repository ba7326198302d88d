/// Before an experiment starts: does hashing alone split units as planned, and does it split them independently of the other
/// experiments on the same units? Asked of made-up ids, and of known ones. Pure; no clock.
#pragma once

#include <splitplot/base/result.hpp>
#include <splitplot/decide/snapshot.hpp>
#include <splitplot/stats/compare/contingency.hpp>
#include <splitplot/stats/estimate.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace splitplot::experiment {

/// A p-value below this is an alarm; false once in a thousand samples.
inline constexpr double kAssignmentAlarm = 0.001;

struct AssignmentCheckRequest {
  std::string experiment;
  std::uint64_t simulated_ids = 100'000;  ///< 0: none
  std::uint64_t seed = 1;                 ///< of the simulated ids
  std::span<const std::string> known_ids = {};
  /// Keys of others whose seeds are not known here, so that nothing can be said of them.
  std::span<const std::string> others_without_seed = {};
};

/// Whether the variants of two experiments go together.
struct OtherExperiment {
  std::string key;
  std::uint64_t units_in_both = 0;
  stats::Estimated<stats::ChiSquareTest> independence;
  std::optional<double> corrected_p_value;  ///< by Holm, over the others of this sample
};

struct AssignmentSample {
  enum class Ids { Simulated, Known } ids = Ids::Simulated;
  std::uint64_t units = 0;
  std::uint64_t outside = 0;  ///< in another slice of its layer, or held out
  struct Variant {
    std::string key;
    std::uint64_t units = 0;
    double planned_share = 0;
  };
  std::vector<Variant> variants;
  std::uint64_t taking_part = 0;
  double planned_coverage = 1;  ///< of those who are not outside; at the end of a ramp
  stats::Estimated<stats::ChiSquareTest> split;
  /// Two-sided; not estimable where everybody is meant to take part.
  stats::Estimated<double> coverage_p_value;
  std::vector<OtherExperiment> others;
  std::vector<std::string> alarms;  ///< what is not as planned, each a sentence
};

struct AssignmentCheck {
  std::string experiment;
  std::vector<AssignmentSample> samples;
  [[nodiscard]] bool as_planned() const;
};

/// Whether the experiment runs, is a draft or has a population does not matter; layers, holdouts and coverage do. The
/// others are those that run and hash the same attribute. Errors: NotFound; InvalidArgument without any ids.
[[nodiscard]] Result<AssignmentCheck> check_assignment(const decide::Snapshot& snapshot,
                                                       const AssignmentCheckRequest& request);

}  // namespace splitplot::experiment
