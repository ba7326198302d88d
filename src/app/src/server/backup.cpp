#include "server/backup.hpp"

#include "files.hpp"

#include <splitplot/base/time.hpp>
#include <splitplot/catalogue/catalogue.hpp>
#include <splitplot/digest/hash.hpp>
#include <splitplot/digest/text.hpp>
#include <splitplot/model/json.hpp>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

namespace splitplot::app {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kManifest = "manifest.json";
constexpr std::int64_t kManifestVersion = 1;

Result<std::string> read_whole(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  if (!file) return fail(ErrorCode::Unreadable, fmt::format("cannot read {}", path.string()));
  text << file.rdbuf();
  if (file.bad()) return fail(ErrorCode::Unreadable, fmt::format("cannot read {} to its end", path.string()));
  return std::move(text).str();
}

std::string sha256_hex(std::string_view bytes) {
  const digest::Hash hash = digest::sha256(bytes);
  return digest::hex(digest::bytes_of(hash));
}

/// Writes a new file of mode 600 and syncs it.
Result<void> write_synced(const fs::path& path, std::string_view bytes) {
  const int descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
  const auto failed = [&](const char* what) {
    const int reason = errno;
    if (descriptor >= 0) ::close(descriptor);
    return fail(reason == ENOSPC ? ErrorCode::ResourceLimit : ErrorCode::Unreadable,
                fmt::format("cannot {} {}: {}", what, path.string(), std::strerror(reason)));
  };
  if (descriptor < 0) return failed("make");
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
    if (written < 0) {
      if (errno == EINTR) continue;
      return failed("write");
    }
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  if (::fsync(descriptor) != 0) return failed("sync");
  ::close(descriptor);
  return {};
}

Result<void> make_empty_folder(const std::string& path) {
  std::error_code error;
  if (fs::exists(path, error) && !fs::is_empty(path, error)) {
    return fail(ErrorCode::Conflict, fmt::format("{} is there and not empty", path), "name a new folder");
  }
  fs::create_directories(path, error);
  if (error) return fail(ErrorCode::Unreadable, fmt::format("cannot make {}: {}", path, error.message()));
  ::chmod(path.c_str(), S_IRWXU);
  return {};
}

Result<BackedUpFile> copy_in(const fs::path& from, const fs::path& root, const std::string& name) {
  auto bytes = read_whole(from);
  if (!bytes) return tl::unexpected(bytes.error());
  std::error_code ignored;
  fs::create_directories((root / name).parent_path(), ignored);
  if (auto written = write_synced(root / name, *bytes); !written) return tl::unexpected(written.error());
  return BackedUpFile{name, bytes->size(), sha256_hex(*bytes)};
}

std::string manifest_text(const BackupManifest& manifest) {
  Value::Array files;
  for (const BackedUpFile& file : manifest.files) {
    files.push_back(Value::Object{{"name", file.name}, {"bytes", file.bytes}, {"sha256", file.sha256}});
  }
  return model::pretty_json(Value(Value::Object{{"format", kManifestVersion},
                                                {"made_at", manifest.made_at},
                                                {"journal_begin", manifest.journal_begin},
                                                {"journal_end", manifest.journal_end},
                                                {"journal_records", manifest.journal_records},
                                                {"files", std::move(files)}})) +
         "\n";
}

/// A member that must be there.
const std::int64_t* integer_in(const Value& object, std::string_view name) {
  const Value* member = object.find(name);
  return member == nullptr ? nullptr : member->if_integer();
}

const std::string* text_in(const Value& object, std::string_view name) {
  const Value* member = object.find(name);
  return member == nullptr ? nullptr : member->if_text();
}

Result<BackupManifest> manifest_from(const Value& value, const std::string& path) {
  const auto damaged = [&path](std::string_view what) {
    return fail(ErrorCode::BadData, fmt::format("{}: {}", path, what), "this backup cannot be trusted");
  };
  const std::int64_t* format = integer_in(value, "format");
  if (format == nullptr) return damaged("no manifest of a backup");
  if (*format != kManifestVersion)
    return damaged(fmt::format("format {} is not known to this version", *format));
  const std::int64_t* begin = integer_in(value, "journal_begin");
  const std::int64_t* end = integer_in(value, "journal_end");
  const std::int64_t* records = integer_in(value, "journal_records");
  const std::string* made_at = text_in(value, "made_at");
  const Value* files = value.find("files");
  if (begin == nullptr || end == nullptr || records == nullptr || made_at == nullptr || files == nullptr ||
      files->if_array() == nullptr)
    return damaged("members are missing");
  BackupManifest manifest{*made_at,
                          static_cast<std::uint64_t>(*begin),
                          static_cast<std::uint64_t>(*end),
                          static_cast<std::uint64_t>(*records),
                          {}};
  for (const Value& file : *files->if_array()) {
    const std::string* name = text_in(file, "name");
    const std::int64_t* bytes = integer_in(file, "bytes");
    const std::string* sha256 = text_in(file, "sha256");
    if (name == nullptr || bytes == nullptr || sha256 == nullptr)
      return damaged("a file has no name, size or hash");
    if (name->empty() || name->front() == '/' || name->find("..") != name->npos)
      return damaged("a file's name leads elsewhere");
    manifest.files.push_back({*name, static_cast<std::uint64_t>(*bytes), *sha256});
  }
  return manifest;
}

/// The journal's files as they lie there; their names are their order.
Result<std::vector<fs::path>> journal_files(const DataFolder& data) {
  std::vector<fs::path> files;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(data.journal(), error)) {
    if (entry.path().extension() == ".journal") files.push_back(entry.path());
  }
  if (error)
    return fail(ErrorCode::Unreadable, fmt::format("cannot read {}: {}", data.journal(), error.message()),
                "is it a data folder?");
  std::ranges::sort(files);
  return files;
}

}  // namespace

