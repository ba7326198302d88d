#include "updater.hpp"

#include <algorithm>
#include <random>
#include <utility>

namespace splitplot::client {
namespace {

using std::chrono::milliseconds;
using Steady = std::chrono::steady_clock;

constexpr milliseconds kFirstWait{500};
constexpr milliseconds kAnswerPatience{30'000};
/// The server lets itself be heard every 15 to 30 seconds.
constexpr std::chrono::seconds kSilencePatience{75};
/// A stream that ends sooner than this was no success.
constexpr std::chrono::seconds kLastingStream{10};
/// How long a server that refused a stream is only asked now and then.
constexpr milliseconds kStreamHoliday{300'000};
constexpr std::chrono::minutes kFileInterval{10};
constexpr std::size_t kMostBytes = std::size_t{256} << 20;

/// W/"abc" is abc.
std::string id_in(std::string_view etag) {
  if (etag.starts_with("W/")) etag.remove_prefix(2);
  if (etag.size() >= 2 && etag.starts_with('"') && etag.ends_with('"'))
    etag = etag.substr(1, etag.size() - 2);
  return std::string(etag);
}

std::string refusal(long status) {
  const std::string answered = "the server answered " + std::to_string(status) + " to the question for rules";
  switch (status) {
    case 400:
      return answered + ": the key's connection needs 'local_evaluation: true'";
    case 401:
    case 403:
      return answered + ": it does not know the key";
    case 404:
      return answered + ": is this a Splitplot server?";
    default:
      return answered;
  }
}

bool is_older(const Rules& rules, const Rules& than) {
  const auto time = parse_rfc3339(rules.version);
  const auto other = parse_rfc3339(than.version);
  return time && other && *time < *other;
}

}  // namespace

std::string_view name_of(RulesFrom from) {
  switch (from) {
    case RulesFrom::Nowhere:
      return "nowhere";
    case RulesFrom::Disk:
      return "disk";
    case RulesFrom::Server:
      return "server";
  }
  return "nowhere";
}

std::string_view name_of(Link link) {
  switch (link) {
    case Link::Away:
      return "away";
    case Link::Polling:
      return "polling";
    case Link::Streaming:
      return "streaming";
  }
  return "away";
}

Updater::Updater(const Options& options, CurrentRules& current)
    : options_(options),
      current_(current),
      file_(options.cache_file, options.server, options.key),
      backoff_(std::min(kFirstWait, options.longest_reconnect_wait), options.longest_reconnect_wait,
               std::random_device{}()) {}

Updater::~Updater() {
  stop();
}

void Updater::start(milliseconds patience) {
  read_file();
  thread_ = std::jthread([this] { run(); });
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, patience, [this] { return has_tried_; });
}

void Updater::stop() {
  {
    const std::lock_guard lock(mutex_);
    is_stopped_ = true;
    changed_.notify_all();
  }
  stream_http_.interrupt();
  fetch_http_.interrupt();
  if (!thread_.joinable()) return;
  thread_.join();
  link(Link::Away);
  const State last = state();
  if (last.rules_from == RulesFrom::Server && last.age) file_.confirm(id_, SystemClock().now() - *last.age);
}

void Updater::read_file() {
  Result<KeptRules> kept = file_.read();
  if (!kept) {
    if (kept.error().code != ErrorCode::NotFound) failed(kept.error().message);
    return;
  }
  if (options_.oldest_cache && SystemClock().now() - kept->confirmed > *options_.oldest_cache) {
    failed("the rules in '" + file_.path() + "' are too old: of " + rfc3339(kept->confirmed));
    return;
  }
  Result<std::shared_ptr<const Rules>> rules = read_rules(kept->payload, options_.decryption_key);
  if (!rules) {
    failed("'" + file_.path() + "': " + rules.error().message);
    return;
  }
  id_ = kept->id;
  const std::lock_guard lock(mutex_);
  state_.rules_from = RulesFrom::Disk;
  state_.version = (*rules)->version;
  confirmed_ = kept->confirmed;
  current_.set(std::move(*rules));
}

void Updater::run() {
  Steady::time_point next_stream = Steady::now();
  for (;;) {
    Attempt attempt = fetch(Older::Taken);
    {
      const std::lock_guard lock(mutex_);
      has_tried_ = true;
      changed_.notify_all();
    }
    milliseconds wait = options_.poll_interval;
    if (attempt.outcome == Attempt::Outcome::Done && Steady::now() >= next_stream) {
      attempt = listen();
      if (attempt.outcome == Attempt::Outcome::Refused) {
        next_stream =
            Steady::now() + std::max(attempt.asked.value_or(kStreamHoliday), options_.poll_interval);
        link(Link::Polling);
      } else {
        link(Link::Away);
        wait = backoff_.next(attempt.asked);
      }
    } else if (attempt.outcome == Attempt::Outcome::Done) {
      backoff_.succeeded();
      link(Link::Polling);
    } else {
      link(Link::Away);
      wait = backoff_.next(attempt.asked);
    }
    if (!pause(wait)) return;
  }
}

std::vector<std::string> Updater::headers() const {
  return {"Authorization: Bearer " + options_.key};
}

Updater::Attempt Updater::fetch(Older older) {
  next_fetch_ = Steady::now() + options_.refresh_interval;
  HttpRequest request;
  request.url = options_.server + "/api/features/" + options_.key;
  request.headers = headers();
  if (!id_.empty()) request.headers.push_back("If-None-Match: W/\"" + id_ + "\"");
  request.patience = kAnswerPatience;
  request.most_bytes = kMostBytes;
  Result<HttpAnswer> answer = fetch_http_.ask(request);
  if (!answer) {
    if (answer.error().code != ErrorCode::Cancelled)
      failed("cannot reach the server: " + answer.error().message);
    return {};
  }
  if (answer->status == 304) {
    confirm();
    return {Attempt::Outcome::Done, {}};
  }
  if (answer->status != 200) {
    failed(refusal(answer->status), LogLevel::Error);
    return {Attempt::Outcome::Failed, answer->retry_after};
  }
  const bool is_taken = accept(std::move(answer->body), id_in(answer->etag), older);
  return {is_taken ? Attempt::Outcome::Done : Attempt::Outcome::Failed, {}};
}

Updater::Attempt Updater::listen() {
  HttpRequest request;
  request.url = options_.server + "/sub/" + options_.key;
  request.headers = headers();
  request.headers.emplace_back("Accept: text/event-stream");
  if (!id_.empty()) request.headers.push_back("Last-Event-ID: " + id_);
  request.silence_patience = kSilencePatience;
  EventStreamParser parser([this](const StreamEvent& event) { hear(event); }, kMostBytes);
  const Steady::time_point begun = Steady::now();
  bool is_open = false;
  Error why{ErrorCode::Unavailable, "the stream ended", {}};
  const Result<HttpAnswer> answer = stream_http_.ask(
      request,
      [&](std::string_view part) {
        if (!std::exchange(is_open, true)) link(Link::Streaming);
        confirm();
        const Result<void> read = parser.read(part);
        if (!read) why = read.error();
        return read.has_value();
      },
      [&] {
        if (is_open && Steady::now() >= next_fetch_) refresh();
      });
  if (is_open) {
    if (Steady::now() - begun >= kLastingStream) backoff_.succeeded();
    if (answer || answer.error().code != ErrorCode::Cancelled) failed(why.message);
    return {Attempt::Outcome::Done, parser.retry()};
  }
  if (!answer) {
    if (answer.error().code != ErrorCode::Cancelled)
      failed("cannot reach the server: " + answer.error().message);
    return {};
  }
  say(LogLevel::Warning, "the server refuses a stream (" + std::to_string(answer->status) +
                             "): it is asked for changes instead");
  return {Attempt::Outcome::Refused, answer->retry_after};
}

void Updater::hear(const StreamEvent& event) {
  if (event.name == "features") {
    accept(event.data, event.id, Older::Taken);
  } else if (event.name == "features-updated") {
    next_fetch_ = Steady::now();
  }
}

void Updater::refresh() {
  static_cast<void>(fetch(Older::Ignored));
}

bool Updater::accept(std::string payload, std::string id, Older older) {
  Result<std::shared_ptr<const Rules>> rules = read_rules(payload, options_.decryption_key);
  is_behind_ = !rules;
  if (!rules) {
    failed(rules.error().message, LogLevel::Error);
    return false;
  }
  const Rules* known = current_.seen();
  if (older == Older::Ignored && known != nullptr && is_older(**rules, *known)) return true;
  const std::string version = (*rules)->version;
  const Timestamp now = SystemClock().now();
  id_ = std::move(id);
  {
    const std::lock_guard lock(mutex_);
    state_.rules_from = RulesFrom::Server;
    state_.version = version;
    state_.error.clear();
    confirmed_ = now;
    current_.set(std::move(*rules));
  }
  say(LogLevel::Info, "rules of " + version);
  next_file_ = Steady::now() + kFileInterval;
  const Result<void> written = file_.write({now, id_, std::move(payload)});
  if (!written) failed(written.error().message);
  return true;
}

void Updater::confirm() {
  const Timestamp now = SystemClock().now();
  {
    const std::lock_guard lock(mutex_);
    if (is_behind_ || current_.seen() == nullptr) return;
    state_.rules_from = RulesFrom::Server;
    state_.error.clear();
    confirmed_ = now;
  }
  if (Steady::now() < next_file_) return;
  next_file_ = Steady::now() + kFileInterval;
  file_.confirm(id_, now);
}

void Updater::link(Link link) {
  const std::lock_guard lock(mutex_);
  state_.link = link;
}

void Updater::failed(const std::string& what, LogLevel level) {
  {
    const std::lock_guard lock(mutex_);
    state_.error = what;
  }
  say(level, what);
}

void Updater::say(LogLevel level, const std::string& message) const {
  if (options_.log) options_.log(level, message);
}

bool Updater::pause(milliseconds time) {
  std::unique_lock lock(mutex_);
  return !changed_.wait_for(lock, time, [this] { return is_stopped_; });
}

State Updater::state() const {
  const std::lock_guard lock(mutex_);
  State state = state_;
  if (confirmed_) {
    const auto age = SystemClock().now() - *confirmed_;
    state.age = std::max(milliseconds(0), std::chrono::floor<milliseconds>(age));
  }
  return state;
}

}  // namespace splitplot::client
