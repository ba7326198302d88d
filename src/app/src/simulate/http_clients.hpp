// Many HTTP requests at a time over connections that stay open, by one thread: who posts is called back when the answer
// is there. At most so many are under way; the rest wait in line.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>

namespace splitplot::app::simulate {

struct HttpAnswer {
  long status = 0;  ///< 0: no answer; `body` says why
  std::string body;
  std::chrono::seconds retry_after{0};  ///< as the server asked for; 0: it did not
};

class HttpClients {
 public:
  /// `key` is sent as a bearer token. `most` requests are under way at a time.
  HttpClients(std::string key, std::size_t most);
  ~HttpClients();
  HttpClients(const HttpClients&) = delete;
  HttpClients& operator=(const HttpClients&) = delete;

  /// Posts JSON. `done` is called from `work`, and may post again.
  using Done = std::function<void(const HttpAnswer&)>;
  void post(std::string url, std::string body, Done done);

  /// Sends and receives, and returns when something was answered or the time is up.
  void work(std::chrono::milliseconds patience);

  /// Requests that were posted and not answered.
  [[nodiscard]] std::size_t open_requests() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace splitplot::app::simulate
