#include "simulate/visit.hpp"

#include "simulate/shop_documents.hpp"

#include <splitplot/collect/segment_api.hpp>
#include <splitplot/model/configuration.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace splitplot::app::simulate {
namespace {

Timestamp monday() {
  return *parse_rfc3339("2026-01-05T00:00:00Z");
}

/// The first visit in which somebody orders, everything served by the experiments.
Visit ordering_visit(const ShopModel& shop) {
  for (std::uint64_t number = 0;; ++number) {
    const Visitor visitor = shop.visitor(number, monday());
    Visit visit(shop, visitor, shop.plan(visitor, 0, monday()));
    while (visit.question()) visit.answer({1, true});
    if (visit.orders()) return visit;
  }
}

collect::ParsedBatch parsed(const VisitReport& report) {
  auto batch = collect::parse_segment_body(report.body, std::nullopt);
  if (!batch) throw std::runtime_error(batch.error().message);
  return *std::move(batch);
}

const collect::Event& event_named(const collect::ParsedBatch& batch, std::string_view name) {
  for (const collect::Event& event : batch.events) {
    if (event.name == name) return event;
  }
  throw std::runtime_error("no event " + std::string(name));
}

TEST(VisitReport, IsABatchInWhichNothingIsRejected) {
  const ShopModel shop({.seed = 2}, monday());
  const Visit visit = ordering_visit(shop);
  const VisitReport report =
      report_of(visit, {visit.plan().start}, visit.plan().start + visit.plan().end_after);
  const auto batch = parsed(report);
  EXPECT_TRUE(batch.rejected.empty());
  EXPECT_EQ(batch.events.size(), report.events);
  EXPECT_EQ(batch.events.front().type, collect::EventType::Identify);
  for (const collect::Event& event : batch.events) EXPECT_EQ(event.user_id, targeting_key(visit));
}

TEST(VisitReport, ShowsExposuresBeforeWhatFollowsFromThem) {
  const ShopModel shop({.seed = 2}, monday());
  const Visit visit = ordering_visit(shop);
  const auto batch = parsed(report_of(visit, {visit.plan().start, 1000}, monday() + std::chrono::hours(1)));
  std::vector<std::string> exposed;
  Timestamp checkout_met;
  for (const collect::Event& event : batch.events) {
    if (!event.exposure) continue;
    exposed.push_back(event.exposure->experiment + "=" + event.exposure->variant);
    checkout_met = *event.times.client;
  }
  EXPECT_THAT(exposed, testing::ElementsAre("free-shipping-banner=banner", "checkout-flow=one-page"));
  EXPECT_LT(*event_named(batch, "Product Added").times.client, checkout_met);
  EXPECT_LT(checkout_met, *event_named(batch, "Checkout Started").times.client);
  EXPECT_LT(checkout_met, *event_named(batch, "Order Completed").times.client);
}

TEST(VisitReport, SaysNothingOfAVariantThatNoExperimentServed) {
  const ShopModel shop({.seed = 2}, monday());
  const Visitor visitor = shop.visitor(1, monday());
  Visit visit(shop, visitor, shop.plan(visitor, 0, monday()));
  while (visit.question()) visit.answer({0, false});
  for (const collect::Event& event : parsed(report_of(visit, {monday()}, monday())).events) {
    EXPECT_FALSE(event.exposure);
  }
}

TEST(VisitReport, AWrongClockCancelsOut) {
  const ShopModel shop({.seed = 2, .disturbances = {.skewed = 1}}, monday());
  const Visit visit = ordering_visit(shop);
  ASSERT_NE(visit.visitor().clock_error.count(), 0);
  const Timestamp sent = visit.plan().start + visit.plan().end_after;
  const auto batch = parsed(report_of(visit, {visit.plan().start}, sent));
  const collect::Event& order = event_named(batch, "Order Completed");
  const Timestamp truly = visit.plan().start + visit.plan().order_after;
  EXPECT_NE(*order.times.client, truly);
  EXPECT_EQ(collect::corrected_time(order.times.client, order.times.sent, sent), truly);
}

TEST(VisitReport, ARobotIsNoUserAndLooksAtMuch) {
  const ShopModel shop({.seed = 2, .disturbances = {.bots = 1}}, monday());
  const Visitor visitor = shop.visitor(0, monday());
  ASSERT_TRUE(visitor.is_bot);
  Visit visit(shop, visitor, shop.plan(visitor, 0, monday()));
  while (visit.question()) visit.answer({1, true});
  const auto batch = parsed(report_of(visit, {monday()}, monday()));
  EXPECT_GT(batch.events.size(), 25U);
  EXPECT_EQ(batch.events.front().user_id, "");
  EXPECT_FALSE(visit.adds());
}

TEST(ShopDocuments, MakeSenseAndNameTheirSeeds) {
  const ShopModel shop({.seed = 2, .with_aa = true}, monday());
  const auto texts = model::read_documents("shop", shop_documents(shop));
  ASSERT_TRUE(texts) << to_text(texts.error().front());
  const auto checked = model::check(texts->documents);
  EXPECT_TRUE(checked.problems.empty()) << to_text(checked.problems.front());
  EXPECT_TRUE(checked.warnings.empty()) << to_text(checked.warnings.front());
  EXPECT_EQ(checked.configuration.experiments.size(), 3U);
  EXPECT_EQ(checked.configuration.segments.size(), kGroups);
  for (const auto& [key, experiment] : checked.configuration.experiments) {
    EXPECT_EQ(experiment.seed, key + "-2");
    EXPECT_EQ(experiment.status, model::ExperimentStatus::Running);
  }
}

}  // namespace
}  // namespace splitplot::app::simulate