Result<BackupManifest> back_up(const DataFolder& data, const std::string& target,
                               const std::string& made_at) {
  auto segments = journal_files(data);
  if (!segments) return tl::unexpected(segments.error());
  if (auto made = make_empty_folder(target); !made) return tl::unexpected(made.error());
  BackupManifest manifest;
  manifest.made_at = made_at;
  std::error_code error;
  fs::create_directories(fs::path(target) / "journal", error);
  for (const fs::path& segment : *segments) {
    auto file = copy_in(segment, target, "journal/" + segment.filename().string());
    if (!file) return tl::unexpected(file.error());
    manifest.files.push_back(*std::move(file));
  }
  // What was written when the copy was taken; a record torn by the copy was not acknowledged when the backup began.
  const auto copied = store::inspect_journal(store::posix_file_system(), target + "/journal");
  if (!copied) return tl::unexpected(copied.error());
  manifest.journal_begin = copied->begin;
  manifest.journal_end = copied->end;
  manifest.journal_records = copied->records;

  const std::string catalogue = target + "/catalogue.sqlite";
  if (auto copy = catalogue::back_up_catalogue(data.catalogue(), catalogue); !copy)
    return tl::unexpected(copy.error());
  const auto catalogue_bytes = read_whole(catalogue);
  if (!catalogue_bytes) return tl::unexpected(catalogue_bytes.error());
  manifest.files.push_back({"catalogue.sqlite", catalogue_bytes->size(), sha256_hex(*catalogue_bytes)});
  auto secrets = copy_in(data.secrets(), target, "secrets.key");
  if (!secrets) return tl::unexpected(secrets.error());
  manifest.files.push_back(*std::move(secrets));
  if (auto written = write_synced(fs::path(target) / kManifest, manifest_text(manifest)); !written)
    return tl::unexpected(written.error());
  return manifest;
}

Result<BackupManifest> check_backup(const std::string& backup) {
  const fs::path path = fs::path(backup) / kManifest;
  std::error_code error;
  if (!fs::exists(path, error)) {
    return fail(ErrorCode::NotFound, fmt::format("{} is no backup: it has no manifest.json", backup),
                "a backup that was interrupted has none either");
  }
  const auto text = read_whole(path);
  if (!text) return tl::unexpected(text.error());
  const auto value = model::parse_json(*text);
  if (!value) return fail(ErrorCode::BadData, fmt::format("{}: {}", path.string(), value.error().message));
  auto manifest = manifest_from(*value, path.string());
  if (!manifest) return manifest;
  for (const BackedUpFile& file : manifest->files) {
    const auto bytes = read_whole(fs::path(backup) / file.name);
    if (!bytes) return tl::unexpected(bytes.error());
    if (bytes->size() != file.bytes || sha256_hex(*bytes) != file.sha256) {
      return fail(ErrorCode::BadData, fmt::format("{}/{} is not as it was backed up", backup, file.name),
                  "use another backup");
    }
  }
  return manifest;
}

Result<void> restore_files(const std::string& backup, const BackupManifest& manifest,
                           const DataFolder& data) {
  if (auto made = make_empty_folder(data.root); !made) return made;
  for (const BackedUpFile& file : manifest.files) {
    if (auto copied = copy_in(fs::path(backup) / file.name, data.root, file.name); !copied)
      return tl::unexpected(copied.error());
  }
  return {};
}

}  // namespace splitplot::app
