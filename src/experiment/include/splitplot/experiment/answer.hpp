/// What an analysis answers, for people who read nothing else: verdicts, the conclusion in sentences, and the next
/// step. `analyze_file` and `analyze_experiment` fill it in; reports, lists and the dashboard show it and decide
/// nothing themselves. Plain values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace splitplot::experiment {

/// What a comparison says, in the direction that the metric should go.
enum class Verdict {
  Unknown,   ///< cannot be compared
  Withheld,  ///< the corrected p-value would do, but the data do not allow a verdict
  Unclear,   ///< no effect was established
  Helps,
  Harms,
};

/// What a sentence of the conclusion is about.
enum class SentenceKind {
  Blocked,    ///< do not act on this result
  Caution,    ///< there are problems to read first
  Effect,     ///< an effect over all units
  Segments,   ///< effects inside segments
  Basis,      ///< how to read the numbers of the sentences before
  Differs,    ///< the effect differs between the levels of a dimension
  Elsewhere,  ///< how many effects inside segments there are on other metrics
  Limits,     ///< what could not be tested, or counts only by itself
  NoEffect,   ///< all that was tested and not found
  Alike,      ///< no difference between segments was found
};

struct Sentence {
  SentenceKind kind = SentenceKind::NoEffect;
  std::string text;
  std::string short_text = {};  ///< without the numbers, where they are many; else empty
};

/// A segment of a segment table.
struct SegmentPlace {
  std::size_t table = 0;    ///< index into Analysis::segment_tables
  std::size_t segment = 0;  ///< index into SegmentTable::segments
};

enum class Step {
  FixData,         ///< what was measured cannot be trusted yet
  KeepRunning,     ///< too early to tell
  Ship,            ///< one variant is better for everybody
  TargetSegments,  ///< a variant is better for some: confirm in a test of theirs
  Stop,            ///< nothing is to be won here
};

/// Advice by fixed rules (docs/guides/analyze.md); nothing is decided or done.
struct NextStep {
  Step step = Step::KeepRunning;
  std::string text;    ///< a sentence: what to do
  std::string reason;  ///< why, one or two sentences
  std::optional<std::uint64_t>
      missing_units;  ///< KeepRunning: until the planned ones are there, where they are known
  struct Target {
    SegmentPlace place;
    bool use = true;  ///< false: leave this segment out
    /// A condition for the population of the next experiment, as JSON; only of a served experiment.
    std::optional<std::string> population;
  };
  std::vector<Target> targets;  ///< TargetSegments
};

// Words of the formats, which never change: "helps", "segments", "target_segments".
[[nodiscard]] std::string_view name_of(Verdict verdict);
[[nodiscard]] std::string_view name_of(SentenceKind kind);
[[nodiscard]] std::string_view name_of(Step step);

}  // namespace splitplot::experiment
