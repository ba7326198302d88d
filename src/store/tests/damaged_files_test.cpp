#include "warehouse_fixture.hpp"

#include <gmock/gmock.h>

namespace splitplot::store {
namespace {

using test::value;
using ::testing::HasSubstr;

class DamagedFiles : public test::WarehouseTest {
 protected:
  std::string bytes_of(const std::string& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  std::string csv(int rows) {
    std::string text = "variant,m,id\n";
    for (int i = 0; i < rows; ++i) {
      text += std::string(i % 2 == 0 ? "a," : "b,") + std::to_string(i * 7919 % 1009) +
              ",6ba7b810-9dad-11d1-80b4-00c04fd43" + std::to_string(100 + i % 900) + "\n";
    }
    return text;
  }
  std::string gzip(int rows) {
    return bytes_of(copy(write("plain.csv", csv(rows)), "whole.gz", "FORMAT csv, COMPRESSION gzip"));
  }
  Result<Frame> ask(const std::string& file, const std::string& metric = "m") {
    auto opened = warehouse_->open_file(file);
    if (!opened) return tl::unexpected(opened.error());
    UnitFrameQuery q;
    q.exposures = *opened;
    q.variant_column = "variant";
    q.metrics = {value(metric)};
    return warehouse_->aggregate(q);
  }
  void expect_damaged(const std::string& file, const std::string& what) {
    const auto answer = ask(file);
    ASSERT_FALSE(answer) << what << " was accepted";
    EXPECT_EQ(answer.error().code, ErrorCode::Unreadable) << what << ": " << answer.error().message;
    EXPECT_THAT(answer.error().message, HasSubstr("damaged or cut-off gzip")) << what;
  }
};

TEST_F(DamagedFiles, GzipCutOffAnywhere) {
  const std::string whole = gzip(3'000);
  ASSERT_TRUE(ask(write("w.gz", whole)));
  // The first two bytes are what makes it a gzip file.
  for (std::size_t length = 3; length < whole.size(); length += 1 + whole.size() / 150)
    expect_damaged(write("cut.gz", whole.substr(0, length)), std::to_string(length) + " bytes");
  for (std::size_t missing = 1; missing <= 8; ++missing)
    expect_damaged(write("cut.gz", whole.substr(0, whole.size() - missing)), "the end");
}

TEST_F(DamagedFiles, GzipWithAWrongChecksumOrLength) {
  const std::string whole = gzip(3'000);
  for (std::size_t back = 1; back <= 8; ++back) {
    std::string changed = whole;
    changed[changed.size() - back] = static_cast<char>(changed[changed.size() - back] ^ 1);
    expect_damaged(write("changed.gz", changed), "byte " + std::to_string(back) + " from the end");
  }
}

TEST_F(DamagedFiles, GzipFollowedBySomethingElse) {
  const std::string whole = gzip(100);
  for (const std::string& more : {std::string("more"), std::string(600, '\0')}) {
    const auto answer = ask(write("more.gz", whole + more));
    ASSERT_FALSE(answer) << more;
    EXPECT_EQ(answer.error().code, ErrorCode::Unreadable);
    EXPECT_THAT(answer.error().message, HasSubstr("goes on behind the end"));
  }
}

TEST_F(DamagedFiles, GzipOfSeveralMembersIsWhole) {
  const std::string whole = gzip(1'000);
  const std::string more =
      bytes_of(copy(write("rows.csv", csv(1'000)), "more.gz", "FORMAT csv, COMPRESSION gzip, HEADER false"));
  const auto two = ask(write("two.gz", whole + more));
  ASSERT_TRUE(two) << two.error().message;
  EXPECT_EQ(two->rows, 2'000u);
  expect_damaged(write("two.gz", whole + more.substr(0, more.size() / 2)), "the second member");
}

TEST_F(DamagedFiles, GzipIsLookedAtAgainWhenItChanges) {
  const std::string whole = gzip(1'000);
  const std::string file = write("w.gz", whole);
  ASSERT_TRUE(ask(file));
  ASSERT_TRUE(ask(file));
  write("w.gz", whole.substr(0, whole.size() - 4));
  expect_damaged(file, "the changed file");
}

TEST_F(DamagedFiles, HistogramsToo) {
  const std::string file = write("w.gz", gzip(1'000));
  UnitFrameQuery q;
  q.exposures = open(file);
  q.variant_column = "variant";
  q.metrics = {value("m")};
  EXPECT_TRUE(warehouse_->histograms(q, 0, {0, 1'009, 10}));
  std::string changed = bytes_of(file);
  changed.resize(changed.size() - 4);
  write("w.gz", changed);
  const auto answer = warehouse_->histograms(q, 0, {0, 1'009, 10});
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::Unreadable);
}

TEST_F(DamagedFiles, ParquetIsNeverCalledADefectOfTheProgram) {
  const std::string whole = bytes_of(copy(write("p.csv", csv(200)), "p.parquet", "FORMAT parquet"));
  ASSERT_TRUE(ask(write("w.parquet", whole)));
  int refused = 0;
  for (std::size_t at = 4; at < whole.size(); at += 7) {
    std::string changed = whole;
    changed[at] = static_cast<char>(~changed[at]);
    const auto answer = ask(write("changed.parquet", changed));
    if (answer) continue;
    ++refused;
    EXPECT_NE(answer.error().code, ErrorCode::Internal) << "byte " << at;
  }
  EXPECT_GT(refused, 10);
}

TEST_F(DamagedFiles, UuidsAreNoNumbersAndNoDamage) {
  // Further arguments of read_csv behind the path.
  const std::string typed = write("p.csv", csv(50)) + "', types={'id': 'UUID'}, delim=',";
  const std::string file = copy(typed, "p.parquet", "FORMAT parquet");
  ASSERT_TRUE(ask(file));
  const auto answer = ask(file, "id");
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::BadData);
  EXPECT_THAT(answer.error().message, HasSubstr("column 'id' holds UUIDs, not numbers"));
}

TEST_F(DamagedFiles, JsonWithAKeyTwiceNamesThePlace) {
  std::string lines;
  for (int i = 0; i < 5; ++i) lines += "{\"variant\":\"a\",\"m\":1}\n";
  const auto answer = ask(write("d.json", lines + "{\"variant\":\"a\",\"m\":1,\"m\":2}\n"));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::BadData);
  EXPECT_THAT(answer.error().message, HasSubstr("has the key 'm' twice"));
  EXPECT_THAT(answer.error().message, HasSubstr("line 6"));
}

}  // namespace
}  // namespace splitplot::store
