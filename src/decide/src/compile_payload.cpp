#include "payload_members.hpp"
#include "redirect_rules.hpp"
#include "saved_groups.hpp"
#include "snapshot_content.hpp"

#include <splitplot/decide/hash.hpp>
#include <splitplot/model/web_address.hpp>

#include <algorithm>
#include <cmath>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace splitplot::decide {
namespace {

constexpr std::string_view kDefaultAttribute = "id";
/// Versions of an experiment whose units can be kept out; more than anybody starts anew.
constexpr std::int64_t kMostBlockedVersions = 1000;

const Value kNull;

class PayloadCompiler {
 public:
  explicit PayloadCompiler(Snapshot::Compiled& content)
      : content_(content), groups_(content.payload.find("savedGroups")) {}

  void compile() {
    content_.lists = groups_.lists();
    content_.redirects = flag_of_redirects();
    const Value* features = content_.payload.find("features");
    if (features != nullptr && features->if_object() != nullptr) {
      // All flags are there before rules point to them.
      for (const Member& feature : *features->if_object()) content_.flags[feature.name].key = feature.name;
      for (const Member& feature : *features->if_object())
        read_feature(feature.value, content_.flags[feature.name]);
    }
    for (auto& [key, flag] : content_.flags) {
      flag.plain = PlainFlag(flag);
      content_.flags_by_key.push_back(&flag);
    }
    std::ranges::sort(content_.flags_by_key, {}, [](const CompiledFlag* flag) { return flag->key; });
    content_.flag_table = FlagTable(content_.flags_by_key);

    const Value* experiments = content_.payload.find("experiments");
    if (experiments == nullptr || experiments->if_array() == nullptr) return;
    for (const Value& written : *experiments->if_array()) read_experiment(written);
  }

 private:
  void read_feature(const Value& written, CompiledFlag& flag) {
    const Value* fallback = written.find("defaultValue");
    flag.fallback.value = fallback == nullptr ? &kNull : fallback;
    const Value* rules = written.find("rules");
    if (rules == nullptr || rules->if_array() == nullptr) return;
    for (const Value& rule : *rules->if_array()) read_rule(rule, flag);
  }

  void read_rule(const Value& written, CompiledFlag& flag) {
    if (written.if_object() == nullptr) return;
    CompiledRule rule;
    const Value* id = written.find("id");
    if (id != nullptr && id->if_text() != nullptr) rule.id = *id->if_text();
    rule.prerequisites = prerequisites_of(written);
    rule.filters = filters_of(written);
    if (const Value* forced = written.find("force")) {
      rule.condition = condition_of(written.find("condition"));
      rule.outcome = CompiledServe{{forced, {}}, rollout_of(written, flag.key)};
    } else if (const Value* variations = variations_of(written)) {
      CompiledExperimentRule outcome;
      outcome.experiment = &made_experiment(written, *variations, flag.key);
      for (std::size_t i = 0; i < variations->if_array()->size(); ++i)
        outcome.served.push_back({&(*variations->if_array())[i], variant_key(*outcome.experiment, i)});
      rule.outcome = std::move(outcome);
    } else {
      rule.outcome = CompiledExperimentRule{};  // serves nobody, but its prerequisites may close the flag
    }
    flag.rules.push_back(std::move(rule));
  }

  static std::string_view variant_key(const CompiledExperiment& experiment, std::size_t variant) {
    return experiment.experiment->variants[variant].key;
  }

  static const Value* variations_of(const Value& written) {
    for (const std::string_view name : {"contextualVariations", "variations"}) {
      const Value* variations = member(written, name);
      if (variations != nullptr) return variations->if_array() == nullptr ? nullptr : variations;
    }
    return nullptr;
  }

