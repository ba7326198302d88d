#include "sqlite/connection.hpp"
#include "sqlite/format.hpp"
#include "sqlite/query.hpp"

#include <splitplot/store/document_store.hpp>
#include <splitplot/store/file_system.hpp>

#include <filesystem>
#include <mutex>
#include <utility>

#include <fmt/format.h>

namespace splitplot::store {
namespace {

using sqlite::collect;
using sqlite::Connection;
using sqlite::first;
using sqlite::Statement;
using sqlite::with;

std::int64_t stored(Timestamp time) {
  return time.time_since_epoch().count();
}
std::int64_t stored(std::uint64_t number) {
  return static_cast<std::int64_t>(number);
}
Timestamp time_of(std::int64_t microseconds) {
  return Timestamp{std::chrono::microseconds(microseconds)};
}

constexpr const char* kChangeColumns = "revision, environment_id, author, message, time, previous_hash, hash";
constexpr const char* kVersionColumns = "owner_id, kind, key, version, revision, body";
constexpr const char* kPlanColumns = "environment_id, experiment, revision, started, fingerprint, plan";

ChangeRow read_change(const Statement& row) {
  return {static_cast<std::uint64_t>(row.number(0)),
          row.text(1),
          row.text(2),
          row.text(3),
          time_of(row.number(4)),
          row.text(5),
          row.text(6)};
}

DocumentVersionRow read_version(const Statement& row) {
  DocumentVersionRow version{{row.text(0), row.text(1), row.text(2)},
                             static_cast<std::uint64_t>(row.number(3)),
                             static_cast<std::uint64_t>(row.number(4)),
                             std::nullopt};
  if (!row.missing(5)) version.body = row.text(5);
  return version;
}

FrozenPlanRow read_plan(const Statement& row) {
  return {row.text(0), row.text(1), static_cast<std::uint64_t>(row.number(2)), time_of(row.number(3)),
          row.text(4), row.text(5)};
}

CredentialRow read_credential(const Statement& row) {
  CredentialRow credential{row.text(0), row.text(1), row.text(2), row.text(3), time_of(row.number(4)), {}};
  if (!row.missing(5)) credential.revoked = time_of(row.number(5));
  return credential;
}

class SqliteDocumentStore final : public DocumentStore {
 public:
  SqliteDocumentStore(std::unique_ptr<FileLock> lock, Connection connection)
      : lock_(std::move(lock)), connection_(std::move(connection)) {}

  Result<std::optional<Head>> head() override {
    const std::lock_guard guard(mutex_);
    return first(prepare("SELECT sequence, revision, hash, seal FROM head"), [](const Statement& row) {
      return Head{static_cast<std::uint64_t>(row.number(0)), static_cast<std::uint64_t>(row.number(1)),
                  row.text(2), row.text(3)};
    });
  }

  Result<Tenancy> tenancy() override {
    const std::lock_guard guard(mutex_);
    auto organisations =
        collect(prepare("SELECT id, key FROM organisation ORDER BY id"), [](const Statement& row) {
          return OrganisationRow{row.text(0), row.text(1)};
        });
    if (!organisations) return tl::unexpected(organisations.error());
    auto projects = collect(prepare("SELECT id, organisation_id, key, time_zone FROM project ORDER BY id"),
                            [](const Statement& row) {
                              return ProjectRow{row.text(0), row.text(1), row.text(2), row.text(3)};
                            });
    if (!projects) return tl::unexpected(projects.error());
    auto environments =
        collect(prepare("SELECT id, project_id, key FROM environment ORDER BY id"), [](const Statement& row) {
          return EnvironmentRow{row.text(0), row.text(1), row.text(2)};
        });
    if (!environments) return tl::unexpected(environments.error());
    return Tenancy{std::move(*organisations), std::move(*projects), std::move(*environments)};
  }

  Result<std::vector<CredentialRow>> credentials() override {
    const std::lock_guard guard(mutex_);
    return collect(prepare("SELECT id, environment_id, connection, keyed_hash, created, revoked "
                           "FROM credential ORDER BY id"),
                   read_credential);
  }

