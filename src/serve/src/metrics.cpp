#include "metrics.hpp"

#include <array>
#include <atomic>
#include <sstream>
#include <unordered_map>
#include <utility>
#include <vector>

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

namespace splitplot::serve {
namespace {

using prometheus::Counter;
using prometheus::Family;
using prometheus::Gauge;
using prometheus::Histogram;

constexpr std::array kStatuses = {200, 201, 204, 304, 400, 401, 403, 404, 405, 408, 409,
                                  413, 414, 415, 417, 422, 429, 431, 500, 501, 503, 505};
constexpr std::array kMethods = {Method::Get,   Method::Head,   Method::Post,    Method::Put,
                                 Method::Patch, Method::Delete, Method::Options, Method::Other};
constexpr std::array kEventTypes = {collect::EventType::Track, collect::EventType::Identify,
                                    collect::EventType::Page,  collect::EventType::Screen,
                                    collect::EventType::Group, collect::EventType::Alias};
/// Reasons are ours and few; whatever lies beyond them is "other", so that no client can grow the labels.
constexpr std::array<std::string_view, 17> kRejections = {
    "no_user",  "oversize",    "bad_type",       "no_event_name",  "no_group",       "no_previous_id",
    "bad_json", "bad_time",    "not_an_object",  "bad_event_name", "bad_message_id", "bad_id",
    "bad_key",  "bad_context", "bad_properties", "duplicate_name", "other"};

const Histogram::BucketBoundaries kRequestSeconds = {.005, .01, .025, .05, .075, .1,  .25,
                                                     .5,   .75, 1,    2.5, 5,    7.5, 10};
const Histogram::BucketBoundaries kEvaluationSeconds = {1e-5, 2.5e-5, 5e-5, 1e-4,  2.5e-4,
                                                        5e-4, 1e-3,   5e-3, 2.5e-2};
const Histogram::BucketBoundaries kBatchBytes = {1024, 4096, 16384, 65536, 262144, 524288};
const Histogram::BucketBoundaries kBatchEvents = {1, 5, 20, 100, 500, 2500};

std::string_view mode_text(EvaluationMode mode) {
  return mode == EvaluationMode::Single ? "single" : "bulk";
}

std::string_view error_text(decide::DecisionError error) {
  switch (error) {
    case decide::DecisionError::FlagNotFound:
      return "flag_not_found";
    case decide::DecisionError::TargetingKeyMissing:
      return "targeting_key_missing";
    case decide::DecisionError::CyclicPrerequisite:
      return "cyclic_prerequisite";
    case decide::DecisionError::None:
      break;
  }
  return "";
}

constexpr std::array<std::string_view, 6> kReasons = {"static", "default",  "targeting_match",
                                                      "split",  "disabled", "error"};

/// A family with one sample, made at the scrape.
prometheus::MetricFamily sample(std::string name, std::string help, prometheus::MetricType type, double value,
                                std::vector<prometheus::ClientMetric::Label> labels = {}) {
  prometheus::MetricFamily family;
  family.name = std::move(name);
  family.help = std::move(help);
  family.type = type;
  prometheus::ClientMetric metric;
  metric.label = std::move(labels);
  (type == prometheus::MetricType::Counter ? metric.counter.value : metric.gauge.value) = value;
  family.metric.push_back(std::move(metric));
  return family;
}

class Samples {
 public:
  explicit Samples(std::vector<prometheus::MetricFamily>& families) : families_(families) {}
  template <typename Number>
  void counter(const char* name, const char* help, Number value) {
    families_.push_back(sample(name, help, prometheus::MetricType::Counter, static_cast<double>(value)));
  }
  template <typename Number>
  void gauge(const char* name, const char* help, Number value) {
    families_.push_back(sample(name, help, prometheus::MetricType::Gauge, static_cast<double>(value)));
  }

