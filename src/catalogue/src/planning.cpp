#include "planning.hpp"

#include "change_rules.hpp"

#include <splitplot/content/contents.hpp>
#include <splitplot/model/json.hpp>

#include <algorithm>
#include <set>
#include <utility>

#include <fmt/format.h>

namespace splitplot::catalogue {
namespace {

/// Names of the members of `variants`, where they are written as an object.
std::vector<std::string_view> order_of_variants(const Value& body) {
  std::vector<std::string_view> names;
  const Value* variants = body.find("variants");
  const Value::Object* members = variants == nullptr ? nullptr : variants->if_object();
  if (members == nullptr) return names;
  for (const Member& member : *members) names.push_back(member.name);
  return names;
}

/// Whether a list is longer in one: told without spelling out what may be a million elements.
bool differ_in_length(const Value& left, const Value& right) {
  if (left.if_object() == nullptr) return false;
  for (const Member& member : *left.if_object()) {
    const Value* other = right.find(member.name);
    if (member.value.if_array() == nullptr || other == nullptr || other->if_array() == nullptr) continue;
    if (member.value.if_array()->size() != other->if_array()->size()) return true;
  }
  return false;
}

DocumentChange change_of(const model::DocumentId& id, const Value* before, const Value* after) {
  DocumentChange change;
  change.id = id;
  if (before != nullptr) change.before = model::Document{id, *before};
  if (after != nullptr) change.after = model::Document{id, *after};
  if (before == nullptr) {
    change.kind = ChangeKind::Created;
  } else if (after == nullptr) {
    change.kind = ChangeKind::Deleted;
  } else {
    change.kind = same_content(*before, *after) ? ChangeKind::Unchanged : ChangeKind::Updated;
  }
  return change;
}

/// What a scope would hold.
std::vector<model::Document> documents_after(const AffectedScope& affected) {
  std::map<model::DocumentId, const Value*> bodies;
  for (const auto& [id, version] : affected.state->versions) {
    if (version.body) bodies[id] = &*version.body;
  }
  for (const DocumentChange* change : affected.changes) {
    if (change->after) {
      bodies[change->id] = &change->after->body;
    } else {
      bodies.erase(change->id);
    }
  }
  std::vector<model::Document> documents;
  for (const auto& [id, body] : bodies) documents.push_back({id, *body});
  return documents;
}

/// Checks what a scope would hold, and adds what speaks against it.
void judge(const AffectedScope& affected, std::string_view prefix, ChangePlan& plan) {
  model::Checked checked = content::check_documents(documents_after(affected));
  const auto add = [prefix](std::vector<model::Problem>& to, std::vector<model::Problem> from) {
    for (model::Problem& problem : from) {
      problem.message = fmt::format("{}{}", prefix, problem.message);
      to.push_back(std::move(problem));
    }
  };
  const model::Configuration& before = affected.state->snapshot->configuration();
  if (checked.problems.empty()) {
    add(plan.problems, broken_rules(before, checked.configuration, affected.changes));
    add(plan.warnings, consequences(before, checked.configuration, affected.changes));
  } else {
    add(plan.problems, std::move(checked.problems));
  }
  add(plan.warnings, std::move(checked.warnings));
}

}  // namespace

HandedIn hand_in(const std::vector<model::DocumentText>& texts) {
  HandedIn handed;
  std::set<model::DocumentId> repeated;
  for (const model::DocumentText& text : texts) {
    for (const model::Document& document : text.documents) {
      if (!handed.documents.emplace(document.id, &document.body).second) repeated.insert(document.id);
    }
  }
  for (const model::DocumentId& id : repeated) {
    handed.problems.push_back({"", to_text(id), "/key", "it is written more than once", "keep one of them"});
  }
  return handed;
}

bool same_content(const Value& left, const Value& right) {
  return !differ_in_length(left, right) && model::canonical_json(left) == model::canonical_json(right) &&
         order_of_variants(left) == order_of_variants(right);
}

Result<ChangePlan> plan_change(const State& state, const Scope& scope, const WantedDocuments& wanted,
                               Absent absent) {
  const auto current = state.scope(scope);
  if (!current) return tl::unexpected(current.error());
  ChangePlan plan;
  plan.scope = scope;
  plan.based_on = state.head.revision;
  for (const auto& [id, body] : wanted) {
    plan.changes.push_back(change_of(id, (*current)->body(id), body));
  }
  if (absent == Absent::Delete) {
    for (const auto& [id, version] : (*current)->versions) {
      if (version.body && !wanted.contains(id))
        plan.changes.push_back(change_of(id, &*version.body, nullptr));
    }
    std::ranges::sort(plan.changes, {}, &DocumentChange::id);
  }
  for (const AffectedScope& affected : affected_scopes(state, scope, plan.changes)) {
    const std::string prefix =
        affected.scope == scope ? "" : fmt::format("in environment '{}': ", affected.scope.environment);
    judge(affected, prefix, plan);
  }
  return plan;
}

DocumentVersions changed_versions(const DocumentVersions& versions,
                                  const std::vector<const DocumentChange*>& changes, Revision revision) {
  DocumentVersions after = versions;
  for (const DocumentChange* change : changes) {
    if (change->kind == ChangeKind::Unchanged) continue;
    LatestVersion& version = after[change->id];
    ++version.version;
    version.revision = revision;
    version.body = change->after ? std::optional(change->after->body) : std::nullopt;
  }
  return after;
}

std::vector<AffectedScope> affected_scopes(const State& state, const Scope& scope,
                                           const std::vector<DocumentChange>& changes) {
  std::vector<const DocumentChange*> all;
  std::vector<const DocumentChange*> shared;
  for (const DocumentChange& change : changes) {
    all.push_back(&change);
    if (change.kind != ChangeKind::Unchanged && owner_of(change.id.kind) == Owner::Project)
      shared.push_back(&change);
  }
  std::vector<AffectedScope> affected;
  for (const auto& [other, other_state] : state.scopes) {
    if (other == scope) {
      affected.push_back({other, other_state.get(), all});
    } else if (!shared.empty() && other.project == scope.project) {
      affected.push_back({other, other_state.get(), shared});
    }
  }
  return affected;
}

}  // namespace splitplot::catalogue
