#include "http/conditions.hpp"
#include "service_fixture.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace splitplot::serve {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::string_view kPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; font-src 'self'; "
    "img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

class SiteTest : public test::ServiceTest {
 protected:
  SiteTest() {
    site = {
        {"/", "text/html; charset=utf-8", "<!doctype html>", "gz-index", "\"i1\"", SiteCaching::Revalidate},
        {"/assets/index-Ab_-12cd.js", "text/javascript; charset=utf-8", "let a;", "gz-script", "\"s1\"",
         SiteCaching::Immutable},
        {"/assets/dot-00000000.png", "image/png", "PNG", "", "\"p1\"", SiteCaching::Immutable}};
  }
  Response get(const std::string& path, std::vector<std::pair<std::string, std::string>> headers = {}) {
    return ask({.path = path, .headers = std::move(headers)});
  }
};

TEST_F(SiteTest, GivesThePageAndItsFilesToEverybody) {
  const Response page = get("/");
  EXPECT_EQ(page.status, 200);
  EXPECT_EQ(page.content_type, "text/html; charset=utf-8");
  EXPECT_EQ(page.body, "<!doctype html>");
  EXPECT_EQ(page.headers.find("Cache-Control"), "no-cache");
  const Response script = get("/assets/index-Ab_-12cd.js");
  EXPECT_EQ(script.status, 200);
  EXPECT_EQ(script.content_type, "text/javascript; charset=utf-8");
  EXPECT_EQ(script.body, "let a;");
  EXPECT_EQ(script.headers.find("Cache-Control"), "public, max-age=31536000, immutable");
  EXPECT_EQ(get("/assets/dot-00000000.png").body, "PNG");
  EXPECT_EQ(ask({.method = Method::Head, .path = "/"}).status, 200);
}

TEST_F(SiteTest, EveryAnswerOfItsPathsCarriesThePolicy) {
  for (const Response& response :
       {get("/"), get("/assets/index-Ab_-12cd.js"), get("/", {{"If-None-Match", "W/\"i1\""}}),
        get("/assets/nothing.js"), get("/assets/%2"), ask({.method = Method::Post, .path = "/"})}) {
    EXPECT_EQ(response.headers.find("Content-Security-Policy"), kPolicy) << response.status;
    EXPECT_EQ(response.headers.find("X-Content-Type-Options"), "nosniff") << response.status;
    EXPECT_EQ(response.headers.find("Referrer-Policy"), "no-referrer") << response.status;
    EXPECT_EQ(response.headers.find("Cross-Origin-Resource-Policy"), "same-origin") << response.status;
    EXPECT_FALSE(response.headers.find("Access-Control-Allow-Origin")) << response.status;
  }
}

TEST_F(SiteTest, GoesOutCompressedToWhoTakesIt) {
  const Response plain = get("/");
  EXPECT_FALSE(plain.headers.find("Content-Encoding"));
  EXPECT_EQ(plain.headers.find("Vary"), "Accept-Encoding") << "a cache must not give one for the other";
  const Response compressed = get("/", {{"Accept-Encoding", "br, gzip"}});
  EXPECT_EQ(compressed.headers.find("Content-Encoding"), "gzip");
  EXPECT_EQ(compressed.headers.find("Vary"), "Accept-Encoding");
  EXPECT_EQ(compressed.body, "gz-index");
  const Response small = get("/assets/dot-00000000.png", {{"Accept-Encoding", "gzip"}});
  EXPECT_FALSE(small.headers.find("Content-Encoding")) << "there is no smaller form of it";
  EXPECT_EQ(small.body, "PNG");
}

TEST_F(SiteTest, IsNotSentAgainToWhoHasIt) {
  EXPECT_EQ(get("/").headers.find("ETag"), "W/\"i1\"");
  for (const char* known : {"\"i1\"", "W/\"i1\"", "\"other\", W/\"i1\"", "*"}) {
    const Response response = get("/", {{"If-None-Match", known}});
    EXPECT_EQ(response.status, 304) << known;
    EXPECT_EQ(response.body, "") << known;
    EXPECT_EQ(response.headers.find("ETag"), "W/\"i1\"") << known;
  }
  EXPECT_EQ(get("/", {{"If-None-Match", "\"s1\""}}).status, 200);
  EXPECT_EQ(get("/", {{"If-None-Match", "i1"}}).status, 200);
}

TEST_F(SiteTest, SaysToPeopleWhatIsNotThere) {
  const Response missing = get("/assets/index-00000000.js");
  EXPECT_EQ(missing.status, 404);
  EXPECT_EQ(missing.content_type, "text/html; charset=utf-8");
  EXPECT_THAT(missing.body, HasSubstr("<h1>Not Found</h1>"));
  EXPECT_THAT(missing.body, Not(HasSubstr("<script")));
  EXPECT_EQ(missing.headers.find("Cache-Control"), "no-store");
  EXPECT_EQ(get("/assets/..%2Findex.html").status, 404);
  EXPECT_EQ(get("/assets/").status, 404);
  EXPECT_EQ(get("/index.html").content_type, "application/problem+json") << "no path of the dashboard";
  const Response wrong = ask({.method = Method::Post, .path = "/assets/a<b>"});
  EXPECT_EQ(wrong.status, 405);
  EXPECT_THAT(wrong.body, Not(HasSubstr("<b>")));
}

TEST_F(SiteTest, IsAProblemWhereItIsNotBuiltIn) {
  site.clear();
  for (const char* path : {"/", "/assets/index.js"}) {
    const Response response = get(path);
    EXPECT_EQ(response.status, 404);
    EXPECT_EQ(response.content_type, "application/problem+json");
    EXPECT_EQ(member(response, "code"), "\"not_found\"");
  }
}

TEST(AcceptEncoding, IsReadAsRfc9110Says) {
  for (const char* takes :
       {"gzip", "br, gzip", "GZIP", "gzip;q=0.5", "*", "deflate , gzip ; q=0.001", "x-gzip", "gzip, *;q=0"}) {
    EXPECT_TRUE(accepts_gzip(takes)) << takes;
  }
  for (const char* refuses : {"", "br", "identity", "gzip;q=0", "gzip;q=0.000", "gzip ; Q=0", "*;q=0",
                              "gzip;q=0, *", "gzippy", ",,;"}) {
    EXPECT_FALSE(accepts_gzip(refuses)) << refuses;
  }
}

}  // namespace
}  // namespace splitplot::serve
