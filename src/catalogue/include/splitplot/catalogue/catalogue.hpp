/// The catalogue: the versioned documents of all environments. Planning a change validates everything and shows the
/// difference; committing it is one transaction, with author and time, linked into an audit chain; from what holds, it
/// compiles the snapshot that decides. Nothing half-applied is ever seen. All functions may be called by any thread.
#pragma once

#include <splitplot/base/log.hpp>
#include <splitplot/base/result.hpp>
#include <splitplot/base/time.hpp>
#include <splitplot/decide/snapshot.hpp>
#include <splitplot/model/document.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace splitplot::catalogue {

/// Number of a change; every commit, whatever the environment, gets the next. Version of the configuration.
using Revision = std::uint64_t;

/// Where documents live. Metrics, segments and layers are the project's, the rest the environment's; all are addressed
/// by both.
struct Scope {
  std::string project = "default";
  std::string environment = "production";
  friend auto operator<=>(const Scope&, const Scope&) = default;
};

/// Who asks: what a credential stands for.
struct Principal {
  std::string connection;  ///< key
  model::ConnectionKind kind = model::ConnectionKind::Client;
  Scope scope;
  bool record_exposures = true;
  std::string
      credential;  ///< id of the key that was shown: tells the keys of a connection apart, opens nothing
};

enum class ChangeKind { Created, Updated, Deleted, Unchanged };

/// What would become of one document.
struct DocumentChange {
  ChangeKind kind = ChangeKind::Unchanged;
  model::DocumentId id;
  std::optional<model::Document> before;
  std::optional<model::Document> after;
};

/// A change that was checked and not made.
struct ChangePlan {
  Scope scope;
  Revision based_on = 0;
  std::vector<DocumentChange> changes;   ///< by kind and key; handed in and unchanged ones included
  std::vector<model::Problem> problems;  ///< nothing may be committed while there are any
  std::vector<model::Problem> warnings;
  [[nodiscard]] bool changes_anything() const;
};

/// What to do with documents that are stored and were not handed in. No plan leaves a scope without an admin connection.
enum class Absent { Keep, Delete };

struct Change {
  Revision revision = 0;
  Scope scope;
  std::string author;  ///< "connection admin", "command line"
  std::string message;
  Timestamp time;
  std::vector<DocumentChange> documents;
};

/// A secret that is shown once.
struct NewCredential {
  std::string connection;
  model::ConnectionKind kind = model::ConnectionKind::Client;
  std::string secret;
};

struct Committed {
  Revision revision = 0;
  std::vector<NewCredential> credentials;  ///< of connections that are new
};

/// The plan of an experiment as it was when it started, for ever.
struct FrozenPlan {
  std::string experiment;
  Revision revision = 0;  ///< that started it
  Timestamp started;
  std::string fingerprint;  ///< "sha256:..." of the canonical JSON of `plan`
  /// {"experiment": {...}, "metrics": {key: {...}}, "segments": {key: {...}}, "layers": {key: {...}}}: bodies of the
  /// documents that the analysis rests on. They can be checked by themselves; of the experiment, what it left to
  /// defaults is written out.
  Value plan;
};

