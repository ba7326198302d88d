#include "simulate/shop_ledger.hpp"

#include <splitplot/model/json.hpp>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace splitplot::app::simulate {
namespace {

Timestamp monday() {
  return *parse_rfc3339("2026-01-05T00:00:00Z");
}

class ShopLedgerTest : public testing::Test {
 protected:
  ShopLedgerTest() {
    std::string folder = (std::filesystem::temp_directory_path() / "splitplot-ledger-XXXXXX").string();
    folder_ = mkdtemp(folder.data());
    path_ = (folder_ / "visits").string();
  }
  ~ShopLedgerTest() override { std::filesystem::remove_all(folder_); }

  /// First visits of so many visitors, written down and counted in a truth.
  void play(int visitors, Truth& truth) {
    auto ledger = ShopLedger::open(path_);
    ASSERT_TRUE(ledger);
    for (int number = 0; number < visitors; ++number) {
      const Visitor visitor =
          model_.visitor(static_cast<std::uint64_t>(number), monday() + std::chrono::minutes(number));
      Visit visit(model_, visitor, model_.plan(visitor, 0, visitor.arrival));
      while (visit.question()) visit.answer({static_cast<std::size_t>(number) % 2, number % 5 != 0});
      ledger->add(visit);
      truth.add(visit);
    }
    ASSERT_TRUE(ledger->flush());
  }

  [[nodiscard]] Result<ShopState> read(Truth& truth) const {
    return read_ledger(path_, model_, [&truth](const Visit& visit) { truth.add(visit); });
  }

  void append(std::string_view text) const { std::ofstream(path_, std::ios::app) << text; }

  ShopModel model_{{.seed = 6, .with_aa = true, .faults = {*parse_fault("srm,from=0,share=1")}}, monday()};
  std::filesystem::path folder_;
  std::string path_;
};

std::string text_of(const Truth& truth) {
  return model::pretty_json(truth.document(monday(), monday(), {}));
}

TEST_F(ShopLedgerTest, BringsBackTheTruthAndWhoIsToCome) {
  Truth truth(model_);
  play(300, truth);
  Truth again(model_);
  const auto state = read(again);
  ASSERT_TRUE(state) << state.error().message;
  EXPECT_EQ(text_of(again), text_of(truth));
  EXPECT_EQ(state->next_visitor, 300U);
  EXPECT_EQ(state->last_start, monday() + std::chrono::minutes(299));
  ASSERT_FALSE(state->coming.empty());
  for (const ComingVisit& coming : state->coming) {
    EXPECT_EQ(coming.plan.number, 1U);
    EXPECT_GT(coming.plan.start, coming.visitor.arrival);
  }
}

TEST_F(ShopLedgerTest, LeavesOutALineThatWasCutOff) {
  Truth truth(model_);
  play(20, truth);
  append("20 0 17675");
  Truth again(model_);
  const auto state = read(again);
  ASSERT_TRUE(state);
  EXPECT_EQ(state->next_visitor, 20U);
  EXPECT_EQ(text_of(again), text_of(truth));
}

TEST_F(ShopLedgerTest, RefusesWhatIsNoVisitOfTheShop) {
  for (const char* line : {"x\n", "\n", "1 0 5\n", "1 0 5 9* - -\n", "1 0 5 - - -\n", "1 0 5 0* 0+ 0*\n"}) {
    std::filesystem::remove(path_);
    append(line);
    Truth truth(model_);
    const auto state = read(truth);
    ASSERT_FALSE(state) << line;
    EXPECT_THAT(state.error().message, testing::HasSubstr(":1:"));
  }
  std::filesystem::remove(path_);
  Truth truth(model_);
  EXPECT_EQ(read(truth).error().code, ErrorCode::Unreadable);
}

}  // namespace
}  // namespace splitplot::app::simulate
