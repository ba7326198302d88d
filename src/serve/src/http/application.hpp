/// What the HTTP server asks of the application behind it; sockets on one side, plain structs on the other.
#pragma once

#include "http/message.hpp"

#include <chrono>
#include <functional>
#include <string>
#include <string_view>

namespace splitplot::serve {

/// One request on its way. An application derives what it wants to remember between the calls. Reused for the next
/// request of the connection: `admit` must set everything.
struct Exchange {
  virtual ~Exchange() = default;
  Request request;
  std::chrono::steady_clock::time_point begun;
  std::size_t body_limit = 0;  ///< set by `admit`
};

/// Makes the way to answer later; asked at most once a request.
using ResponderSource = std::function<Responder()>;

/// Called by all I/O threads at once.
class Application {
 public:
  virtual ~Application() = default;

  [[nodiscard]] virtual std::unique_ptr<Exchange> make_exchange() = 0;

  /// The header is there, the body is not. Sets the limit of the body, or answers at once to refuse it unread.
  virtual std::optional<Response> admit(Exchange& exchange) = 0;

  /// The request is complete. Answers at once, or nothing after it has taken a responder.
  virtual std::optional<Response> answer(Exchange& exchange, const ResponderSource& later) = 0;

  /// A request that never became one: malformed, too large, too slow. `target` is what is known of it.
  virtual Response refuse(int status, std::string_view path, std::string_view what) = 0;

  /// Every response of a request that was admitted passes here before it is sent.
  virtual void finish(Exchange& exchange, Response& response) = 0;
};

}  // namespace splitplot::serve
