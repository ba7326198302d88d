// The demo's shop in a data folder: made once, by fast-forwarding a week that ends now, then played live for as long as the
// server runs, over as many starts as one likes.
//
//   demo-keys.json    the keys, so that a later start can print the address again; mode 600
//   demo-shop.json    which shop it is
//   demo-visits.log   the visits that it has seen
//   demo-truth.json   what is true in it
#pragma once

#include "server/installation.hpp"
#include "simulate/live_shop.hpp"
#include "simulate/shop_ledger.hpp"

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

namespace splitplot::app::simulate {

struct DemoPace {
  double visitors_per_second = 3;
  double speed = 60;
};

class DemoShop {
 public:
  [[nodiscard]] static bool is_in(const std::string& folder);
  [[nodiscard]] static std::string truth_path(const std::string& folder) {
    return folder + "/demo-truth.json";
  }

  /// Makes the folder with a shop of `users` visitors over the seven days before now; it is there as a whole or not at
  /// all. Errors: Conflict (there is something else in it), as of the parts.
  [[nodiscard]] static Result<void> make(const ServerSettings& settings, const ShopOptions& options,
                                         std::uint64_t users);

  /// Errors: Unreadable, BadData.
  [[nodiscard]] static Result<std::unique_ptr<DemoShop>> open(const std::string& folder);
  ~DemoShop();
  DemoShop(const DemoShop&) = delete;
  DemoShop& operator=(const DemoShop&) = delete;

  [[nodiscard]] const std::string& admin_key() const { return admin_key_; }

  /// Lets the shop go on against the server at that address, on a thread of its own, until `stop`.
  void start(const std::string& url, const DemoPace& pace, Log& log);
  void stop();

 private:
  DemoShop(std::string folder, ShopOptions options, Timestamp opened);
  void beat(Log& log);

  std::string folder_, admin_key_, server_key_;
  ShopModel model_;
  SystemClock clock_;
  Truth truth_;
  ShopCounts counts_;
  ShopState state_;
  std::optional<ShopLedger> ledger_;
  std::unique_ptr<LiveShop> live_;
  std::jthread thread_;
};

}  // namespace splitplot::app::simulate
