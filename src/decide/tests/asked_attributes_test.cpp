// Which attributes a snapshot asks for: what is not among them need not be known of anybody.
#include "documents.hpp"

#include <splitplot/decide/snapshot.hpp>
#include <splitplot/model/configuration.hpp>

#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

namespace splitplot::decide {
namespace {

using Names = std::vector<std::string>;

Names asked_by(std::string_view documents) {
  auto texts = model::read_documents("test.yaml", documents);
  EXPECT_TRUE(texts);
  std::vector<model::Document> all;
  for (const model::Document& document : texts->documents) all.push_back(document);
  auto checked = model::check(all);
  EXPECT_TRUE(checked.problems.empty()) << model::to_text(checked.problems.front());
  return Snapshot::compile(std::move(checked.configuration), 1,
                           [](std::string_view, std::string_view) { return std::string("seed"); })
      ->asked_attributes();
}

TEST(AskedAttributesTest, AreThoseOfConditionsHoweverDeep) {
  EXPECT_EQ(asked_by(R"(
kind: flag
key: f
variants: {a: 1, b: 2}
default: a
rules:
  - if:
      country: DE
      $or: [{query.color: red}, {$not: {$nor: [{device: {$in: [mobile]}}]}}]
    serve: b
  - serve: b
    rollout: 10%
    attribute: deviceId
---
kind: segment
key: evening
condition: {hour: {$gte: 18}, $notInSegment: staff}
---
kind: segment
key: staff
condition: {basket: {$elemMatch: {price: {$gt: 5}}}}
)"),
            (Names{"basket", "country", "device", "deviceId", "hour", "id", "query.color"}));
}

TEST(AskedAttributesTest, AreThoseOfExperimentsAndNotOfMetricsAndPrerequisites) {
  EXPECT_EQ(asked_by(R"(
kind: flag
key: gate
variants: {a: 1, b: 2}
default: a
---
kind: flag
key: f
variants: {a: 1, b: 2}
default: a
rules:
  - requires: [{flag: gate, if: {value: {$gt: 1}}}]
    experiment: e
    variants: {x: a, y: b}
---
kind: experiment
key: e
status: running
population: {weekend: true}
unit: account
attribute: company
sticky: {version: 1, fallback_attribute: browserId}
variants: [{key: x, weight: 50}, {key: y, weight: 50}]
metrics: {primary: [orders]}
dimensions: [browser]
---
kind: metric
key: orders
type: proportion
event: Order
where: {coupon: true}
)"),
            (Names{"browser", "browserId", "company", "weekend"}));
}

TEST(AskedAttributesTest, AreThoseThatContentShowsOrChoosesItemsBy) {
  EXPECT_EQ(asked_by(R"(
kind: items
key: products
items: |
  id,title,category,stock
  a,A,red,1
exclude: [{column: category, in: user.disliked}]
---
kind: flag
key: page
variants:
  a: "{{user.first_name}} from {{context.country}}: {{greeting}} {{#offers}}{{title}}{{/offers}}"
default: a
content:
  target: text
  blocks:
    greeting: [{if: {hour: {$lt: 12}}, text: "Good morning{{#user.vip}}!{{/user.vip}}"}, {text: Hello}]
  items:
    offers: {from: products, exclude: [{column: id, in: user.bought.ids}]}
)"),
            (Names{"bought.ids", "country", "disliked", "first_name", "hour", "vip"}));
}

}  // namespace
}  // namespace splitplot::decide