  Result<std::vector<DocumentVersionRow>> documents(std::string_view owner_id,
                                                    std::optional<std::uint64_t> at) override {
    const std::lock_guard guard(mutex_);
    // With one max(), SQLite takes the other columns from the row that has it.
    const std::string sql = fmt::format(
        "SELECT owner_id, kind, key, max(version), revision, body FROM document_version WHERE owner_id = "
        "?1{} "
        "GROUP BY kind, key ORDER BY kind, key",
        at ? " AND revision <= ?2" : "");
    auto statement = with(prepare(sql), owner_id);
    if (statement && at) statement->bind(stored(*at));
    return collect(std::move(statement), read_version);
  }

  Result<std::optional<DocumentVersionRow>> version(const DocumentName& name,
                                                    std::uint64_t version) override {
    const std::lock_guard guard(mutex_);
    return first(with(prepare(fmt::format("SELECT {} FROM document_version WHERE owner_id = ?1 AND kind = ?2 "
                                          "AND key = ?3 AND version = ?4",
                                          kVersionColumns)),
                      std::string_view(name.owner_id), std::string_view(name.kind),
                      std::string_view(name.key), stored(version)),
                 read_version);
  }

  Result<std::optional<ChangeRow>> change(std::uint64_t revision) override {
    const std::lock_guard guard(mutex_);
    return first(with(prepare(fmt::format("SELECT {} FROM change WHERE revision = ?1", kChangeColumns)),
                      stored(revision)),
                 read_change);
  }

  Result<std::vector<DocumentVersionRow>> versions_of(std::uint64_t revision) override {
    const std::lock_guard guard(mutex_);
    return collect(with(prepare(fmt::format("SELECT {} FROM document_version WHERE revision = ?1 "
                                            "ORDER BY owner_id, kind, key, version",
                                            kVersionColumns)),
                        stored(revision)),
                   read_version);
  }

  Result<std::vector<FrozenPlanRow>> frozen_plans_of(std::uint64_t revision) override {
    const std::lock_guard guard(mutex_);
    return collect(with(prepare(fmt::format("SELECT {} FROM frozen_plan WHERE revision = ?1 "
                                            "ORDER BY environment_id, experiment",
                                            kPlanColumns)),
                        stored(revision)),
                   read_plan);
  }

  Result<std::vector<ChangeRow>> changes(const ChangeFilter& filter) override {
    const std::lock_guard guard(mutex_);
    std::string owners;
    for (std::size_t i = 0; i < filter.owner_ids.size(); ++i) owners += i == 0 ? "?" : ", ?";
    const std::string sql = fmt::format(
        "SELECT {} FROM change WHERE revision IN (SELECT revision FROM document_version WHERE owner_id IN "
        "({}){}{})"
        "{} ORDER BY revision DESC LIMIT ?",
        kChangeColumns, owners, filter.kind ? " AND kind = ?" : "", filter.key ? " AND key = ?" : "",
        filter.before ? " AND revision < ?" : "");
    auto statement = prepare(sql);
    if (statement) {
      for (const std::string& owner : filter.owner_ids) statement->bind(std::string_view(owner));
      if (filter.kind) statement->bind(std::string_view(*filter.kind));
      if (filter.key) statement->bind(std::string_view(*filter.key));
      if (filter.before) statement->bind(stored(*filter.before));
      statement->bind(stored(filter.limit));
    }
    return collect(std::move(statement), read_change);
  }

  Result<std::optional<FrozenPlanRow>> latest_frozen_plan(std::string_view environment_id,
                                                          std::string_view experiment) override {
    const std::lock_guard guard(mutex_);
    return first(with(prepare(fmt::format("SELECT {} FROM frozen_plan WHERE environment_id = ?1 AND "
                                          "experiment = ?2 ORDER BY revision DESC LIMIT 1",
                                          kPlanColumns)),
                      environment_id, experiment),
                 read_plan);
  }

  Result<bool> has_rows_beyond(std::uint64_t last) override {
    const std::lock_guard guard(mutex_);
    auto found =
        first(with(prepare("SELECT revision FROM change WHERE revision NOT BETWEEN 1 AND ?1 UNION ALL "
                           "SELECT revision FROM document_version WHERE revision NOT BETWEEN 1 AND ?1 "
                           "UNION ALL "
                           "SELECT revision FROM frozen_plan WHERE revision NOT BETWEEN 1 AND ?1"),
                   stored(last)),
              [](const Statement& row) { return row.number(0); });
    if (!found) return tl::unexpected(found.error());
    return found->has_value();
  }