 private:
  std::vector<prometheus::MetricFamily>& families_;
};

void add_pipeline(Samples& samples, const collect::PipelineStatus& status) {
  samples.counter("splitplot_events_stored_total", "Events that are durable in the journal.", status.stored);
  samples.counter("splitplot_events_duplicate_total", "Events that had been stored before.",
                  status.duplicates);
  samples.counter("splitplot_events_refused_batches_total", "Batches answered 429 or 503.",
                  status.refused_batches);
  samples.counter("splitplot_exposures_stored_total", "Exposures among the events stored.", status.exposures);
  samples.counter("splitplot_journal_rounds_total", "Group commits of the journal.", status.rounds);
  samples.counter("splitplot_journal_append_seconds_total", "Time spent in journal appends and their syncs.",
                  status.sync_seconds);
  samples.gauge("splitplot_event_pending_bytes", "Bytes of events not yet taken by the pipeline.",
                status.waiting_bytes);
  samples.gauge("splitplot_journal_durable_bytes", "Offset before which the journal is durable.",
                status.durable_end);
  samples.gauge("splitplot_online_reflected_bytes", "Journal offset that the online store reflects.",
                status.checkpointed);
  samples.gauge("splitplot_pipeline_healthy", "1 while events are taken.", status.trouble.empty() ? 1 : 0);
}

void add_configuration(Samples& samples, const catalogue::Standing& standing) {
  samples.gauge("splitplot_configuration_revision", "Last change in the configuration that decides.",
                standing.revision);
  samples.gauge("splitplot_configuration_age_seconds", "Since the catalogue last stood behind it.",
                static_cast<std::uint64_t>(standing.age.count()));
  samples.gauge("splitplot_catalogue_healthy", "0 while the last good configuration stands in for it.",
                standing.trouble.empty() ? 1 : 0);
  samples.gauge("splitplot_last_good_healthy", "1 while the last good configuration can be kept on disk.",
                standing.keeping_trouble.empty() ? 1 : 0);
}

void add_streams(Samples& samples, const StreamCounts& counts) {
  samples.gauge("splitplot_streams_open", "Event streams that are open.", counts.open.load());
  samples.gauge("splitplot_streams_most", "Event streams that may be open at once.", counts.most.load());
  samples.counter("splitplot_streams_begun_total", "Event streams that were opened.", counts.begun.load());
  samples.counter("splitplot_stream_messages_total", "Messages sent on event streams.",
                  counts.messages.load());
  samples.counter("splitplot_stream_messages_skipped_total",
                  "Messages that a newer one replaced before a slow client took them.",
                  counts.skipped.load());
  samples.counter("splitplot_streams_dropped_total", "Event streams closed since the client was too slow.",
                  counts.dropped.load());
  samples.counter("splitplot_streams_withdrawn_total", "Event streams closed since their key was revoked.",
                  counts.withdrawn.load());
}

void add_loader(Samples& samples, const collect::LoaderStatus& status, store::JournalOffset durable_end) {
  samples.counter("splitplot_loader_records_total", "Records loaded into the warehouse.", status.records);
  samples.counter("splitplot_loader_damaged_records_total", "Records that could not be read.",
                  status.damaged);
  samples.gauge("splitplot_loader_lag_bytes", "Bytes of the durable journal not yet in the warehouse.",
                durable_end > status.loaded ? durable_end - status.loaded : 0);
  samples.gauge("splitplot_loader_healthy", "1 while the warehouse takes rows.",
                status.trouble.empty() ? 1 : 0);
}

}  // namespace

struct Metrics::Families {
  /// Histograms of one route, made when a status is first seen.
  struct OfRoute {
    std::array<std::array<std::atomic<Histogram*>, kStatuses.size()>, kMethods.size()> histograms{};
    std::string pattern;
  };

