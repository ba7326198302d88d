#include "duckdb/file_kind.hpp"

#include "temporary_files.hpp"

#include <splitplot/store/warehouse.hpp>

#include <string>

namespace splitplot::store {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class FileKindTest : public test::TemporaryFiles {
 protected:
  FileKindTest() : warehouse_(std::move(*open_embedded_warehouse({2, "", folder_.string()}))) {}

  Result<TabularFile> open(const std::string& file, const ReadOptions& options = {}) {
    return warehouse_->open_file(file, options);
  }

  void expect_error(const std::string& file, ErrorCode code, const std::string& message,
                    const std::string& hint) {
    const auto opened = open(file);
    ASSERT_FALSE(opened) << file << " was accepted";
    EXPECT_EQ(opened.error().code, code) << opened.error().message;
    EXPECT_THAT(opened.error().message, HasSubstr(message));
    EXPECT_THAT(opened.error().hint, HasSubstr(hint));
  }

  std::unique_ptr<Warehouse> warehouse_;
};

TEST_F(FileKindTest, TellsFormatsByTheirFirstBytesWhateverTheName) {
  const std::string csv = write("a.csv", "a,b\n1,x\n2,y\n");
  struct Case {
    std::string file;
    FileFormat format;
    Compression compression;
  };
  const Case cases[] = {
      {csv, FileFormat::DelimitedText, Compression::None},
      {copy(csv, "gzip.txt", "FORMAT csv, COMPRESSION gzip"), FileFormat::DelimitedText, Compression::Gzip},
      {copy(csv, "zstd.txt", "FORMAT csv, COMPRESSION zstd"), FileFormat::DelimitedText, Compression::Zstd},
      {copy(csv, "parquet.csv", "FORMAT parquet"), FileFormat::Parquet, Compression::None},
      {copy(csv, "json.csv", "FORMAT json"), FileFormat::JsonLines, Compression::None},
      {copy(csv, "json.gz", "FORMAT json, COMPRESSION gzip"), FileFormat::JsonLines, Compression::Gzip},
      {write("array.json", "\n [{\"a\": 1, \"b\": \"x\"}, {\"a\": 2, \"b\": \"y\"}]"), FileFormat::JsonLines,
       Compression::None},
  };
  for (const Case& c : cases) {
    const auto file = open(c.file);
    ASSERT_TRUE(file) << c.file << ": " << file.error().message;
    EXPECT_EQ(file->kind.format, c.format) << c.file;
    EXPECT_EQ(file->kind.compression, c.compression) << c.file;
    EXPECT_THAT(file->column_names(), ElementsAre("a", "b")) << c.file;
    EXPECT_EQ(file->columns[0].type, ColumnType::Integer) << c.file;
    EXPECT_EQ(file->columns[1].type, ColumnType::Text) << c.file;
    EXPECT_EQ(file->bytes, std::filesystem::file_size(c.file));
  }
}

TEST_F(FileKindTest, FindsTheDelimiter) {
  for (const std::string delimiter : {",", ";", "\t", "|"}) {
    const auto file = open(
        write("d.txt", "a" + delimiter + "b b" + delimiter + "c\n1" + delimiter + "x" + delimiter + "2.5\n"));
    ASSERT_TRUE(file) << file.error().message;
    EXPECT_THAT(file->column_names(), ElementsAre("a", "b b", "c")) << delimiter;
    EXPECT_EQ(file->columns[2].type, ColumnType::Real);
  }
}

TEST_F(FileKindTest, OptionsOverrideWhatIsDetected) {
  const std::string file = write("comma.csv", "a;b\n1,5;x\n2,5;y\n");
  EXPECT_EQ(open(file, {';', ','})->columns[0].type, ColumnType::Real);
  EXPECT_EQ(open(file, {';', '.'})->columns[0].type, ColumnType::Text);
  EXPECT_EQ(open(write("hash.csv", "a#b\n1#2\n"), {'#', {}})->columns.size(), 2u);
}

TEST_F(FileKindTest, ReadsPathsLiterally) {
  for (const char* name :
       {"qu'ote.csv", "sp ace.csv", "st*r.csv", "qu?stion.csv", "br[ack]et.csv", "[a-z].csv", "dou\"ble.csv",
        "back\\slash.csv", "caf\xC3\xA9.csv", "{a,b}.csv", "key=value.csv"}) {
    const auto file = open(write(name, "a,b\n1,2\n"));
    ASSERT_TRUE(file) << name << ": " << file.error().message;
    EXPECT_THAT(file->column_names(), ElementsAre("a", "b")) << name;
  }
  write("glob1.csv", "a\n1\n");
  expect_error(path("glob*.csv"), ErrorCode::Unreadable, "there is no file", "");
}

TEST_F(FileKindTest, UnderstandsUnusualHeaders) {
  const auto names = [&](const std::string& text) { return open(write("h.csv", text))->column_names(); };
  EXPECT_THAT(names("x,x,X\n1,2,3\n"), ElementsAre("x", "x", "X"));
  EXPECT_THAT(names("\"say \"\"hi\"\"\",\"two words\"\n1,2\n"), ElementsAre("say \"hi\"", "two words"));
  EXPECT_THAT(names("\xEF\xBB\xBFuser,gr\xC3\xB6\xC3\x9F"
                    "e\n1,2\n"),
              ElementsAre("user",
                          "gr\xC3\xB6\xC3\x9F"
                          "e"));
  EXPECT_THAT(names("2024,2025\n1,2\n"), ElementsAre("2024", "2025"));
  EXPECT_THAT(names("only\n1\n2\n"), ElementsAre("only"));
  EXPECT_THAT(names("a,b\r\n1,2\r\n3,4\r\n"), ElementsAre("a", "b"));
}

TEST_F(FileKindTest, SuggestsANearNameForAFileThatIsNotThere) {
  write("orders.csv", "a\n1\n");
  expect_error(path("ordesr.csv"), ErrorCode::Unreadable, "there is no file", "orders.csv");
  expect_error(path("no/where.csv"), ErrorCode::Unreadable, "there is no file", "does not exist either");
}

TEST_F(FileKindTest, RefusesWhatIsNotATableWithAReason) {
  expect_error(folder_.string(), ErrorCode::Unreadable, "is a directory", "name one file");
  expect_error("/dev/null", ErrorCode::Unreadable, "not a regular file", "save the rows");
  expect_error(write("empty.csv", ""), ErrorCode::Unreadable, "is empty", "");
  expect_error(write("blank.csv", "\n\n"), ErrorCode::Unreadable, "nothing but blank lines", "");
  expect_error(write("header.csv", "a,b\n"), ErrorCode::BadData, "holds a header and no rows", "");
  expect_error(write("u.csv", std::string("\xFF\xFE"
                                          "a\0,\0b\0",
                                          8)),
               ErrorCode::Unreadable, "UTF-16", "iconv");
  expect_error(write("nul.csv", std::string("a,b\n1,\0\n", 8)), ErrorCode::Unreadable,
               "neither text nor Parquet", "CSV");
  std::string noise;
  for (int i = 0; i < 2000; ++i) noise += static_cast<char>(1 + (i * 167 + i / 7) % 255);
  expect_error(write("noise.csv", noise), ErrorCode::Unreadable, "neither text nor Parquet", "");
  expect_error(write("book.csv", "PK\x03\x04rest"), ErrorCode::Unreadable, "Excel", "save the sheet as CSV");
  expect_error(write("cut.parquet", "PAR1abcdef"), ErrorCode::Unreadable, "damaged Parquet", "");
  expect_error(write("cut.gz", "\x1F\x8B\x08 nonsense that is no gzip stream"), ErrorCode::Unreadable,
               "damaged or cut-off gzip", "");
  expect_error(write("bad.json", "{\"a\": 1}\n{\"a\": \n"), ErrorCode::BadData, "not well-formed JSON",
               "one JSON object");
}

TEST_F(FileKindTest, NamesTheLineThatHasTheWrongNumberOfColumns) {
  expect_error(write("short.csv", "a,b,c\n1,2,3\n4,5\n6,7,8\n"), ErrorCode::BadData, "line 3", "delimiter");
  expect_error(write("long.csv", "a,b,c\n1,2,3\n4,5,6\n6,7,8,9\n"), ErrorCode::BadData,
               "has 4 columns where the header has 3", "");
  expect_error(write("all.csv", "a;b\n1;2;3\n1;2;3\n"), ErrorCode::BadData, "line 2", "");
}

TEST_F(FileKindTest, RefusesAFileItMayNotRead) {
  if (geteuid() == 0) GTEST_SKIP() << "SKIPPED: root may read every file";
  const std::string file = write("secret.csv", "a\n1\n");
  std::filesystem::permissions(file, std::filesystem::perms::none);
  expect_error(file, ErrorCode::Unreadable, "no permission", "chmod");
}

TEST_F(FileKindTest, NeverShowsDuckDbsOwnTexts) {
  for (const char* content :
       {"a,b\n1,\"open\n2,3\n", "a,b\n1,2\n3\n", "a,b\n1,caf\xE9\n", "{\"a\":1}\n{{{\n", "a\n\"x\"y\n"}) {
    const auto file = open(write("bad.csv", content));
    if (file) continue;
    for (const char* word :
         {"CSV Error", "strict_mode", "null_padding", "ignore_errors", "LINE 1", "Possible", "read_csv"}) {
      EXPECT_EQ(file.error().message.find(word), std::string::npos) << file.error().message;
      EXPECT_EQ(file.error().hint.find(word), std::string::npos) << file.error().hint;
    }
    EXPECT_EQ(file.error().message.find('\n'), std::string::npos);
  }
}

TEST(Settings, RefusesWhatMakesNoSense) {
  EXPECT_EQ(open_embedded_warehouse({-1, "", ""}).error().code, ErrorCode::InvalidArgument);
  for (const char* memory : {"plenty", "-1", "-5GB", "0", "0GB", "GB", "512", "1.2.3GB", "1GB!", "nan"}) {
    const auto opened = open_embedded_warehouse({1, memory, ""});
    ASSERT_FALSE(opened) << memory << " was accepted";
    EXPECT_EQ(opened.error().code, ErrorCode::InvalidArgument) << memory;
  }
  for (const char* memory : {"512MB", "1.5GB", "1 GB", "200mb"}) {
    EXPECT_TRUE(open_embedded_warehouse({1, memory, ""})) << memory;
  }
}

}  // namespace
}  // namespace splitplot::store