  /// One that stands by itself: for the pages of a browser.
  void read_experiment(const Value& written) {
    const Value* variations = variations_of(written);
    const Value* key = written.find("key");
    if (variations == nullptr || key == nullptr || key->if_text() == nullptr) return;
    CompiledExperiment& compiled = made_experiment(written, *variations, *key->if_text());
    compiled.filters = filters_of(written);
    compiled.prerequisites = prerequisites_of(written);
    if (const Value* pages = member(written, "urlPatterns")) {
      Result<model::UrlTargets> targets = model::UrlTargets::compile(*pages);
      compiled.urls = &content_.pages.emplace_back(targets ? std::move(*targets) : model::UrlTargets());
    }
    const Value* forced = written.find("force");
    if (forced != nullptr && !compiled.forced_variant) {
      const std::optional<double> index = forced->number();
      compiled.forced_variant = index && *index >= 0 && *index < static_cast<double>(compiled.variants)
                                    ? static_cast<std::size_t>(*index)
                                    : compiled.variants;
    }
    // Who is stopped is asked all questions still, as the SDKs do, and then gets nothing.
    if (compiled.experiment->status == model::ExperimentStatus::Stopped && !compiled.forced_variant)
      compiled.forced_variant = compiled.variants;
    content_.experiments_by_key.emplace(compiled.experiment->key, &compiled);
    if (compiled.urls != nullptr) read_redirects(written, *variations, compiled);
  }

  /// As in SDKs, one address that is none keeps everybody out, and an empty one lets its variant stay.
  void read_redirects(const Value& written, const Value& variations, const CompiledExperiment& compiled) {
    model::Experiment& experiment = content_.made_experiments.back();
    experiment.pages = *member(written, "urlPatterns");
    experiment.keep_query = is_set(written.find("persistQueryString"));
    CompiledExperimentRule asked{&compiled, {}};
    bool is_about_redirects = false;
    for (std::size_t i = 0; i < experiment.variants.size(); ++i) {
      const Value& variation = (*variations.if_array())[i];
      asked.served.push_back({&variation, {}});
      is_about_redirects = is_about_redirects || variation.find("urlRedirect") != nullptr;
      const std::string address = text_or(variation, "urlRedirect", "");
      if (address.empty()) continue;
      Result<std::string> normal = model::web_address(address);
      if (!normal) return;
      experiment.variants[i].redirect = experiment.keep_query ? *std::move(normal) : address;
    }
    if (!is_about_redirects) return;
    CompiledRule rule;
    rule.outcome = std::move(asked);
    content_.redirects.rules.push_back(std::move(rule));
  }

  CompiledExperiment& made_experiment(const Value& written, const Value& variations, std::string_view key) {
    model::Experiment& experiment = content_.made_experiments.emplace_back();
    experiment.key = text_or(written, "key", key);
    experiment.attribute = text_or(written, "hashAttribute", kDefaultAttribute);
    experiment.status = status_of(written);
    CompiledExperiment& compiled = content_.experiments.emplace_back();
    compiled.experiment = &experiment;
    compiled.variants = variations.if_array()->size();
    read_variants(written, compiled, experiment);
    compiled.population = condition_of(written.find("condition"));

    const std::optional<HashVersion> version = hash_version(written, HashVersion::One);
    compiled.unit = {model::AttributeName(experiment.attribute),
                     HashSeed(text_or(written, "seed", experiment.key), version.value_or(HashVersion::Two)),
                     false, fallback_of(written)};
    // Rules that have filters keep them for themselves, and then the namespace does not count.
    if (!is_set(written.find("filters"))) compiled.in_namespace = namespace_of(written);
    if (version) {
      read_ranges(written, compiled);
    } else {
      compiled.forced_variant = compiled.variants;  // not even who was in it before
    }
    if (!is_set(written.find("disableStickyBucketing"))) read_stickiness(written, compiled);
    return compiled;
  }

  static model::ExperimentStatus status_of(const Value& written) {
    const Value* active = written.find("active");
    const Value* status = written.find("status");
    if (active != nullptr && *active == Value(false)) return model::ExperimentStatus::Draft;
    if (status == nullptr) return model::ExperimentStatus::Running;
    if (*status == Value("draft")) return model::ExperimentStatus::Draft;
    return *status == Value("stopped") ? model::ExperimentStatus::Stopped : model::ExperimentStatus::Running;
  }

