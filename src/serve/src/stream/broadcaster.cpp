#include "stream/broadcaster.hpp"

#include "call.hpp"

#include <algorithm>
#include <exception>

namespace splitplot::serve {
namespace {

constexpr std::size_t kLongestId = 64;

/// How often the clock is looked at while a schedule is waited for: it may be set.
constexpr std::chrono::milliseconds kClockInterval{250};

void append_lines(std::string& frame, std::string_view field, std::string_view text) {
  while (true) {
    const std::size_t end = text.find_first_of("\r\n");
    frame.append(field).append(": ").append(text.substr(0, end)).append("\n");
    if (end == text.npos) return;
    text.remove_prefix(end + (text.substr(end).starts_with("\r\n") ? 2 : 1));
  }
}

}  // namespace

struct Broadcaster::Topic {
  explicit Topic(const StreamTopic& topic) : scope(topic.scope), format(topic.format), render(topic.render) {}

  const catalogue::Scope scope;
  const std::string format;
  const StreamRender render;
  // Guarded by the broadcaster.
  std::optional<Time> due;        ///< when to make the next frame
  std::optional<Timestamp> turn;  ///< when a schedule changes what the last one was about
  Channel channel;
};

/// How many streams there are. Shared with the streams, which may outlive the broadcaster.
struct Broadcaster::Places : std::enable_shared_from_this<Broadcaster::Places> {
  explicit Places(const StreamLimits& limits)
      : most(limits.streams), most_of_connection(limits.streams_of_connection) {}

  struct Taken {
    Taken(std::shared_ptr<Places> of, std::string whose) : places(std::move(of)), name(std::move(whose)) {}
    Taken(const Taken&) = delete;
    Taken& operator=(const Taken&) = delete;
    ~Taken() { places->release(name); }
    const std::shared_ptr<Places> places;
    const std::string name;
  };

  static std::string name_of(const catalogue::Principal& principal) {
    return environment_name(principal.scope) + "/" + principal.connection;
  }

  std::optional<NoStream> refusal(const std::string& name) const {
    if (most == 0) return NoStream::Off;
    const std::lock_guard lock(mutex);
    return refusal_locked(name);
  }

  tl::expected<std::shared_ptr<const void>, NoStream> take(std::string name) {
    if (most == 0) return tl::unexpected(NoStream::Off);
    {
      const std::lock_guard lock(mutex);
      if (const auto refused = refusal_locked(name)) return tl::unexpected(*refused);
      ++taken;
      ++taken_by[name];
    }
    return std::make_shared<const Taken>(shared_from_this(), std::move(name));
  }

 private:
  std::optional<NoStream> refusal_locked(const std::string& name) const {
    if (taken >= most) return NoStream::TooMany;
    const auto of_connection = taken_by.find(name);
    if (of_connection != taken_by.end() && of_connection->second >= most_of_connection) {
      return NoStream::TooManyOfThese;
    }
    return {};
  }
  void release(const std::string& name) {
    const std::lock_guard lock(mutex);
    --taken;
    const auto of_connection = taken_by.find(name);
    if (--of_connection->second == 0) taken_by.erase(of_connection);
  }

