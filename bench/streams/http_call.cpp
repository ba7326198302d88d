#include "http_call.hpp"

#include <stdexcept>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

namespace stream_load {

int connect_to(Port port) {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (socket < 0 || ::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    throw std::runtime_error("cannot connect to the server");
  }
  const int on = 1;
  ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return socket;
}

HttpCall::~HttpCall() {
  if (socket_ >= 0) ::close(socket_);
}

std::string HttpCall::post(std::string_view path, std::string_view json) {
  if (socket_ < 0) socket_ = connect_to(port_);
  std::string request =
      "POST " + std::string(path) + " HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer " + key_ +
      "\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(json.size()) + "\r\n\r\n" +
      std::string(json);
  if (::send(socket_, request.data(), request.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(request.size())) {
    throw std::runtime_error("cannot send to the server");
  }
  std::string received;
  std::size_t end = std::string::npos;
  std::size_t length = 0;
  char piece[16384];
  while (end == std::string::npos || received.size() < end + 4 + length) {
    const ssize_t count = ::recv(socket_, piece, sizeof piece, 0);
    if (count <= 0) throw std::runtime_error("the server closed the connection");
    received.append(piece, static_cast<std::size_t>(count));
    if (end != std::string::npos) continue;
    end = received.find("\r\n\r\n");
    const std::size_t at = received.find("Content-Length: ");
    if (end != std::string::npos && at < end) length = std::stoul(received.substr(at + 16));
  }
  if (!received.starts_with("HTTP/1.1 200 ")) throw std::runtime_error("the server answered " + received);
  return received.substr(end + 4);
}

}  // namespace stream_load
