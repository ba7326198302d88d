/// HTTP requests, one at a time, that can be broken off from another thread at once. The only place that knows libcurl.
#pragma once

#include <splitplot/base/result.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace splitplot::client {

struct HttpRequest {
  std::string url;
  std::vector<std::string> headers;
  const std::string* body = nullptr;  ///< posted; must outlive the request
  std::chrono::milliseconds connect_patience{5'000};
  std::chrono::milliseconds patience{0};            ///< for the whole; 0: for ever
  std::chrono::seconds silence_patience{0};         ///< for the next byte; 0: for ever
  std::size_t most_bytes = std::size_t{256} << 20;  ///< of an answer, decompressed
};

struct HttpAnswer {
  long status = 0;
  std::string etag;  ///< as it was sent
  std::optional<std::chrono::milliseconds> retry_after;
  std::string body;
};

class HttpSession {
 public:
  HttpSession();
  ~HttpSession();
  HttpSession(const HttpSession&) = delete;
  HttpSession& operator=(const HttpSession&) = delete;

  /// Answers are successes, whatever their status. `take` gets the body of a 200 in parts, in place of the answer; false ends
  /// the request. `each_second` is called meanwhile, about so often. Errors: Unavailable (no answer), Cancelled
  /// (interrupted), ResourceLimit (larger than allowed).
  using Take = std::function<bool(std::string_view part)>;
  [[nodiscard]] Result<HttpAnswer> ask(const HttpRequest& request, const Take& take = {},
                                       const std::function<void()>& each_second = {});

  /// Ends what goes on and whatever is asked later. Any thread.
  void interrupt();

 private:
  struct Handles;
  std::unique_ptr<Handles> handles_;
  std::atomic<bool> is_interrupted_ = false;
};

}  // namespace splitplot::client
