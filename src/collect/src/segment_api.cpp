#include "segment_event.hpp"

#include <splitplot/collect/segment_api.hpp>

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include <simdjson.h>

namespace splitplot::collect {
namespace {

namespace dom = simdjson::dom;
namespace ondemand = simdjson::ondemand;

constexpr std::size_t kKeptBytes = 32UL * 1024;  // of a refused event
// Of a batch's context: every event gets a copy, so that a large one would make a small body a large load.
constexpr std::size_t kBatchContextBytes = 4UL * 1024;

/// What one thread needs again and again.
struct Workspace {
  std::string padded;  ///< the body, with the space behind it that simdjson reads ahead into
  ondemand::parser body;
  dom::parser event;
  dom::parser context;
};

Workspace& workspace() {
  thread_local Workspace mine;
  return mine;
}

std::string_view trimmed(std::string_view text) {
  const std::size_t last = text.find_last_not_of(" \t\r\n");
  return last == std::string_view::npos ? std::string_view() : text.substr(0, last + 1);
}

/// The parts of a body, as written. They lie in the padded copy, so that each can be parsed where it is.
struct BodyParts {
  std::string_view whole;
  std::vector<std::string_view> events;
  bool has_batch = false;
  std::string_view context;
  std::string sent_at;
  std::string write_key;
};

/// First pass: where everything is. simdjson looks at the structure only (quotes, brackets and UTF-8), so that a wrong
/// event does not spoil the others.
class BodyScanner {
 public:
  BodyScanner(const SegmentPath& path, const EventLimits& limits) : path_(path), limits_(limits) {}

  Result<BodyParts> scan(std::string_view body) {
    Workspace& work = workspace();
    work.padded.reserve(body.size() + simdjson::SIMDJSON_PADDING);
    work.padded.assign(body);
    parts_.whole = trimmed(work.padded);
    ondemand::document document;
    const simdjson::padded_string_view text(work.padded.data(), body.size(), work.padded.capacity());
    if (const auto error = work.body.iterate(text).get(document); error != simdjson::SUCCESS) {
      return fail(ErrorCode::BadData,
                  error == simdjson::UTF8_ERROR ? "the body is not valid UTF-8" : "the body is not JSON");
    }
    ondemand::object object;
    if (document.get_object().get(object) != simdjson::SUCCESS) {
      return fail(ErrorCode::BadData, "the body is not a JSON object");
    }
    for (auto field : object) {
      if (auto read = member(field); !read) return tl::unexpected<Error>(read.error());
    }
    // simdjson tells the end of the text by this error.
    if (document.current_location().error() != simdjson::OUT_OF_BOUNDS)
      return fail(ErrorCode::BadData, "the body holds more than one JSON object");
    if (!path_ && !parts_.has_batch) {
      return fail(ErrorCode::BadData, "the body has no list 'batch'", "send {\"batch\":[...]}");
    }
    return std::move(parts_);
  }

 private:
  static Result<void> broken() { return fail(ErrorCode::BadData, "the body is not JSON"); }

  Result<void> member(simdjson::simdjson_result<ondemand::field> field) {
    std::string_view name;
    ondemand::value value;
    if (field.unescaped_key().get(name) != simdjson::SUCCESS) return broken();
    // The name lies in the parser's buffer only until the next text is read.
    const bool is_batch = !path_ && name == "batch";
    const bool is_write_key = name == "writeKey";
    const bool is_sent_at = name == "sentAt";
    const bool is_context = !path_ && name == "context";
    if (field.value().get(value) != simdjson::SUCCESS) return broken();
    if (is_batch) return batch(value);
    if (is_write_key || is_sent_at) return text(value, is_sent_at ? parts_.sent_at : parts_.write_key);
    std::string_view raw;
    if (simdjson::to_json_string(value).get(raw) != simdjson::SUCCESS) return broken();
    if (is_context) parts_.context = trimmed(raw);
    return {};
  }

  /// Anything but a text counts as not given.
  static Result<void> text(ondemand::value value, std::string& out) {
    ondemand::json_type type{};
    if (value.type().get(type) != simdjson::SUCCESS) return broken();
    std::string_view read;
    if (type == ondemand::json_type::string) {
      if (value.get_string().get(read) != simdjson::SUCCESS) return broken();
      out = read;
      return {};
    }
    return simdjson::to_json_string(value).get(read) == simdjson::SUCCESS ? Result<void>() : broken();
  }

  Result<void> batch(ondemand::value value) {
    ondemand::array list;
    if (value.get_array().get(list) != simdjson::SUCCESS) {
      return fail(ErrorCode::BadData, "'batch' is not a list", "send {\"batch\":[...]}");
    }
    if (parts_.has_batch) return fail(ErrorCode::BadData, "the body holds the name 'batch' twice");
    parts_.has_batch = true;
    for (auto item : list) {
      ondemand::value event;
      std::string_view raw;
      if (item.get(event) != simdjson::SUCCESS) return broken();
      if (simdjson::to_json_string(event).get(raw) != simdjson::SUCCESS) return broken();
      if (parts_.events.size() == limits_.batch_events) {
        return fail(ErrorCode::ResourceLimit,
                    "the batch holds more than " + std::to_string(limits_.batch_events) + " events",
                    "send it in smaller batches");
      }
      parts_.events.push_back(trimmed(raw));
    }
    return {};
  }

