/// The last good configuration in a file of its own beside the catalogue: enough of it to decide and to know keys, for a
/// start without it. Written as a whole or not at all; what was torn, changed, or written with another key file is told
/// from what was written. Grammar: docs/formats/last-good.md. One writer at a time.
#pragma once

#include "key_file.hpp"
#include "state.hpp"

#include <splitplot/base/result.hpp>
#include <splitplot/base/time.hpp>
#include <splitplot/store/document_store.hpp>
#include <splitplot/store/file_system.hpp>

#include <string>
#include <vector>

namespace splitplot::catalogue {

struct LastGood {
  Timestamp written;
  store::Head head;
  store::Tenancy tenancy;
  std::vector<store::CredentialRow> credentials;     ///< by id
  std::vector<store::DocumentVersionRow> documents;  ///< latest versions, deleted ones included
};

class LastGoodFile {
 public:
  LastGoodFile(store::FileSystem& files, std::string path) : files_(files), path_(std::move(path)) {}

  /// Replaces what is there, durably. Errors: as of the file system; the file is then as it was.
  [[nodiscard]] Result<void> write(const State& state, Timestamp now, const Secrets& secrets) const;

  /// Errors: Unreadable, BadData (damaged, of a newer format, not written with this key file).
  [[nodiscard]] Result<LastGood> read(const Secrets& secrets) const;

  /// Whether something is there, good or not.
  [[nodiscard]] bool exists() const;
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  store::FileSystem& files_;
  std::string path_;
};

}  // namespace splitplot::catalogue