  static const Value* meta_of(const Value& written, std::size_t variant) {
    const Value* all = member(written, "meta");
    const Value::Array* elements = all == nullptr ? nullptr : all->if_array();
    return elements != nullptr && variant < elements->size() ? &(*elements)[variant] : nullptr;
  }

  static void read_variants(const Value& written, CompiledExperiment& compiled,
                            model::Experiment& experiment) {
    const std::vector<double> weights = weights_of(member(written, "weights"), compiled.variants);
    for (std::size_t i = 0; i < compiled.variants; ++i) {
      const Value* meta = meta_of(written, i);
      model::ExperimentVariant& variant = experiment.variants.emplace_back();
      variant.key = meta == nullptr ? std::to_string(i) : text_or(*meta, "key", std::to_string(i));
      variant.weight = weights[i];
      compiled.pass_through.push_back(meta != nullptr && is_set(meta->find("passthrough")));
    }
  }

  void read_ranges(const Value& written, CompiledExperiment& compiled) {
    const double coverage = coverage_of(written);
    // Ranges that are written hold for everybody, whatever the weights are.
    const Value* ranges = member(written, "ranges");
    const auto ranges_by = [&](const Value* weights) {
      return ranges != nullptr ? ranges_of(*ranges)
                               : bucket_ranges(weights_of(weights, compiled.variants), coverage);
    };
    compiled.allocation.ranges = ranges_by(member(written, "weights"));
    const Value* reference = member(written, "contextualBanditRef");
    const Value* bandits = content_.payload.find("contextualBandits");
    if (reference == nullptr || reference->if_text() == nullptr || bandits == nullptr) return;
    const Value* bandit = bandits->find(*reference->if_text());
    const Value* contexts = bandit == nullptr ? nullptr : member(*bandit, "contexts");
    if (contexts == nullptr || contexts->if_array() == nullptr) return;
    for (const Value& context : *contexts->if_array()) {
      compiled.allocation.conditional_arms.push_back(
          {condition_of(context.find("condition")), ranges_by(member(context, "weights"))});
    }
  }

  static void read_stickiness(const Value& written, CompiledExperiment& compiled) {
    Stickiness stickiness;
    const std::string prefix = compiled.experiment->key + "__";
    stickiness.current = prefix + std::to_string(version_number(written, "bucketVersion"));
    const std::int64_t blocked = std::min(version_number(written, "minBucketVersion"), kMostBlockedVersions);
    for (std::int64_t i = 0; i < blocked; ++i) stickiness.blocked.push_back(prefix + std::to_string(i));
    stickiness.fallback = model::AttributeName(text_or(written, "fallbackAttribute", kDefaultAttribute));
    for (std::size_t i = 0; i < compiled.variants; ++i) {
      const Value* meta = meta_of(written, i);
      stickiness.variants.push_back(meta == nullptr ? std::string() : text_or(*meta, "key", ""));
    }
    compiled.stickiness = std::move(stickiness);
  }

  static std::optional<model::AttributeName> fallback_of(const Value& written) {
    const std::string name = text_or(written, "fallbackAttribute", "");
    if (name.empty() || is_set(written.find("disableStickyBucketing"))) return std::nullopt;
    return model::AttributeName(name);
  }

  static std::optional<CompiledExperiment::Namespace> namespace_of(const Value& written) {
    const Value* value = member(written, "namespace");
    const Value::Array* parts = value == nullptr ? nullptr : value->if_array();
    if (parts == nullptr) return std::nullopt;
    CompiledExperiment::Namespace compiled{HashSeed(), {0, 0}};
    if (parts->size() < 3 || (*parts)[0].if_text() == nullptr) return compiled;
    compiled.seed = HashSeed("__" + *(*parts)[0].if_text(), HashVersion::One);
    const Value ends(Value::Array{(*parts)[1], (*parts)[2]});
    compiled.range = range_of(ends).value_or(BucketRange{0, 0});
    return compiled;
  }

