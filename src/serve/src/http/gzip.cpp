#include "http/gzip.hpp"

#include <algorithm>

#include <zlib.h>

namespace splitplot::serve {

bool looks_like_gzip(std::string_view bytes) {
  return bytes.size() > 2 && bytes[0] == '\x1f' && bytes[1] == '\x8b';
}

Result<std::string> gunzip(std::string_view bytes, const GzipLimits& limits) {
  z_stream stream{};
  constexpr int kGzipOnly = 16 + MAX_WBITS;
  if (inflateInit2(&stream, kGzipOnly) != Z_OK)
    return fail(ErrorCode::ResourceLimit, "no memory to decompress the body");
  struct End {
    z_stream& of;
    ~End() { inflateEnd(&of); }
  } const end{stream};

  const std::size_t most = std::min(limits.bytes, std::max(limits.free_bytes, bytes.size() * limits.ratio));
  // zlib takes pointers to non-const, and does not write there.
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  std::string text;
  char piece[16 * 1024];
  int state = Z_OK;
  while (state == Z_OK) {
    stream.next_out = reinterpret_cast<Bytef*>(piece);
    stream.avail_out = sizeof piece;
    state = inflate(&stream, Z_NO_FLUSH);
    const std::size_t produced = sizeof piece - stream.avail_out;
    if (text.size() + produced > most) {
      return fail(ErrorCode::ResourceLimit, "the body is too large once decompressed",
                  "send smaller batches");
    }
    text.append(piece, produced);
  }
  if (state != Z_STREAM_END) return fail(ErrorCode::BadData, "the body is not complete gzip data");
  if (stream.avail_in != 0)
    return fail(ErrorCode::BadData, "there is something behind the gzip data of the body");
  return text;
}

Result<std::string> gzip(std::string_view text) {
  z_stream stream{};
  constexpr int kGzipOnly = 16 + MAX_WBITS;
  constexpr int kMostMemory = 9;
  if (deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, kGzipOnly, kMostMemory, Z_DEFAULT_STRATEGY) !=
      Z_OK)
    return fail(ErrorCode::ResourceLimit, "no memory to compress the answer");
  struct End {
    z_stream& of;
    ~End() { deflateEnd(&of); }
  } const end{stream};
  std::string bytes(deflateBound(&stream, text.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(bytes.data());
  stream.avail_out = static_cast<uInt>(bytes.size());
  if (deflate(&stream, Z_FINISH) != Z_STREAM_END)
    return fail(ErrorCode::ResourceLimit, "the answer could not be compressed");
  bytes.resize(stream.total_out);
  return bytes;
}

}  // namespace splitplot::serve
