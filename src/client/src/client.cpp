#include "current_rules.hpp"
#include "outbox.hpp"
#include "recent_exposures.hpp"
#include "sender.hpp"
#include "updater.hpp"

#include <splitplot/base/text_hash.hpp>
#include <splitplot/base/time.hpp>
#include <splitplot/base/uuid.hpp>
#include <splitplot/client/client.hpp>

#include <algorithm>
#include <random>
#include <utility>

namespace splitplot::client {
namespace {

bool is_plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("-_.~").find(c) != std::string_view::npos;
}

Result<Options> checked(Options options) {
  const auto refuse = [](std::string message, std::string hint) {
    return fail(ErrorCode::InvalidArgument, std::move(message), std::move(hint));
  };
  while (options.server.ends_with('/')) options.server.pop_back();
  const bool is_address = options.server.starts_with("http://") || options.server.starts_with("https://");
  const bool is_text = std::ranges::none_of(options.server, [](char c) { return c <= ' ' || c == '\x7F'; });
  if (!is_address || !is_text)
    return refuse("'" + options.server + "' is no address of a server", "write it as https://flags.example");
  if (options.key.empty() || !std::ranges::all_of(options.key, is_plain))
    return refuse("the key is none: keys have letters, digits and _ only",
                  "take that of a connection with 'local_evaluation: true'");
  const std::pair<const char*, milliseconds> times[] = {
      {"refresh_interval", options.refresh_interval},
      {"poll_interval", options.poll_interval},
      {"longest_reconnect_wait", options.longest_reconnect_wait},
      {"exposure_window", options.exposure_window},
      {"flush_interval", options.flush_interval}};
  for (const auto& [name, time] : times) {
    if (time <= milliseconds(0)) return refuse(std::string(name) + " is not positive", "leave it out");
  }
  return options;
}

std::uint64_t mixed(std::uint64_t hash, std::uint64_t with) {
  constexpr std::uint64_t kOdd = 0x9E3779B97F4A7C15U;
  return (hash ^ (hash >> 32) ^ with) * kOdd;
}

template <typename Number>
Number number_or(const Value* value, Number otherwise) {
  const std::optional<double> number = value == nullptr ? std::nullopt : value->number();
  return number ? *number : otherwise;
}

}  // namespace

class Client::Parts {
 public:
  explicit Parts(Options given)
      : options(std::move(given)),
        outbox(options.most_waiting_events),
        recent(options.remembered_exposures),
        updater(options, current),
        sender(options, outbox) {}

  [[nodiscard]] decide::Decision decide(const Rules& rules, std::string_view flag, const Context& context);
  void expose(const Rules& rules, const Context& context, const decide::Assignment& assignment);

  const Options options;
  CurrentRules current;
  Outbox outbox;
  RecentExposures recent;
  Updater updater;
  Sender sender;
};

namespace {

/// Hands on what the application wants to hear, and reports who was assigned.
template <typename Expose>
class Reporter final : public decide::EvaluationObserver {
 public:
  Reporter(decide::EvaluationObserver* next, const Expose& expose) : next_(next), expose_(expose) {}

  void assigned(std::string_view flag, const decide::Assignment& assignment, const Value& value) override {
    expose_(assignment);
    if (next_ != nullptr) next_->assigned(flag, assignment, value);
  }
  void remember(const decide::StickyAssignment& assignment) override {
    if (next_ != nullptr) next_->remember(assignment);
  }

 private:
  decide::EvaluationObserver* next_;
  const Expose& expose_;
};

}  // namespace

decide::Decision Client::Parts::decide(const Rules& rules, std::string_view flag, const Context& context) {
  decide::Evaluation evaluation(context.index != nullptr ? model::Attributes(*context.index)
                                                         : model::Attributes(context.attributes));
  evaluation.url = context.url;
  evaluation.sticky = context.sticky;
  if (options.exposures == Options::Exposures::Kept) {
    evaluation.observer = context.observer;
    return rules.snapshot->decide(flag, evaluation);
  }
  const auto report = [&](const decide::Assignment& assignment) { expose(rules, context, assignment); };
  Reporter reporter(context.observer, report);
  evaluation.observer = &reporter;
  return rules.snapshot->decide(flag, evaluation);
}

