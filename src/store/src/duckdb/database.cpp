#include "database.hpp"

#include "error_text.hpp"

#include <algorithm>
#include <filesystem>
#include <mutex>
#include <set>
#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace splitplot::store::duckdb {
namespace {

/// The log is folded into the file when it is longer than this. DuckDB's own 16 MB rewrite the last row group of every
/// table, a write pause each time, four times as often.
constexpr const char* kCheckpointThreshold = "64MB";

/// A number above zero, digits and at most one point, perhaps with a unit behind it. Which units there are is DuckDB's to say; it
/// takes a negative amount for no limit at all.
bool looks_like_memory(std::string_view text) {
  const std::size_t end = std::min(text.find_first_not_of("0123456789."), text.size());
  const std::string_view number = text.substr(0, end);
  std::string_view unit = text.substr(end);
  unit.remove_prefix(std::min(unit.find_first_not_of(' '), unit.size()));
  return std::ranges::count(number, '.') <= 1 && number.find_first_of("123456789") != number.npos &&
         std::ranges::all_of(unit, [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); });
}

class Configuration {
 public:
  Configuration() { duckdb_create_config(&config_); }
  Configuration(const Configuration&) = delete;
  Configuration& operator=(const Configuration&) = delete;
  ~Configuration() { duckdb_destroy_config(&config_); }

  bool set(const char* name, const std::string& value) {
    return duckdb_set_config(config_, name, value.c_str()) == DuckDBSuccess;
  }
  [[nodiscard]] duckdb_config get() const { return config_; }

 private:
  duckdb_config config_ = nullptr;
};

/// Files that this process has open. DuckDB's lock keeps other processes out, and lets the own one in a second time.
class OpenFiles {
 public:
  static OpenFiles& instance() {
    static OpenFiles files;
    return files;
  }
  bool claim(const std::string& path) {
    const std::lock_guard lock(mutex_);
    return paths_.insert(path).second;
  }
  void give_back(const std::string& path) {
    const std::lock_guard lock(mutex_);
    paths_.erase(path);
  }

 private:
  std::mutex mutex_;
  std::set<std::string> paths_;
};

std::string canonical(const std::string& path) {
  std::error_code ignored;
  const auto known = std::filesystem::weakly_canonical(path, ignored);
  return known.empty() ? path : known.string();
}

Error not_memory(const std::string& text) {
  return {ErrorCode::InvalidArgument, fmt::format("'{}' is not an amount of memory", text),
          "write it like 512MB or 4GB"};
}

Error in_use(const std::string& path) {
  return {ErrorCode::Conflict, fmt::format("the warehouse '{}' is in use", path),
          "one process at a time can have it open"};
}

Error open_error(std::string_view text, const std::string& path) {
  const auto has = [&](std::string_view part) { return text.find(part) != std::string_view::npos; };
  if (has("Could not set lock")) return in_use(path);
  if (is_disk_full(text)) {
    return {ErrorCode::ResourceLimit, fmt::format("the disk is full while opening the warehouse '{}'", path),
            "free some space"};
  }
  if (has("Permission denied") || has("Is a directory") || has("No such file") || has("Read-only")) {
    return {ErrorCode::Unreadable, fmt::format("the warehouse '{}' cannot be opened", path),
            "check that its folder is there and may be written"};
  }
  return {ErrorCode::BadData,
          fmt::format("'{}' is damaged, was written by a newer DuckDB, or is no warehouse", path),
          "move it away and rebuild it from the journal"};
}

}  // namespace

Result<std::shared_ptr<Database>> Database::open(const std::string& path,
                                                 const EmbeddedWarehouseOptions& options) {
  if (options.threads < 0)
    return fail(ErrorCode::InvalidArgument, "the number of threads may not be negative");
  std::error_code ignored;
  const std::string temporary =
      !options.temporary_directory.empty()
          ? options.temporary_directory
          : (std::filesystem::temp_directory_path(ignored) / "splitplot-spill").string();
  Configuration configuration;
  bool accepted = configuration.set("autoinstall_known_extensions", "false") &&
                  configuration.set("autoload_known_extensions", "false") &&
                  configuration.set("preserve_insertion_order", "false") &&
                  configuration.set("temp_directory", temporary) &&
                  configuration.set("checkpoint_threshold", kCheckpointThreshold);
  if (options.threads > 0)
    accepted = accepted && configuration.set("threads", std::to_string(options.threads));
  if (!accepted) return fail(ErrorCode::Internal, "the embedded database refused its settings");
  const bool limited = !options.memory_limit.empty();
  if (limited && (!looks_like_memory(options.memory_limit) ||
                  !configuration.set("memory_limit", options.memory_limit))) {
    return tl::unexpected(not_memory(options.memory_limit));
  }
  std::shared_ptr<Database> database(new Database());
  if (!path.empty()) {
    const std::string claimed = canonical(path);
    if (!OpenFiles::instance().claim(claimed)) return tl::unexpected(in_use(path));
    database->claimed_path_ = claimed;
  }
  char* error = nullptr;
  if (duckdb_open_ext(path.empty() ? nullptr : path.c_str(), &database->database_, configuration.get(),
                      &error) != DuckDBSuccess) {
    const std::string text = error == nullptr ? "" : error;
    duckdb_free(error);
    if (limited && text.find("memory") != std::string::npos)
      return tl::unexpected(not_memory(options.memory_limit));
    if (!path.empty()) return tl::unexpected(open_error(text, path));
    return fail(ErrorCode::Internal, "the embedded database did not start");
  }
  return database;
}

Database::~Database() {
  if (database_ != nullptr) duckdb_close(&database_);
  if (!claimed_path_.empty()) OpenFiles::instance().give_back(claimed_path_);
}

Result<Connection> Database::connect(const std::shared_ptr<Database>& database) {
  duckdb_connection handle = nullptr;
  if (duckdb_connect(database->database_, &handle) != DuckDBSuccess)
    return fail(ErrorCode::Internal, "the embedded database did not accept a connection");
  Connection connection(database, handle);
  for (const char* setting : {"SET enable_progress_bar = true", "SET enable_progress_bar_print = false",
                              "SET progress_bar_time = 0", "SET TimeZone = 'UTC'"}) {
    if (!connection.query(setting))
      return fail(ErrorCode::Internal, "the embedded database refused its settings");
  }
  return connection;
}

}  // namespace splitplot::store::duckdb
