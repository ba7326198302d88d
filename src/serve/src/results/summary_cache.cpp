#include "results/summary_cache.hpp"

#include <algorithm>
#include <exception>

namespace splitplot::serve {
namespace {

void add_problems(std::vector<std::string>& problems, const std::vector<experiment::Finding>& findings) {
  for (const experiment::Finding& finding : findings) {
    if (finding.severity != experiment::Severity::Note) problems.push_back(finding.message);
  }
}

std::vector<ExperimentSummary::NamedSegment> named_segments(const experiment::Analysis& analysis) {
  std::vector<ExperimentSummary::NamedSegment> named;
  for (const auto& [at, index] : analysis.named_segments) {
    const experiment::SegmentTable& table = analysis.segment_tables[at];
    const experiment::SegmentResult& segment = table.segments[index];
    named.push_back({analysis.variants[table.variant].name, table.dimension, segment.segment,
                     analysis.metrics[table.metric].name, segment.verdict, *experiment::estimate_of(segment),
                     segment.adjusted_p_value});
  }
  return named;
}

ExperimentSummary failure(const Error& error, Timestamp computed) {
  ExperimentSummary summary;
  summary.problems = {error.message};
  summary.computed = computed;
  return summary;
}

}  // namespace

ExperimentSummary summary_of(const experiment::Analysis& analysis, Timestamp computed) {
  ExperimentSummary summary;
  for (const experiment::Sentence& sentence : analysis.conclusion)
    summary.conclusion.push_back(sentence.text);
  summary.headline = headline_of(analysis);
  summary.segments = named_segments(analysis);
  summary.next = analysis.next;
  summary.next.targets.clear();
  summary.computed = computed;
  add_problems(summary.problems, analysis.findings);
  if (analysis.metrics.empty()) return summary;
  const experiment::MetricResult& primary = analysis.metrics.front();
  add_problems(summary.problems, primary.findings);
  for (const experiment::Comparison& comparison : primary.comparisons) {
    ExperimentSummary::Effect effect{analysis.variants[comparison.variant].name, {}};
    if (comparison.difference) {
      effect.difference = stats::Estimate{comparison.difference->value, comparison.difference->interval};
    } else {
      effect.difference = tl::unexpected(comparison.difference.error());
    }
    summary.effects.push_back(std::move(effect));
  }
  return summary;
}

SummaryCache::SummaryCache(Analyse analyse, std::function<std::uint64_t()> position, const Clock& clock)
    : analyse_(std::move(analyse)), position_(std::move(position)), clock_(clock) {}

bool SummaryCache::is_stale(const Entry& entry, const ExperimentProgress& experiment) const {
  if (!entry.summary || entry.started != experiment.started || entry.stopped != experiment.stopped)
    return true;
  return clock_.now() - entry.summary->computed >= kFreshFor && position_() != entry.position;
}

void SummaryCache::forget_others(const catalogue::Scope& scope,
                                 std::span<const ExperimentProgress> experiments) {
  std::erase_if(entries_, [&](const auto& entry) {
    return entry.first.first == scope && !entry.second.wanted &&
           std::ranges::find(experiments, entry.first.second, &ExperimentProgress::key) == experiments.end();
  });
}

bool SummaryCache::all_made(const catalogue::Scope& scope,
                            std::span<const ExperimentProgress> experiments) const {
  return std::ranges::all_of(experiments, [&](const ExperimentProgress& experiment) {
    if (!experiment.started) return true;
    const auto entry = entries_.find({scope, experiment.key});
    return entry == entries_.end() || entry->second.summary;
  });
}

std::vector<std::optional<ExperimentSummary>> SummaryCache::summaries(
    const catalogue::Scope& scope, std::span<const ExperimentProgress> experiments,
    std::chrono::milliseconds patience) {
  std::unique_lock lock(mutex_);
  forget_others(scope, experiments);
  for (const ExperimentProgress& experiment : experiments) {
    if (!experiment.started || stopping_) continue;
    Entry& entry = entries_[{scope, experiment.key}];
    if (entry.wanted || !is_stale(entry, experiment)) continue;
    entry.wanted = true;
    entry.started = experiment.started;
    entry.stopped = experiment.stopped;
    waiting_.emplace_back(scope, experiment.key);
    if (!thread_.joinable()) thread_ = std::thread([this] { work(); });
  }
  changed_.notify_all();
  changed_.wait_for(lock, patience, [&] { return stopping_ || all_made(scope, experiments); });
  std::vector<std::optional<ExperimentSummary>> answer;
  for (const ExperimentProgress& experiment : experiments) {
    const auto entry = entries_.find({scope, experiment.key});
    const bool known = experiment.started && entry != entries_.end();
    answer.push_back(known ? entry->second.summary : std::nullopt);
  }
  return answer;
}

void SummaryCache::work() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [&] { return stopping_ || !waiting_.empty(); });
    if (stopping_) return;
    const Name name = std::move(waiting_.front());
    waiting_.pop_front();
    lock.unlock();
    const std::uint64_t position = position_();
    ExperimentSummary summary;
    try {
      const auto analysis = analyse_(name.first, name.second);
      summary = analysis ? summary_of(*analysis, clock_.now()) : failure(analysis.error(), clock_.now());
    } catch (const std::exception& exception) {
      summary = failure({ErrorCode::Internal, exception.what(), ""}, clock_.now());
    }
    lock.lock();
    Entry& entry = entries_[name];
    entry.summary = std::move(summary);
    entry.position = position;
    entry.wanted = false;
    changed_.notify_all();
  }
}

void SummaryCache::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

}  // namespace splitplot::serve
