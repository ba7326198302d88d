/// What /metrics tells: counters and histograms of the server, resolved once, and the state of the services, asked for
/// at each scrape. Names: docs/formats/http-api.md. All functions may be called by any thread.
#pragma once

#include "http/message.hpp"
#include "http/stream_answer.hpp"
#include "route.hpp"

#include <splitplot/collect/event.hpp>
#include <splitplot/decide/snapshot.hpp>
#include <splitplot/serve/server.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace splitplot::serve {

enum class EvaluationMode { Single, Bulk };

/// Why a question got no decision at all.
enum class BadQuestion { ParseError, InvalidContext };

enum class ExposureOutcome {
  Submitted,
  Recent,   ///< the same one was submitted shortly before
  Refused,  ///< the pipeline took none; the decision was answered all the same
};

/// Counts decisions of one request, so that what all threads share is written once.
class DecisionTally {
 public:
  void add(const decide::Decision& decision) {
    ++(decision.error == decide::DecisionError::None ? by_reason_[static_cast<std::size_t>(decision.reason)]
                                                     : by_error_[static_cast<std::size_t>(decision.error)]);
  }

 private:
  friend class Metrics;
  std::array<std::uint32_t, 6> by_reason_{};
  std::array<std::uint32_t, 4> by_error_{};
};

class Metrics {
 public:
  Metrics(std::span<const Route> routes, std::string_view version);
  ~Metrics();

  void request_begun(Method method);
  void request_ended(Method method);
  /// `route` is null where none was found.
  void answered(Method method, const Route* route, int status, double seconds);
  /// Requests that never became one (malformed, too slow, too large).
  void request_refused(int status);

  void decisions(EvaluationMode mode, const DecisionTally& tally);
  void bad_question(EvaluationMode mode, BadQuestion why);
  void evaluated(EvaluationMode mode, double seconds);
  void exposure(ExposureOutcome outcome);

  void events_received(collect::EventType type, std::uint64_t count);
  void event_rejected(std::string_view reason);
  void batch(std::size_t bytes, std::size_t events);

  /// The text exposition format, version 0.0.4.
  [[nodiscard]] std::string text(const Services& services, const StreamCounts& streams) const;

 private:
  struct Families;
  std::unique_ptr<Families> families_;
};

}  // namespace splitplot::serve
