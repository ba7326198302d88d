#include "simulate/truth.hpp"

#include <splitplot/model/json.hpp>

#include <algorithm>
#include <optional>
#include <span>

namespace splitplot::app::simulate {
namespace {

constexpr std::array<std::string_view, 3> kBannerMetrics{"orders", "carts", "revenue"};
constexpr std::array<std::string_view, 3> kFlowMetrics{"orders", "revenue", "contacts"};
constexpr std::array<std::string_view, 2> kAaMetrics{"orders", "revenue"};

std::span<const std::string_view> metrics_of(Question question) {
  switch (question) {
    case Question::SamePage:
      return kAaMetrics;
    case Question::Banner:
      return kBannerMetrics;
    case Question::Flow:
      return kFlowMetrics;
  }
  return {};
}

/// A level of a dimension; without a name, all units.
struct Level {
  std::string_view dimension, name;
  std::size_t index = 0;
};

std::vector<Level> levels_of(Question question) {
  std::vector<Level> levels{{}};
  if (question == Question::SamePage) return levels;  // that experiment has no dimensions
  for (std::size_t i = 0; i < kGroups; ++i) levels.push_back({"shopper", kShopGroups[i].key, i});
  for (std::size_t i = 0; i < kDevices.size(); ++i) levels.push_back({"device", kDevices[i].name, i});
  return levels;
}

Value text_or_null(const std::string& text) {
  return text.empty() ? Value() : Value(text);
}

Value group_value(const ShopGroup& group) {
  return Value(Value::Object{{"key", group.key},
                             {"share", group.share},
                             {"days_between_visits", group.days_between_visits},
                             {"comes_again", group.comes_again},
                             {"views_product", group.views_product},
                             {"adds", group.adds},
                             {"checks_out", group.checks_out},
                             {"completes", group.completes},
                             {"contacts", group.contacts},
                             {"log_amount", group.log_amount},
                             {"log_amount_spread", group.log_amount_spread}});
}

Value fault_value(const Fault& fault, Timestamp opened) {
  Value where = Value::Object{};
  for (const auto& [name, text] : {std::pair{"experiment", &fault.experiment},
                                   {"variant", &fault.variant},
                                   {"browser", &fault.browser},
                                   {"device", &fault.device},
                                   {"event", &fault.event},
                                   {"group", &fault.group}}) {
    if (!text->empty()) where.set(name, *text);
  }
  const auto from = opened + std::chrono::seconds(static_cast<std::int64_t>(fault.from_day * 86'400));
  Value value(
      Value::Object{{"kind", name_of(fault.kind)}, {"from", rfc3339(from)}, {"where", std::move(where)}});
  if (fault.kind == FaultKind::SampleRatio) value.set("share", fault.share);
  if (fault.half_life_days > 0) value.set("half_life_days", fault.half_life_days);
  if (fault.factor != 1) value.set("factor", fault.factor);
  return value;
}

bool concerns(const Fault& fault, std::string_view experiment) {
  return fault.experiment.empty() || fault.experiment == experiment;
}

}  // namespace

void count(const Visit& visit, ShopCounts& counts) {
  if (visit.plan().number == 0) ++counts.visitors;
  if (visit.crashed()) {
    ++counts.crashes;
    return;
  }
  const std::size_t events = report_of(visit, {visit.plan().start}, visit.plan().start).events;
  const std::uint64_t times = visit.is_repeated() && !visit.is_late() ? 2 : 1;
  ++counts.visits;
  counts.requests += times;
  counts.events += times * events;
  counts.repetitions += times - 1;
  if (visit.is_late()) ++counts.late;
  if (visit.orders()) ++counts.orders;
}

void Truth::Outlook::add(const VisitRates& rates, double reaches_checkout) {
  const double orders = reaches_checkout * rates.completes;
  no_order *= 1 - orders;
  no_cart *= 1 - rates.adds;
  revenue += orders * rates.mean_amount;
  contacts += reaches_checkout * rates.contacts;
}

double Truth::Outlook::value(std::string_view metric) const {
  if (metric == "orders") return 1 - no_order;
  if (metric == "carts") return 1 - no_cart;
  return metric == "revenue" ? revenue : contacts;
}

void Truth::add(const Visit& visit) {
  // A device before its log-in is no user: what it does is nobody's.
  if (visit.crashed() || !visit.plan().logged_in) return;
  const Visitor& visitor = visit.visitor();
  if (units_.size() <= visitor.number) units_.resize(visitor.number + 1);
  UnitTruth& unit = units_[visitor.number];
  unit.group = static_cast<std::uint8_t>(visitor.group);
  unit.device = static_cast<std::uint8_t>(visitor.device);
  bool first_checkout = false;
  for (std::size_t i = 0; i < kQuestions; ++i) {
    const std::optional<Served>& served = visit.served(static_cast<Question>(i));
    if (!served || !served->in_experiment || unit.exposed[i]) continue;
    unit.exposed[i] = true;
    first_checkout = first_checkout || static_cast<Question>(i) == Question::Flow;
  }
  if (visit.plan().products == 0) return;
  const std::size_t banner = visit.variants().banner;
  for (std::size_t b = 0; b < kBanners; ++b) {
    for (std::size_t f = 0; f < kFlows; ++f) {
      const VisitRates rates = model_->rates(visitor, visit.plan(), {b, f});
      const double reaches = rates.adds * rates.checks_out;
      unit.all[b][f].add(rates, reaches);
      if (b == banner && unit.exposed[static_cast<std::size_t>(Question::Flow)]) {
        unit.since_checkout[f].add(rates, first_checkout ? 1 : reaches);
      }
    }
  }
}

double Truth::value(const UnitTruth& unit, Question question, std::string_view metric, std::size_t variant) {
  if (question == Question::Flow) return unit.since_checkout[variant].value(metric);
  double sum = 0;
  std::size_t count = 0;
  for (std::size_t b = 0; b < kBanners; ++b) {
    if (question == Question::Banner && b != variant) continue;
    for (const Outlook& outlook : unit.all[b]) sum += outlook.value(metric);
    count += kFlows;
  }
  return sum / static_cast<double>(count);
}

std::vector<Question> Truth::questions() const {
  std::vector<Question> questions{Question::Banner, Question::Flow};
  if (model_->options().with_aa) questions.push_back(Question::SamePage);
  return questions;
}

std::vector<TrueEffect> Truth::effects() const {
  std::vector<TrueEffect> effects;
  for (const Question question : questions()) {
    for (const std::string_view metric : metrics_of(question)) {
      for (std::size_t variant = 1; variant < variants_of(question); ++variant) {
        for (const Level& level : levels_of(question)) {
          TrueEffect effect{std::string(experiment_of(question).key), std::string(metric),
                            std::string(variant_name(question, variant)), std::string(level.dimension),
                            std::string(level.name)};
          for (const UnitTruth& unit : units_) {
            if (!unit.exposed[static_cast<std::size_t>(question)]) continue;
            if (level.dimension == "shopper" && unit.group != level.index) continue;
            if (level.dimension == "device" && unit.device != level.index) continue;
            ++effect.units;
            effect.control_value += value(unit, question, metric, 0);
            effect.value += value(unit, question, metric, variant);
          }
          if (effect.units > 0) {
            effect.control_value /= static_cast<double>(effect.units);
            effect.value /= static_cast<double>(effect.units);
          }
          effects.push_back(std::move(effect));
        }
      }
    }
  }
  return effects;
}

Value Truth::document(Timestamp from, Timestamp until, const ShopCounts& counts) const {
  Value::Array groups;
  for (const ShopGroup& group : kShopGroups) groups.push_back(group_value(group));
  Value::Array faults;
  for (const Fault& fault : model_->options().faults) faults.push_back(fault_value(fault, model_->opened()));

  const std::vector<TrueEffect> all = effects();
  Value::Array experiments;
  for (const Question question : questions()) {
    const std::string_view key = experiment_of(question).key;
    Value::Array metrics;
    for (const std::string_view metric : metrics_of(question)) {
      Value::Array rows;
      for (const TrueEffect& effect : all) {
        if (effect.experiment != key || effect.metric != metric) continue;
        rows.push_back(Value(Value::Object{
            {"variant", effect.variant},
            {"dimension", text_or_null(effect.dimension)},
            {"level", text_or_null(effect.level)},
            {"units", effect.units},
            {"control_value", effect.units > 0 ? Value(effect.control_value) : Value()},
            {"value", effect.units > 0 ? Value(effect.value) : Value()},
            {"difference", effect.units > 0 ? Value(effect.difference()) : Value()},
            {"lift",
             effect.control_value > 0 ? Value(effect.difference() / effect.control_value) : Value()}}));
      }
      metrics.push_back(Value(Value::Object{{"key", metric}, {"effects", std::move(rows)}}));
    }
    Value::Array planted;
    for (std::size_t i = 0; i < faults.size(); ++i) {
      if (concerns(model_->options().faults[i], key)) planted.push_back(faults[i]);
    }
    experiments.push_back(Value(Value::Object{{"key", key},
                                              {"control", variant_name(question, 0)},
                                              {"metrics", std::move(metrics)},
                                              {"faults", std::move(planted)}}));
  }
  const std::uint64_t units = static_cast<std::uint64_t>(std::ranges::count_if(
      units_, [](const UnitTruth& unit) { return std::ranges::count(unit.exposed, true) > 0; }));
  return Value(Value::Object{{"version", 1},
                             {"seed", std::to_string(model_->options().seed)},
                             {"from", rfc3339(from)},
                             {"until", rfc3339(until)},
                             {"groups", std::move(groups)},
                             {"experiments", std::move(experiments)},
                             {"counts", Value(Value::Object{{"visitors", counts.visitors},
                                                            {"units", units},
                                                            {"visits", counts.visits},
                                                            {"requests", counts.requests},
                                                            {"events", counts.events},
                                                            {"repetitions", counts.repetitions},
                                                            {"late", counts.late},
                                                            {"crashes", counts.crashes},
                                                            {"orders", counts.orders}})},
                             {"faults", std::move(faults)}});
}

}  // namespace splitplot::app::simulate
