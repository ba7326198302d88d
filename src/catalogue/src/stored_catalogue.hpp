/// The catalogue on a document store.
#pragma once

#include "key_file.hpp"
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

/// Readers take the state of the moment, a shared pointer, and never wait for a writer. Writers come one at a time: each
/// computes the next state, writes, and only then shows it.
class StoredCatalogue final : public Catalogue {
 public:
  /// Loads what is stored; `head` is the store's. `clock` must outlive this.
  static Result<std::unique_ptr<StoredCatalogue>> load(std::unique_ptr<store::DocumentStore> store,
                                                       store::Head head, Secrets secrets, const Clock& clock,
                                                       decide::ProjectClocks clocks);

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
  [[nodiscard]] std::unique_ptr<Watch> watch(Watcher watcher) override;
  [[nodiscard]] std::optional<Principal> authenticate(std::string_view secret) const override;
  [[nodiscard]] std::optional<Principal> holder_of(std::string_view credential) const override;
  [[nodiscard]] std::string signature(std::string_view purpose, std::string_view text) const override;
  Result<NewCredential> add_key(const Scope& scope, std::string_view connection) override;
  Result<void> revoke_old_keys(const Scope& scope, std::string_view connection) override;
  Result<std::optional<Revision>> verify_chain() override;

 private:
  StoredCatalogue(std::unique_ptr<store::DocumentStore> store, Secrets secrets, const Clock& clock,
                  decide::ProjectClocks clocks, State state);

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

  Result<Change> read_change(const store::ChangeRow& row, const State& current, const ScopeState& scope,
                             const std::optional<model::DocumentId>& id);

  const std::unique_ptr<store::DocumentStore> store_;
  const Secrets secrets_;
  const Clock& clock_;
  const std::shared_ptr<Watchers> watchers_ = std::make_shared<Watchers>();
  const decide::ProjectClocks clocks_;
  std::mutex writing_;  ///< held by who computes and writes the next state
  mutable std::mutex showing_;
  std::shared_ptr<const State> state_;  ///< guarded by showing_
};

}  // namespace splitplot::catalogue
