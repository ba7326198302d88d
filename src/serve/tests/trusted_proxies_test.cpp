// Who a request came from: nobody can pretend to be somebody else who is not a known proxy.
#include "http/client_address.hpp"

#include <splitplot/serve/trusted_proxies.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace splitplot::serve {
namespace {

TrustedProxies trusted(std::string_view list) {
  Result<TrustedProxies> proxies = TrustedProxies::parse(list);
  EXPECT_TRUE(proxies) << list;
  return proxies.value_or(TrustedProxies());
}

std::string client_of(std::string_view peer, const std::vector<std::string_view>& forwarded,
                      std::string_view proxies) {
  Request request;
  request.address = peer;
  request.headers.push_back({"Host", "x"});
  for (const std::string_view line : forwarded) request.headers.push_back({"X-Forwarded-For", line});
  return std::string(client_address(request, trusted(proxies)));
}

TEST(TrustedProxiesTest, AreAddressesAndNetworks) {
  const TrustedProxies proxies = trusted(" 127.0.0.1, 10.0.0.0/8,::1 , 2001:db8::/33,");
  for (const std::string_view inside :
       {"127.0.0.1", "10.255.0.1", "::1", "2001:db8:7fff::1", "::ffff:10.1.2.3"})
    EXPECT_TRUE(proxies.contains(inside)) << inside;
  for (const std::string_view outside :
       {"127.0.0.2", "11.0.0.1", "::2", "2001:db8:8000::1", "", "10.0.0", "x"})
    EXPECT_FALSE(proxies.contains(outside)) << outside;
  EXPECT_TRUE(trusted("").empty());
  EXPECT_TRUE(trusted("0.0.0.0/0").contains("203.0.113.9"));
  EXPECT_FALSE(trusted("0.0.0.0/0").contains("2001:db8::1"));
  EXPECT_TRUE(trusted("::/0").contains("203.0.113.9"));
}

TEST(TrustedProxiesTest, RefuseWhatIsNeither) {
  for (const std::string_view bad : {"proxy", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1", "10.0.0.0/8x",
                                     "::/129", "10.0.0/8", "10.0.0.1 10.0.0.2", "/8", "999.1.1.1"})
    EXPECT_FALSE(TrustedProxies::parse(bad)) << bad;
}

TEST(ClientAddressTest, IsThatOfTheSocketWhereNobodyIsTrusted) {
  EXPECT_EQ(client_of("203.0.113.9", {"198.51.100.1"}, ""), "203.0.113.9");
  EXPECT_EQ(client_of("203.0.113.9", {"198.51.100.1"}, "10.0.0.0/8"), "203.0.113.9") << "a stranger's word";
}

TEST(ClientAddressTest, IsTheLastThatNoTrustedProxyHas) {
  EXPECT_EQ(client_of("10.0.0.1", {"198.51.100.1"}, "10.0.0.0/8"), "198.51.100.1");
  EXPECT_EQ(client_of("10.0.0.1", {"1.2.3.4, 198.51.100.1"}, "10.0.0.0/8"), "198.51.100.1")
      << "what the client wrote itself does not count";
  EXPECT_EQ(client_of("10.0.0.1", {"1.2.3.4,198.51.100.1 ,\t10.9.9.9"}, "10.0.0.0/8"), "198.51.100.1");
  EXPECT_EQ(client_of("10.0.0.1", {"1.2.3.4", "198.51.100.1, 10.2.2.2"}, "10.0.0.0/8"), "198.51.100.1")
      << "several lines are one list";
  EXPECT_EQ(client_of("10.0.0.1", {"198.51.100.1", "10.2.2.2"}, "10.0.0.0/8"), "198.51.100.1");
  EXPECT_EQ(client_of("10.0.0.1", {}, "10.0.0.0/8"), "10.0.0.1");
  EXPECT_EQ(client_of("10.0.0.1", {"10.0.0.3, 10.0.0.2"}, "10.0.0.0/8"), "10.0.0.3") << "one of the house";
}

TEST(ClientAddressTest, IsReadWithoutItsPort) {
  EXPECT_EQ(client_of("::1", {"198.51.100.1:4711"}, "::1"), "198.51.100.1");
  EXPECT_EQ(client_of("::1", {"[2001:db8::7]:443"}, "::1"), "2001:db8::7");
  EXPECT_EQ(client_of("::1", {"[2001:db8::7]"}, "::1"), "2001:db8::7");
  EXPECT_EQ(client_of("::1", {"2001:db8::7"}, "::1"), "2001:db8::7");
}

TEST(ClientAddressTest, IsUnknownWhereAProxySaysNone) {
  for (const std::string_view hostile :
       {"unknown", "_hidden", "[", "]", "[]", ":", "1.2.3.4, ", ",", "1.2.3.4.5", "[::1", "198.51.100.1 x"})
    EXPECT_EQ(client_of("10.0.0.1", {hostile}, "10.0.0.0/8"), hostile == "[::1" ? "::1" : "") << hostile;
  EXPECT_EQ(client_of("10.0.0.1", {std::string(9000, '1')}, "10.0.0.0/8"), "");
}

}  // namespace
}  // namespace splitplot::serve
