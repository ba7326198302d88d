/// Summaries of experiments for lists: what an analysis found, kept for a while, so that a list answers fast and never
/// holds up a decision. Analyses run on one thread of the cache's own, one after the other, and each at most once
/// at a time. A summary is stale when it is older than `kFreshFor` and data came in since, or when the experiment was
/// started or stopped since. Any thread.
#pragma once

#include <splitplot/base/time.hpp>
#include <splitplot/catalogue/catalogue.hpp>
#include <splitplot/serve/experiments.hpp>

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace splitplot::serve {

/// What a list says of an experiment's results.
struct ExperimentSummary {
  std::string headline;  ///< empty where nothing could be analysed
  std::vector<std::string> conclusion;
  struct Effect {
    std::string variant;
    stats::Estimated<stats::Estimate> difference;  ///< on the primary metric, treatment minus control
  };
  std::vector<Effect> effects;
  /// An effect inside a segment that the conclusion names.
  struct NamedSegment {
    std::string variant, dimension, segment, metric;
    experiment::Verdict verdict = experiment::Verdict::Unclear;
    experiment::SegmentEstimate estimate;
    double adjusted_p_value = 1;
  };
  std::vector<NamedSegment> segments;
  experiment::NextStep next;          ///< without its targets
  std::vector<std::string> problems;  ///< what weakens the numbers, or why there are none
  Timestamp computed;
};

[[nodiscard]] ExperimentSummary summary_of(const experiment::Analysis& analysis, Timestamp computed);

class SummaryCache {
 public:
  static constexpr auto kFreshFor = std::chrono::seconds(10);

  using Analyse =
      std::function<Result<experiment::Analysis>(const catalogue::Scope&, std::string_view experiment)>;
  /// `position` says how far data came in. `clock` must outlive the cache.
  SummaryCache(Analyse analyse, std::function<std::uint64_t()> position, const Clock& clock);
  SummaryCache(const SummaryCache&) = delete;
  SummaryCache& operator=(const SummaryCache&) = delete;
  ~SummaryCache() { stop(); }

  /// What is known of the experiments of a scope that were started, in their order: nothing where there is no summary
  /// yet. Has stale ones made again; waits up to `patience` for those that were never made. Others are forgotten.
  [[nodiscard]] std::vector<std::optional<ExperimentSummary>> summaries(
      const catalogue::Scope& scope, std::span<const ExperimentProgress> experiments,
      std::chrono::milliseconds patience);

  /// Finishes the analysis in hand; makes no more.
  void stop();

 private:
  using Name = std::pair<catalogue::Scope, std::string>;
  struct Entry {
    std::optional<ExperimentSummary> summary;
    std::optional<Timestamp> started, stopped;  ///< of the experiment, when the summary was asked for
    std::uint64_t position = 0;                 ///< when it was begun
    bool wanted = false;                        ///< waits, or is being made
  };

  [[nodiscard]] bool is_stale(const Entry& entry, const ExperimentProgress& experiment) const;
  void forget_others(const catalogue::Scope& scope, std::span<const ExperimentProgress> experiments);
  [[nodiscard]] bool all_made(const catalogue::Scope& scope,
                              std::span<const ExperimentProgress> experiments) const;
  void work();

  const Analyse analyse_;
  const std::function<std::uint64_t()> position_;
  const Clock& clock_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::map<Name, Entry> entries_;
  std::deque<Name> waiting_;
  bool stopping_ = false;
  std::thread thread_;  ///< begun with the first summary that is asked for
};

}  // namespace splitplot::serve
