#include "change_rows.hpp"

#include "audit_chain.hpp"
#include "frozen_plans.hpp"
#include "stored_body.hpp"

#include <splitplot/model/json.hpp>

#include <algorithm>
#include <optional>
#include <utility>

namespace splitplot::catalogue {

Result<store::DocumentTransaction> change_rows(store::DocumentStore& store, const ScopeState& before,
                                               const ScopeState& after, Revision revision,
                                               std::string previous_hash, const ChangeNote& note) {
  store::DocumentTransaction rows;
  for (const auto& [id, version] : after.versions) {
    if (version.revision != revision) continue;
    store::DocumentVersionRow row{
        {after.owner_id(id.kind), std::string(name_of(id.kind)), id.key}, version.version, revision, {}};
    if (version.body) {
      auto text = text_to_store(store, row.name, version.version, before.body(id), *version.body);
      if (!text) return tl::unexpected(text.error());
      row.body = *std::move(text);
    }
    rows.versions.push_back(std::move(row));
  }
  for (const model::Experiment* started :
       started_experiments(before.snapshot->configuration(), after.snapshot->configuration())) {
    const Value plan = frozen_plan_of(*started, after);
    rows.frozen_plans.push_back({after.environment_id, started->key, revision, note.time,
                                 fingerprint_of(plan), model::to_json(plan)});
  }
  // As they will be read back: the hash is over that order.
  std::ranges::sort(rows.versions, {}, &store::DocumentVersionRow::name);
  std::ranges::sort(rows.frozen_plans, {}, &store::FrozenPlanRow::experiment);

  store::ChangeRow change{revision,  after.environment_id,     note.author, note.message,
                          note.time, std::move(previous_hash), {}};
  change.hash = hash_of(change, rows.versions, rows.frozen_plans);
  rows.change = std::move(change);
  return rows;
}

}  // namespace splitplot::catalogue
