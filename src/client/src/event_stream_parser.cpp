#include "event_stream_parser.hpp"

#include <charconv>
#include <cstdint>
#include <utility>

namespace splitplot::client {

Result<void> EventStreamParser::append(std::string_view part) {
  if (part.size() > most_bytes_ || line_.size() + data_.size() > most_bytes_ - part.size())
    return fail(ErrorCode::ResourceLimit,
                "an event of the stream is larger than " + std::to_string(most_bytes_) + " bytes",
                "is this a Splitplot server?");
  line_.append(part);
  return {};
}

Result<void> EventStreamParser::read(std::string_view bytes) {
  while (!bytes.empty()) {
    if (is_after_return_) {
      is_after_return_ = false;
      if (bytes.front() == '\n') {
        bytes.remove_prefix(1);
        continue;
      }
    }
    const std::size_t end = bytes.find_first_of("\r\n");
    if (const Result<void> kept = append(bytes.substr(0, end)); !kept) return kept;
    if (end == std::string_view::npos) return {};
    is_after_return_ = bytes[end] == '\r';
    bytes.remove_prefix(end + 1);
    end_line();
  }
  return {};
}

void EventStreamParser::end_line() {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  std::string_view line = line_;
  if (std::exchange(is_first_line_, false) && line.starts_with(kByteOrderMark))
    line.remove_prefix(kByteOrderMark.size());
  if (line.empty()) {
    dispatch();
  } else if (const std::size_t colon = line.find(':'); colon == std::string_view::npos) {
    read_field(line, {});
  } else if (colon > 0) {  // else a comment
    std::string_view value = line.substr(colon + 1);
    if (value.starts_with(' ')) value.remove_prefix(1);
    read_field(line.substr(0, colon), value);
  }
  line_.clear();
}

void EventStreamParser::read_field(std::string_view name, std::string_view value) {
  if (name == "data") {
    if (has_data_) data_ += '\n';
    has_data_ = true;
    data_.append(value);
  } else if (name == "event") {
    name_ = value;
  } else if (name == "id") {
    if (value.find('\0') == std::string_view::npos) id_ = value;
  } else if (name == "retry") {
    std::uint32_t time = 0;
    const auto [stop, error] = std::from_chars(value.data(), value.data() + value.size(), time);
    if (error == std::errc() && stop == value.data() + value.size()) retry_ = std::chrono::milliseconds(time);
  }
}

void EventStreamParser::dispatch() {
  StreamEvent event{name_.empty() ? "message" : std::move(name_), std::move(data_), id_};
  const bool has_something = std::exchange(has_data_, false);
  name_.clear();
  data_ = {};
  if (has_something) take_(event);
}

}  // namespace splitplot::client
