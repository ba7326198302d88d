#include "simulate/live_run.hpp"

#include "client/api_client.hpp"
#include "files.hpp"
#include "simulate/live_shop.hpp"
#include "simulate/shop_documents.hpp"
#include "stop_signals.hpp"

#include <splitplot/model/json.hpp>

#include <atomic>
#include <iostream>
#include <thread>

#include <fmt/format.h>

namespace splitplot::app::simulate {
namespace {

std::string text_in(const Value& object, std::string_view name) {
  const Value* member = object.find(name);
  return member != nullptr && member->if_text() != nullptr ? *member->if_text() : "";
}

/// Brings the shop's documents to the server, and answers a key of the shop's connection.
Result<std::string> open_shop_at(const LiveRunOptions& options, const ShopModel& model) {
  const ApiClient client({options.url, options.admin_key});
  const Value file(Value::Object{{"name", "shop"}, {"text", shop_documents(model)}});
  const auto applied = client.post(
      "/apply", Value(Value::Object{{"files", Value::Array{file}}, {"message", "the shop opens"}}));
  if (!applied) return tl::unexpected(applied.error().error);
  if (!options.key.empty()) return options.key;
  const auto made = client.post(fmt::format("/connections/{}/keys", kShopConnection), Value(Value::Object{}));
  if (!made) return tl::unexpected(made.error().error);
  return text_in(*made, "secret");
}

std::string status_line(const ShopCounts& counts, const LiveTroubles& troubles) {
  std::string line = fmt::format("{} visitors, {} visits, {} events, {} orders", counts.visitors,
                                 counts.visits, counts.events, counts.orders);
  if (troubles.refused > 0) line += fmt::format(", {} requests put off by the server", troubles.refused);
  if (troubles.unreachable > 0) line += fmt::format(", {} without an answer", troubles.unreachable);
  if (troubles.failed > 0) line += fmt::format(", {} refused", troubles.failed);
  if (!troubles.last.empty()) line += fmt::format(" (last: {})", troubles.last);
  return line;
}

/// Lets the shop run on a thread of its own, until it is over or a signal comes.
void run_until_signal(LiveShop& shop) {
  const StopSignals signals;
  std::atomic<bool> over = false;
  std::jthread thread([&](const std::stop_token& stop) {
    shop.run(stop);
    over = true;
  });
  while (!over) {
    if (signals.wait_for(std::chrono::milliseconds(100))) thread.request_stop();
  }
}

}  // namespace

Result<std::string> run_live(const LiveRunOptions& options, const ShopOptions& shop_options) {
  const SystemClock clock;
  const Timestamp began = clock.now();
  const ShopModel model(shop_options, began);
  LiveOptions live;
  live.url = options.url.find("://") == std::string::npos ? "http://" + options.url : options.url;
  while (live.url.ends_with('/')) live.url.pop_back();
  live.key = options.key;
  if (!options.admin_key.empty()) {
    auto key = open_shop_at(options, model);
    if (!key) return tl::unexpected(key.error());
    live.key = *std::move(key);
  }
  if (live.key.empty()) {
    return fail(ErrorCode::InvalidArgument, "without a key nobody can come in",
                "give --key with a server key, or --admin-key");
  }
  live.visitors_per_second = options.visitors_per_second;
  live.speed = options.speed;
  live.visitors = options.visitors;
  if (options.seconds) live.duration = std::chrono::seconds(*options.seconds);
  live.shop_time = began;

  Truth truth(model);
  ShopCounts counts;
  Result<void> written;
  const LiveShop* playing = nullptr;
  live.on_beat = [&] {
    const Value document = truth.document(began, clock.now(), counts);
    if (!options.truth_path.empty())
      written = write_file(options.truth_path, model::pretty_json(document) + "\n");
    std::cerr << status_line(counts, playing->troubles()) << '\n';
  };
  LiveShop shop(model, clock, truth, counts, std::move(live));
  playing = &shop;
  run_until_signal(shop);
  if (!written) return tl::unexpected(written.error());
  if (counts.visits == 0 && !shop.troubles().last.empty()) {
    return fail(ErrorCode::Unavailable, "no visit got through: " + shop.troubles().last,
                "check the server's address and the key");
  }
  if (options.json) return model::pretty_json(truth.document(began, clock.now(), counts)) + "\n";
  return fmt::format("The shop is closed (seed {}): {}.\n", shop_options.seed,
                     status_line(counts, shop.troubles()));
}

}  // namespace splitplot::app::simulate
