// Plays the shop against a running server as its applications would: asks for each flag when a page needs it, reports each
// visit as a batch, and obeys when the server asks for patience. Time in the shop may run faster than on the clock; how
// many visitors come a second is said by the clock. One thread.
#pragma once

#include "simulate/fast_forward.hpp"
#include "simulate/http_clients.hpp"
#include "simulate/truth.hpp"

#include <splitplot/base/random.hpp>

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace splitplot::app::simulate {

struct LiveOptions {
  std::string url;                               ///< of the server, without a slash at the end
  std::string key;                               ///< of a server connection
  double visitors_per_second = 1;                ///< new ones, on average over the shop's week
  double speed = 1;                              ///< how much faster time runs in the shop
  std::optional<std::uint64_t> visitors;         ///< so many new ones; nothing: no end
  std::optional<std::chrono::seconds> duration;  ///< nothing: no end
  std::size_t connections = 32;
  Timestamp shop_time;                         ///< in the shop, at the start
  std::uint64_t first_visitor = 0;             ///< number of the first new one
  std::vector<ComingVisit> coming;             ///< of visitors who have been here before
  std::function<void(const Visit&)> on_visit;  ///< after each that was reported, or crashed
  std::function<void()> on_beat;               ///< every few seconds, and at the end
};

/// What it had to put up with.
struct LiveTroubles {
  std::uint64_t refused = 0;      ///< 429 or 503: sent again when the server wished
  std::uint64_t unreachable = 0;  ///< no answer: sent again
  std::uint64_t failed = 0;       ///< any other answer: given up
  std::string last;               ///< in words
};

class LiveShop {
 public:
  /// References must outlive it; `truth` and `counts` go on from what they hold.
  LiveShop(const ShopModel& model, const Clock& clock, Truth& truth, ShopCounts& counts, LiveOptions options);
  ~LiveShop();
  LiveShop(const LiveShop&) = delete;
  LiveShop& operator=(const LiveShop&) = delete;

  /// Returns when asked to stop, or at the end that the options set; reports that are under way are waited for shortly.
  void run(const std::stop_token& stop);

  [[nodiscard]] const LiveTroubles& troubles() const { return troubles_; }
  [[nodiscard]] Timestamp shop_time() const;

 private:
  struct UnderWay;
  using Step = std::function<void()>;

  [[nodiscard]] bool is_over(Timestamp now) const;
  void beat_if_due(Timestamp now);
  void let_visitors_in(Timestamp now);
  void begin(const ComingVisit& coming, Timestamp now);
  void go_on(const std::shared_ptr<UnderWay>& visit);
  void ask(const std::shared_ptr<UnderWay>& visit, Question question);
  void report(const std::shared_ptr<UnderWay>& visit);
  void reported(const std::shared_ptr<UnderWay>& visit, const std::string& body, std::size_t events);
  void send(const std::string& path, const std::string& body, std::function<void(const HttpAnswer&)> then);
  void at(Timestamp time, Step step) { steps_.emplace(time, std::move(step)); }
  [[nodiscard]] std::chrono::microseconds stretched(double hours) const;

  const ShopModel& model_;
  const Clock& clock_;
  Truth& truth_;
  ShopCounts& counts_;
  LiveOptions options_;
  HttpClients clients_;
  RandomStream arrivals_;
  Timestamp began_, next_arrival_, next_beat_, paused_until_;
  std::uint64_t arrived_ = 0;
  std::size_t under_way_ = 0;
  std::multimap<Timestamp, ComingVisit> coming_;  ///< by shop time
  std::multimap<Timestamp, Step> steps_;          ///< by the clock
  LiveTroubles troubles_;
};

}  // namespace splitplot::app::simulate
