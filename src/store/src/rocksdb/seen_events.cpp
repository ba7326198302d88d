#include "rocksdb/seen_events.hpp"

#include <algorithm>

namespace splitplot::store::rocks {

namespace {

class SeenFilter final : public rocksdb::CompactionFilter {
 public:
  SeenFilter(Timestamp now, std::chrono::hours window) : now_(now), window_(window) {}

  bool Filter(int /*level*/, const rocksdb::Slice& /*key*/, const rocksdb::Slice& value,
              std::string* /*new_value*/, bool* /*value_changed*/) const override {
    const auto received = seen_time(value);
    return received.has_value() && is_outside(*received, window_, now_);
  }
  [[nodiscard]] const char* Name() const override { return "splitplot.seen"; }

 private:
  Timestamp now_;
  std::chrono::hours window_;
};

}  // namespace

EncodedInteger encode_integer(std::uint64_t value) {
  EncodedInteger bytes{};
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>(value >> (56 - 8 * i));
  return bytes;
}

std::optional<std::uint64_t> decode_integer(const rocksdb::Slice& bytes) {
  if (bytes.size() != sizeof(std::uint64_t)) return std::nullopt;
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) value = value << 8 | static_cast<unsigned char>(bytes[i]);
  return value;
}

std::array<char, 16> seen_key(const EventFingerprint& fingerprint) {
  std::array<char, 16> key{};
  const auto high = encode_integer(fingerprint.high);
  const auto low = encode_integer(fingerprint.low);
  std::copy(high.begin(), high.end(), key.begin());
  std::copy(low.begin(), low.end(), key.begin() + 8);
  return key;
}

EncodedInteger seen_value(Timestamp received) {
  return encode_integer(static_cast<std::uint64_t>(received.time_since_epoch().count()));
}

std::optional<Timestamp> seen_time(const rocksdb::Slice& value) {
  const auto integer = decode_integer(value);
  if (!integer) return std::nullopt;
  return Timestamp(std::chrono::microseconds(static_cast<std::int64_t>(*integer)));
}

bool is_outside(Timestamp received, std::chrono::hours window, Timestamp now) {
  return now - received > window;
}

std::unique_ptr<rocksdb::CompactionFilter> SeenFilterFactory::CreateCompactionFilter(
    const rocksdb::CompactionFilter::Context& /*context*/) {
  return std::make_unique<SeenFilter>(clock_.now(), window_ + kGrace);
}

}  // namespace splitplot::store::rocks
