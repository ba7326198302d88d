/// The document store: rows of changes, document versions, credentials and frozen plans, behind the catalogue. It knows
/// no document's meaning: kinds and keys are text, bodies are JSON text. Rows are only added (a credential may be
/// revoked), in transactions that compare and set the head, so that two writers never lose a change. An adapter lies in
/// `sqlite/`. All functions may be called by any thread.
#pragma once

#include <splitplot/base/result.hpp>
#include <splitplot/base/time.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace splitplot::store {

struct OrganisationRow {
  std::string id;
  std::string key;
  friend bool operator==(const OrganisationRow&, const OrganisationRow&) = default;
};

struct ProjectRow {
  std::string id;
  std::string organisation_id;
  std::string key;
  std::string time_zone;
  friend bool operator==(const ProjectRow&, const ProjectRow&) = default;
};

struct EnvironmentRow {
  std::string id;
  std::string project_id;
  std::string key;
  friend bool operator==(const EnvironmentRow&, const EnvironmentRow&) = default;
};

/// Who the documents belong to. Rows are sorted by id.
struct Tenancy {
  std::vector<OrganisationRow> organisations;
  std::vector<ProjectRow> projects;
  std::vector<EnvironmentRow> environments;
};

struct ChangeRow {
  std::uint64_t revision = 0;
  std::string environment_id;  ///< where it was made
  std::string author;
  std::string message;
  Timestamp time;
  std::string previous_hash;  ///< of the change before; hex
  std::string hash;           ///< hex
  friend bool operator==(const ChangeRow&, const ChangeRow&) = default;
};

/// What names a document: the project or environment that owns it, its kind and key.
struct DocumentName {
  std::string owner_id;
  std::string kind;
  std::string key;
  friend auto operator<=>(const DocumentName&, const DocumentName&) = default;
};

struct DocumentVersionRow {
  DocumentName name;
  std::uint64_t version = 0;        ///< 1, 2, ... of this document
  std::uint64_t revision = 0;       ///< of the change that made it
  std::optional<std::string> body;  ///< JSON; nothing: deleted
  friend bool operator==(const DocumentVersionRow&, const DocumentVersionRow&) = default;
};

struct CredentialRow {
  std::string id;
  std::string environment_id;
  std::string connection;  ///< key of the connection it opens
  std::string keyed_hash;  ///< of the secret; hex
  Timestamp created;
  std::optional<Timestamp> revoked;
  friend bool operator==(const CredentialRow&, const CredentialRow&) = default;
};

struct FrozenPlanRow {
  std::string environment_id;
  std::string experiment;
  std::uint64_t revision = 0;  ///< of the change that started it
  Timestamp started;
  std::string fingerprint;
  std::string plan;  ///< JSON
  friend bool operator==(const FrozenPlanRow&, const FrozenPlanRow&) = default;
};

/// The end of the chain of changes, and the seal that says who wrote it. There is one; every transaction replaces it.
struct Head {
  std::uint64_t sequence = 0;  ///< number of the transaction
  std::uint64_t revision = 0;  ///< of the last change; 0: none yet
  std::string hash;            ///< of the last change
  std::string seal;
  friend bool operator==(const Head&, const Head&) = default;
};

struct Revocation {
  std::string credential_id;
  Timestamp time;
};

/// What is written together or not at all. Tenancy rows are added, never changed.
struct DocumentTransaction {
  std::optional<Head> expected;  ///< what must be stored now; nothing: the store is new
  Head head;                     ///< what is stored afterwards
  Tenancy tenancy;
  std::optional<ChangeRow> change;
  std::vector<DocumentVersionRow> versions;
  std::vector<FrozenPlanRow> frozen_plans;
  std::vector<CredentialRow> credentials;
  std::vector<Revocation> revocations;
};

/// Which changes to list.
struct ChangeFilter {
  std::vector<std::string> owner_ids;   ///< that touched a document of any of these
  std::optional<std::string> kind;      ///< ...of this kind
  std::optional<std::string> key;       ///< ...and key
  std::optional<std::uint64_t> before;  ///< revisions below it only
  std::size_t limit = 0;
};

/// Errors of all functions: Unreadable, ResourceLimit (disk full), Unavailable (sync failed), BadData (the file is
/// damaged), Conflict (it is locked).
class DocumentStore {
 public:
  virtual ~DocumentStore() = default;

  /// Nothing: the store is new, and nothing has been written.
  virtual Result<std::optional<Head>> head() = 0;
  virtual Result<Tenancy> tenancy() = 0;
  virtual Result<std::vector<CredentialRow>> credentials() = 0;  ///< by id

  /// The latest version of each document of an owner, or the latest that is not newer than revision `at`; deleted
  /// documents included. By kind and key.
  virtual Result<std::vector<DocumentVersionRow>> documents(std::string_view owner_id,
                                                            std::optional<std::uint64_t> at) = 0;
  virtual Result<std::optional<DocumentVersionRow>> version(const DocumentName& name,
                                                            std::uint64_t version) = 0;

  virtual Result<std::optional<ChangeRow>> change(std::uint64_t revision) = 0;
  /// Versions and plans that a change made; by name, and by environment and experiment.
  virtual Result<std::vector<DocumentVersionRow>> versions_of(std::uint64_t revision) = 0;
  virtual Result<std::vector<FrozenPlanRow>> frozen_plans_of(std::uint64_t revision) = 0;
  /// Newest first.
  virtual Result<std::vector<ChangeRow>> changes(const ChangeFilter& filter) = 0;

  virtual Result<std::optional<FrozenPlanRow>> latest_frozen_plan(std::string_view environment_id,
                                                                  std::string_view experiment) = 0;

  /// Whether any row names a revision that is not in [1, last].
  virtual Result<bool> has_rows_beyond(std::uint64_t last) = 0;

  /// Whether the store can still be read, and its file is still the one that was opened.
  virtual Result<void> check() = 0;

  /// Durable when it returns. Errors also: Conflict (the head is not the expected one); a lock of another process is
  /// Unavailable here.
  virtual Result<void> write(const DocumentTransaction& transaction) = 0;
};

/// Opens or makes an SQLite file (mode 600). Of a file in an older format a copy is kept beside it. Errors also:
/// Conflict (another process has it open for writing), BadData (newer format), Unreadable (no such store).
[[nodiscard]] Result<std::unique_ptr<DocumentStore>> open_document_store(const std::string& path);

/// Copies a store, as it is at one moment, to a file that must not be there yet, while any process uses it.
[[nodiscard]] Result<void> copy_document_store(const std::string& from_path, const std::string& to_path);

}  // namespace splitplot::store
