/// Plans: what would become of a scope's documents, with everything that speaks against it. Pure functions.
#pragma once

#include "state.hpp"

#include <splitplot/catalogue/catalogue.hpp>
#include <splitplot/model/document.hpp>

#include <map>
#include <vector>

namespace splitplot::catalogue {

/// Bodies of documents as someone wants them to be; they belong to whoever has read them. What is planned is not copied more
/// often than it must be: a list may have a million elements.
using WantedDocuments = std::map<model::DocumentId, const Value*>;

/// Documents of all texts, the first of each where one is written several times, and a problem for each of those.
struct HandedIn {
  WantedDocuments documents;
  std::vector<model::Problem> problems;
};
[[nodiscard]] HandedIn hand_in(const std::vector<model::DocumentText>& texts);

/// Whether two bodies say the same. The order of members means nothing, but for variants, whose order assigns units.
[[nodiscard]] bool same_content(const Value& left, const Value& right);

/// Errors: NotFound (no such scope). Problems and warnings have no places yet.
[[nodiscard]] Result<ChangePlan> plan_change(const State& state, const Scope& scope,
                                             const WantedDocuments& wanted, Absent absent);

/// Versions of a scope as they are after a change, which `revision` makes.
[[nodiscard]] DocumentVersions changed_versions(const DocumentVersions& versions,
                                                const std::vector<const DocumentChange*>& changes,
                                                Revision revision);

/// The scopes whose documents a change of `scope` touches: itself, and where it touches what the project shares, all of
/// the project. With the changes that each of them sees, which belong to the caller.
struct AffectedScope {
  Scope scope;
  const ScopeState* state = nullptr;
  std::vector<const DocumentChange*> changes;
};
[[nodiscard]] std::vector<AffectedScope> affected_scopes(const State& state, const Scope& scope,
                                                         const std::vector<DocumentChange>& changes);

}  // namespace splitplot::catalogue
