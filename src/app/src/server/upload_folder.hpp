// Files that were uploaded, each under a random name that says nothing of the one it came with. They are bounded in
// number and bytes, and gone after an hour, or with the next start. Any thread.
#pragma once

#include <splitplot/base/result.hpp>
#include <splitplot/base/time.hpp>
#include <splitplot/catalogue/catalogue.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace splitplot::app {

// A file. It is deleted with the last that holds it, so that an analysis in hand never loses its file.
class Upload {
 public:
  Upload(catalogue::Scope scope, std::string id, std::string name, std::string path, std::uint64_t bytes,
         Timestamp expires);
  Upload(const Upload&) = delete;
  Upload& operator=(const Upload&) = delete;
  ~Upload();

  const catalogue::Scope scope;
  const std::string id;
  const std::string name;  // without folders and control characters
  const std::string path;
  const std::uint64_t bytes;
  const Timestamp expires;
};

class UploadFolder {
 public:
  static constexpr std::size_t kMostFiles = 20;
  static constexpr std::uint64_t kMostBytes = 512UL * 1024 * 1024;
  static constexpr auto kKeptFor = std::chrono::hours(1);

  // Empties the folder, or makes it. `clock` must outlive it. Errors: Unreadable.
  [[nodiscard]] static Result<std::unique_ptr<UploadFolder>> open(std::string path, const Clock& clock);

  // Errors: ResourceLimit (too many, or too large together), Unavailable (the disk).
  [[nodiscard]] Result<std::shared_ptr<const Upload>> add(const catalogue::Scope& scope,
                                                          std::string_view name, std::string_view content);
  // Errors: NotFound, also of another scope.
  [[nodiscard]] Result<std::shared_ptr<const Upload>> find(const catalogue::Scope& scope,
                                                           std::string_view id);
  [[nodiscard]] Result<void> remove(const catalogue::Scope& scope, std::string_view id);

 private:
  UploadFolder(std::string path, const Clock& clock) : path_(std::move(path)), clock_(clock) {}
  void drop_expired();

  const std::string path_;
  const Clock& clock_;
  std::mutex mutex_;
  std::vector<std::shared_ptr<const Upload>> uploads_;
};

}  // namespace splitplot::app
