// Decisions asked for at a steady pace on a thread of its own, and how long each took: from when it was due, so that what
// holds up one counts for those behind it.
#pragma once

#include "http_call.hpp"

#include <atomic>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace stream_load {

class Decisions {
 public:
  // `core`: the server's, since on the other one it would wait for the subscribers.
  Decisions(Port port, std::string key, int core);
  Decisions(const Decisions&) = delete;
  Decisions& operator=(const Decisions&) = delete;
  ~Decisions();

  // Milliseconds of those since the last time it was asked, ascending.
  std::vector<double> take();

 private:
  void run(int core);

  HttpCall call_;
  std::atomic<bool> done_{false};
  std::mutex mutex_;
  std::vector<double> milliseconds_;
  std::thread thread_;
};

}  // namespace stream_load