struct CatalogueOptions {
  std::string path;          ///< the SQLite file
  std::string secrets_path;  ///< the key file: pepper of credentials, secret of seeds; made with mode 600
  decide::ProjectClocks clocks = decide::utc_clocks;  ///< what times without an offset are by
  /// The file that always has the last good configuration, for a start without the catalogue; empty: none is kept, and
  /// nobody looks after the catalogue while it is open.
  std::string last_good_path = {};
  Log* log = nullptr;  ///< is told when the catalogue goes and comes back; must outlive it
  std::chrono::milliseconds look_every{2'000};  ///< whether the catalogue is still there, or there again
  std::chrono::milliseconds patience{10'000};   ///< with a file that does not answer
};

/// How the configuration that decides stands to the catalogue.
struct Standing {
  Revision revision = 0;  ///< of the last change that it holds
  std::chrono::seconds age{
      0};               ///< since the catalogue last was what it says; while it is there, almost nothing
  std::string trouble;  ///< why the catalogue is away; empty: it is there
  std::string
      keeping_trouble;  ///< why the last good file could not be written; empty: it was, or none is kept
};

/// Is told of the environments whose snapshot is another one now.
using Watcher = std::function<void(const std::vector<Scope>& changed)>;

/// As long as it is there, its watcher is told. Once it is gone, no call runs or comes any more.
class Watch {
 public:
  virtual ~Watch() = default;
};

class Catalogue {
 public:
  virtual ~Catalogue() = default;

  /// Plans the change that these documents are. `texts` give problems their place.
  virtual Result<ChangePlan> plan(const Scope& scope, const std::vector<model::DocumentText>& texts,
                                  Absent absent) = 0;

  /// Makes a planned change. Errors: BadData (it has problems), Conflict (something was changed since it was planned).
  virtual Result<Committed> commit(const ChangePlan& plan, std::string_view author,
                                   std::string_view message) = 0;

  /// Plans the return of all documents of the scope to how they were at a revision. Errors: NotFound.
  virtual Result<ChangePlan> plan_rollback(const Scope& scope, Revision revision) = 0;

  /// Documents now, or at a revision; by kind and key.
  virtual Result<std::vector<model::Document>> documents(const Scope& scope,
                                                         std::optional<Revision> at = {}) = 0;
  virtual Result<model::Document> document(const Scope& scope, const model::DocumentId& id,
                                           std::optional<Revision> at = {}) = 0;

  /// Changes of a scope, newest first; of one document only, where it is named. Bodies of lists and items, which may
  /// be long, are empty there: `document` tells them.
  virtual Result<std::vector<Change>> history(const Scope& scope, const std::optional<model::DocumentId>& id,
                                              std::size_t limit, std::optional<Revision> before) = 0;

  /// The frozen plan of the latest start. Errors: NotFound (never started).
  virtual Result<FrozenPlan> frozen_plan(const Scope& scope, std::string_view experiment) = 0;

  /// The snapshot that decides in a scope now. Never null for a scope that exists; cheap, no I/O.
  [[nodiscard]] virtual std::shared_ptr<const decide::Snapshot> snapshot(const Scope& scope) const = 0;

  [[nodiscard]] virtual std::vector<Scope> scopes() const = 0;

  /// Cheap, no I/O.
  [[nodiscard]] virtual Standing standing() const = 0;

  /// Tells a watcher of every change of a snapshot, once `snapshot` answers the new one. It is called on the thread
  /// that changes, one call at a time and in the order of the revisions; it must be quick, and may read but not change
  /// the catalogue.
  [[nodiscard]] virtual std::unique_ptr<Watch> watch(Watcher watcher) = 0;

  /// Whose key this is; no I/O. Constant time in the secret's content.
  [[nodiscard]] virtual std::optional<Principal> authenticate(std::string_view secret) const = 0;

  /// What the key with this id stands for now; nothing once it is revoked, or its connection gone. No I/O.
  [[nodiscard]] virtual std::optional<Principal> holder_of(std::string_view credential) const = 0;

  /// 32 bytes that only an installation with this key file can make of the text: what was given away with them is
  /// known again when it comes back. Signatures for one purpose are worth nothing for another. No I/O.
  [[nodiscard]] virtual std::string signature(std::string_view purpose, std::string_view text) const = 0;

  /// Gives a connection another key beside the old one, or takes all keys but the newest from it.
  virtual Result<NewCredential> add_key(const Scope& scope, std::string_view connection) = 0;
  virtual Result<void> revoke_old_keys(const Scope& scope, std::string_view connection) = 0;

  /// Checks the audit chain from the first change to the last; the revision where it breaks, if it does.
  virtual Result<std::optional<Revision>> verify_chain() = 0;
};

struct OpenedCatalogue {
  std::unique_ptr<Catalogue> catalogue;
  /// Keys that were made because the catalogue is new: client, server and admin of the default environment.
  std::vector<NewCredential> first_keys;
};

/// Opens or makes a catalogue. A new one has the organisation, project and environment `default`/`production` and a
/// connection of each kind. Where the catalogue is missing, locked, damaged or does not answer, and there is a last good
/// file, the configuration in that decides: what needs the catalogue itself is Unavailable, until it is back by itself.
/// A catalogue that goes away while it is open is treated alike. Errors: Unreadable (also: a catalogue without its key file), Forbidden (others can read the
/// key file), ResourceLimit, Conflict (another process), BadData (newer format; damaged; changed by other means, or the
/// key file of another catalogue).
[[nodiscard]] Result<OpenedCatalogue> open_catalogue(const CatalogueOptions& options, const Clock& clock);

/// Catalogue::verify_chain of a catalogue that cannot be opened, or need not be. Errors as for opening.
[[nodiscard]] Result<std::optional<Revision>> verify_catalogue(const CatalogueOptions& options);

/// Copies the database, as it is at one moment, to a file that must not be there yet, while any process uses it. The key
/// file is not part of it.
[[nodiscard]] Result<void> back_up_catalogue(const std::string& from_path, const std::string& to_path);

}  // namespace splitplot::catalogue
