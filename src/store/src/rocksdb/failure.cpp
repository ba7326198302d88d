#include "rocksdb/failure.hpp"

#include <fmt/format.h>

namespace splitplot::store::rocks {

Error failure(const rocksdb::Status& status, std::string_view doing, const std::string& directory) {
  const std::string text = status.ToString();
  const auto error = [&](ErrorCode code, std::string_view what, std::string_view hint) {
    return Error{code, fmt::format("online store {}: {} while {} ({})", directory, what, doing, text),
                 std::string(hint)};
  };
  if (status.subcode() == rocksdb::Status::kNoSpace || status.subcode() == rocksdb::Status::kSpaceLimit) {
    return error(ErrorCode::ResourceLimit, "the disk is full", "free disk space; nothing is lost");
  }
  // The lock has no code of its own: RocksDB says it in words, within a process and between two.
  if (status.IsIOError() && (text.find("While lock file") != std::string::npos ||
                             text.find("lock hold by current process") != std::string::npos)) {
    return error(ErrorCode::Conflict, "another process uses it", "only one server may use a data directory");
  }
  if (status.IsCorruption()) return error(ErrorCode::BadData, "it is damaged, found", kRebuildHint);
  if (status.IsInvalidArgument() || status.IsNotSupported()) {
    return error(ErrorCode::BadData, "it is of another format, found", kRebuildHint);
  }
  if (status.IsIOError()) {
    return error(ErrorCode::Unavailable, "the disk failed",
                 "look at the disk and at the folder's permissions");
  }
  return error(ErrorCode::Internal, "an unexpected answer of RocksDB", "");
}

}  // namespace splitplot::store::rocks
