// Many subscribers of the server's event stream on one thread, each as an EventSource would be: it notes its id and the
// time after which it is to come back.
#pragma once

#include "http_call.hpp"

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

namespace stream_load {

class Subscribers {
 public:
  using Clock = std::chrono::steady_clock;
  using Time = Clock::time_point;

  Subscribers(Port port, std::string key, std::size_t count);
  Subscribers(const Subscribers&) = delete;
  Subscribers& operator=(const Subscribers&) = delete;
  ~Subscribers();

  // Connects those whose time has come, a few at a time, and reads what there is, for at most so long.
  void work(std::chrono::milliseconds time);

  // How many have the event with this id.
  [[nodiscard]] std::size_t told(const std::string& id) const;
  // How many have a stream that has begun.
  [[nodiscard]] std::size_t streaming() const;
  // When each was told last, ascending.
  [[nodiscard]] std::vector<Time> times_told() const;
  // When each stream began, ascending.
  [[nodiscard]] std::vector<Time> times_begun() const;

  // Breaks all connections at once; each comes back when it was told to.
  void drop_all();

 private:
  struct Client {
    int socket = -1;
    std::string unread;
    std::string id;
    std::chrono::milliseconds retry{0};
    Time due;    // to connect
    Time begun;  // the stream
    Time told;
    bool is_streaming = false;
  };

  void connect(std::size_t at);
  void send_request(Client& client) const;
  void read(std::size_t at);
  static void take_block(Client& client, std::string_view block);

  const Port port_;
  const std::string key_;
  int poll_ = -1;
  std::vector<Client> clients_;
  std::size_t connecting_ = 0;
  std::vector<std::size_t> away_;  // those that have no connection, the first due last
};

}  // namespace stream_load
