#include "simulate/fast_forward.hpp"

#include "simulate/shop_documents.hpp"

#include <splitplot/collect/segment_api.hpp>

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <utility>

namespace splitplot::app::simulate {
namespace {

constexpr const char* kEnvironment = "default/production";
constexpr std::size_t kMostWaiting = 4096;  ///< requests that were handed in and not yet answered
constexpr auto kPatience = std::chrono::minutes(10);

}  // namespace

/// Hands requests to the pipeline, so many at a time, and keeps the first error.
class FastForward::Inflow {
 public:
  explicit Inflow(collect::Pipeline& pipeline) : pipeline_(pipeline) {}

  /// The pipeline answers what it took.
  ~Inflow() { wait_for(0); }
  Inflow(const Inflow&) = delete;
  Inflow& operator=(const Inflow&) = delete;

  Result<void> submit(collect::Batch batch) {
    if (auto well = wait_for(kMostWaiting - 1); !well) return well;
    {
      const std::lock_guard lock(mutex_);
      ++waiting_;
    }
    pipeline_.submit(std::move(batch), [this](const Result<collect::Accepted>& accepted) {
      const std::lock_guard lock(mutex_);
      --waiting_;
      if (!accepted && !error_) error_ = accepted.error();
      if (waiting_ == 0 || waiting_ == kMostWaiting / 2) answered_.notify_all();
    });
    return {};
  }

  Result<void> wait_for(std::size_t most) {
    std::unique_lock lock(mutex_);
    if (waiting_ > most) answered_.wait(lock, [&] { return waiting_ <= std::min(most, kMostWaiting / 2); });
    if (error_) return tl::unexpected(*error_);
    return {};
  }

 private:
  collect::Pipeline& pipeline_;
  std::mutex mutex_;
  std::condition_variable answered_;
  std::size_t waiting_ = 0;
  std::optional<Error> error_;
};

bool FastForward::Later::operator()(const ComingVisit& left, const ComingVisit& right) const {
  return std::pair(left.end(), left.visitor.number) > std::pair(right.end(), right.visitor.number);
}

FastForward::FastForward(Installation& installation, ManualClock& clock, const ShopModel& model,
                         FastForwardOptions options)
    : installation_(installation),
      clock_(clock),
      model_(model),
      options_(std::move(options)),
      truth_(model),
      inflow_(std::make_unique<Inflow>(installation.pipeline())) {
  arrivals_.reserve(options_.users);
  for (std::uint64_t number = 0; number < options_.users; ++number) {
    const Visitor visitor =
        model.visitor(number, model.arrival_between(number, options_.from, options_.until));
    arrivals_.push_back({visitor, model.plan(visitor, 0, visitor.arrival)});
  }
  std::ranges::sort(arrivals_,
                    [later = Later()](const auto& left, const auto& right) { return later(right, left); });
}

FastForward::~FastForward() = default;

Result<void> FastForward::run_until(Timestamp time) {
  time = std::min(time, options_.until);
  while (true) {
    const ComingVisit* next = arrived_ < arrivals_.size() ? &arrivals_[arrived_] : nullptr;
    const bool is_arrival = next != nullptr && (returning_.empty() || Later()(returning_.top(), *next));
    if (!is_arrival) next = returning_.empty() ? nullptr : &returning_.top();
    if (next == nullptr || next->end() >= time) break;
    const ComingVisit coming = *next;
    if (is_arrival) {
      ++arrived_;
      ++counts_.visitors;
    } else {
      returning_.pop();
    }
    if (auto done = play(coming); !done) return done;
    if (const auto again = model_.next_visit(coming.visitor, coming.plan)) {
      returning_.push({coming.visitor, model_.plan(coming.visitor, coming.plan.number + 1, *again)});
    }
  }
  if (auto done = send_resent_before(time); !done) return done;
  clock_.set(time);
  return {};
}

Result<void> FastForward::play(const ComingVisit& coming) {
  if (auto done = send_resent_before(coming.end()); !done) return done;
  clock_.set(coming.end());
  const auto snapshot = installation_.catalogue().snapshot({});
  Visit visit(model_, coming.visitor, coming.plan);
  while (const auto question = visit.question()) visit.answer(decide(visit, *question, *snapshot));
  if (visit.crashed()) {
    ++counts_.crashes;
  } else if (auto reported = report(visit, coming.end()); !reported) {
    return reported;
  }
  truth_.add(visit);
  if (options_.on_visit) options_.on_visit(visit);
  return {};
}

Served FastForward::decide(const Visit& visit, Question question, const decide::Snapshot& snapshot) const {
  const Value context = flag_context(visit);
  std::shared_ptr<const profile::Profile> profile;
  if (visit.plan().logged_in) {
    profile = installation_.pipeline().profiles().find(kEnvironment, {UnitKind::User, targeting_key(visit)});
  }
  decide::Evaluation evaluation(model::Attributes(&context, profile ? &profile->traits : nullptr));
  evaluation.now = clock_.now();
  const decide::Decision decision = snapshot.decide(experiment_of(question).flag, evaluation);
  return served_as(question, decision.variant,
                   decision.experiment() != nullptr ? decision.experiment()->key : "");
}

Result<void> FastForward::report(const Visit& visit, Timestamp end) {
  const VisitClock clock{visit.plan().start};
  ++counts_.visits;
  if (visit.orders()) ++counts_.orders;
  const auto within = [&](double hours) {
    const auto delay = std::chrono::milliseconds(static_cast<std::int64_t>(hours * 3'600'000));
    return std::min(end + delay, options_.until);
  };
  if (visit.is_late()) {
    const Timestamp sent = within(1 + 19 * visit.draws().lateness);
    ++counts_.late;
    resent_.push({sent, resent_count_++, report_of(visit, clock, sent)});
    return {};
  }
  VisitReport report = report_of(visit, clock, end);
  if (auto sent = send(report); !sent) return sent;
  if (visit.is_repeated()) {
    ++counts_.repetitions;
    resent_.push({within(0.02 + 0.1 * visit.draws().lateness), resent_count_++, std::move(report)});
  }
  return {};
}

Result<void> FastForward::send_resent_before(Timestamp time) {
  while (!resent_.empty() && resent_.top().time < time) {
    clock_.set(resent_.top().time);
    if (auto sent = send(resent_.top().report); !sent) return sent;
    resent_.pop();
  }
  return {};
}

Result<void> FastForward::send(const VisitReport& report) {
  ++counts_.requests;
  counts_.events += report.events;
  auto parsed = collect::parse_segment_body(report.body, std::nullopt);
  if (!parsed) return tl::unexpected(parsed.error());
  return inflow_->submit(
      {kEnvironment, kShopConnection, std::move(parsed->events), std::move(parsed->rejected)});
}

Result<void> FastForward::settle() {
  if (auto done = inflow_->wait_for(0); !done) return done;
  return installation_.loader().wait_until(installation_.journal().durable_end(), kPatience);
}

Result<void> FastForward::finish() {
  if (auto done = send_resent_before(Timestamp::max()); !done) return done;
  clock_.set(options_.until);
  return settle();
}

std::vector<ComingVisit> FastForward::coming() const {
  std::vector<ComingVisit> coming(arrivals_.begin() + static_cast<std::ptrdiff_t>(arrived_), arrivals_.end());
  for (auto left = returning_; !left.empty(); left.pop()) coming.push_back(left.top());
  return coming;
}

}  // namespace splitplot::app::simulate
