#include <splitplot/model/list_values.hpp>

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace splitplot::model {
namespace {

using List = Value::Array;
using ::testing::HasSubstr;
using ::testing::StartsWith;

List read(std::string_view text, std::string_view column = "") {
  auto values = read_list_values(text, column);
  EXPECT_TRUE(values) << values.error().message;
  return values ? *std::move(values) : List{};
}

std::string refusal(std::string_view text, std::string_view column = "") {
  const auto values = read_list_values(text, column);
  EXPECT_FALSE(values);
  return values ? "" : values.error().message + " (" + values.error().hint + ")";
}

TEST(ListValues, AreOneALine) {
  EXPECT_EQ(read("u1\nu2\n"), (List{"u1", "u2"}));
  EXPECT_EQ(read("\xEF\xBB\xBFid\r\nu1\r\n\r\nu2"), (List{"u1", "u2"})) << "a header, as Windows saves it";
  EXPECT_EQ(read("17\ntrue\n"), (List{"17", "true"})) << "CSV has only texts";
  EXPECT_EQ(read("\"a,b\"\n\"say \"\"hi\"\"\"\n"), (List{"a,b", "say \"hi\""}));
}

TEST(ListValues, AreAColumnOfAFile) {
  EXPECT_EQ(read("name,user\nAnn,u1\nBob,u2\n", "user"), (List{"u1", "u2"}));
  EXPECT_EQ(read("name;user\n\"Doe; Jane\";u1\n;\n", "user"), (List{"u1"}));
  EXPECT_EQ(read("id\nu1\n", "id"), (List{"u1"}));
}

TEST(ListValues, AreAJsonListOrJsonLines) {
  EXPECT_EQ(read(R"(["u1", 17, 5.0, true, null, ""])"), (List{"u1", 17, 5.0, true}));
  EXPECT_EQ(read(" []"), List{});
  EXPECT_EQ(read("{\"id\":\"u1\"}\n\n{\"id\":17,\"x\":[1]}\n"), (List{"u1", 17}));
  EXPECT_EQ(read("{\"user\":\"u1\"}", "user"), (List{"u1"}));
}

TEST(ListValues, SayWhatIsWrongAndWhere) {
  EXPECT_THAT(refusal(" \n"), StartsWith("there are no values (send CSV"));
  EXPECT_THAT(refusal("u1\nu2,u3\n"), StartsWith("line 2: it has 2 cells, and the first line 1"));
  EXPECT_THAT(refusal("name,user\nAnn,u1\n"), StartsWith("line 1: there are 2 columns (say by ?column="));
  EXPECT_THAT(refusal("name,user\nAnn,u1\n", "usr"),
              StartsWith("line 1: there is no column 'usr' (did you mean 'user'?)"));
  EXPECT_THAT(refusal("u1\n\"u2\n"), StartsWith("line 2: a quote is never closed"));
  EXPECT_THAT(refusal("u1\nu\xFF\n"), StartsWith("line 2: there are bytes that are not UTF-8"));
  EXPECT_THAT(refusal(std::string("u1\nu\0\n", 6)), StartsWith("line 2: there is a control character"));
  EXPECT_THAT(refusal("u1\n" + std::string(1001, 'x')),
              StartsWith("line 2: a value is longer than 1000 bytes"));
  EXPECT_THAT(refusal("[\"u1\",[1]]"), StartsWith("/1: nothing is identical to a list"));
  EXPECT_THAT(refusal("[\"u1\",]"), HasSubstr("is not JSON here"));
  EXPECT_THAT(refusal("{\"id\":\"u1\"}\n{\"user\":1}"), StartsWith("line 2: it has no member 'id'"));
  EXPECT_THAT(refusal("{\"id\":\"u1\"}\n5"), StartsWith("line 2: it is no object"));
  EXPECT_THAT(refusal(std::string(100'000, '[')), HasSubstr("nested more than 2 deep"));
}

}  // namespace
}  // namespace splitplot::model