  static std::vector<Filter> filters_of(const Value& written) {
    std::vector<Filter> filters;
    const Value* all = member(written, "filters");
    if (all == nullptr || all->if_array() == nullptr) return filters;
    for (const Value& one : *all->if_array()) {
      const std::optional<HashVersion> version = hash_version(one, HashVersion::Two);
      const Value* ranges = member(one, "ranges");
      filters.push_back({model::AttributeName(text_or(one, "attribute", kDefaultAttribute)),
                         HashSeed(text_or(one, "seed", ""), version.value_or(HashVersion::Two)),
                         version && ranges != nullptr ? ranges_of(*ranges) : std::vector<BucketRange>(),
                         false});
    }
    return filters;
  }

  std::vector<Prerequisite> prerequisites_of(const Value& written) {
    std::vector<Prerequisite> prerequisites;
    const Value* all = member(written, "parentConditions");
    if (all == nullptr || all->if_array() == nullptr) return prerequisites;
    for (const Value& one : *all->if_array()) {
      const Value* id = one.find("id");
      Prerequisite prerequisite;
      if (id != nullptr && id->if_text() != nullptr) {
        prerequisite.flag = *id->if_text();
        const auto found = content_.flags.find(prerequisite.flag);
        if (found != content_.flags.end()) prerequisite.compiled = &found->second;
      }
      prerequisite.condition = condition_of(one.find("condition"));
      if (is_set(one.find("gate"))) prerequisite.otherwise = Prerequisite::Otherwise::CloseGate;
      prerequisites.push_back(prerequisite);
    }
    return prerequisites;
  }

  /// Everybody for one that is not there, nobody for one that is refused.
  const model::Condition* condition_of(const Value* written) {
    if (!is_set(written)) return nullptr;
    static const Value kNobody(Value::Object{{"$not", Value::Object{}}});
    const Value* const given = written;
    std::optional<Value> written_out;
    if (SavedGroups::are_named_in(*written)) {
      written_out = groups_.written_out(*written).value_or(kNobody);
      written = &*written_out;
    }
    Result<model::Condition> compiled = model::Condition::compile(*written, nullptr, &groups_.lists());
    if (!compiled) compiled = model::Condition::compile(kNobody);
    const model::Condition& kept = content_.conditions.emplace_back(std::move(*compiled));
    content_.written.emplace(&kept, given);
    if (written_out) content_.written_out.emplace(&kept, std::move(*written_out));
    return &kept;
  }

  std::optional<Rollout> rollout_of(const Value& written, std::string_view flag) const {
    const Value* range = member(written, "range");
    const Value* coverage = member(written, "coverage");
    if (range == nullptr && coverage == nullptr) return std::nullopt;
    const std::optional<HashVersion> version = hash_version(written, HashVersion::One);
    Rollout rollout{{model::AttributeName(text_or(written, "hashAttribute", kDefaultAttribute)),
                     HashSeed(text_or(written, "seed", flag), version.value_or(HashVersion::Two)), false,
                     fallback_of(written)},
                    {0, 0},
                    {},
                    Rollout::End::Excluded};
    if (!version) return rollout;
    if (range != nullptr) {
      rollout.range = range_of(*range).value_or(BucketRange{0, 0});
    } else if (const double share = coverage->number().value_or(0); share != 0) {
      rollout.range = {0, share};
      rollout.end = Rollout::End::Included;
    }
    return rollout;
  }

  Snapshot::Compiled& content_;
  SavedGroups groups_;
};

}  // namespace

Result<std::shared_ptr<const Snapshot>> Snapshot::read_payload(Value payload, std::uint64_t revision) {
  if (payload.if_object() == nullptr)
    return fail(ErrorCode::BadData, "a payload is an object, not " + std::string(name_of(payload.kind())),
                "it has the members features, experiments and savedGroups");
  if (payload.find("features") == nullptr && payload.find("encryptedFeatures") != nullptr)
    return fail(ErrorCode::BadData, "the payload is encrypted",
                "load it over a connection without 'encryption', or decrypt it first");
  auto content = std::make_unique<Compiled>();
  content->payload = std::move(payload);
  content->revision = revision;
  PayloadCompiler(*content).compile();
  // Nothing points to these; conditions share the lists that were made of them.
  content->payload.erase("savedGroups");
  return std::shared_ptr<const Snapshot>(new Snapshot(std::move(content)));
}

}  // namespace splitplot::decide
