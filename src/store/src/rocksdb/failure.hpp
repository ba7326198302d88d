/// RocksDB's failures in our words.
#pragma once

#include <splitplot/base/result.hpp>

#include <string>
#include <string_view>

#include <rocksdb/status.h>

namespace splitplot::store::rocks {

/// What to do about a store that cannot be used any more.
inline constexpr std::string_view kRebuildHint =
    "stop the server, delete this folder and start again: it is made anew from the journal";

/// The error for a status that is not ok, met while `doing` ("writing a checkpoint") in `directory`.
[[nodiscard]] Error failure(const rocksdb::Status& status, std::string_view doing,
                            const std::string& directory);

}  // namespace splitplot::store::rocks