  prometheus::Registry registry;
  Family<Histogram>& durations = prometheus::BuildHistogram()
                                     .Name("http_server_request_duration_seconds")
                                     .Help("Time from the first byte of a request to its answer.")
                                     .Register(registry);
  Family<Gauge>& active = prometheus::BuildGauge()
                              .Name("http_server_active_requests")
                              .Help("Requests being answered.")
                              .Register(registry);
  Family<Counter>& refused = prometheus::BuildCounter()
                                 .Name("splitplot_http_refused_total")
                                 .Help("Requests refused before a route was known.")
                                 .Register(registry);
  Family<Counter>& evaluations = prometheus::BuildCounter()
                                     .Name("splitplot_flag_evaluations_total")
                                     .Help("Flags evaluated.")
                                     .Register(registry);
  Family<Histogram>& evaluation_durations = prometheus::BuildHistogram()
                                                .Name("splitplot_flag_evaluation_duration_seconds")
                                                .Help("Time of an evaluation request in the server.")
                                                .Register(registry);
  Family<Counter>& exposures = prometheus::BuildCounter()
                                   .Name("splitplot_evaluation_exposures_total")
                                   .Help("Exposures made from single evaluations.")
                                   .Register(registry);
  Family<Counter>& received = prometheus::BuildCounter()
                                  .Name("splitplot_events_received_total")
                                  .Help("Events received, before duplicates are told apart.")
                                  .Register(registry);
  Family<Counter>& rejected = prometheus::BuildCounter()
                                  .Name("splitplot_events_rejected_total")
                                  .Help("Events rejected and kept to be looked at.")
                                  .Register(registry);
  Family<Histogram>& batch_bytes = prometheus::BuildHistogram()
                                       .Name("splitplot_event_batch_bytes")
                                       .Help("Size of event requests, decompressed.")
                                       .Register(registry);
  Family<Histogram>& batch_events = prometheus::BuildHistogram()
                                        .Name("splitplot_event_batch_events")
                                        .Help("Events of a request.")
                                        .Register(registry);

