#include "http/gzip.hpp"
#include "metrics.hpp"
#include "route.hpp"
#include "service_fixture.hpp"

#include <algorithm>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <string_view>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

namespace splitplot::serve {
namespace {

using test::Ask;
using ::testing::HasSubstr;
using ::testing::Not;

class RoutesTest : public test::ServiceTest {};

std::string title(const Route& route) {
  return std::string(name_of(route.method)) + " " + std::string(route.pattern);
}

// A path that the pattern stands for.
std::string path_of(const Route& route, std::string_view key) {
  std::string path(route.pattern);
  for (std::size_t open = 0; (open = path.find('{')) != std::string::npos;) {
    const std::size_t close = path.find('}', open);
    const std::string name = path.substr(open + 1, close - open - 1);
    std::string value = "some";
    if (name == "kind") value = "flag";
    if (name == "writeKey" || name == "clientKey") value = key.empty() ? "none" : std::string(key);
    path.replace(open, close - open + 1, value);
  }
  return path;
}

// Who may do what, written down apart from the table.
const std::map<std::string, std::string_view> kExpectedPermissions = {
    {"POST /ofrep/v1/evaluate/flags/{key}", "decide"},
    {"POST /ofrep/v1/evaluate/flags", "decide"},
    {"GET /ofrep/v1/stream", "decide"},
    {"POST /v1/batch", "ingest"},
    {"POST /v1/b", "ingest"},
    {"POST /v1/import", "ingest"},
    {"POST /v1/track", "ingest"},
    {"POST /v1/t", "ingest"},
    {"POST /v1/identify", "ingest"},
    {"POST /v1/i", "ingest"},
    {"POST /v1/page", "ingest"},
    {"POST /v1/p", "ingest"},
    {"POST /v1/screen", "ingest"},
    {"POST /v1/s", "ingest"},
    {"POST /v1/group", "ingest"},
    {"POST /v1/g", "ingest"},
    {"POST /v1/alias", "ingest"},
    {"POST /v1/a", "ingest"},
    {"POST /v1/m", "public"},
    {"GET /v1/projects/{writeKey}/settings", "ingest"},
    {"GET /api/features/{clientKey}", "decide"},
    {"GET /sub/{clientKey}", "decide"},
    {"POST /api/eval/{clientKey}", "decide"},
    {"POST /track", "ingest"},
    {"POST /v1/data/collector", "ingest"},
    {"GET /", "public"},
    {"GET /assets/{file}", "public"},
    {"GET /healthz", "public"},
    {"GET /readyz", "public"},
    {"GET /metrics", "operate"},
    {"POST /api/v1/session", "public"},
    {"GET /api/v1/session", "operate"},
    {"DELETE /api/v1/session", "public"},
    {"GET /api/v1/status", "operate"},
    {"GET /api/v1/traffic", "operate"},
    {"POST /api/v1/apply", "configure"},
    {"POST /api/v1/files", "results"},
    {"POST /api/v1/files/{id}/analysis", "results"},
    {"GET /api/v1/documents", "configure"},
    {"GET /api/v1/documents/{kind}/{key}", "configure"},
    {"POST /api/v1/items/{key}", "configure"},
    {"POST /api/v1/content/preview", "configure"},
    {"GET /api/v1/history", "configure"},
    {"POST /api/v1/rollback", "configure"},
    {"DELETE /api/v1/files/{id}", "results"},
    {"GET /api/v1/demo/truth", "results"},
    {"GET /api/v1/decide/explain", "explain"},
    {"POST /api/v1/decide/explain", "explain"},
    {"GET /api/v1/experiments", "results"},
    {"POST /api/v1/experiments/{key}/assignments", "explain"},
    {"POST /api/v1/lists/{key}", "configure"},
    {"POST /api/v1/redirect", "decide"},
    {"POST /api/v1/redirect/explain", "explain"},
    {"POST /api/v1/experiments/{key}/assignment-check", "explain"},
    {"GET /api/v1/experiments/{key}/results", "results"},
    {"GET /api/v1/experiments/{key}/timeline", "results"},
    {"POST /api/v1/connections/{key}/keys", "operate"},
    {"DELETE /api/v1/connections/{key}/keys/old", "operate"},
    {"GET /api/v1/connections/{key}/encryption", "operate"},
    {"POST /api/v1/backup", "operate"},
    {"POST /api/v1/test/clock", "operate"},
};

TEST(RouteTable, HoldsTheRoutesAndPermissionsThatAreMeant) {
  std::map<std::string, std::string_view> found;
  for (const Route& route : route_table()) {
    EXPECT_TRUE(found.emplace(title(route), name_of(route.permission)).second)
        << title(route) << " stands twice";
  }
  EXPECT_EQ(found, kExpectedPermissions);
}

TEST(RouteTable, OnlyAdminsConfigureReadResultsAndOperate) {
  const std::set<std::string_view> for_all = {"public", "decide", "ingest"};
  for (const Permission permission : kPermissions) {
    const bool open = for_all.contains(name_of(permission));
    const bool for_servers = open || permission == Permission::Explain;
    EXPECT_EQ(allows(permission, model::ConnectionKind::Client), open) << name_of(permission);
    EXPECT_EQ(allows(permission, model::ConnectionKind::Server), for_servers) << name_of(permission);
    EXPECT_TRUE(allows(permission, model::ConnectionKind::Admin)) << name_of(permission);
  }
}

TEST(RouteTable, BrowsersOfOtherOriginsReachOnlyDecisionsAndEvents) {
  for (const Route& route : route_table()) {
    const bool open =
        std::ranges::any_of(std::initializer_list<std::string_view>{"/ofrep/", "/v1/", "/api/features/",
                                                                    "/api/eval/", "/sub/", "/track"},
                            [&](std::string_view begin) { return route.pattern.starts_with(begin); }) ||
        route.pattern == "/api/v1/redirect";  // which pages ask for the visitor they have
    EXPECT_EQ(route.cors == Cors::AnyOrigin, open) << title(route);
  }
}

TEST(RouteTable, IsWhatTheDocumentationSays) {
  std::ifstream file(SPLITPLOT_SOURCE_DIR "/docs/formats/http-api.md");
  std::stringstream text;
  text << file.rdbuf();
  std::set<std::string> written;
  std::string line;
  bool in_table = false;
  while (std::getline(text, line)) {
    if (line.starts_with("## ")) in_table = line == "## Routes";
    if (!in_table) continue;
    if (line.starts_with("| `GET ") || line.starts_with("| `POST ") || line.starts_with("| `DELETE ")) {
      written.insert(line.substr(0, line.find('|', line.find('|', line.find('|', 2) + 1) + 1) + 1));
    }
  }
  std::set<std::string> expected;
  for (const Route& route : route_table()) {
    const std::size_t kilobytes = route.body_limit / 1024;
    const std::string limit =
        kilobytes >= 1024 ? std::to_string(kilobytes / 1024) + " MB" : std::to_string(kilobytes) + " KB";
    expected.insert("| `" + title(route) + "` | " + std::string(name_of(route.permission)) + " | " + limit +
                    " |");
  }
  EXPECT_EQ(written, expected);
}

// Every route with every kind of key: default deny.
TEST_F(RoutesTest, EveryRouteIsClosedToWhoeverHasNotItsPermission) {
  test_clock = &clock;
  const std::map<std::string, std::string> roles = {{"nobody", ""},
                                                    {"stranger", "sp_unknown"},
                                                    {"client", client_key},
                                                    {"server", server_key},
                                                    {"admin", admin_key}};
  for (const Route& route : route_table()) {
    const std::string_view permission = kExpectedPermissions.at(title(route));
    const bool needs_admin = permission == "configure" || permission == "results" || permission == "operate";
    for (const auto& [role, key] : roles) {
      const Response response =
          ask({.method = route.method, .path = path_of(route, key), .key = key, .body = "{}"});
      const bool is_known = role != "nobody" && role != "stranger";
      std::string place = title(route) + " as " + role + ": " + response.body;
      const bool shut_to_clients = permission == "explain" && role == "client";
      if (permission == "public" || (is_known && (role == "admin" || !needs_admin) && !shut_to_clients)) {
        EXPECT_NE(response.status, 401) << place;
        EXPECT_NE(response.status, 403) << place;
        EXPECT_NE(response.status, 405) << place;
      } else {
        EXPECT_EQ(response.status, is_known ? 403 : 401) << place;
        EXPECT_TRUE(json(response).if_object() != nullptr) << place << ": clients parse the body first";
      }
    }
  }
}

// Every route with an admin's session instead of a key.
TEST_F(RoutesTest, ASessionOpensOurOwnRoutesOnlyAndChangesNothingFromElsewhere) {
  test_clock = &clock;
  const std::string cookie = log_in(admin_key);
  const std::vector<std::pair<std::string, std::string>> own_page = {{"Cookie", cookie},
                                                                     {"Sec-Fetch-Site", "same-origin"}};
  const std::vector<std::pair<std::string, std::string>> elsewhere[] = {
      {{"Cookie", cookie}},
      {{"Cookie", cookie}, {"Sec-Fetch-Site", "cross-site"}},
      {{"Cookie", cookie}, {"Sec-Fetch-Site", "same-site"}},
      {{"Cookie", cookie}, {"Sec-Fetch-Site", "none"}},
      {{"Cookie", cookie}, {"Host", "ab.example.org"}, {"Origin", "https://evil.example.org"}},
      {{"Cookie", cookie}, {"Host", "ab.example.org"}, {"Origin", "null"}}};
  for (const Route& route : route_table()) {
    const std::string_view permission = kExpectedPermissions.at(title(route));
    if (permission == "public") continue;
    const bool takes_sessions = permission == "explain" || permission == "configure" ||
                                permission == "results" || permission == "operate";
    const auto status = [&](const std::vector<std::pair<std::string, std::string>>& headers) {
      return ask({.method = route.method, .path = path_of(route, ""), .body = "{}", .headers = headers})
          .status;
    };
    if (!takes_sessions) {
      EXPECT_EQ(status(own_page), 401) << title(route);
      continue;
    }
    EXPECT_NE(status(own_page), 401) << title(route);
    EXPECT_NE(status(own_page), 403) << title(route);
    for (const auto& headers : elsewhere) {
      if (route.method == Method::Get) {
        EXPECT_NE(status(headers), 401) << title(route);
        EXPECT_NE(status(headers), 403) << title(route);
      } else {
        EXPECT_EQ(status(headers), 403) << title(route) << ": " << headers.back().second;
      }
    }
  }
}

TEST_F(RoutesTest, KeysAreAcceptedInEveryUsualPlace) {
  const std::string path = "/ofrep/v1/evaluate/flags";
  const auto basic = [](const std::string& text) {
    static constexpr char kDigits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string out;
    for (std::size_t at = 0; at < text.size(); at += 3) {
      std::uint32_t bits = 0;
      for (std::size_t byte = 0; byte < 3; ++byte) {
        bits = bits << 8 | (at + byte < text.size() ? static_cast<std::uint8_t>(text[at + byte]) : 0U);
      }
      for (std::size_t digit = 0; digit < 4; ++digit) {
        out.push_back(at + digit > text.size() ? '=' : kDigits[bits >> (18 - 6 * digit) & 63]);
      }
    }
    return "Basic " + out;
  };
  ASSERT_EQ(basic("WK:"), "Basic V0s6");
  const std::vector<std::pair<std::string, std::string>> accepted = {
      {"Authorization", "Bearer " + client_key},
      {"authorization", "bearer   " + client_key},
      {"X-API-Key", client_key},
      {"Authorization", basic(client_key + ":")},
      {"Authorization", basic(client_key)}};
  for (const auto& header : accepted) {
    EXPECT_EQ(ask({.method = Method::Post, .path = path, .headers = {header}}).status, 200)
        << header.first << ": " << header.second;
  }
  std::string unpadded = basic(client_key + ":");
  while (unpadded.ends_with('=')) unpadded.pop_back();
  EXPECT_EQ(ask({.method = Method::Post, .path = path, .headers = {{"Authorization", unpadded}}}).status,
            200);
  const std::vector<std::pair<std::string, std::string>> refused = {
      {"Authorization", "Bearer "},
      {"Authorization", client_key},
      {"Authorization", basic(client_key + ":password")},
      {"Authorization", "Basic !!!"},
      {"Authorization", "Bearer " + client_key + "x"},
      {"X-API-Key", ""}};
  for (const auto& header : refused) {
    EXPECT_EQ(ask({.method = Method::Post, .path = path, .headers = {header}}).status, 401)
        << header.first << ": " << header.second;
  }
  EXPECT_EQ(ask({.method = Method::Post, .path = path, .query = "writeKey=" + client_key}).status, 401)
      << "a key in a URL is for Segment's clients only";
}

TEST_F(RoutesTest, KeysAreNeverLogged) {
  options.access_log = AccessLog::On;
  ask({.method = Method::Post,
       .path = "/v1/track",
       .body = R"({"writeKey":")" + client_key + "\"}",
       .query = "writeKey=" + client_key});
  ask({.path = "/v1/projects/" + client_key + "/settings"});
  ask({.path = "/api/v1/status", .key = admin_key});
  ask({.path = "/api/v1/nowhere/" + admin_key, .key = admin_key});
  ask({.method = Method::Post, .path = "/api/v1/connections/admin/keys", .key = admin_key});
  const std::string cookie = log_in(admin_key);
  ask({.path = "/api/v1/status", .headers = {{"Cookie", cookie}}});
  ask({.method = Method::Post, .path = "/api/v1/session", .body = R"({"key":"sp_admin_mistyped"})"});
  const std::string logged = log.text();
  EXPECT_THAT(logged, HasSubstr("a login failed"));
  EXPECT_THAT(logged, Not(HasSubstr("mistyped")));
  EXPECT_THAT(logged, Not(HasSubstr(cookie.substr(cookie.find('=') + 1))));
  EXPECT_THAT(logged, HasSubstr("/api/v1/status"));
  EXPECT_THAT(logged, Not(HasSubstr(client_key)));
  EXPECT_THAT(logged, Not(HasSubstr(admin_key)));
}

TEST_F(RoutesTest, SaysWhatAPathTakes) {
  const Response response = ask({.method = Method::Delete, .path = "/api/v1/apply", .key = admin_key});
  EXPECT_EQ(response.status, 405);
  EXPECT_EQ(response.headers.find("Allow"), "OPTIONS, POST");
  EXPECT_EQ(ask({.path = "/nowhere"}).status, 404);
  EXPECT_EQ(ask({.path = "/healthz/"}).status, 404);
  EXPECT_EQ(ask({.path = "//healthz"}).status, 404);
  EXPECT_EQ(ask({.method = Method::Head, .path = "/healthz"}).status, 200);
  EXPECT_EQ(ask({.method = Method::Post, .path = "/api/v1/test/clock", .key = admin_key}).status, 404)
      << "the clock can be set in test mode only";
}

TEST_F(RoutesTest, ErrorsHaveTheFormOfTheirProtocol) {
  const Response ofrep = ask({.method = Method::Post, .path = "/ofrep/v1/evaluate/flags/a"});
  EXPECT_EQ(ofrep.status, 401);
  EXPECT_EQ(member(ofrep, "errorCode"), "\"GENERAL\"");
  EXPECT_EQ(member(ofrep, "metadata"), "{}");
  EXPECT_NE(member(ofrep, "errorDetails"), "");
  EXPECT_EQ(member(ask({.path = "/ofrep/v1/configuration"}), "errorCode"), "\"GENERAL\"");

  const Response segment = ask({.method = Method::Post, .path = "/v1/nothing"});
  EXPECT_EQ(segment.status, 404);
  EXPECT_EQ(member(segment, "success"), "false");

  const Response growthbook = ask({.path = "/api/features/sp_unknown"});
  EXPECT_EQ(growthbook.status, 401);
  EXPECT_EQ(member(growthbook, "status"), "401");
  EXPECT_NE(member(growthbook, "error"), "");
  EXPECT_EQ(member(ask({.path = "/sub/"}), "status"), "404");

  const Response own = ask({.path = "/api/v1/status"});
  EXPECT_EQ(own.content_type, "application/problem+json");
  EXPECT_EQ(member(own, "status"), "401");
  EXPECT_EQ(member(own, "title"), "\"Unauthorized\"");
  EXPECT_EQ(own.headers.find("WWW-Authenticate"), "Bearer");
}

TEST_F(RoutesTest, BrowsersMayAskBeforehand) {
  const Response allowed = ask({.method = Method::Options, .path = "/ofrep/v1/evaluate/flags"});
  EXPECT_EQ(allowed.status, 204);
  EXPECT_EQ(allowed.headers.find("Access-Control-Allow-Origin"), "*");
  EXPECT_EQ(allowed.headers.find("Access-Control-Max-Age"), "86400");
  EXPECT_THAT(std::string(*allowed.headers.find("Access-Control-Allow-Headers")),
              HasSubstr("authorization, x-api-key, content-type"));
  EXPECT_THAT(std::string(*allowed.headers.find("Access-Control-Allow-Methods")), HasSubstr("POST"));
  const Response closed = ask({.method = Method::Options, .path = "/api/v1/apply"});
  EXPECT_EQ(closed.status, 204);
  EXPECT_FALSE(closed.headers.find("Access-Control-Allow-Origin"));
  const Response answer =
      ask({.method = Method::Post, .path = "/ofrep/v1/evaluate/flags", .key = client_key});
  EXPECT_EQ(answer.headers.find("Access-Control-Allow-Origin"), "*");
  EXPECT_EQ(answer.headers.find("Access-Control-Expose-Headers"),
            "ETag, Retry-After, X-Request-Id, X-SSE-Support");
}

TEST_F(RoutesTest, RequestIdsAreEchoedOrMade) {
  const auto id_for = [&](const std::string& sent) {
    return std::string(
        *ask({.path = "/healthz", .headers = {{"X-Request-Id", sent}}}).headers.find("X-Request-Id"));
  };
  EXPECT_EQ(id_for("abc-1.2_3:4"), "abc-1.2_3:4");
  EXPECT_EQ(id_for("").size(), 16);
  EXPECT_NE(id_for(""), id_for(""));
  EXPECT_EQ(id_for("a b").size(), 16) << "what could break a header or a log line is not echoed";
  EXPECT_EQ(id_for(std::string(200, 'a')).size(), 16);
}

std::string gzipped(std::string_view text) {
  z_stream stream{};
  deflateInit2(&stream, 9, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
  std::string bytes(deflateBound(&stream, text.size()) + 64, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(bytes.data());
  stream.avail_out = static_cast<uInt>(bytes.size());
  deflate(&stream, Z_FINISH);
  bytes.resize(stream.total_out);
  deflateEnd(&stream);
  return bytes;
}

TEST(Gzip, GivesBackWhatWasCompressed) {
  for (const std::string& text : {std::string(), std::string("{}"), std::string(100'000, 'a') + "b"}) {
    const Result<std::string> plain = gunzip(gzipped(text), {.ratio = 2000});
    ASSERT_TRUE(plain) << plain.error().message;
    EXPECT_EQ(*plain, text);
  }
}

TEST(Gzip, RefusesBombsDamageAndLeftovers) {
  const std::string bomb = gzipped(std::string(50'000'000, ' '));
  ASSERT_LT(bomb.size(), 100'000U);
  EXPECT_EQ(gunzip(bomb, {}).error().code, ErrorCode::ResourceLimit);
  EXPECT_EQ(gunzip(gzipped(std::string(500'000, ' ')), {}).error().code, ErrorCode::ResourceLimit)
      << "within the bytes, beyond the ratio";
  const std::string good = gzipped("some text that is long enough to be cut");
  for (std::size_t length = 0; length < good.size(); ++length) {
    EXPECT_EQ(gunzip(good.substr(0, length), {}).error().code, ErrorCode::BadData) << length;
  }
  EXPECT_EQ(gunzip(good + "x", {}).error().code, ErrorCode::BadData);
  std::string damaged = good;
  damaged[damaged.size() - 6] ^= 1;  // the checksum
  EXPECT_EQ(gunzip(damaged, {}).error().code, ErrorCode::BadData);
}

TEST_F(RoutesTest, BodiesMayBeCompressed) {
  const auto status = [&](std::string body, std::string encoding) {
    return ask({.method = Method::Post,
                .path = "/ofrep/v1/evaluate/flags",
                .key = client_key,
                .body = std::move(body),
                .headers = {{"Content-Encoding", std::move(encoding)}}})
        .status;
  };
  EXPECT_EQ(status(gzipped(R"({"context":{}})"), "gzip"), 200);
  EXPECT_EQ(status(gzipped(R"({"context":{}})"), "identity"), 200);
  EXPECT_EQ(status(R"({"context":{}})", "gzip"), 200) << "called gzip, and plain";
  EXPECT_EQ(status(R"({"context":{}})", "br"), 415);
  EXPECT_EQ(status(gzipped(std::string(10'000'000, ' ')), "gzip"), 413);
  EXPECT_EQ(status(gzipped("{}").substr(0, 15), "gzip"), 400);
}

TEST(Router, DecodesOneSegmentAtATime) {
  const Router router(route_table());
  std::vector<std::string> parameters;
  const auto find = [&](std::string_view path) {
    return router.find(Method::Post, path, Mode::Always, parameters);
  };
  ASSERT_NE(find("/ofrep/v1/evaluate/flags/a%2Fb%20c").route, nullptr);
  EXPECT_EQ(parameters, std::vector<std::string>{"a/b c"});
  EXPECT_EQ(find("/ofrep/v1/evaluate/flags/a/b").route, nullptr);
  EXPECT_EQ(find("/ofrep/v1/evaluate/flags/").route, nullptr) << "a parameter is not empty";
  EXPECT_TRUE(find("/ofrep/v1/evaluate/flags/a%2").malformed);
  EXPECT_TRUE(find("/ofrep/v1/evaluate/flags/%00").malformed);
  EXPECT_EQ(find("/ofrep/v1/../v1/evaluate/flags/a").route, nullptr);
}

}  // namespace
}  // namespace splitplot::serve