  const SegmentPath& path_;
  const EventLimits& limits_;
  BodyParts parts_;
};

/// Second pass: each event for itself.
class BatchReader {
 public:
  BatchReader(const SegmentPath& path, const EventLimits& limits, const BodyParts& parts)
      : path_(path), limits_(limits), parts_(parts) {
    parsed_.write_key = parts.write_key;
    if (path) return;  // the one event says it itself
    parsed_.events.reserve(parts.events.size());
    defaults_.sent_at = parts.sent_at;
    read_context();
  }

  /// `not_json` becomes true if the text is not JSON at all.
  void read(std::string_view raw, const std::string& place, bool& not_json) {
    not_json = false;
    if (raw.size() > limits_.event_bytes) {
      return refuse(raw, {"oversize", in_words(place) + " has " + std::to_string(raw.size()) +
                                          " bytes, more than " + std::to_string(limits_.event_bytes)});
    }
    if (context_flaw_) return refuse(raw, *context_flaw_);
    dom::element element;
    if (const auto error = parse(workspace().event, raw).get(element); error != simdjson::SUCCESS) {
      Rejection rejection = rejection_of(error, place);
      not_json = rejection.reason == "bad_json";
      return refuse(raw, std::move(rejection));
    }
    dom::object object;
    if (element.get_object().get(object) != simdjson::SUCCESS) {
      return refuse(raw, {"not_an_object", in_words(place) + " is not an object"});
    }
    auto event = read_segment_event(object, raw, place, path_, defaults_, limits_);
    if (!event) return refuse(raw, std::move(event.error()));
    parsed_.events.push_back(std::move(*event));
  }

  ParsedBatch take() { return std::move(parsed_); }

 private:
  /// `text` lies in the padded body.
  static simdjson::simdjson_result<dom::element> parse(dom::parser& parser, std::string_view text) {
    auto parsed = parser.parse(reinterpret_cast<const std::uint8_t*>(text.data()), text.size(), false);
    if (parsed.error() != simdjson::NUMBER_ERROR) return parsed;
    const std::string written_anew = with_huge_integers_as_floats(text);
    return parser.parse(written_anew.data(), written_anew.size());
  }

  void read_context() {
    if (parts_.context.empty() || parts_.context == "null" || parts_.context == "[]") return;
    if (parts_.context.size() > kBatchContextBytes) {
      context_flaw_ = {"oversize", "/context has " + std::to_string(parts_.context.size()) +
                                       " bytes, more than " + std::to_string(kBatchContextBytes)};
      return;
    }
    dom::element element;
    dom::object object;
    std::string text;
    if (const auto error = parse(workspace().context, parts_.context).get(element);
        error != simdjson::SUCCESS) {
      context_flaw_ = rejection_of(error, "/context");
    } else if (element.get_object().get(object) != simdjson::SUCCESS) {
      context_flaw_ = {"bad_context", "/context is not an object"};
    } else if (const auto flaw = append_object(text, object, nullptr, limits_.depth - 1)) {
      context_flaw_ = rejection_of(*flaw, "/context", limits_);
    } else {
      defaults_.context = object;
    }
  }

  void refuse(std::string_view raw, Rejection rejection) {
    RejectedEvent rejected;
    rejected.reason = std::move(rejection.reason);
    rejected.message = std::move(rejection.message);
    rejected.body = without_write_key(raw);
    if (rejected.body.size() > kKeptBytes) {
      std::size_t end = kKeptBytes;
      while (end > 0 && (rejected.body[end] & 0xC0) == 0x80) --end;  // not inside a character
      rejected.body.resize(end);
    }
    parsed_.rejected.push_back(std::move(rejected));
  }

  /// Refused events are kept to be looked at, and keys are for nobody to see.
  [[nodiscard]] std::string without_write_key(std::string_view raw) const {
    std::string kept;
    const std::string quoted = "\"" + parts_.write_key + "\"";
    for (;;) {
      const std::size_t place = parts_.write_key.empty() ? std::string_view::npos : raw.find(quoted);
      kept += raw.substr(0, place);
      if (place == std::string_view::npos) return kept;
      kept += "\"***\"";
      raw.remove_prefix(place + quoted.size());
    }
  }

  const SegmentPath& path_;
  const EventLimits& limits_;
  const BodyParts& parts_;
  BatchDefaults defaults_;
  std::optional<Rejection> context_flaw_;
  ParsedBatch parsed_;
};

}  // namespace

Result<ParsedBatch> parse_segment_body(std::string_view body, const SegmentPath& path,
                                       const EventLimits& limits) {
  if (body.size() > limits.batch_bytes) {
    return fail(ErrorCode::ResourceLimit,
                "the body has " + std::to_string(body.size()) + " bytes, more than " +
                    std::to_string(limits.batch_bytes),
                "send it in smaller batches");
  }
  auto parts = BodyScanner(path, limits).scan(body);
  if (!parts) return tl::unexpected<Error>(std::move(parts.error()));

  BatchReader reader(path, limits, *parts);
  bool not_json = false;
  if (path) {
    reader.read(parts->whole, "", not_json);
    if (not_json) return fail(ErrorCode::BadData, "the body is not JSON");
    return reader.take();
  }
  for (std::size_t index = 0; index < parts->events.size(); ++index) {
    reader.read(parts->events[index], "/batch/" + std::to_string(index), not_json);
  }
  return reader.take();
}

}  // namespace splitplot::collect
