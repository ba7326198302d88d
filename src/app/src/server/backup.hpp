// Backups: the journal up to one offset, the catalogue as of then or a little later, the key file. Profiles and warehouse
// are made again from them, so they are not copied. Works beside a running server: the journal is only ever appended to,
// and the catalogue is copied after it, so that every revision which an event names is in it.
#pragma once

#include "server/data_folder.hpp"

#include <splitplot/base/result.hpp>
#include <splitplot/store/journal.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace splitplot::app {

struct BackedUpFile {
  std::string name;  ///< relative to the backup
  std::uint64_t bytes = 0;
  std::string sha256;
};

/// What stands in a backup's manifest.json.
struct BackupManifest {
  std::string made_at;  ///< RFC 3339
  store::JournalOffset journal_begin = 0;
  store::JournalOffset journal_end = 0;
  std::uint64_t journal_records = 0;
  std::vector<BackedUpFile> files;
};

/// Copies to a folder that is empty or not there. The manifest is written last: a folder without one is no backup.
/// Errors: Conflict (the folder is not empty), Unreadable, ResourceLimit.
[[nodiscard]] Result<BackupManifest> back_up(const DataFolder& data, const std::string& target,
                                             const std::string& made_at);

/// Reads a backup's manifest and proves that every file is as it was written. Errors: NotFound (no backup), BadData.
[[nodiscard]] Result<BackupManifest> check_backup(const std::string& backup);

/// Copies a checked backup into a data folder that is empty or not there. Errors: Conflict, Unreadable, ResourceLimit.
[[nodiscard]] Result<void> restore_files(const std::string& backup, const BackupManifest& manifest,
                                         const DataFolder& data);

}  // namespace splitplot::app
