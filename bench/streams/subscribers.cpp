#include "subscribers.hpp"

#include <algorithm>
#include <cerrno>
#include <stdexcept>
#include <utility>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace stream_load {
namespace {

constexpr std::size_t kMostConnecting = 256;
constexpr int kMostEvents = 512;

template <typename Get>
std::vector<Subscribers::Time> sorted(std::size_t count, Get get) {
  std::vector<Subscribers::Time> times;
  for (std::size_t at = 0; at < count; ++at) times.push_back(get(at));
  std::sort(times.begin(), times.end());
  return times;
}

}  // namespace

Subscribers::Subscribers(Port port, std::string key, std::size_t count)
    : port_(port), key_(std::move(key)), poll_(::epoll_create1(EPOLL_CLOEXEC)), clients_(count) {
  for (std::size_t at = 0; at < count; ++at) away_.push_back(at);
}

Subscribers::~Subscribers() {
  drop_all();
  ::close(poll_);
}

void Subscribers::connect(std::size_t at) {
  Client& client = clients_[at];
  client.socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (client.socket < 0) throw std::runtime_error("there are too few file descriptors: raise ulimit -n");
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port_);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int result = ::connect(client.socket, reinterpret_cast<const sockaddr*>(&address), sizeof address);
  if (result != 0 && errno != EINPROGRESS) throw std::runtime_error("cannot connect to the server");
  epoll_event event{};
  event.events = EPOLLOUT;
  event.data.u64 = at;
  ::epoll_ctl(poll_, EPOLL_CTL_ADD, client.socket, &event);
  ++connecting_;
}

void Subscribers::send_request(Client& client) const {
  std::string request =
      "GET /ofrep/v1/stream HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/event-stream\r\nAuthorization: "
      "Bearer " +
      key_ + "\r\n";
  if (!client.id.empty()) request += "Last-Event-ID: " + client.id + "\r\n";
  request += "\r\n";
  ::send(client.socket, request.data(), request.size(), MSG_NOSIGNAL);
}

void Subscribers::take_block(Client& client, std::string_view block) {
  if (block.starts_with("HTTP/") && !block.starts_with("HTTP/1.1 200 ")) {
    throw std::runtime_error("a stream was refused: " + std::string(block));
  }
  while (!block.empty()) {
    const std::size_t end = std::min(block.find('\n'), block.size());
    const std::string_view line = block.substr(0, end);
    if (line.starts_with("retry: "))
      client.retry = std::chrono::milliseconds(std::stoi(std::string(line.substr(7))));
    if (line.starts_with("id: ")) {
      client.id = line.substr(4);
      client.told = Clock::now();
    }
    block.remove_prefix(std::min(end + 1, block.size()));
  }
}

void Subscribers::read(std::size_t at) {
  Client& client = clients_[at];
  char piece[4096];
  const ssize_t count = ::recv(client.socket, piece, sizeof piece, 0);
  if (count < 0 && errno == EAGAIN) return;
  if (count <= 0) throw std::runtime_error("the server closed a stream");
  client.unread.append(piece, static_cast<std::size_t>(count));
  std::size_t end = 0;
  while ((end = client.unread.find("\n\n")) != std::string::npos) {
    take_block(client, std::string_view(client.unread).substr(0, end));
    client.unread.erase(0, end + 2);
    if (std::exchange(client.is_streaming, true)) continue;
    client.begun = Clock::now();
    --connecting_;
  }
}

void Subscribers::work(std::chrono::milliseconds time) {
  epoll_event events[kMostEvents];
  for (const Time end = Clock::now() + time; Clock::now() < end;) {
    while (!away_.empty() && connecting_ < kMostConnecting && clients_[away_.back()].due <= Clock::now()) {
      connect(away_.back());
      away_.pop_back();
    }
    const int count = ::epoll_wait(poll_, events, kMostEvents, 5);
    for (int at = 0; at < count; ++at) {
      const std::size_t who = events[at].data.u64;
      if ((events[at].events & EPOLLOUT) == 0) {
        read(who);
        continue;
      }
      send_request(clients_[who]);
      events[at].events = EPOLLIN;
      ::epoll_ctl(poll_, EPOLL_CTL_MOD, clients_[who].socket, &events[at]);
    }
  }
}

std::size_t Subscribers::told(const std::string& id) const {
  return static_cast<std::size_t>(
      std::count_if(clients_.begin(), clients_.end(), [&](const Client& client) { return client.id == id; }));
}

std::size_t Subscribers::streaming() const {
  return static_cast<std::size_t>(std::count_if(clients_.begin(), clients_.end(),
                                                [](const Client& client) { return client.is_streaming; }));
}

std::vector<Subscribers::Time> Subscribers::times_told() const {
  return sorted(clients_.size(), [&](std::size_t at) { return clients_[at].told; });
}

std::vector<Subscribers::Time> Subscribers::times_begun() const {
  return sorted(clients_.size(), [&](std::size_t at) { return clients_[at].begun; });
}

void Subscribers::drop_all() {
  const Time now = Clock::now();
  const linger at_once{1, 0};  // a reset: no ports are left waiting
  away_.clear();
  for (std::size_t at = 0; at < clients_.size(); ++at) {
    Client& client = clients_[at];
    if (client.socket >= 0) {
      ::setsockopt(client.socket, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
      ::close(std::exchange(client.socket, -1));
    }
    client.is_streaming = false;
    client.unread.clear();
    client.due = now + client.retry;
    away_.push_back(at);
  }
  connecting_ = 0;
  std::sort(away_.begin(), away_.end(),
            [&](std::size_t left, std::size_t right) { return clients_[left].due > clients_[right].due; });
}

}  // namespace stream_load