  Result<void> check() override {
    const std::lock_guard guard(mutex_);
    return connection_.check_place().and_then([this]() -> Result<void> {
      const auto rows = connection_.number("SELECT count(*) FROM head");
      if (!rows) return tl::unexpected(rows.error());
      return {};
    });
  }

  Result<void> write(const DocumentTransaction& rows) override {
    const std::lock_guard guard(mutex_);
    // SQLite goes on writing to a file that was removed, and what it writes is gone with the process.
    if (auto in_place = connection_.check_place(); !in_place) return in_place;
    auto transaction = sqlite::Transaction::begin(connection_);
    if (!transaction) {
      Error error = transaction.error();
      if (error.code == ErrorCode::Conflict) error.code = ErrorCode::Unavailable;
      return tl::unexpected(std::move(error));
    }
    auto written = replace_head(rows)
                       .and_then([&] { return add_tenancy(rows.tenancy); })
                       .and_then([&] { return add_change(rows); })
                       .and_then([&] { return add_credentials(rows); });
    if (!written) return written;
    return transaction->commit();
  }

 private:
  Result<Statement> prepare(std::string_view sql) { return connection_.prepare(sql); }

  static Result<void> run(Result<Statement> statement) {
    if (!statement) return tl::unexpected(statement.error());
    return statement->run();
  }

  Result<void> replace_head(const DocumentTransaction& rows) {
    const Head& head = rows.head;
    Result<void> replaced;
    if (rows.expected) {
      replaced = run(with(prepare("UPDATE head SET sequence = ?1, revision = ?2, hash = ?3, seal = ?4 "
                                  "WHERE sequence = ?5 AND revision = ?6 AND hash = ?7 AND seal = ?8"),
                          stored(head.sequence), stored(head.revision), std::string_view(head.hash),
                          std::string_view(head.seal), stored(rows.expected->sequence),
                          stored(rows.expected->revision), std::string_view(rows.expected->hash),
                          std::string_view(rows.expected->seal)));
    } else {
      replaced = run(with(prepare("INSERT INTO head(id, sequence, revision, hash, seal) "
                                  "SELECT 1, ?1, ?2, ?3, ?4 WHERE NOT EXISTS (SELECT 1 FROM head)"),
                          stored(head.sequence), stored(head.revision), std::string_view(head.hash),
                          std::string_view(head.seal)));
    }
    if (!replaced) return replaced;
    if (connection_.changed_rows() == 1) return {};
    return fail(ErrorCode::Conflict, "the catalogue was changed meanwhile", "plan the change again");
  }

  Result<void> add_tenancy(const Tenancy& tenancy) {
    for (const OrganisationRow& row : tenancy.organisations) {
      if (auto added = run(with(prepare("INSERT INTO organisation(id, key) VALUES(?1, ?2)"),
                                std::string_view(row.id), std::string_view(row.key)));
          !added) {
        return added;
      }
    }
    for (const ProjectRow& row : tenancy.projects) {
      if (auto added = run(
              with(prepare("INSERT INTO project(id, organisation_id, key, time_zone) VALUES(?1, ?2, ?3, ?4)"),
                   std::string_view(row.id), std::string_view(row.organisation_id), std::string_view(row.key),
                   std::string_view(row.time_zone)));
          !added) {
        return added;
      }
    }
    for (const EnvironmentRow& row : tenancy.environments) {
      if (auto added = run(with(prepare("INSERT INTO environment(id, project_id, key) VALUES(?1, ?2, ?3)"),
                                std::string_view(row.id), std::string_view(row.project_id),
                                std::string_view(row.key)));
          !added) {
        return added;
      }
    }
    return {};
  }

