#include "event_rows.hpp"
#include "temporary_files.hpp"

#include <splitplot/store/event_warehouse.hpp>

#include <csignal>
#include <fstream>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <duckdb.h>
#include <gmock/gmock.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace splitplot::store {
namespace {

using test::at;
using test::batch;
using test::event;
using test::exposure;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

EventWarehouseOptions options_for(const std::string& path) {
  return {path, {2, "256MB", path + ".spill"}};
}

class EventWarehouseTest : public test::TemporaryFiles {
 protected:
  std::unique_ptr<EventWarehouse> open() {
    auto opened = open_event_warehouse(options_for(path("events.duckdb")));
    if (!opened) throw std::runtime_error(opened.error().message);
    return std::move(*opened);
  }
  Error open_error(const std::string& file) {
    auto opened = open_event_warehouse(options_for(file));
    EXPECT_FALSE(opened);
    return opened ? Error{} : opened.error();
  }
  static std::uint64_t must_count(EventWarehouse& warehouse, std::string_view table) {
    auto rows = warehouse.count(table);
    EXPECT_TRUE(rows) << rows.error().message;
    return rows.value_or(0);
  }
  /// A statement over the closed file, without the warehouse's code; cells as text, "NULL" for null.
  std::vector<std::vector<std::string>> ask(const std::string& sql) const {
    duckdb_database database = nullptr;
    duckdb_connection connection = nullptr;
    duckdb_open(path("events.duckdb").c_str(), &database);
    duckdb_connect(database, &connection);
    duckdb_result result;
    std::vector<std::vector<std::string>> rows;
    EXPECT_EQ(duckdb_query(connection, sql.c_str(), &result), DuckDBSuccess) << duckdb_result_error(&result);
    for (idx_t row = 0; row < duckdb_row_count(&result); ++row) {
      rows.emplace_back();
      for (idx_t column = 0; column < duckdb_column_count(&result); ++column) {
        char* cell = duckdb_value_varchar(&result, column, row);
        rows.back().emplace_back(cell == nullptr ? "NULL" : cell);
        duckdb_free(cell);
      }
    }
    duckdb_destroy_result(&result);
    duckdb_disconnect(&connection);
    duckdb_close(&database);
    return rows;
  }
};

TEST_F(EventWarehouseTest, EveryColumnOfARowIsStoredAsItWasHandedIn) {
  EventRow full = event("u1", "Order Completed", at(0.5), R"({"total":12.5})");
  full.anonymous_id = "a1";
  full.group_id = "g1";
  full.received = at(1);
  full.client_time = at(2);
  full.sent_time = at(3.25);
  full.context_json = R"({"ip":"::1"})";
  ExposureRow seen = exposure("u1", "treatment", at(0), R"({"plan":"pro"})");
  seen.segments = {"pro", "it's \"big\""};
  seen.segment_versions = {3, 1};
  RejectedRow refused{0, "default/production", "web", at(4), "no_user", "nobody", "{broken"};
  {
    auto warehouse = open();
    const auto loaded = warehouse->load(
        batch(0, {full, event("u2", "Page", at(1))}, {seen, exposure("u3", "control", at(2))}, {refused}));
    ASSERT_TRUE(loaded) << loaded.error().message;
    EXPECT_EQ(warehouse->loaded(), 5U);
  }
  EXPECT_THAT(ask("SELECT * FROM events ORDER BY journal_offset"),
              ElementsAre(ElementsAre("0", "default/production", "web", "Order Completed of u1", "track",
                                      "Order Completed", "u1", "a1", "g1", "user", "u1",
                                      "2023-11-14 22:13:20.5", "2023-11-14 22:13:21", "2023-11-14 22:13:22",
                                      "2023-11-14 22:13:23.25", R"({"total":12.5})", R"({"ip":"::1"})"),
                          ElementsAre("1", "default/production", "web", "Page of u2", "track", "Page", "u2",
                                      "NULL", "NULL", "user", "u2", "2023-11-14 22:13:21",
                                      "2023-11-14 22:13:21", "NULL", "NULL", "NULL", "NULL")));
  EXPECT_THAT(
      ask("SELECT * REPLACE (segments::VARCHAR AS segments, segment_versions::VARCHAR AS segment_versions) "
          "FROM exposures ORDER BY journal_offset"),
      ElementsAre(
          ElementsAre("2", "default/production", "web", "exposure of u1", "user", "u1", "2023-11-14 22:13:20",
                      "2023-11-14 22:13:20", "checkout-test", "treatment", "7", R"([pro, 'it\'s "big"'])",
                      "[3, 1]", R"({"plan":"pro"})"),
          ElementsAre("3", "default/production", "web", "exposure of u3", "user", "u3", "2023-11-14 22:13:22",
                      "2023-11-14 22:13:22", "checkout-test", "control", "7", "[]", "[]", "NULL")));
  EXPECT_THAT(ask("SELECT * FROM rejected_events"),
              ElementsAre(ElementsAre("4", "default/production", "web", "2023-11-14 22:13:24", "no_user",
                                      "nobody", "{broken")));
  EXPECT_THAT(ask("SELECT * FROM format"), ElementsAre(ElementsAre("1")));
  EXPECT_THAT(ask("SELECT * FROM loader"), ElementsAre(ElementsAre("5", "2023-11-14 22:13:24")));
}

TEST_F(EventWarehouseTest, RowsOfManyChunksKeepTheirListsAndNulls) {
  std::vector<ExposureRow> exposures;
  std::vector<EventRow> events;
  constexpr int kRows = 5'000;  // two chunks and a part
  for (int i = 0; i < kRows; ++i) {
    exposures.push_back(exposure("u" + std::to_string(i), "control", at(i)));
    for (int s = 0; s < i % 4; ++s) {
      exposures.back().segments.push_back("s" + std::to_string(s));
      exposures.back().segment_versions.push_back(static_cast<std::uint32_t>(i + s));
    }
    events.push_back(event("u" + std::to_string(i), "click", at(i), i % 3 == 0 ? "" : R"({"n":1})"));
  }
  {
    auto warehouse = open();
    ASSERT_TRUE(warehouse->load(batch(0, events, exposures)));
  }
  EXPECT_THAT(
      ask("SELECT count(*), count_if(len(segments) = journal_offset % 4 AND len(segment_versions) = "
          "journal_offset % 4 AND (len(segments) = 0 OR (segments[1] = 's0' AND segment_versions[1] = "
          "substr(unit_id, 2)::INT))) FROM exposures"),
      ElementsAre(ElementsAre("5000", "5000")));
  EXPECT_THAT(ask("SELECT count_if((properties IS NULL) = (substr(user_id, 2)::INT % 3 = 0)) FROM events"),
              ElementsAre(ElementsAre("5000")));
}

TEST_F(EventWarehouseTest, ABatchThatDoesNotFollowIsAConflictAndLoadsNothing) {
  auto warehouse = open();
  ASSERT_TRUE(warehouse->load(batch(0, {event("u1", "click", at(0))})));
  for (const JournalOffset from : {0ULL, 2ULL}) {
    const auto again = warehouse->load(batch(from, {event("u1", "click", at(0))}));
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error().code, ErrorCode::Conflict);
  }
  EXPECT_EQ(must_count(*warehouse, "events"), 1U);
  EXPECT_TRUE(warehouse->load(batch(1, {event("u1", "click", at(0))})));
}

