#include "sender.hpp"

#include "event_json.hpp"
#include "recent_exposures.hpp"

#include <splitplot/base/time.hpp>

#include <algorithm>
#include <optional>
#include <random>
#include <utility>

namespace splitplot::client {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t kBatchEvents = 500;
/// The server takes 500 KB, and 32 KB an event.
constexpr std::size_t kBatchBytes = 400UL * 1024;
constexpr milliseconds kFirstWait{500};
constexpr milliseconds kLongestWait{30'000};
constexpr milliseconds kPatience{15'000};

}  // namespace

Sender::Sender(const Options& options, Outbox& outbox)
    : options_(options),
      outbox_(outbox),
      backoff_(kFirstWait, std::min(kLongestWait, options.longest_reconnect_wait), std::random_device{}()),
      thread_([this] { run(); }) {}

Sender::~Sender() {
  stop(milliseconds(0));
}

void Sender::stop(milliseconds patience) {
  if (!thread_.joinable()) return;
  outbox_.drain(patience);
  outbox_.close();
  {
    const std::lock_guard lock(mutex_);
    is_stopped_ = true;
    stopping_.notify_all();
  }
  http_.interrupt();
  thread_.join();
  outbox_.drop_all();
}

void Sender::run() {
  const auto period = std::max(options_.exposure_window / RecentExposures::kPeriods, milliseconds(1));
  while (!outbox_.is_closed()) {
    send(outbox_.take(kBatchEvents, options_.flush_interval));
    period_.store(static_cast<std::uint16_t>((std::chrono::steady_clock::now() - begun_) / period));
  }
}

void Sender::send(std::vector<WaitingEvent> events) {
  std::vector<std::string> written;
  written.reserve(events.size());
  for (const WaitingEvent& event : events) written.push_back(event_json(event, options_));
  events.clear();
  std::span<const std::string> left = written;
  while (!left.empty()) {
    std::size_t count = 0;
    for (std::size_t bytes = 0; count < left.size(); ++count) {
      bytes += left[count].size() + 1;
      if (bytes > kBatchBytes && count > 0) break;
    }
    deliver(left.first(count));
    left = left.subspan(count);
  }
}

void Sender::deliver(std::span<const std::string> events) {
  for (;;) {
    std::optional<milliseconds> asked;
    switch (post(batch_json(events, SystemClock().now()), asked)) {
      case Outcome::Sent:
        backoff_.succeeded();
        return outbox_.sent(events.size());
      case Outcome::Refused:
        return outbox_.refused(events.size());
      case Outcome::Ended:
        return outbox_.given_up(events.size());
      case Outcome::TryAgain:
        if (!pause(backoff_.next(asked))) return outbox_.given_up(events.size());
    }
  }
}

Sender::Outcome Sender::post(const std::string& body, std::optional<milliseconds>& asked) {
  HttpRequest request;
  request.url = options_.server + "/v1/batch";
  request.headers = {"Authorization: Bearer " + options_.key, "Content-Type: application/json"};
  request.body = &body;
  request.patience = kPatience;
  const Result<HttpAnswer> answer = http_.ask(request);
  if (!answer && answer.error().code == ErrorCode::Cancelled) return Outcome::Ended;
  if (!answer) {
    say(LogLevel::Warning, "events could not be sent: " + answer.error().message);
    return Outcome::TryAgain;
  }
  if (answer->status == 200) return Outcome::Sent;
  asked = answer->retry_after;
  // A key may come back, a body that is wrong may not.
  const bool is_refused = answer->status == 400 || answer->status == 413;
  say(is_refused ? LogLevel::Error : LogLevel::Warning,
      "the server answered " + std::to_string(answer->status) + " to events");
  return is_refused ? Outcome::Refused : Outcome::TryAgain;
}

bool Sender::pause(milliseconds time) {
  std::unique_lock lock(mutex_);
  return !stopping_.wait_for(lock, time, [this] { return is_stopped_; });
}

void Sender::say(LogLevel level, const std::string& message) const {
  if (options_.log) options_.log(level, message);
}

}  // namespace splitplot::client
