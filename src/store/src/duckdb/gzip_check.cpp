#include "gzip_check.hpp"

#include <fstream>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <zlib.h>

namespace splitplot::store::duckdb {
namespace {

constexpr std::size_t kBufferBytes = std::size_t{256} * 1024;
constexpr Bytef kGzipFirstByte = 0x1F;
/// The largest window, and gzip's wrapper only.
constexpr int kGzipWindowBits = 15 + 16;

/// zlib's state, fed piece by piece.
class Inflater {
 public:
  Inflater() : output_(kBufferBytes) { ready_ = inflateInit2(&stream_, kGzipWindowBits) == Z_OK; }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;
  ~Inflater() { inflateEnd(&stream_); }

  /// False if the bytes are not what may stand here.
  bool take(std::vector<Bytef>& bytes, std::size_t count) {
    stream_.next_in = bytes.data();
    stream_.avail_in = static_cast<uInt>(count);
    while (ready_ && stream_.avail_in > 0) {
      if (place_ == Place::InMember ? !inflate_some() : !begin_member()) return false;
    }
    return ready_;
  }

  /// True if something that is not gzip follows behind whole members.
  [[nodiscard]] bool met_other_bytes() const { return place_ == Place::InOtherBytes; }

  /// True if the file may end here.
  [[nodiscard]] bool complete() const { return place_ == Place::BehindMember; }

 private:
  enum class Place { InMember, BehindMember, InOtherBytes };

  /// To the next member; nothing else may follow, not even zeros, over which DuckDB stumbles.
  bool begin_member() {
    place_ = *stream_.next_in == kGzipFirstByte ? Place::InMember : Place::InOtherBytes;
    return place_ == Place::InMember && inflateReset(&stream_) == Z_OK;
  }

  bool inflate_some() {
    int state = Z_OK;
    do {
      stream_.next_out = output_.data();
      stream_.avail_out = static_cast<uInt>(output_.size());
      state = inflate(&stream_, Z_NO_FLUSH);
    } while (state == Z_OK && stream_.avail_out == 0);
    if (state == Z_STREAM_END) place_ = Place::BehindMember;
    return state == Z_OK || state == Z_STREAM_END || state == Z_BUF_ERROR;
  }

  z_stream stream_{};
  std::vector<Bytef> output_;
  Place place_ = Place::InMember;
  bool ready_ = false;
};

}  // namespace

Result<void> check_gzip(const std::string& path, const std::stop_token& stop) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return fail(ErrorCode::Unreadable, fmt::format("'{}' cannot be opened", path));
  Inflater inflater;
  std::vector<Bytef> input(kBufferBytes);
  bool sound = true;
  while (sound && file && !stop.stop_requested()) {
    file.read(reinterpret_cast<char*>(input.data()), static_cast<std::streamsize>(input.size()));
    sound = inflater.take(input, static_cast<std::size_t>(file.gcount()));
  }
  if (stop.stop_requested() || (sound && inflater.complete())) return {};
  if (inflater.met_other_bytes()) {
    return fail(ErrorCode::Unreadable, fmt::format("'{}' goes on behind the end of its gzip data", path),
                "decompress it and compress it again");
  }
  return fail(ErrorCode::Unreadable, fmt::format("'{}' is a damaged or cut-off gzip file", path),
              "copy it again from where it came, or make it again");
}

GzipCheck::GzipCheck(const std::string& path) {
  std::packaged_task<Result<void>(const std::string&, const std::stop_token&)> task(check_gzip);
  answer_ = task.get_future();
  thread_ = std::jthread(
      [](const std::stop_token& stop, auto check, const std::string& file) { check(file, stop); },
      std::move(task), path);
}

}  // namespace splitplot::store::duckdb