  Result<void> add_change(const DocumentTransaction& rows) {
    if (rows.change) {
      const ChangeRow& row = *rows.change;
      if (auto added =
              run(with(prepare(fmt::format("INSERT INTO change({}) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                                           kChangeColumns)),
                       stored(row.revision), std::string_view(row.environment_id),
                       std::string_view(row.author), std::string_view(row.message), stored(row.time),
                       std::string_view(row.previous_hash), std::string_view(row.hash)));
          !added) {
        return added;
      }
    }
    for (const DocumentVersionRow& row : rows.versions) {
      if (auto added =
              run(with(prepare(fmt::format("INSERT INTO document_version({}) VALUES(?1, ?2, ?3, ?4, ?5, ?6)",
                                           kVersionColumns)),
                       std::string_view(row.name.owner_id), std::string_view(row.name.kind),
                       std::string_view(row.name.key), stored(row.version), stored(row.revision), row.body));
          !added) {
        return added;
      }
    }
    for (const FrozenPlanRow& row : rows.frozen_plans) {
      if (auto added = run(with(
              prepare(
                  fmt::format("INSERT INTO frozen_plan({}) VALUES(?1, ?2, ?3, ?4, ?5, ?6)", kPlanColumns)),
              std::string_view(row.environment_id), std::string_view(row.experiment), stored(row.revision),
              stored(row.started), std::string_view(row.fingerprint), std::string_view(row.plan)));
          !added) {
        return added;
      }
    }
    return {};
  }

  Result<void> add_credentials(const DocumentTransaction& rows) {
    for (const CredentialRow& row : rows.credentials) {
      std::optional<std::int64_t> revoked;
      if (row.revoked) revoked = stored(*row.revoked);
      if (auto added = run(with(prepare("INSERT INTO credential(id, environment_id, connection, keyed_hash, "
                                        "created, revoked) VALUES(?1, ?2, ?3, ?4, ?5, ?6)"),
                                std::string_view(row.id), std::string_view(row.environment_id),
                                std::string_view(row.connection), std::string_view(row.keyed_hash),
                                stored(row.created), revoked));
          !added) {
        return added;
      }
    }
    for (const Revocation& revocation : rows.revocations) {
      if (auto revoked =
              run(with(prepare("UPDATE credential SET revoked = ?1 WHERE id = ?2 AND revoked IS NULL"),
                       stored(revocation.time), std::string_view(revocation.credential_id)));
          !revoked) {
        return revoked;
      }
    }
    return {};
  }

  std::mutex mutex_;
  std::unique_ptr<FileLock> lock_;  ///< outlives the connection
  Connection connection_;
};

}  // namespace

Result<std::unique_ptr<DocumentStore>> open_document_store(const std::string& path) {
  // One writer a file. The lock is a file of its own: closing any descriptor of the database would drop the locks that
  // SQLite holds on it.
  auto lock = posix_file_system().lock(path + ".lock");
  if (!lock && lock.error().code == ErrorCode::Conflict) {
    return fail(ErrorCode::Conflict, fmt::format("'{}' is in use by another process", path),
                "stop the server that runs on it, or ask that server");
  }
  if (!lock) return tl::unexpected(lock.error());
  auto connection = Connection::open(path, sqlite::Access::ReadWrite);
  if (!connection) return tl::unexpected(connection.error());
  // Of a file that is not ours nothing is changed, so its format comes before WAL.
  if (auto brought = sqlite::bring_to_format(*connection, path, sqlite::format_steps()); !brought) {
    return tl::unexpected(brought.error());
  }
  if (auto set = connection->execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; "
                                     "PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF");
      !set) {
    return tl::unexpected(set.error());
  }
  return std::make_unique<SqliteDocumentStore>(std::move(*lock), std::move(*connection));
}

Result<void> copy_document_store(const std::string& from_path, const std::string& to_path) {
  if (std::error_code ignored; std::filesystem::exists(to_path, ignored)) {
    return fail(ErrorCode::Conflict, fmt::format("'{}' is there already", to_path), "name a new file");
  }
  auto source = Connection::open(from_path, sqlite::Access::ReadOnly);
  if (!source) return tl::unexpected(source.error());
  Result<void> copied;
  {
    auto target = Connection::open(to_path, sqlite::Access::ReadWrite);
    if (!target) return tl::unexpected(target.error());
    copied = source->copy_into(*target);
  }
  if (!copied) {
    std::error_code ignored;
    std::filesystem::remove(to_path, ignored);
  }
  return copied;
}

}  // namespace splitplot::store
