// One keep-alive connection to the server on loopback, blocking.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace stream_load {

using Port = std::uint16_t;

// A socket connected to the port, or throws.
int connect_to(Port port);

class HttpCall {
 public:
  HttpCall(Port port, std::string key) : port_(port), key_(std::move(key)) {}
  HttpCall(const HttpCall&) = delete;
  HttpCall& operator=(const HttpCall&) = delete;
  ~HttpCall();

  // The body of the answer; throws where its status is not 200.
  std::string post(std::string_view path, std::string_view json);

 private:
  const Port port_;
  const std::string key_;
  int socket_ = -1;
};

}  // namespace stream_load
