#include "assign/csv.hpp"

#include "assign/unit_list.hpp"

#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace splitplot::app {
namespace {

using Rows = std::vector<std::vector<std::string>>;

Result<Rows> read(const std::string& text) {
  std::istringstream input(text);
  auto reader = CsvReader::open(input, "list.csv");
  if (!reader) return tl::unexpected(reader.error());
  Rows rows{reader->header()};
  std::vector<std::string> cells;
  while (true) {
    const auto more = reader->next(cells);
    if (!more) return tl::unexpected(more.error());
    if (!*more) return rows;
    rows.push_back(cells);
  }
}

TEST(CsvReader, ReadsQuotesLineEndsAndByteOrderMarks) {
  EXPECT_EQ(*read("\xEF\xBB\xBFid,text\r\n1,\"a, \"\"b\"\"\r\nc\"\r\n\r\n2,d"),
            (Rows{{"id", "text"}, {"1", "a, \"b\"\r\nc"}, {"2", "d"}}));
  EXPECT_EQ(*read("\"id;x\";b\n1;2\n"), (Rows{{"id;x", "b"}, {"1", "2"}}));
  EXPECT_EQ(*read("id\tb\n1,0\t\n"), (Rows{{"id", "b"}, {"1,0", ""}}));
  EXPECT_EQ(*read("id\n\n1\n"), (Rows{{"id"}, {""}, {"1"}})) << "of one column, an empty line is a row";
  EXPECT_EQ(*read("id,b\n"), (Rows{{"id", "b"}}));
}

TEST(CsvReader, RefusesWhatIsNoList) {
  for (const char* text :
       {"", "\n1\n", "id,\n", "id,id\n", "\"id,b\n", "id,b\n1\n", "id,b\n1,2,3\n", "id,b\n1,\"2\n"}) {
    const auto rows = read(text);
    ASSERT_FALSE(rows) << text;
    EXPECT_EQ(rows.error().code, ErrorCode::BadData);
  }
  EXPECT_NE(read("id,b\n1,2\n3\n").error().message.find("row 2"), std::string::npos);
  EXPECT_FALSE(read("id,b\n1," + std::string(2'000'000, 'x')));
}

TEST(CsvWriter, WhatWasWrittenReadsBack) {
  const std::vector<std::string> cells{"a,b", "say \"x\"", "two\nlines", "", " padded "};
  CsvWriter writer(',', Formulas::MadeHarmless);
  std::string text;
  writer.append(text, {"a", "b", "c", "d", "e"});
  writer.append(text, cells);
  EXPECT_EQ((*read(text))[1], cells);
  EXPECT_EQ(writer.changed(), 0U);
}

TEST(CsvWriter, FormulasAreGuardedUnlessTheyAreKept) {
  const std::vector<std::string> cells{"=1+2", "@SUM(A1)", "+49 30 1234", "-5.5", "-1+cmd|' /C calc'!A0",
                                       "\t=1", "-"};
  CsvWriter guarded(';', Formulas::MadeHarmless);
  std::string text;
  guarded.append(text, cells);
  EXPECT_EQ(text, "'=1+2;'@SUM(A1);+49 30 1234;-5.5;'-1+cmd|' /C calc'!A0;'\t=1;'-\n");
  EXPECT_EQ(guarded.changed(), 5U);
  CsvWriter kept(';', Formulas::Kept);
  text.clear();
  kept.append(text, cells);
  EXPECT_EQ(text, "=1+2;@SUM(A1);+49 30 1234;-5.5;-1+cmd|' /C calc'!A0;\t=1;-\n");
}

TEST(TypedCell, TakesNumbersAndBooleansAsJsonWritesThem) {
  EXPECT_EQ(typed_cell("42"), Value(42));
  EXPECT_EQ(typed_cell("-1.5"), Value(-1.5));
  EXPECT_EQ(typed_cell("true"), Value(true));
  EXPECT_EQ(typed_cell(""), std::nullopt);
  for (const char* text : {"007", "1,5", "+4", "yes", "1 000", "NaN", "null", "[1]", "{}", "\"a\"", "1 "})
    EXPECT_EQ(typed_cell(text), Value(text)) << text;
}

}  // namespace
}  // namespace splitplot::app
