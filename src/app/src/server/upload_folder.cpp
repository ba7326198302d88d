#include "server/upload_folder.hpp"

#include <splitplot/base/utf8.hpp>
#include <splitplot/digest/random.hpp>
#include <splitplot/digest/text.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <utility>

#include <fmt/format.h>
#include <sys/stat.h>

namespace splitplot::app {
namespace {

constexpr std::size_t kIdBytes = 16;
constexpr std::size_t kMostNameBytes = 100;

// The name to show: what stands behind the last folder, without control characters.
std::string shown_name(std::string_view name) {
  if (const auto slash = name.find_last_of("/\\"); slash != name.npos) name.remove_prefix(slash + 1);
  name = name.substr(0, kMostNameBytes);
  std::string shown;
  for (const char c : name) {
    if (static_cast<unsigned char>(c) >= 0x20 && c != 0x7f) shown += c;
  }
  shown = valid_utf8(shown);
  return shown.empty() || shown == "." || shown == ".." ? "file" : shown;
}

tl::unexpected<Error> not_there() {
  return fail(ErrorCode::NotFound, "there is no such file, or no more: files are kept for an hour",
              "upload it again");
}

}  // namespace

Upload::Upload(catalogue::Scope the_scope, std::string the_id, std::string the_name, std::string the_path,
               std::uint64_t the_bytes, Timestamp expires_at)
    : scope(std::move(the_scope)),
      id(std::move(the_id)),
      name(std::move(the_name)),
      path(std::move(the_path)),
      bytes(the_bytes),
      expires(expires_at) {}

Upload::~Upload() {
  std::error_code ignored;
  std::filesystem::remove(path, ignored);
}

Result<std::unique_ptr<UploadFolder>> UploadFolder::open(std::string path, const Clock& clock) {
  std::error_code error;
  std::filesystem::remove_all(path, error);
  if (!error) std::filesystem::create_directories(path, error);
  if (error || ::chmod(path.c_str(), S_IRWXU) != 0)
    return fail(ErrorCode::Unreadable, fmt::format("the folder '{}' cannot be emptied or made", path));
  return std::unique_ptr<UploadFolder>(new UploadFolder(std::move(path), clock));
}

void UploadFolder::drop_expired() {
  const Timestamp now = clock_.now();
  std::erase_if(uploads_, [&](const auto& upload) { return upload->expires <= now; });
}

Result<std::shared_ptr<const Upload>> UploadFolder::add(const catalogue::Scope& scope, std::string_view name,
                                                        std::string_view content) {
  const auto random = digest::random_bytes(kIdBytes);
  if (!random) return tl::unexpected(random.error());
  const std::lock_guard lock(mutex_);
  drop_expired();
  std::uint64_t bytes = content.size();
  for (const auto& upload : uploads_) bytes += upload->bytes;
  if (uploads_.size() >= kMostFiles || bytes > kMostBytes) {
    return fail(ErrorCode::ResourceLimit,
                fmt::format("at most {} files of {} MB together are kept, for an hour each", kMostFiles,
                            kMostBytes >> 20U),
                "delete one, or wait");
  }
  std::string id = digest::hex(*random);
  std::string path = path_ + "/" + id;
  auto upload = std::make_shared<const Upload>(scope, std::move(id), shown_name(name), std::move(path),
                                               content.size(), clock_.now() + kKeptFor);
  std::ofstream file(upload->path, std::ios::binary | std::ios::trunc);
  file.write(content.data(), static_cast<std::streamsize>(content.size()));
  file.close();
  if (!file) return fail(ErrorCode::Unavailable, "the file could not be written", "is the disk full?");
  uploads_.push_back(upload);
  return upload;
}

Result<std::shared_ptr<const Upload>> UploadFolder::find(const catalogue::Scope& scope, std::string_view id) {
  const std::lock_guard lock(mutex_);
  drop_expired();
  const auto found = std::ranges::find_if(
      uploads_, [&](const auto& upload) { return upload->id == id && upload->scope == scope; });
  if (found == uploads_.end()) return not_there();
  return *found;
}

Result<void> UploadFolder::remove(const catalogue::Scope& scope, std::string_view id) {
  const std::lock_guard lock(mutex_);
  drop_expired();
  const auto gone =
      std::erase_if(uploads_, [&](const auto& upload) { return upload->id == id && upload->scope == scope; });
  if (gone == 0) return not_there();
  return {};
}

}  // namespace splitplot::app
