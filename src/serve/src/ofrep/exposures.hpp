/// Exposures made from single evaluations. The decision never waits for them: they are handed to the pipeline, and what
/// it refuses is counted and comes again with the next evaluation.
#pragma once

#include "metrics.hpp"

#include <splitplot/base/time.hpp>
#include <splitplot/base/unit.hpp>
#include <splitplot/base/value.hpp>
#include <splitplot/catalogue/catalogue.hpp>
#include <splitplot/collect/pipeline.hpp>
#include <splitplot/decide/snapshot.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_set>

namespace splitplot::serve {

/// Which exposures were submitted lately, so that a flag evaluated a thousand times a second is not written as often.
/// Bounded: two generations of fingerprints; the older one goes when the newer is full or old. The pipeline tells
/// duplicates apart anyway. Any thread.
class RecentExposures {
 public:
  explicit RecentExposures(std::size_t most = 200'000,
                           std::chrono::minutes lifetime = std::chrono::minutes(60));

  /// Whether it is new, and remembers it.
  [[nodiscard]] bool add(std::uint64_t fingerprint, Timestamp now);
  void forget(std::uint64_t fingerprint);

 private:
  const std::size_t most_in_generation_;
  const std::chrono::minutes lifetime_;
  std::mutex mutex_;
  std::unordered_set<std::uint64_t> newer_;
  std::unordered_set<std::uint64_t> older_;
  Timestamp newer_since_;
};

namespace ofrep {

/// Names whom an event is about by an id of that kind; a session stands in the context.
void set_unit(collect::Event& event, UnitKind kind, const std::string& unit);

/// An exposure as the event that the journal keeps; the pipeline adds where it came from and when. `decision` is of an
/// experiment.
[[nodiscard]] collect::Event exposure_event(const decide::Assignment& assignment, const Value& context,
                                            std::uint64_t revision);

/// What the recording needs to live on after the request.
struct ExposureSink {
  collect::Pipeline& pipeline;
  std::shared_ptr<RecentExposures> recent;
  std::shared_ptr<Metrics> metrics;
};

/// Submits the exposure, unless the same was submitted lately.
void record_exposure(const ExposureSink& sink, const catalogue::Principal& principal,
                     const decide::Assignment& assignment, const Value& context, std::uint64_t revision,
                     Timestamp now);

}  // namespace ofrep
}  // namespace splitplot::serve