  std::unordered_map<const Route*, std::unique_ptr<OfRoute>> routes;
  std::array<Gauge*, kMethods.size()> active_of{};
  std::array<std::array<Counter*, kReasons.size()>, 2> decided{};
  std::array<std::array<Counter*, 4>, 2> decision_errors{};
  std::array<std::array<Counter*, 2>, 2> bad_questions{};
  std::array<Histogram*, 2> evaluation_seconds{};
  std::array<Counter*, 3> exposure_outcomes{};
  std::array<Counter*, kEventTypes.size()> received_of{};
  std::array<Counter*, kRejections.size()> rejected_for{};
  Histogram* bytes_of_batch = nullptr;
  Histogram* events_of_batch = nullptr;
  std::string version;
};

Metrics::Metrics(std::span<const Route> routes, std::string_view version)
    : families_(std::make_unique<Families>()) {
  Families& all = *families_;
  all.version = version;
  for (const Route& route : routes) {
    auto of_route = std::make_unique<Families::OfRoute>();
    of_route->pattern = route.pattern;
    all.routes.emplace(&route, std::move(of_route));
  }
  all.routes.emplace(nullptr, std::make_unique<Families::OfRoute>());
  for (const Method method : kMethods) {
    all.active_of[static_cast<std::size_t>(method)] =
        &all.active.Add({{"http_request_method", std::string(name_of(method))}, {"url_scheme", "http"}});
  }
  for (const EvaluationMode mode : {EvaluationMode::Single, EvaluationMode::Bulk}) {
    const auto at = static_cast<std::size_t>(mode);
    const prometheus::Labels base = {{"protocol", "ofrep"}, {"mode", std::string(mode_text(mode))}};
    const auto counter = [&](std::string_view reason, std::string_view error) {
      prometheus::Labels labels = base;
      labels.emplace("reason", reason);
      labels.emplace("error_type", error);
      return &all.evaluations.Add(labels);
    };
    for (std::size_t reason = 0; reason < kReasons.size(); ++reason) {
      all.decided[at][reason] = counter(kReasons[reason], kReasons[reason] == "error" ? "general" : "");
    }
    for (const auto error : {decide::DecisionError::FlagNotFound, decide::DecisionError::TargetingKeyMissing,
                             decide::DecisionError::CyclicPrerequisite}) {
      all.decision_errors[at][static_cast<std::size_t>(error)] = counter("error", error_text(error));
    }
    all.bad_questions[at] = {counter("error", "parse_error"), counter("error", "invalid_context")};
    all.evaluation_seconds[at] = &all.evaluation_durations.Add(base, kEvaluationSeconds);
  }
  all.exposure_outcomes = {&all.exposures.Add({{"outcome", "submitted"}}),
                           &all.exposures.Add({{"outcome", "recent"}}),
                           &all.exposures.Add({{"outcome", "refused"}})};
  for (std::size_t type = 0; type < kEventTypes.size(); ++type) {
    all.received_of[type] =
        &all.received.Add({{"protocol", "segment"}, {"type", std::string(name_of(kEventTypes[type]))}});
  }
  for (std::size_t reason = 0; reason < kRejections.size(); ++reason) {
    all.rejected_for[reason] = &all.rejected.Add({{"reason", std::string(kRejections[reason])}});
  }
  all.bytes_of_batch = &all.batch_bytes.Add({{"protocol", "segment"}}, kBatchBytes);
  all.events_of_batch = &all.batch_events.Add({{"protocol", "segment"}}, kBatchEvents);
}

Metrics::~Metrics() = default;

void Metrics::request_begun(Method method) {
  families_->active_of[static_cast<std::size_t>(method)]->Increment();
}

void Metrics::request_ended(Method method) {
  families_->active_of[static_cast<std::size_t>(method)]->Decrement();
}

void Metrics::answered(Method method, const Route* route, int status, double seconds) {
  Families& all = *families_;
  Families::OfRoute& of_route = *all.routes.at(route);
  std::size_t at = 0;
  while (at < kStatuses.size() && kStatuses[at] != status) ++at;
  if (at == kStatuses.size()) return;
  std::atomic<Histogram*>& slot = of_route.histograms[static_cast<std::size_t>(method)][at];
  Histogram* histogram = slot.load(std::memory_order_acquire);
  if (histogram == nullptr) {
    // Two threads may come here at once: the family answers both the same histogram.
    histogram = &all.durations.Add({{"http_request_method", std::string(name_of(method))},
                                    {"http_route", of_route.pattern},
                                    {"http_response_status_code", std::to_string(status)},
                                    {"url_scheme", "http"}},
                                   kRequestSeconds);
    slot.store(histogram, std::memory_order_release);
  }
  histogram->Observe(seconds);
}

void Metrics::request_refused(int status) {
  families_->refused.Add({{"http_response_status_code", std::to_string(status)}}).Increment();
}

void Metrics::decisions(EvaluationMode mode, const DecisionTally& tally) {
  const auto at = static_cast<std::size_t>(mode);
  const auto count = [](Counter* counter, std::uint32_t times) {
    if (times > 0) counter->Increment(times);
  };
  for (std::size_t i = 0; i < tally.by_reason_.size(); ++i)
    count(families_->decided[at][i], tally.by_reason_[i]);
  for (std::size_t i = 0; i < tally.by_error_.size(); ++i)
    count(families_->decision_errors[at][i], tally.by_error_[i]);
}

void Metrics::bad_question(EvaluationMode mode, BadQuestion why) {
  families_->bad_questions[static_cast<std::size_t>(mode)][static_cast<std::size_t>(why)]->Increment();
}

void Metrics::evaluated(EvaluationMode mode, double seconds) {
  families_->evaluation_seconds[static_cast<std::size_t>(mode)]->Observe(seconds);
}

void Metrics::exposure(ExposureOutcome outcome) {
  families_->exposure_outcomes[static_cast<std::size_t>(outcome)]->Increment();
}

void Metrics::events_received(collect::EventType type, std::uint64_t count) {
  for (std::size_t at = 0; at < kEventTypes.size(); ++at) {
    if (kEventTypes[at] == type) families_->received_of[at]->Increment(static_cast<double>(count));
  }
}

void Metrics::event_rejected(std::string_view reason) {
  std::size_t at = 0;
  while (at + 1 < kRejections.size() && kRejections[at] != reason) ++at;
  families_->rejected_for[at]->Increment();
}

void Metrics::batch(std::size_t bytes, std::size_t events) {
  families_->bytes_of_batch->Observe(static_cast<double>(bytes));
  families_->events_of_batch->Observe(static_cast<double>(events));
}

std::string Metrics::text(const Services& services, const StreamCounts& streams) const {
  std::vector<prometheus::MetricFamily> families = families_->registry.Collect();
  Samples samples(families);
  families.push_back(sample("splitplot_build_info", "The program that runs.", prometheus::MetricType::Gauge,
                            1, {{"version", families_->version}}));
  const collect::PipelineStatus pipeline = services.pipeline.status();
  add_pipeline(samples, pipeline);
  add_streams(samples, streams);
  add_configuration(samples, services.catalogue.standing());
  if (services.loader != nullptr) add_loader(samples, services.loader->status(), pipeline.durable_end);
  std::ostringstream out;
  prometheus::TextSerializer().Serialize(out, families);
  return out.str();
}

}  // namespace splitplot::serve
