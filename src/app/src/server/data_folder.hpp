// The server's data folder: which file is what.
//
//   catalogue.sqlite   documents, their versions, keys (hashed)
//   last-good          the configuration of now, for a start without the catalogue
//   secrets.key        pepper of keys, secret of seeds; mode 600
//   journal/           the truth: every accepted event
//   online/            profiles and ids of events: made again from the journal
//   warehouse.duckdb   rows to analyse: made again from the journal
//   uploads/           files to be analysed; emptied at each start
//   backups/           made by `splitplot backup`
//   lock               held by the running server
#pragma once

#include <splitplot/base/result.hpp>

#include <string>

namespace splitplot::app {

struct DataFolder {
  std::string root;

  [[nodiscard]] std::string catalogue() const { return root + "/catalogue.sqlite"; }
  [[nodiscard]] std::string last_good() const { return root + "/last-good"; }
  [[nodiscard]] std::string secrets() const { return root + "/secrets.key"; }
  [[nodiscard]] std::string journal() const { return root + "/journal"; }
  [[nodiscard]] std::string online() const { return root + "/online"; }
  [[nodiscard]] std::string warehouse() const { return root + "/warehouse.duckdb"; }
  [[nodiscard]] std::string spill() const { return root + "/spill"; }
  [[nodiscard]] std::string uploads() const { return root + "/uploads"; }
  [[nodiscard]] std::string backups() const { return root + "/backups"; }
  [[nodiscard]] std::string lock() const { return root + "/lock"; }
};

/// Holds the folder for this process alone, until it goes.
class FolderLock {
 public:
  /// Makes the folder (mode 700) if it is not there. Errors: Conflict (another process holds it), Unreadable.
  [[nodiscard]] static Result<FolderLock> take(const DataFolder& folder);

  FolderLock(FolderLock&& other) noexcept;
  FolderLock& operator=(FolderLock&&) = delete;
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;
  ~FolderLock();

 private:
  explicit FolderLock(int descriptor) : descriptor_(descriptor) {}
  int descriptor_ = -1;
};

}  // namespace splitplot::app
