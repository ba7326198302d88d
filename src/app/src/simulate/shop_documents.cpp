#include "simulate/shop_documents.hpp"

#include "simulate/visit.hpp"

#include <splitplot/model/document.hpp>

#include <fmt/format.h>

namespace splitplot::app::simulate {
namespace {

constexpr std::string_view kMetrics = R"(kind: metric
key: carts
description: Put something into the cart
type: proportion
event: Product Added
---
kind: metric
key: orders
description: Ordered
type: proportion
event: Order Completed
---
kind: metric
key: revenue
description: Euros spent
type: sum
event: Order Completed
property: revenue
---
kind: metric
key: contacts
description: Asked for help at the checkout
type: count
event: Support Contacted
direction: down
---
kind: connection
key: shop
description: The shop's servers; its pages report what was seen, so that asking alone is no exposure
type: server
record_exposures: false
)";

std::string experiment_document(const ShopModel& model, const ReadingPlan& plan, Question question,
                                std::string_view hypothesis, std::string_view metrics,
                                std::string_view more) {
  const ShopExperiment& experiment = experiment_of(question);
  std::string variants;
  std::string values;
  for (std::size_t i = 0; i < variants_of(question); ++i) {
    const std::string_view name = variant_name(question, i);
    variants += fmt::format("{}{}: 1", i == 0 ? "" : ", ", name);
    values += fmt::format("{}{}: \"{}\"", i == 0 ? "" : ", ", name, name);
  }
  const std::string reading =
      plan.fixed_at ? fmt::format("plan: {{method: fixed, planned_units: {}}}\n", *plan.fixed_at)
                    : std::string("plan: {method: always-valid}\n");
  return fmt::format(
      "---\nkind: experiment\nkey: {}\nhypothesis: {}\nstatus: running\nvariants: {{{}}}\nseed: "
      "{}-{}\nmetrics: "
      "{}\n{}{}---\nkind: flag\nkey: {}\ndescription: Asked on the {} page\nvariants: {{{}}}\ndefault: "
      "control\nrules:\n"
      "  - experiment: {}\n",
      experiment.key, hypothesis, variants, experiment.key, model.options().seed, metrics, more, reading,
      experiment.flag, experiment.page, values, experiment.key);
}

std::string segment_document(std::string_view group) {
  return fmt::format(
      "---\nkind: segment\nkey: {0}\ndescription: Declared as {0} when they signed up\ncondition: "
      "{{shopper: {0}}}\n",
      group);
}

}  // namespace

std::string shop_documents(const ShopModel& model, const ReadingPlan& plan) {
  constexpr std::string_view kDimensions = "dimensions: [shopper, device]\n";
  std::string text(kMetrics);
  for (const ShopGroup& group : kShopGroups) text += segment_document(group.key);
  text += experiment_document(model, plan, Question::Banner,
                              "Telling on the product page that shipping is free brings more orders",
                              "{primary: [orders], secondary: [carts, revenue]}", kDimensions);
  text +=
      experiment_document(model, plan, Question::Flow, "A shorter checkout brings more orders",
                          "{primary: [orders], secondary: [revenue], guardrail: [contacts]}", kDimensions);
  if (model.options().with_aa) {
    text += experiment_document(model, {}, Question::SamePage, "None, since both variants are the same page",
                                "{primary: [orders], secondary: [revenue]}", "");
  }
  return text;
}

Result<std::vector<catalogue::NewCredential>> open_shop(catalogue::Catalogue& catalogue,
                                                        const ShopModel& model, const ReadingPlan& plan) {
  const auto texts = model::read_documents("shop", shop_documents(model, plan));
  if (!texts)
    return fail(ErrorCode::Internal,
                "the shop's documents cannot be read: " + to_text(texts.error().front()));
  const auto change = catalogue.plan({}, {*texts}, catalogue::Absent::Keep);
  if (!change) return tl::unexpected(change.error());
  if (!change->problems.empty()) {
    return fail(
        ErrorCode::BadData,
        "the shop's documents do not go with those that are there: " + to_text(change->problems.front()),
        "use an empty data folder");
  }
  if (!change->changes_anything()) return std::vector<catalogue::NewCredential>{};
  auto committed = catalogue.commit(*change, "simulator", "the shop opens");
  if (!committed) return tl::unexpected(committed.error());
  return std::move(committed->credentials);
}

}  // namespace splitplot::app::simulate
