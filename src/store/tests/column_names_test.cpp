#include "warehouse_fixture.hpp"

#include <gmock/gmock.h>

namespace splitplot::store {
namespace {

using test::value;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class ColumnNames : public test::WarehouseTest {
 protected:
  UnitFrameQuery ask(const std::string& file, std::vector<std::string> metrics) {
    UnitFrameQuery q;
    q.exposures = open(file);
    q.variant_column = "g";
    for (const std::string& name : metrics) q.metrics.push_back(value(name));
    return q;
  }
  /// Means of all metrics in the one variant.
  std::vector<double> all_means(const UnitFrameQuery& q) {
    const Frame found = frame(q);
    std::vector<double> answer;
    for (const MetricAggregate& metric : found.cells.at(0).metrics) answer.push_back(metric.moments.mean);
    return answer;
  }
  /// DuckDB writes no two columns that differ in case alone: one is renamed in the bytes of the file.
  std::string parquet_with(const std::string& written, const std::string& wanted) {
    const std::string csv = write("p.csv", "g,amount," + written + "\na,10,100\na,11,101\na,12,102\n");
    const std::string file = copy(csv, "p.parquet", "FORMAT parquet");
    std::ifstream in(file, std::ios::binary);
    std::string bytes((std::istreambuf_iterator<char>(in)), {});
    for (std::size_t at = 0; (at = bytes.find(written, at)) != std::string::npos; at += wanted.size())
      bytes.replace(at, wanted.size(), wanted);
    return write("p.parquet", bytes);
  }
};

TEST_F(ColumnNames, OfDelimitedTextDifferInCase) {
  const std::string file = write("c.csv", "g,m,M\na,10,100\na,11,101\na,12,102\n");
  EXPECT_THAT(open(file).column_names(), ElementsAre("g", "m", "M"));
  EXPECT_THAT(all_means(ask(file, {"m"})), ElementsAre(11));
  EXPECT_THAT(all_means(ask(file, {"M"})), ElementsAre(101));
  EXPECT_THAT(all_means(ask(file, {"M", "m"})), ElementsAre(101, 11));
}

TEST_F(ColumnNames, EndInNumbersOfTheirOwn) {
  const std::string file = write("c.csv", "g,m,M,m_1,M_1\na,1,2,3,4\na,1,2,3,4\n");
  EXPECT_THAT(open(file).column_names(), ElementsAre("g", "m", "M", "m_1", "M_1"));
  EXPECT_THAT(all_means(ask(file, {"M_1", "m_1", "M", "m"})), ElementsAre(4, 3, 2, 1));
}

TEST_F(ColumnNames, MayLookLikeThoseTheQueriesUse) {
  const std::string file = write("c.csv", "v,column 1,g,d0\n1,2,a,3\n1,2,a,3\n");
  EXPECT_THAT(all_means(ask(file, {"d0", "column 1", "v"})), ElementsAre(3, 2, 1));
}

TEST_F(ColumnNames, ThatStandTwiceAreRefusedOnlyIfAskedFor) {
  const std::string file = write("c.csv", "g,m,m,n\na,10,100,1\na,11,101,1\n");
  EXPECT_THAT(all_means(ask(file, {"n"})), ElementsAre(1));
  const Error refused = error(ask(file, {"m"}));
  EXPECT_EQ(refused.code, ErrorCode::BadData);
  EXPECT_THAT(refused.message, HasSubstr("'m' stands twice in the header"));
}

TEST_F(ColumnNames, OfParquetDifferInCase) {
  const std::string file = parquet_with("AMOUNX", "AMOUNT");
  EXPECT_THAT(open(file).column_names(), ElementsAre("g", "amount", "AMOUNT"));
  EXPECT_THAT(all_means(ask(file, {"AMOUNT"})), ElementsAre(101));
  EXPECT_THAT(all_means(ask(file, {"amount", "AMOUNT"})), ElementsAre(11, 101));
}

TEST_F(ColumnNames, OfParquetThatStandTwiceAreRefused) {
  const Error refused = error(ask(parquet_with("AMOUNX", "amount"), {"amount"}));
  EXPECT_EQ(refused.code, ErrorCode::BadData);
  EXPECT_THAT(refused.message, HasSubstr("'amount' stands twice"));
}

TEST_F(ColumnNames, OfJsonLinesThatDifferInCaseAreRefusedOnlyIfAskedFor) {
  const std::string file = write("c.json", R"({"g":"a","m":10,"M":100,"n":1,"n_1":2}
{"g":"a","m":11,"M":101,"n":1,"n_1":2}
)");
  EXPECT_THAT(all_means(ask(file, {"n", "n_1"})), ElementsAre(1, 2));
  for (const char* name : {"m", "M"}) {
    const Error refused = error(ask(file, {name}));
    EXPECT_EQ(refused.code, ErrorCode::BadData);
    EXPECT_THAT(refused.message, HasSubstr("upper and lower case"));
  }
}

TEST_F(ColumnNames, OfJsonLinesMayAppearLate) {
  std::string lines;
  std::string array = "[";
  for (int i = 0; i < 50'000; ++i) {
    const std::string late = i < 45'000 ? "" : ",\"late\":2.5";
    const std::string record = "{\"g\":\"a\",\"m\":1" + late + "}";
    lines += record + "\n";
    array += (i == 0 ? "" : ",\n") + record;
  }
  for (const std::string& file : {write("l.json", lines), write("a.json", array + "]")}) {
    const Frame answer = frame(ask(file, {"late"}));
    EXPECT_EQ(answer.cells.at(0).metrics[0].moments.count, 5'000u) << file;
    EXPECT_EQ(answer.cells.at(0).metrics[0].moments.mean, 2.5) << file;
  }
}

}  // namespace
}  // namespace splitplot::store
