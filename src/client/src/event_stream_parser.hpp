/// Server-sent events out of the bytes of a stream, however these are cut. One thread.
#pragma once

#include <splitplot/base/result.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace splitplot::client {

struct StreamEvent {
  std::string name;  ///< "message" where none is said
  std::string data;
  std::string id;  ///< the last one that was said
};

class EventStreamParser {
 public:
  using Take = std::function<void(const StreamEvent&)>;
  /// `most_bytes`: of an event and of a line.
  EventStreamParser(Take take, std::size_t most_bytes) : take_(std::move(take)), most_bytes_(most_bytes) {}

  /// Errors: ResourceLimit (an event is too large); the stream cannot be read on then.
  [[nodiscard]] Result<void> read(std::string_view bytes);

  /// How long the server wants to be left alone after the end of the stream, if it said so.
  [[nodiscard]] std::optional<std::chrono::milliseconds> retry() const { return retry_; }

 private:
  [[nodiscard]] Result<void> append(std::string_view part);
  void end_line();
  void read_field(std::string_view name, std::string_view value);
  void dispatch();

  Take take_;
  std::size_t most_bytes_;
  std::string line_;
  std::string name_;
  std::string data_;
  bool has_data_ = false;
  std::string id_;
  std::optional<std::chrono::milliseconds> retry_;
  bool is_after_return_ = false;  ///< the last byte was a carriage return: a line feed belongs to it
  bool is_first_line_ = true;     ///< a byte order mark may stand before it
};

}  // namespace splitplot::client
