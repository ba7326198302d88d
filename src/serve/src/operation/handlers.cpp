#include "operation/handlers.hpp"

#include "answers.hpp"
#include "management/body.hpp"
#include "metrics.hpp"
#include "stream/broadcaster.hpp"

#include <splitplot/base/key.hpp>
#include <splitplot/base/time.hpp>

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>

namespace splitplot::serve::operation {
namespace {

using management::BodyReader;
using management::problem;

/// Journal that the warehouse may lag behind before results are too old to be called ready.
constexpr store::JournalOffset kLagBytes = 1ULL << 30;

Value trouble(std::string_view name, std::string_view detail) {
  Value value;
  value.set("check", name);
  value.set("detail", detail);
  return value;
}

Value::Array troubles(const Services& services) {
  Value::Array list;
  const collect::PipelineStatus pipeline = services.pipeline.status();
  if (!pipeline.trouble.empty()) list.push_back(trouble("events", pipeline.trouble));
  if (services.loader != nullptr) {
    const collect::LoaderStatus loader = services.loader->status();
    if (!loader.trouble.empty()) list.push_back(trouble("warehouse", loader.trouble));
    if (pipeline.durable_end > loader.loaded + kLagBytes) {
      list.push_back(trouble("warehouse", "it lags " + std::to_string(pipeline.durable_end - loader.loaded) +
                                              " bytes behind the journal"));
    }
  }
  for (const ReadinessCheck& check : services.readiness) {
    if (const std::optional<std::string> wrong = check.check()) list.push_back(trouble(check.name, *wrong));
  }
  return list;
}

/// Which configuration decides, how old it may be, and whether the catalogue stands behind it.
Value configuration_value(const Services& services) {
  const catalogue::Standing standing = services.catalogue.standing();
  Value value;
  value.set("revision", standing.revision);
  value.set("age_seconds", standing.age.count());
  value.set("degraded", !standing.trouble.empty());
  return value;
}

/// What is wrong with the configuration: no reason to send nobody here, since decisions go on.
Value::Array configuration_troubles(const Services& services) {
  const catalogue::Standing standing = services.catalogue.standing();
  Value::Array list;
  if (!standing.trouble.empty()) list.push_back(trouble("catalogue", standing.trouble));
  if (!standing.keeping_trouble.empty()) list.push_back(trouble("last-good", standing.keeping_trouble));
  return list;
}

Value pipeline_value(const collect::PipelineStatus& status) {
  Value value;
  value.set("received", status.received);
  value.set("stored", status.stored);
  value.set("duplicates", status.duplicates);
  value.set("rejected", status.rejected);
  value.set("exposures", status.exposures);
  value.set("refused_batches", status.refused_batches);
  value.set("waiting_bytes", status.waiting_bytes);
  value.set("replayed", status.replayed);
  value.set("durable_end", status.durable_end);
  value.set("checkpointed", status.checkpointed);
  value.set("trouble", status.trouble);
  return value;
}

Value loader_value(const collect::LoaderStatus& status) {
  Value value;
  value.set("loaded", status.loaded);
  value.set("records", status.records);
  value.set("damaged", status.damaged);
  value.set("trouble", status.trouble);
  return value;
}

}  // namespace

Response health(const Call&) {
  Value answer;
  answer.set("status", "alive");
  return json_response(answer);
}

Response readiness(const Call& call) {
  const Services& services = call.context.services;
  Value::Array wrong = troubles(services);
  const bool is_ready = wrong.empty();
  Value::Array degraded = configuration_troubles(services);
  Value answer;
  answer.set("status", !is_ready ? "not ready" : degraded.empty() ? "ready" : "degraded");
  std::move(degraded.begin(), degraded.end(), std::back_inserter(wrong));
  answer.set("problems", std::move(wrong));
  answer.set("configuration", configuration_value(services));
  return json_response(answer, is_ready ? 200 : 503);
}

Response metrics(const Call& call) {
  Response response;
  response.content_type = "text/plain; version=0.0.4; charset=utf-8";
  response.body = call.context.metrics->text(call.context.services, call.context.streams->counts());
  return response;
}

Response status(const Call& call) {
  const Services& services = call.context.services;
  const auto snapshot = services.catalogue.snapshot(call.principal->scope);
  Value answer;
  answer.set("version", services.version);
  answer.set("environment", environment_name(call.principal->scope));
  answer.set("connection", call.principal->connection);
  answer.set("revision", snapshot != nullptr ? Value(snapshot->revision()) : Value());
  answer.set("now", rfc3339(services.clock.now()));
  answer.set("test_mode", services.test_clock != nullptr);
  answer.set("events", pipeline_value(services.pipeline.status()));
  answer.set("warehouse", services.loader != nullptr ? loader_value(services.loader->status()) : Value());
  Value::Array problems = troubles(services);
  Value::Array degraded = configuration_troubles(services);
  std::move(degraded.begin(), degraded.end(), std::back_inserter(problems));
  answer.set("problems", std::move(problems));
  answer.set("configuration", configuration_value(services));
  return json_response(answer);
}

Response back_up(const Call& call) {
  BodyReader body(call.request.body);
  const std::string name = body.text("name").value_or("");
  if (!name.empty() && !is_key(name)) body.complain("/name", "'name' is no key", std::string(kKeyRule));
  if (std::optional<Response> fault = body.fault()) return std::move(*fault);
  if (!call.context.services.back_up) return problem(503, "unavailable", "this server makes no backups");
  const Result<Value> made = call.context.services.back_up(name);
  if (!made) return problem(made.error());
  return json_response(*made, 201);
}

Response set_clock(const Call& call) {
  constexpr std::uint64_t kMostSeconds = 100ULL * 366 * 24 * 3600;
  ManualClock& clock = *call.context.services.test_clock;
  BodyReader body(call.request.body);
  const std::optional<std::string> now_text = body.text("now");
  const std::optional<std::uint64_t> seconds = body.whole_number("advance_seconds");
  Timestamp target = clock.now();
  if (now_text.has_value() == seconds.has_value()) {
    body.complain("", "give either 'now' or 'advance_seconds'");
  } else if (seconds) {
    if (*seconds > kMostSeconds) body.complain("/advance_seconds", "that is more than a hundred years");
    target += std::chrono::seconds(std::min(*seconds, kMostSeconds));
  } else if (const std::optional<Timestamp> now = parse_rfc3339(*now_text)) {
    if (*now < target) body.complain("/now", "the clock does not go back", "it is " + rfc3339(target));
    target = *now;
  } else {
    body.complain("/now", "'now' is no time", "write it like 2026-11-22T14:42:34Z");
  }
  if (std::optional<Response> fault = body.fault()) return std::move(*fault);
  clock.set(target);
  Value answer;
  answer.set("now", rfc3339(target));
  return json_response(answer);
}

}  // namespace splitplot::serve::operation
