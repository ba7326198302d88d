/// The catalogue on a document store.
#pragma once

#include "attempt.hpp"
#include "key_file.hpp"
#include "last_good.hpp"
#include "opening.hpp"
#include "planning.hpp"
#include "state.hpp"
#include "watchers.hpp"

#include <splitplot/base/result.hpp>
#include <splitplot/base/time.hpp>
#include <splitplot/catalogue/catalogue.hpp>
#include <splitplot/store/document_store.hpp>

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace splitplot::catalogue {

class Upkeep;

/// Readers take the state of the moment, a shared pointer, and never wait for a writer. Writers come one at a time: each
/// computes the next state, writes, and only then shows it.
class StoredCatalogue final : public Catalogue {
 public:
  /// `state` was loaded from the store. `clock` and the log of the options must outlive this.
  StoredCatalogue(std::shared_ptr<store::DocumentStore> store, State state, Secrets secrets,
                  const Clock& clock, const CatalogueOptions& options);
  ~StoredCatalogue() override;

  /// Of a start from the last good file: why, and when that was written.
  void begin_away(const Error& why, Timestamp written);
  /// Begins to look after the store. `opening`: is under way already.
  void look_after(std::optional<Opening> opening);

  // For who looks after the store.
  [[nodiscard]] bool is_away() const;
  [[nodiscard]] std::shared_ptr<store::DocumentStore> store() const;
  void confirm();
  /// The store is given up; what needs it is refused from now on.
  void go_away(const Error& why);
  void come_back(Loaded loaded);

  Result<ChangePlan> plan(const Scope& scope, const std::vector<model::DocumentText>& texts,
                          Absent absent) override;
  Result<Committed> commit(const ChangePlan& plan, std::string_view author,
                           std::string_view message) override;
  Result<ChangePlan> plan_rollback(const Scope& scope, Revision revision) override;
  Result<std::vector<model::Document>> documents(const Scope& scope, std::optional<Revision> at) override;
  Result<model::Document> document(const Scope& scope, const model::DocumentId& id,
                                   std::optional<Revision> at) override;
  Result<std::vector<Change>> history(const Scope& scope, const std::optional<model::DocumentId>& id,
                                      std::size_t limit, std::optional<Revision> before) override;
  Result<FrozenPlan> frozen_plan(const Scope& scope, std::string_view experiment) override;
  [[nodiscard]] std::shared_ptr<const decide::Snapshot> snapshot(const Scope& scope) const override;
  [[nodiscard]] std::vector<Scope> scopes() const override;
  [[nodiscard]] Standing standing() const override;
  [[nodiscard]] std::unique_ptr<Watch> watch(Watcher watcher) override;
  [[nodiscard]] std::optional<Principal> authenticate(std::string_view secret) const override;
  [[nodiscard]] std::optional<Principal> holder_of(std::string_view credential) const override;
  [[nodiscard]] std::string signature(std::string_view purpose, std::string_view text) const override;
  Result<NewCredential> add_key(const Scope& scope, std::string_view connection) override;
  Result<void> revoke_old_keys(const Scope& scope, std::string_view connection) override;
  Result<std::optional<Revision>> verify_chain() override;

 private:
  /// A key of a connection, with the row that is stored of it.
  struct MadeKey {
    NewCredential credential;
    store::CredentialRow row;
  };

  [[nodiscard]] std::shared_ptr<const State> state() const;
  [[nodiscard]] Result<MadeKey> make_key(const State& current, const ScopeState& scope,
                                         const model::Connection& connection) const;

  /// Keys for connections that are new, revocations for those that are gone.
  [[nodiscard]] Result<std::vector<NewCredential>> change_credentials(const State& current,
                                                                      const ScopeState& after,
                                                                      const ChangePlan& plan,
                                                                      store::DocumentTransaction& rows) const;

  /// Writes rows, and then shows the state that they make of `next`: with their head and credentials.
  Result<void> write(State next, store::DocumentTransaction rows);

  /// For who changes something. Errors: Unavailable (another change hangs).
  Result<std::unique_lock<std::timed_mutex>> begin_writing();

  /// Writes the last good file, unless that takes longer than anybody waits. The caller holds writing_.
  void keep(std::shared_ptr<const State> good);
  void show_keeping(const Result<void>& written);

  Result<Change> read_change(store::DocumentStore& store, const store::ChangeRow& row, const State& current,
                             const ScopeState& scope, const std::optional<model::DocumentId>& id);

  const Secrets secrets_;
  const Clock& clock_;
  const CatalogueOptions options_;
  const std::optional<LastGoodFile> last_good_;
  const std::shared_ptr<Watchers> watchers_ = std::make_shared<Watchers>();
  std::timed_mutex writing_;  ///< held by who computes and writes the next state; guards the next two
  Timestamp kept_;            ///< when the last good file was written
  std::optional<Attempt<Result<void>>> keeping_;  ///< to write it, where that has not ended yet

  mutable std::mutex showing_;  ///< guards what follows
  std::shared_ptr<store::DocumentStore> store_;
  std::shared_ptr<const State> state_;
  Timestamp confirmed_;
  std::optional<Error> away_;
  std::string keeping_trouble_;

  std::unique_ptr<Upkeep> upkeep_;  ///< stops before the rest goes
};

}  // namespace splitplot::catalogue