  const std::size_t most;
  const std::size_t most_of_connection;
  mutable std::mutex mutex;
  std::size_t taken = 0;
  std::map<std::string, std::size_t> taken_by;
};

std::string turn_at(const decide::Snapshot& snapshot, Timestamp now) {
  const std::vector<Timestamp>& points = snapshot.turning_points();
  const auto passed = std::ranges::upper_bound(points, now) - points.begin();
  return passed == 0 ? std::string() : "." + std::to_string(passed);
}

std::string frame_of(const StreamEvent& event) {
  std::string frame;
  frame.reserve(event.data.size() + event.id.size() + event.name.size() + 32);
  frame.append("id: ").append(event.id).append("\n");
  if (!event.name.empty()) frame.append("event: ").append(event.name).append("\n");
  append_lines(frame, "data", event.data);
  frame.append("\n");
  return frame;
}

Broadcaster::Broadcaster(catalogue::Catalogue& catalogue, const StreamLimits& limits, const Clock& clock,
                         Log& log)
    : catalogue_(catalogue),
      clock_(clock),
      log_(log),
      gathering_time_(limits.gathering_time),
      places_(std::make_shared<Places>(limits)) {
  counts_->most = limits.streams;
  watch_ = catalogue.watch([this](const std::vector<catalogue::Scope>& scopes) { note_changes(scopes); });
  thread_ = std::thread([this] { run(); });
}

Broadcaster::~Broadcaster() {
  stop();
}

void Broadcaster::stop() {
  watch_.reset();
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

std::optional<NoStream> Broadcaster::refusal(const catalogue::Principal& principal) const {
  return places_->refusal(Places::name_of(principal));
}

tl::expected<std::shared_ptr<StreamAnswer>, NoStream> Broadcaster::subscribe(
    const StreamTopic& topic, const catalogue::Principal& principal, std::string_view known_id) {
  auto place = places_->take(Places::name_of(principal));
  if (!place) return tl::unexpected(place.error());
  auto answer = std::make_shared<StreamAnswer>();
  std::shared_ptr<Topic> found = topic_named(topic);
  Channel* const channel = &found->channel;
  answer->channel = std::shared_ptr<Channel>(std::move(found), channel);
  if (known_id.size() <= kLongestId) answer->known_id = known_id;
  answer->may_go_on = [&catalogue = catalogue_, credential = principal.credential] {
    return catalogue.holder_of(credential).has_value();
  };
  answer->counts = counts_;
  answer->place = std::move(*place);
  return answer;
}

std::shared_ptr<Broadcaster::Topic> Broadcaster::topic_named(const StreamTopic& topic) {
  const std::lock_guard lock(mutex_);
  std::weak_ptr<Topic>& known = topics_[{topic.scope, topic.format}];
  if (auto found = known.lock()) return found;
  auto made = std::make_shared<Topic>(topic);
  made->due = std::chrono::steady_clock::now();  // who comes first waits for it
  known = made;
  changed_.notify_all();
  return made;
}

void Broadcaster::note_changes(const std::vector<catalogue::Scope>& scopes) {
  const Time due = std::chrono::steady_clock::now() + gathering_time_;
  const std::lock_guard lock(mutex_);
  std::erase_if(topics_, [](const auto& entry) { return entry.second.expired(); });
  for (const auto& [name, weak] : topics_) {
    const auto topic = weak.lock();
    if (topic == nullptr || topic->due) continue;
    if (std::find(scopes.begin(), scopes.end(), topic->scope) != scopes.end()) topic->due = due;
  }
  changed_.notify_all();
}

std::optional<Broadcaster::Time> Broadcaster::next_due() const {
  std::optional<Time> next;
  for (const auto& [name, weak] : topics_) {
    const auto topic = weak.lock();
    if (topic != nullptr && topic->due && (!next || *topic->due < *next)) next = topic->due;
  }
  return next;
}

std::optional<Timestamp> Broadcaster::next_turn() const {
  std::optional<Timestamp> next;
  for (const auto& [name, weak] : topics_) {
    const auto topic = weak.lock();
    if (topic != nullptr && topic->turn && (!next || *topic->turn < *next)) next = topic->turn;
  }
  return next;
}

void Broadcaster::note_turns() {
  const Timestamp now = clock_.now();
  const Time due = std::chrono::steady_clock::now() + gathering_time_;
  for (const auto& [name, weak] : topics_) {
    const auto topic = weak.lock();
    if (topic == nullptr || !topic->turn || *topic->turn > now) continue;
    topic->turn.reset();
    if (!topic->due) topic->due = due;
  }
}

std::vector<std::shared_ptr<Broadcaster::Topic>> Broadcaster::take_due(Time now) {
  std::vector<std::shared_ptr<Topic>> taken;
  for (const auto& [name, weak] : topics_) {
    auto topic = weak.lock();
    if (topic == nullptr || !topic->due || *topic->due > now) continue;
    topic->due.reset();
    taken.push_back(std::move(topic));
  }
  return taken;
}

void Broadcaster::run() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    note_turns();
    std::optional<Time> next = next_due();
    if (next && *next <= std::chrono::steady_clock::now()) {
      produce_due(lock);
      continue;
    }
    if (const std::optional<Timestamp> turn = next_turn()) {
      const std::chrono::microseconds left = *turn - clock_.now();
      const Time look =
          std::chrono::steady_clock::now() +
          std::clamp(left, std::chrono::microseconds(0), std::chrono::microseconds(kClockInterval));
      next = next ? std::min(*next, look) : look;
    }
    if (next) {
      changed_.wait_until(lock, *next);
    } else {
      changed_.wait(lock);
    }
  }
}

void Broadcaster::produce_due(std::unique_lock<std::mutex>& lock) {
  const auto due = take_due(std::chrono::steady_clock::now());
  const Timestamp now = clock_.now();
  lock.unlock();
  std::vector<std::optional<Timestamp>> turns;
  for (const auto& topic : due) turns.push_back(produce(*topic, now));
  lock.lock();
  for (std::size_t at = 0; at < due.size(); ++at) due[at]->turn = turns[at];
}

std::optional<Timestamp> Broadcaster::produce(Topic& topic, Timestamp now) {
  const auto snapshot = catalogue_.snapshot(topic.scope);
  if (snapshot == nullptr) return std::nullopt;
  const std::vector<Timestamp>& points = snapshot->turning_points();
  const auto next = std::ranges::upper_bound(points, now);
  const std::optional<Timestamp> turn = next == points.end() ? std::nullopt : std::optional(*next);
  try {
    const StreamEvent event = topic.render(*snapshot);
    const auto newest = topic.channel.newest();
    if (newest != nullptr && newest->id == event.id) return turn;
    topic.channel.publish(std::make_shared<const StreamMessage>(StreamMessage{event.id, frame_of(event)}));
  } catch (const std::exception& exception) {
    log_.error("a change could not be told to the streams",
               {{"format", topic.format}, {"error", std::string(exception.what())}});
  }
  return turn;
}

}  // namespace splitplot::serve