TEST_F(EventWarehouseTest, ThePositionIsThereAfterAReopenAlsoOfABatchWithoutRows) {
  {
    auto warehouse = open();
    EXPECT_EQ(warehouse->loaded(), 0U);
    ASSERT_TRUE(warehouse->load(batch(0, {event("u1", "click", at(0))})));
    ASSERT_TRUE(warehouse->load({{}, {}, {}, 1, 4096}));
  }
  auto warehouse = open();
  EXPECT_EQ(warehouse->loaded(), 4096U);
  EXPECT_EQ(must_count(*warehouse, "events"), 1U);
}

TEST_F(EventWarehouseTest, TextThatIsNotUtf8IsStoredWithReplacementCharacters) {
  {
    auto warehouse = open();
    ASSERT_TRUE(warehouse->load(batch(0, {event("u\xFF", "na\xC3", at(0))}, {},
                                      {{0, "e\xC0\x80", "s", at(0), "r", "m", "\xED\xA0\x80"}})));
  }
  EXPECT_THAT(ask("SELECT user_id, name FROM events"), ElementsAre(ElementsAre("u\uFFFD", "na\uFFFD")));
  EXPECT_THAT(ask("SELECT environment, body FROM rejected_events"),
              ElementsAre(ElementsAre("e\uFFFD\uFFFD", "\uFFFD\uFFFD\uFFFD")));
}

