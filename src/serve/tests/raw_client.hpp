// A client that sends bytes and shows what comes back: for requests that no proper client would send.
#pragma once

#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace splitplot::serve::test {

struct RawResponse {
  int status = 0;    // 0: the connection was closed before a response was there
  std::string head;  // status line and header lines
  std::string body;
  [[nodiscard]] bool has_header(std::string_view line) const { return head.find(line) != std::string::npos; }
};

class RawClient {
 public:
  // `receive_bytes`: how much the kernel takes for it before it reads; 0: as usual.
  explicit RawClient(std::uint16_t port, int receive_bytes = 0)
      : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    if (receive_bytes != 0)
      ::setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &receive_bytes, sizeof receive_bytes);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = ::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  }
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;
  ~RawClient() { ::close(socket_); }

  [[nodiscard]] bool connected() const { return connected_; }

  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }

  // One response by its Content-Length; for HEAD and 204/304, without a body.
  RawResponse receive(bool with_body = true) {
    RawResponse response;
    std::size_t end = std::string::npos;
    while ((end = received_.find("\r\n\r\n")) == std::string::npos) {
      if (!read_some()) return response;
    }
    response.head = received_.substr(0, end + 2);
    received_.erase(0, end + 4);
    response.status = std::stoi(response.head.substr(9, 3));
    const std::size_t at = response.head.find("Content-Length: ");
    if (!with_body || at == std::string::npos) return response;
    const std::size_t length = std::stoul(response.head.substr(at + 16));
    while (received_.size() < length) {
      if (!read_some()) return response;
    }
    response.body = received_.substr(0, length);
    received_.erase(0, length);
    return response;
  }

  RawResponse ask(std::string_view request) {
    send(request);
    return receive();
  }

  // Everything up to the text and with it; less if the server closes.
  std::string receive_until(std::string_view text) {
    std::size_t at = std::string::npos;
    std::size_t from = 0;
    while ((at = received_.find(text, from)) == std::string::npos) {
      from = received_.size() > text.size() ? received_.size() - text.size() : 0;
      if (!read_some()) return std::exchange(received_, {});
    }
    std::string piece = received_.substr(0, at + text.size());
    received_.erase(0, piece.size());
    return piece;
  }

  // Whether the server closes without sending anything more.
  bool is_closed() { return received_.empty() && !read_some() && received_.empty(); }
  // Everything until the server closes.
  std::string receive_all() {
    while (read_some()) {
    }
    return received_;
  }
  void end_sending() { ::shutdown(socket_, SHUT_WR); }

 private:
  // False at the end, or if nothing comes for long: a test that waits that long has failed.
  bool read_some() {
    pollfd waiting{socket_, POLLIN, 0};
    if (::poll(&waiting, 1, 20'000) != 1) return false;
    char piece[65536];
    const ssize_t count = ::recv(socket_, piece, sizeof piece, 0);
    if (count <= 0) return false;
    received_.append(piece, static_cast<std::size_t>(count));
    return true;
  }

  int socket_;
  bool connected_ = false;
  std::string received_;
};

}  // namespace splitplot::serve::test