void Client::Parts::expose(const Rules& rules, const Context& context, const decide::Assignment& assignment) {
  if (assignment.experiment == nullptr || !assignment.variant) return;
  const model::Experiment& experiment = *assignment.experiment;
  const std::string_view unit = assignment.bucket_value;
  const std::uint64_t what = mixed(text_hash(experiment.key), *assignment.variant);
  const std::uint64_t fingerprint = mixed(mixed(rules.fingerprint, what), text_hash(unit));
  if (!recent.add(fingerprint, sender.period())) return;
  WaitingEvent event;
  event.time = SystemClock().now();
  event.attributes = *context.attributes;
  event.exposure = {experiment.key, experiment.variants[*assignment.variant].key,
                    std::string(assignment.attribute), std::string(unit), rules.version};
  outbox.put(std::move(event));
}

Client::Client(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

Client::~Client() {
  close();
}

Result<std::unique_ptr<Client>> Client::start(Options options) {
  Result<Options> good = checked(std::move(options));
  if (!good) return tl::unexpected(std::move(good.error()));
  auto parts = std::make_unique<Parts>(std::move(*good));
  parts->updater.start(parts->options.start_patience);
  return std::unique_ptr<Client>(new Client(std::move(parts)));
}

Answer Client::decide(std::string_view flag, const Context& context) const {
  const std::shared_ptr<const Rules>& rules = parts_->current.shared();
  if (rules == nullptr) return {};
  return {parts_->decide(*rules, flag, context), rules->snapshot};
}

bool Client::get_bool(std::string_view flag, const Context& context, bool otherwise) const {
  const Rules* rules = parts_->current.seen();
  const Value* value = rules == nullptr ? nullptr : parts_->decide(*rules, flag, context).value;
  const bool* truth = value == nullptr ? nullptr : value->if_boolean();
  return truth == nullptr ? otherwise : *truth;
}

std::int64_t Client::get_integer(std::string_view flag, const Context& context,
                                 std::int64_t otherwise) const {
  const Rules* rules = parts_->current.seen();
  const Value* value = rules == nullptr ? nullptr : parts_->decide(*rules, flag, context).value;
  const std::int64_t* integer = value == nullptr ? nullptr : value->if_integer();
  return integer == nullptr ? otherwise : *integer;
}

double Client::get_number(std::string_view flag, const Context& context, double otherwise) const {
  const Rules* rules = parts_->current.seen();
  return number_or(rules == nullptr ? nullptr : parts_->decide(*rules, flag, context).value, otherwise);
}

std::string Client::get_text(std::string_view flag, const Context& context,
                             std::string_view otherwise) const {
  const Rules* rules = parts_->current.seen();
  const Value* value = rules == nullptr ? nullptr : parts_->decide(*rules, flag, context).value;
  const std::string* text = value == nullptr ? nullptr : value->if_text();
  return text == nullptr ? std::string(otherwise) : *text;
}

Value Client::get_value(std::string_view flag, const Context& context, Value otherwise) const {
  const Rules* rules = parts_->current.seen();
  const Value* value = rules == nullptr ? nullptr : parts_->decide(*rules, flag, context).value;
  return value == nullptr || value->is_null() ? std::move(otherwise) : *value;
}

void Client::track(std::string_view event, const Context& context, Value properties) {
  thread_local std::mt19937_64 random{std::random_device{}()};
  WaitingEvent waiting;
  waiting.time = SystemClock().now();
  waiting.attributes = *context.attributes;
  waiting.name = event;
  waiting.properties = std::move(properties);
  waiting.message_id = uuid_v7(waiting.time, random(), random());
  parts_->outbox.put(std::move(waiting));
}

bool Client::flush(milliseconds patience) {
  return parts_->outbox.drain(patience);
}

void Client::close() {
  parts_->sender.stop(parts_->options.close_patience);
  parts_->updater.stop();
}

State Client::state() const {
  State state = parts_->updater.state();
  state.events = parts_->outbox.counts();
  return state;
}

}  // namespace splitplot::client
