#include "sqlite/format.hpp"

#include <splitplot/store/document_store.hpp>

#include <cstddef>
#include <filesystem>

#include <fmt/format.h>

namespace splitplot::store::sqlite {
namespace {

/// "SPLT": what tells our files from other SQLite databases.
constexpr std::int64_t kApplicationId = 0x53504c54;

constexpr const char* kFormat1 = R"sql(
CREATE TABLE organisation(
  id TEXT PRIMARY KEY,
  key TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE project(
  id TEXT PRIMARY KEY,
  organisation_id TEXT NOT NULL REFERENCES organisation,
  key TEXT NOT NULL,
  time_zone TEXT NOT NULL,
  UNIQUE(organisation_id, key)) STRICT;
CREATE TABLE environment(
  id TEXT PRIMARY KEY,
  project_id TEXT NOT NULL REFERENCES project,
  key TEXT NOT NULL,
  UNIQUE(project_id, key)) STRICT;
CREATE TABLE change(
  revision INTEGER PRIMARY KEY,
  environment_id TEXT NOT NULL REFERENCES environment,
  author TEXT NOT NULL,
  message TEXT NOT NULL,
  time INTEGER NOT NULL,
  previous_hash TEXT NOT NULL,
  hash TEXT NOT NULL) STRICT;
CREATE TABLE document_version(
  owner_id TEXT NOT NULL,
  kind TEXT NOT NULL,
  key TEXT NOT NULL,
  version INTEGER NOT NULL,
  revision INTEGER NOT NULL REFERENCES change,
  body TEXT,
  PRIMARY KEY(owner_id, kind, key, version)) STRICT, WITHOUT ROWID;
CREATE INDEX document_version_revision ON document_version(revision);
CREATE TABLE credential(
  id TEXT PRIMARY KEY,
  environment_id TEXT NOT NULL REFERENCES environment,
  connection TEXT NOT NULL,
  keyed_hash TEXT NOT NULL UNIQUE,
  created INTEGER NOT NULL,
  revoked INTEGER) STRICT;
CREATE TABLE frozen_plan(
  environment_id TEXT NOT NULL REFERENCES environment,
  experiment TEXT NOT NULL,
  revision INTEGER NOT NULL REFERENCES change,
  started INTEGER NOT NULL,
  fingerprint TEXT NOT NULL,
  plan TEXT NOT NULL,
  PRIMARY KEY(environment_id, experiment, revision)) STRICT, WITHOUT ROWID;
CREATE INDEX frozen_plan_revision ON frozen_plan(revision);
CREATE TABLE head(
  id INTEGER PRIMARY KEY CHECK(id = 1),
  sequence INTEGER NOT NULL,
  revision INTEGER NOT NULL,
  hash TEXT NOT NULL,
  seal TEXT NOT NULL) STRICT;
)sql";

/// Bodies may be differences to earlier versions, which programs that know format 1 cannot read. The tables stay.
constexpr const char* kFormat2 = "SELECT 1";

constexpr const char* kSteps[] = {kFormat1, kFormat2};

/// The format of a file: 0 for an empty one.
Result<std::int64_t> format_of(Connection& connection, const std::string& path) {
  auto application = connection.number("PRAGMA application_id");
  if (!application) return tl::unexpected(application.error());
  auto format = connection.number("PRAGMA user_version");
  if (!format) return tl::unexpected(format.error());
  auto tables = connection.number("SELECT count(*) FROM sqlite_schema");
  if (!tables) return tl::unexpected(tables.error());
  const bool empty = *tables == 0 && *application == 0 && *format == 0;
  if (!empty && (*application != kApplicationId || *format < 1)) {
    return fail(ErrorCode::Unreadable, fmt::format("'{}' is a database of another program", path),
                "name another file");
  }
  return *format;
}

}  // namespace

std::span<const char* const> format_steps() {
  return kSteps;
}

Result<void> bring_to_format(Connection& connection, const std::string& path,
                             std::span<const char* const> steps) {
  auto format = format_of(connection, path);
  if (!format) return tl::unexpected(format.error());
  const auto stored = static_cast<std::size_t>(*format);
  if (stored > steps.size()) {
    return fail(ErrorCode::BadData,
                fmt::format("'{}' has format {}, and this program knows formats up to {}", path, stored,
                            steps.size()),
                "use the newer Splitplot that wrote it, or restore a backup from before");
  }
  if (stored == steps.size()) return {};
  if (stored > 0) {
    // A copy that a crash cut short is made anew.
    const std::string copy = fmt::format("{}.format-{}", path, stored);
    std::error_code ignored;
    std::filesystem::remove(copy, ignored);
    if (auto copied = copy_document_store(path, copy); !copied) return copied;
  }
  auto transaction = Transaction::begin(connection);
  if (!transaction) return tl::unexpected(transaction.error());
  for (const char* step : steps.subspan(stored)) {
    if (auto done = connection.execute(step); !done) return done;
  }
  const std::string marks =
      fmt::format("PRAGMA application_id = {}; PRAGMA user_version = {}", kApplicationId, steps.size());
  if (auto marked = connection.execute(marks.c_str()); !marked) return marked;
  return transaction->commit();
}

}  // namespace splitplot::store::sqlite
