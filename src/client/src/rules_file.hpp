/// The last rules of a server, kept on disk for a start without it. Written as a whole or not at all; what was torn, changed or
/// is of another server is told from what was written. One thread at a time; several programs may share a file.
#pragma once

#include <splitplot/base/result.hpp>
#include <splitplot/base/time.hpp>

#include <string>
#include <string_view>

namespace splitplot::client {

struct KeptRules {
  Timestamp confirmed;  ///< when the server last said that these are its rules
  std::string id;       ///< of the content, as the server's ETag has it
  std::string payload;  ///< as it was sent: encrypted, if it was
};

class RulesFile {
 public:
  /// An empty path keeps nothing. Rules belong to a server and a key: those of another environment are refused.
  RulesFile(std::string path, std::string_view server, std::string_view key);

  /// Errors: Unreadable (cannot be written).
  [[nodiscard]] Result<void> write(const KeptRules& rules) const;
  /// Errors: NotFound (there is none), Unreadable, BadData (damaged, of a newer format), Conflict (of another server or key).
  [[nodiscard]] Result<KeptRules> read() const;

  /// What is there holds still; nothing happens where something else is there by now.
  void confirm(std::string_view id, Timestamp time) const;

  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
  std::string owner_;  ///< a hash: the file names no key
};

}  // namespace splitplot::client