TEST_F(EventWarehouseTest, OnlyItsOwnTablesCanBeCounted) {
  auto warehouse = open();
  EXPECT_EQ(must_count(*warehouse, "exposures"), 0U);
  EXPECT_EQ(must_count(*warehouse, "rejected_events"), 0U);
  EXPECT_EQ(warehouse->count("loader; DROP TABLE events").error().code, ErrorCode::InvalidArgument);
}

/// Files grow no further than this while it lives: what a full disk looks like, without one.
class NoMoreSpace {
 public:
  explicit NoMoreSpace(rlim_t bytes) {
    handler_ = std::signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &before_);
    rlimit limit = before_;
    limit.rlim_cur = bytes;
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  NoMoreSpace(const NoMoreSpace&) = delete;
  NoMoreSpace& operator=(const NoMoreSpace&) = delete;
  ~NoMoreSpace() {
    setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }

 private:
  rlimit before_{};
  void (*handler_)(int) = nullptr;
};

std::vector<EventRow> bulky_events(int count) {
  std::vector<EventRow> events;
  for (int i = 0; i < count; ++i)
    events.push_back(
        event("u" + std::to_string(i), "click", at(i), R"({"t":")" + std::string(200, 'x') + "\"}"));
  return events;
}

TEST_F(EventWarehouseTest, AFullDiskLoadsNothingAndTheSameBatchGoesInOnceThereIsSpace) {
  auto warehouse = open();
  ASSERT_TRUE(warehouse->load(batch(0, {event("u1", "click", at(0))})));
  const LoadBatch large = batch(1, bulky_events(4'000), {exposure("u1", "control", at(0))});
  for (int attempt = 0; attempt < 2; ++attempt) {
    const NoMoreSpace full(64 * 1024);
    const auto loaded = warehouse->load(large);
    ASSERT_FALSE(loaded);
    EXPECT_EQ(loaded.error().code, ErrorCode::ResourceLimit) << loaded.error().message;
    EXPECT_EQ(warehouse->loaded(), 1U);
  }
  EXPECT_EQ(must_count(*warehouse, "events"), 1U);
  EXPECT_EQ(must_count(*warehouse, "exposures"), 0U);
  const auto loaded = warehouse->load(large);
  ASSERT_TRUE(loaded) << loaded.error().message;
  EXPECT_EQ(must_count(*warehouse, "events"), 4'001U);
  warehouse.reset();
  warehouse = open();
  EXPECT_EQ(warehouse->loaded(), large.to);
  EXPECT_EQ(must_count(*warehouse, "events"), 4'001U);
  EXPECT_EQ(must_count(*warehouse, "exposures"), 1U);
}

TEST_F(EventWarehouseTest, AProcessThatIsKilledWhileItLoadsLeavesWholeBatchesOnly) {
  constexpr int kRows = 50;
  int ready[2];
  ASSERT_EQ(pipe(ready), 0);
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    auto warehouse = open();
    for (JournalOffset from = 0;; from = warehouse->loaded()) {
      const LoadBatch one = batch(from, bulky_events(kRows), {exposure("u1", "control", at(0))});
      if (!warehouse->load(one)) _exit(1);
      if (::write(ready[1], "x", 1) != 1) _exit(1);
    }
  }
  close(ready[1]);
  char loaded = 0;
  for (int batches = 0; batches < 5; ++batches) ASSERT_EQ(read(ready[0], &loaded, 1), 1);
  kill(child, SIGKILL);
  int status = 0;
  waitpid(child, &status, 0);
  close(ready[0]);
  auto warehouse = open();
  const std::uint64_t batches = warehouse->loaded() / (kRows + 1);
  EXPECT_EQ(warehouse->loaded() % (kRows + 1), 0U);
  EXPECT_GE(batches, 5U);
  EXPECT_EQ(must_count(*warehouse, "events"), batches * kRows);
  EXPECT_EQ(must_count(*warehouse, "exposures"), batches);
}

TEST_F(EventWarehouseTest, AFileThatIsOpenIsAConflictForThisProcessAndForOthers) {
  int ready[2];
  int finished[2];
  ASSERT_EQ(pipe(ready), 0);
  ASSERT_EQ(pipe(finished), 0);
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    auto warehouse = open();
    char byte = 0;
    _exit(::write(ready[1], "x", 1) == 1 && read(finished[0], &byte, 1) == 1 ? 0 : 1);
  }
  char byte = 0;
  ASSERT_EQ(read(ready[0], &byte, 1), 1);
  EXPECT_EQ(open_error(path("events.duckdb")).code, ErrorCode::Conflict);
  ASSERT_EQ(::write(finished[1], "x", 1), 1);
  int status = 0;
  waitpid(child, &status, 0);
  auto warehouse = open();
  EXPECT_EQ(open_error(path("events.duckdb")).code, ErrorCode::Conflict);
  warehouse.reset();
  EXPECT_NO_THROW(open());
}

TEST_F(EventWarehouseTest, WhatIsNoWarehouseOfOursIsBadDataThatCanBeRebuilt) {
  const std::string text = write("text.duckdb", std::string(10'000, 'x'));
  EXPECT_EQ(open_error(text).code, ErrorCode::BadData);
  { auto warehouse = open(); }
  ask("UPDATE format SET version = 2");
  const Error newer = open_error(path("events.duckdb"));
  EXPECT_EQ(newer.code, ErrorCode::BadData);
  EXPECT_THAT(newer.message, HasSubstr("format 2"));
  EXPECT_THAT(newer.hint, HasSubstr("rebuild"));
  ask("DROP TABLE format");
  EXPECT_EQ(open_error(path("events.duckdb")).code, ErrorCode::BadData);
  EXPECT_EQ(open_error(path("no/such/folder/events.duckdb")).code, ErrorCode::Unreadable);
}

TEST_F(EventWarehouseTest, AnAnalysisSeesTheMomentItWasLaidOutAndTheNextOneSeesMore) {
  auto warehouse = open();
  ASSERT_TRUE(
      warehouse->load(batch(0, {}, {exposure("u1", "control", at(0)), exposure("u2", "treatment", at(1))})));
  auto analysis = warehouse->analysis();
  ASSERT_TRUE(analysis);
  const auto before = (*analysis)->open_experiment(test::checkout_test());
  ASSERT_TRUE(before) << before.error().message;
  ASSERT_TRUE(warehouse->load(batch(2, {}, {exposure("u3", "control", at(2))})));
  const auto after = (*analysis)->open_experiment(test::checkout_test());
  ASSERT_TRUE(after);
  EXPECT_EQ(before->watermark, 2U);
  EXPECT_EQ(before->exposure_count, 2U);
  EXPECT_EQ(before->last_received, at(1));
  EXPECT_EQ(after->watermark, 3U);
  EXPECT_EQ(after->exposure_count, 3U);
  for (const auto& [tables, units] : {std::pair(*before, 2), std::pair(*after, 3)}) {
    const auto frame = (*analysis)->aggregate(test::query_over(tables, test::checkout_test(), {}));
    ASSERT_TRUE(frame) << frame.error().message;
    EXPECT_EQ(frame->rows, units);
  }
}

TEST_F(EventWarehouseTest, WhatIsLaidOutWhileItLoadsIsAlwaysWholeBatches) {
  auto warehouse = open();
  constexpr int kBatches = 40;
  std::thread loader([&] {
    for (int i = 0; i < kBatches; ++i) {
      const std::string user = "u" + std::to_string(i);
      EXPECT_TRUE(
          warehouse->load(batch(warehouse->loaded(), {event(user, "buy", at(1)), event(user, "buy", at(2))},
                                {exposure(user, "control", at(0))})));
    }
  });
  ExperimentRelation relation = test::checkout_test();
  relation.metrics = {{"bought", "buy", "", {}, {}}};
  for (JournalOffset seen = 0; seen < kBatches * 3;) {
    auto analysis = warehouse->analysis();
    ASSERT_TRUE(analysis) << analysis.error().message;
    const auto tables = (*analysis)->open_experiment(relation);
    ASSERT_TRUE(tables) << tables.error().message;
    const auto frame = (*analysis)->aggregate(test::query_over(*tables, relation, {Reduction::Count}));
    ASSERT_TRUE(frame) << frame.error().message;
    EXPECT_GE(tables->watermark, seen);
    seen = tables->watermark;
    EXPECT_EQ(tables->exposure_count * 3, seen);
    EXPECT_EQ(frame->events, tables->exposure_count * 2);
  }
  loader.join();
}

}  // namespace
}  // namespace splitplot::store
