// Serving a data folder until a signal stops it: what `splitplot serve` does, and what a program does that has more to do
// beside a server of its own.
#pragma once

#include "server/settings.hpp"

#include <splitplot/base/result.hpp>
#include <splitplot/catalogue/catalogue.hpp>

#include <functional>
#include <ostream>
#include <string>
#include <vector>

namespace splitplot::app {

/// What a caller does meanwhile. Called from the serving thread, which waits for them.
struct ServeHooks {
  /// It listens, at that address ("http://127.0.0.1:8080"). An error stops it at once.
  std::function<Result<void>(const std::string& url)> listening;
  /// It is about to stop, and still answers.
  std::function<void()> stopping;
};

/// Opens the data folder, listens, and returns after SIGINT or SIGTERM, when all is closed. Threads that were started
/// before must have these signals blocked. Errors: as of Installation and serve::Server.
[[nodiscard]] Result<void> serve_until_signal(const ServerSettings& settings, const ServeHooks& hooks);

/// The keys of a new installation, for the eyes of the one who made it.
void print_first_keys(std::ostream& out, const std::vector<catalogue::NewCredential>& keys);

}  // namespace splitplot::app
