#include "simulate/live_shop.hpp"

#include <splitplot/model/json.hpp>

#include <algorithm>
#include <cmath>
#include <utility>

#include <fmt/format.h>

namespace splitplot::app::simulate {
namespace {

using std::chrono::milliseconds;

constexpr auto kBeat = std::chrono::seconds(3);
constexpr auto kLongestRest = milliseconds(50);
constexpr auto kGrace = std::chrono::seconds(5);
constexpr auto kPatience = std::chrono::seconds(1);  ///< before a request without an answer is sent again
constexpr std::size_t kMostVisits = 5000;            ///< under way; then nobody new comes in

Served served_in(const HttpAnswer& answer, Question question) {
  const auto body = model::parse_json(answer.body);
  if (!body) return {};
  const auto text = [](const Value* value) {
    return value != nullptr && value->if_text() != nullptr ? std::string_view(*value->if_text()) : "";
  };
  const Value* metadata = body->find("metadata");
  return served_as(question, text(body->find("variant")),
                   metadata ? text(metadata->find("experimentKey")) : "");
}

std::chrono::microseconds microseconds_of(double seconds) {
  return std::chrono::microseconds(std::llround(seconds * 1e6));
}

}  // namespace

struct LiveShop::UnderWay {
  Visit visit;
  VisitClock clock;
};

LiveShop::LiveShop(const ShopModel& model, const Clock& clock, Truth& truth, ShopCounts& counts,
                   LiveOptions options)
    : model_(model),
      clock_(clock),
      truth_(truth),
      counts_(counts),
      options_(std::move(options)),
      clients_(options_.key, options_.connections),
      arrivals_(model.options().seed + options_.first_visitor),
      began_(clock.now()),
      next_arrival_(began_),
      next_beat_(began_ + kBeat),
      paused_until_(began_) {
  for (ComingVisit& coming : options_.coming) coming_.emplace(coming.plan.start, std::move(coming));
  options_.coming.clear();
}

LiveShop::~LiveShop() = default;

Timestamp LiveShop::shop_time() const {
  const std::chrono::duration<double> passed = clock_.now() - began_;
  return options_.shop_time + microseconds_of(passed.count() * options_.speed);
}

void LiveShop::run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    const Timestamp now = clock_.now();
    if (is_over(now)) break;
    let_visitors_in(now);
    while (!steps_.empty() && steps_.begin()->first <= now) {
      const Step step = std::move(steps_.begin()->second);
      steps_.erase(steps_.begin());
      step();
    }
    clients_.work(kLongestRest);
    beat_if_due(now);
  }
  // What was sent is waited for: the server may have taken it.
  const Timestamp last = clock_.now() + kGrace;
  while (clients_.open_requests() > 0 && clock_.now() < last) clients_.work(kLongestRest);
  if (options_.on_beat) options_.on_beat();
}

bool LiveShop::is_over(Timestamp now) const {
  if (options_.duration && now - began_ >= *options_.duration) return true;
  return options_.visitors && arrived_ >= *options_.visitors && under_way_ == 0 &&
         clients_.open_requests() == 0;
}

void LiveShop::beat_if_due(Timestamp now) {
  if (now < next_beat_) return;
  next_beat_ = now + kBeat;
  if (options_.on_beat) options_.on_beat();
}

void LiveShop::let_visitors_in(Timestamp now) {
  const Timestamp shop_now = shop_time();
  const bool is_full = under_way_ >= kMostVisits || now < paused_until_;
  while (!is_full && !coming_.empty() && coming_.begin()->first <= shop_now) {
    const ComingVisit coming = std::move(coming_.extract(coming_.begin()).mapped());
    begin(coming, now);
  }
  while (next_arrival_ <= now) {
    const double rate = options_.visitors_per_second * traffic_factor(shop_now);
    next_arrival_ += microseconds_of(-std::log1p(-arrivals_.uniform()) / rate);
    if (is_full || (options_.visitors && arrived_ >= *options_.visitors)) continue;
    const Visitor visitor = model_.visitor(options_.first_visitor + arrived_, shop_now);
    ++arrived_;
    ++counts_.visitors;
    begin({visitor, model_.plan(visitor, 0, shop_now)}, now);
  }
}

