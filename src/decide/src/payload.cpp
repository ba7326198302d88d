#include "payload_parts.hpp"
#include "portable_condition.hpp"
#include "redirect_rules.hpp"
#include "snapshot_content.hpp"

#include <splitplot/decide/payload.hpp>

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace splitplot::decide {
namespace {

/// Users who are shown a variant to try it out, by what is served to them.
Value overriding(const std::vector<std::string>& users, const Served& served) {
  Value::Array ids;
  for (const std::string& user : users) ids.emplace_back(user);
  return Value::Object{{"condition", Value::Object{{"id", Value::Object{{"$in", std::move(ids)}}}}},
                       {"force", value_of(served)}};
}

std::map<std::size_t, std::vector<std::string>> users_by_variant(
    const std::map<std::string, std::size_t, std::less<>>& overrides) {
  std::map<std::size_t, std::vector<std::string>> users;
  for (const auto& [user, variant] : overrides) users[variant].push_back(user);
  return users;
}

/// Writes the rules of one snapshot.
class PayloadWriter {
 public:
  PayloadWriter(const Snapshot::Compiled& content, Timestamp now, ListForm lists)
      : content_(content), now_(now), conditions_(content, lists) {}

  Result<Payload> write() {
    Value::Object features;
    for (const CompiledFlag* flag : content_.flags_by_key) {
      // Absent means the caller's default, which is what a disabled flag is to all but its testers.
      if (!flag->enabled && flag->overrides.empty()) continue;
      if (is_left_out(*flag)) continue;
      features.push_back({std::string(flag->key), feature(*flag)});
      if (auto fault = fault_at("flag '" + std::string(flag->key) + "'")) return *std::move(fault);
    }
    Value::Array experiments;
    for (const CompiledRule& rule : content_.redirects.rules) {
      const CompiledExperimentRule& asked = std::get<CompiledExperimentRule>(rule.outcome);
      add_redirects(experiments, rule, asked);
      if (auto fault = fault_at("experiment '" + asked.experiment->experiment->key + "'"))
        return *std::move(fault);
    }
    payload_.content = Value::Object{{"features", std::move(features)},
                                     {"experiments", std::move(experiments)},
                                     {"savedGroups", conditions_.groups()}};
    return std::move(payload_);
  }

 private:
  /// What is wrong with the conditions that were written so far.
  [[nodiscard]] std::optional<tl::unexpected<Error>> fault_at(const std::string& place) const {
    if (conditions_.missing_list())
      return fail(ErrorCode::NotFound,
                  place + " asks for the list '" + *conditions_.missing_list() +
                      "', which is not among the documents",
                  "write the payload from documents: groups of another payload are not kept");
    if (conditions_.is_too_large())
      return fail(ErrorCode::ResourceLimit, "the conditions are too large for a client, at " + place,
                  "use fewer segments that contain segments, or remote evaluation");
    return std::nullopt;
  }

  [[nodiscard]] bool has_content(std::string_view flag) const {
    const auto documented = content_.configuration.flags.find(flag);
    return documented != content_.configuration.flags.end() && documented->second.content != nullptr;
  }

  /// Templates are rendered by the server alone; what a flag with one answers, no SDK can ask in a prerequisite.
  bool is_left_out(const CompiledFlag& flag) {
    const std::string name = "flag '" + std::string(flag.key) + "'";
    if (has_content(flag.key)) {
      payload_.left_out.push_back(name + ": its values are templates, which the server renders");
      return true;
    }
    const CompiledFlag* needed = needed_template(flag);
    if (needed == nullptr) return false;
    payload_.left_out.push_back(name + ": it needs the flag '" + std::string(needed->key) +
                                "', whose values are templates, which the server renders");
    return true;
  }

  /// A flag with content that another needs, by whatever way; null: none. Flags do not need one another in circles, and
  /// are settled once.
  const CompiledFlag* needed_template(const CompiledFlag& flag) {
    const auto [settled, is_new] = needed_templates_.emplace(&flag, nullptr);
    if (!is_new) return settled->second;
    const CompiledFlag* found = nullptr;
    const auto look = [&](const std::vector<Prerequisite>& prerequisites) {
      for (const Prerequisite& one : prerequisites) {
        if (found != nullptr || one.compiled == nullptr) continue;
        found = has_content(one.flag) ? one.compiled : needed_template(*one.compiled);
      }
    };
    for (const CompiledRule& rule : flag.rules) {
      look(rule.prerequisites);
      const auto* asked = std::get_if<CompiledExperimentRule>(&rule.outcome);
      if (asked != nullptr && asked->experiment != nullptr) look(asked->experiment->prerequisites);
    }
    needed_templates_[&flag] = found;
    return found;
  }

  Value feature(const CompiledFlag& flag) {
    Value feature = Value::Object{{"defaultValue", flag.enabled ? value_of(flag.fallback) : Value()}};
    Value::Array rules;
    std::map<std::string_view, std::pair<std::vector<std::string>, const Served*>> overridden;
    for (const auto& [user, served] : flag.overrides) {
      auto& [users, what] = overridden[served.variant];
      users.emplace_back(user);
      what = &served;
    }
    for (auto& [variant, users] : overridden) {
      std::ranges::sort(users.first);
      rules.push_back(overriding(users.first, *users.second));
    }
    if (flag.enabled) {
      for (const CompiledRule& rule : flag.rules) add_rule(rules, flag, rule);
    }
    if (!rules.empty()) feature.set("rules", std::move(rules));
    return feature;
  }

  /// A moment at which something changes.
  void note(Timestamp boundary) {
    if (boundary <= now_) {
      payload_.valid_from = std::max(payload_.valid_from, boundary);
    } else {
      payload_.valid_until = std::min(payload_.valid_until, boundary);
    }
  }

  bool holds(const std::optional<Window>& window) {
    if (!window) return true;
    note(window->from);
    note(window->until);
    return window->contains(now_);
  }

  template <typename T>
  const T* stage(const std::vector<Stage<T>>& ramp) {
    for (const Stage<T>& one : ramp) note(one.from);
    return stage_at(now_, ramp);
  }

  /// Null while nobody is in it.
  const Allocation* allocation_of(const CompiledExperiment& compiled) {
    const bool is_now = holds(compiled.window);
    const Allocation* allocation = compiled.ramp.empty() ? &compiled.allocation : stage(compiled.ramp);
    return is_now ? allocation : nullptr;
  }

  void add_rule(Value::Array& rules, const CompiledFlag& flag, const CompiledRule& rule) {
    if (!holds(rule.window)) return;
    if (const auto* serve = std::get_if<CompiledServe>(&rule.outcome)) {
      rules.push_back(serving(rule, *serve));
      return;
    }
    const auto& asked = std::get<CompiledExperimentRule>(rule.outcome);
    if (asked.experiment != nullptr && asked.experiment->urls) {
      payload_.left_out.push_back("flag '" + std::string(flag.key) + "', rule '" + std::string(rule.id) +
                                  "': the experiment '" + asked.experiment->experiment->key +
                                  "' is about certain pages, which rules of SDKs cannot say");
      return;
    }
    if (asked.experiment != nullptr && asked.experiment->overrides != nullptr)
      add_overrides(rules, rule, asked);
    const Allocation* allocation = asked.experiment == nullptr ? nullptr : allocation_of(*asked.experiment);
    if (allocation == nullptr || !takes_anybody(*asked.experiment)) {
      // It decides nothing, but what it asks of other flags may.
      if (!rule.prerequisites.empty()) rules.push_back(begun(rule, {}));
      return;
    }
    if (asked.experiment->experiment->status == model::ExperimentStatus::Stopped ||
        asked.experiment->forced_variant) {
      rules.push_back(settled(rule, asked));
      return;
    }
    add_experiment(rules, rule, asked, *allocation);
  }

  /// For those who would meet the experiment's rule, whether it runs or not.
  void add_overrides(Value::Array& rules, const CompiledRule& rule, const CompiledExperimentRule& asked) {
    for (const auto& [variant, ids] : users_by_variant(*asked.experiment->overrides)) {
      Value written = begun(rule, {});
      const Value forced = overriding(ids, asked.served[variant]);
      set_condition(written, all_of({condition(rule.condition), *forced.find("condition")}));
      written.set("force", *forced.find("force"));
      rules.push_back(std::move(written));
    }
  }

  static bool takes_anybody(const CompiledExperiment& compiled) {
    if (compiled.variants < 2) return false;
    const bool is_running = compiled.experiment->status == model::ExperimentStatus::Running;
    const bool is_settled =
        compiled.experiment->status == model::ExperimentStatus::Stopped && compiled.forced_variant;
    if (!is_running && !is_settled) return false;
    return !compiled.forced_variant || *compiled.forced_variant < compiled.variants;
  }

  /// What all rules have.
  Value begun(const CompiledRule& rule, const std::vector<Filter>& more_filters) {
    Value written = Value::Object{};
    if (!rule.id.empty()) written.set("id", std::string(rule.id));
    Value::Array prerequisites;
    for (const Prerequisite& one : rule.prerequisites) prerequisites.push_back(prerequisite(one));
    if (!prerequisites.empty()) written.set("parentConditions", std::move(prerequisites));
    Value::Array filters;
    for (const std::vector<Filter>* all : {&rule.filters, &more_filters}) {
      for (const Filter& one : *all)
        filters.push_back(filter_of(attribute_name(one.attribute), one.seed, one.ranges));
    }
    if (!filters.empty()) written.set("filters", std::move(filters));
    return written;
  }

  Value prerequisite(const Prerequisite& one) {
    Value written = Value::Object{{"id", std::string(one.flag)}, {"condition", condition(one.condition)}};
    if (one.otherwise == Prerequisite::Otherwise::CloseGate) written.set("gate", true);
    return written;
  }

  /// An empty object for everybody.
  Value condition(const model::Condition* compiled) {
    if (compiled == nullptr) return Value::Object{};
    return conditions_.rewrite(*content_.written.at(compiled));
  }

  static void set_condition(Value& rule, Value condition) {
    if (condition != Value(Value::Object{})) rule.set("condition", std::move(condition));
  }

  Value serving(const CompiledRule& rule, const CompiledServe& serve) {
    Value written = begun(rule, {});
    set_condition(written, condition(rule.condition));
    written.set("force", value_of(serve.served));
    if (!serve.rollout) return written;
    const Rollout& rollout = *serve.rollout;
    const BucketRange* range = rollout.ramp.empty() ? &rollout.range : stage(rollout.ramp);
    set_unit(written, rollout.unit);
    if (rollout.end == Rollout::End::Included) {
      written.set("coverage", rollout.range.end);
    } else {
      written.set("range", pair_of(range == nullptr ? BucketRange{0, 0} : *range));
    }
    return written;
  }

  /// Everybody in it gets the same: served to those whom it would take, since rules of SDKs cannot say it otherwise.
  Value settled(const CompiledRule& rule, const CompiledExperimentRule& asked) {
    const CompiledExperiment& compiled = *asked.experiment;
    std::vector<Filter> filters = compiled.filters;
    filters.push_back({compiled.unit.attribute, compiled.unit.seed, compiled.allocation.ranges, false});
    Value written = begun(rule, filters);
    add_prerequisites(written, compiled);
    set_condition(written, all_of({condition(rule.condition), condition(compiled.population)}));
    written.set("force", value_of(asked.served[*compiled.forced_variant]));
    return written;
  }

  void add_prerequisites(Value& written, const CompiledExperiment& compiled) {
    if (compiled.prerequisites.empty()) return;
    Value::Array all;
    if (const Value* before = written.find("parentConditions")) all = *before->if_array();
    for (const Prerequisite& one : compiled.prerequisites) {
      all.push_back(prerequisite(one));
      all.back().erase("gate");  // keeps units out of the experiment, and does not close the flag
    }
    written.set("parentConditions", std::move(all));
  }

  /// Where weights depend on conditions, SDKs of most languages need a rule for each: who meets a condition and none
  /// before it.
  void add_experiment(Value::Array& rules, const CompiledRule& rule, const CompiledExperimentRule& asked,
                      const Allocation& allocation) {
    const CompiledExperiment& compiled = *asked.experiment;
    const Value who = all_of({condition(rule.condition), condition(compiled.population)});
    std::vector<Value> earlier{who};
    for (const Arms& arms : allocation.conditional_arms) {
      Value arms_condition = condition(arms.condition);
      std::vector<Value> here = earlier;
      here.push_back(arms_condition);
      Value written = experiment(rule, asked, arms.ranges);
      set_condition(written, all_of(std::move(here)));
      written.set("ranges", list_of(arms.ranges));
      rules.push_back(std::move(written));
      earlier.emplace_back(Value::Object{{"$not", std::move(arms_condition)}});
    }
    Value written = experiment(rule, asked, allocation.ranges);
    set_condition(written, all_of(std::move(earlier)));
    rules.push_back(std::move(written));
  }

  /// Experiments that browsers ask by themselves. A holdout that looks on is none: SDKs would not know what to do.
  void add_redirects(Value::Array& experiments, const CompiledRule& rule,
                     const CompiledExperimentRule& asked) {
    const CompiledExperiment& compiled = *asked.experiment;
    if (compiled.experiment->holdout) return;
    const std::size_t begin = experiments.size();
    if (compiled.overrides != nullptr) add_overridden_redirects(experiments, asked);
    const Allocation* allocation = allocation_of(compiled);
    if (allocation != nullptr && takes_anybody(compiled)) {
      add_experiment(experiments, rule, asked, *allocation);
      if (compiled.forced_variant)
        experiments.back().set("force", static_cast<std::int64_t>(*compiled.forced_variant));
    }
    for (std::size_t i = begin; i < experiments.size(); ++i) {
      experiments[i].set("urlPatterns", compiled.experiment->pages);
      experiments[i].set("persistQueryString", compiled.experiment->keep_query);
    }
  }

  /// Whoever they are, and whatever the experiment's state is. What is forced is not reported.
  static void add_overridden_redirects(Value::Array& experiments, const CompiledExperimentRule& asked) {
    const CompiledExperiment& compiled = *asked.experiment;
    for (const auto& [variant, ids] : users_by_variant(*compiled.overrides)) {
      Value written = overriding(ids, asked.served[variant]);
      written.set("force", static_cast<std::int64_t>(variant));
      written.set("key", compiled.experiment->key);
      written.set("hashAttribute", "id");
      written.set("disableStickyBucketing", true);
      written.set("variations", variations_of(asked));
      written.set("meta", meta_of(compiled));
      experiments.push_back(std::move(written));
    }
  }

  Value experiment(const CompiledRule& rule, const CompiledExperimentRule& asked,
                   const std::vector<BucketRange>& ranges) {
    const CompiledExperiment& compiled = *asked.experiment;
    Value written = begun(rule, compiled.filters);
    add_prerequisites(written, compiled);
    written.set("key", compiled.experiment->key);
    set_unit(written, compiled.unit);
    set_stickiness(written, compiled);
    written.set("variations", variations_of(asked));
    set_variants(written, compiled, ranges);
    if (compiled.in_namespace) {
      const CompiledExperiment::Namespace& space = *compiled.in_namespace;
      written.set("namespace",
                  Value::Array{space.seed.text().substr(std::min<std::size_t>(2, space.seed.text().size())),
                               space.range.begin, space.range.end});
    }
    return written;
  }

  const Snapshot::Compiled& content_;
  const Timestamp now_;
  PortableConditions conditions_;
  std::map<const CompiledFlag*, const CompiledFlag*> needed_templates_;
  Payload payload_;
};

}  // namespace

Result<Payload> payload_of(const Snapshot& snapshot, Timestamp now, ListForm lists) {
  return PayloadWriter(snapshot.content(), now, lists).write();
}

}  // namespace splitplot::decide