void LiveShop::begin(const ComingVisit& coming, Timestamp now) {
  if (const auto again = model_.next_visit(coming.visitor, coming.plan)) {
    coming_.emplace(*again,
                    ComingVisit{coming.visitor, model_.plan(coming.visitor, coming.plan.number + 1, *again)});
  }
  ++under_way_;
  go_on(std::make_shared<UnderWay>(
      UnderWay{Visit(model_, coming.visitor, coming.plan), VisitClock{now, options_.speed}}));
}

void LiveShop::go_on(const std::shared_ptr<UnderWay>& visit) {
  if (const auto question = visit->visit.question()) {
    at(visit->clock.at(visit->visit.asked_after(*question)),
       [this, visit, question = *question] { ask(visit, question); });
    return;
  }
  Timestamp end = visit->clock.at(visit->visit.plan().end_after);
  if (visit->visit.is_late()) {
    ++counts_.late;
    end += stretched(1 + 19 * visit->visit.draws().lateness);
  }
  at(end, [this, visit] { report(visit); });
}

std::chrono::microseconds LiveShop::stretched(double hours) const {
  return microseconds_of(hours * 3600 / options_.speed);
}

void LiveShop::ask(const std::shared_ptr<UnderWay>& visit, Question question) {
  const Value body(Value::Object{{"context", flag_context(visit->visit)}});
  send("/ofrep/v1/evaluate/flags/" + std::string(experiment_of(question).flag), model::to_json(body),
       [this, visit, question](const HttpAnswer& answer) {
         // Without a flag there is a shop all the same: as its pages were before.
         visit->visit.answer(answer.status == 200 ? served_in(answer, question) : Served{});
         go_on(visit);
       });
}

void LiveShop::report(const std::shared_ptr<UnderWay>& visit) {
  if (visit->visit.crashed()) {
    --under_way_;
    ++counts_.crashes;
    if (options_.on_visit) options_.on_visit(visit->visit);
    return;
  }
  VisitReport report = report_of(visit->visit, visit->clock, clock_.now());
  send("/v1/batch", report.body,
       [this, visit, body = report.body, events = report.events](const HttpAnswer& answer) {
         --under_way_;
         if (answer.status == 200) reported(visit, body, events);
       });
}

void LiveShop::reported(const std::shared_ptr<UnderWay>& visit, const std::string& body, std::size_t events) {
  ++counts_.visits;
  ++counts_.requests;
  counts_.events += events;
  if (visit->visit.orders()) ++counts_.orders;
  truth_.add(visit->visit);
  if (options_.on_visit) options_.on_visit(visit->visit);
  if (!visit->visit.is_repeated()) return;
  at(clock_.now() + stretched(0.1), [this, body, events] {
    ++counts_.requests;
    ++counts_.repetitions;
    counts_.events += events;
    send("/v1/batch", body, [](const HttpAnswer&) {});
  });
}

void LiveShop::send(const std::string& path, const std::string& body,
                    std::function<void(const HttpAnswer&)> then) {
  clients_.post(
      options_.url + path, body, [this, path, body, then = std::move(then)](const HttpAnswer& answer) {
        const bool refused = answer.status == 429 || answer.status == 503;
        if (!refused && answer.status != 0) {
          if (answer.status != 200) {
            ++troubles_.failed;
            troubles_.last = fmt::format("{} was answered {}: {}", path, answer.status, answer.body);
          }
          then(answer);
          return;
        }
        ++(refused ? troubles_.refused : troubles_.unreachable);
        troubles_.last = refused ? fmt::format("{} was answered {}", path, answer.status)
                                 : fmt::format("{} cannot be reached: {}", options_.url, answer.body);
        const std::chrono::seconds patience = std::max(answer.retry_after, std::chrono::seconds(kPatience));
        paused_until_ = std::max(paused_until_, clock_.now() + patience);
        at(paused_until_, [this, path, body, then] { send(path, body, then); });
      });
}

}  // namespace splitplot::app::simulate
