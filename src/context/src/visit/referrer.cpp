#include "visit/referrer.hpp"

#include <algorithm>
#include <array>
#include <span>

namespace splitplot::context {
namespace {

constexpr auto kSearchHosts =
    std::to_array<std::string_view>({"bing.com",         "duckduckgo.com",
                                     "ecosia.org",       "qwant.com",
                                     "startpage.com",    "search.brave.com",
                                     "search.yahoo.com", "yandex.com",
                                     "yandex.ru",        "ya.ru",
                                     "baidu.com",        "naver.com",
                                     "seznam.cz",        "search.aol.com",
                                     "ask.com",          "sogou.com",
                                     "kagi.com",         "mojeek.com",
                                     "swisscows.com",    "metager.de",
                                     "metager.org",      "com.google.android.googlequicksearchbox"});
constexpr auto kSocialHosts = std::to_array<std::string_view>({"facebook.com",
                                                               "fb.com",
                                                               "fb.me",
                                                               "messenger.com",
                                                               "instagram.com",
                                                               "threads.net",
                                                               "threads.com",
                                                               "twitter.com",
                                                               "x.com",
                                                               "t.co",
                                                               "linkedin.com",
                                                               "lnkd.in",
                                                               "com.linkedin.android",
                                                               "pinterest.com",
                                                               "pin.it",
                                                               "reddit.com",
                                                               "redd.it",
                                                               "tiktok.com",
                                                               "snapchat.com",
                                                               "youtube.com",
                                                               "youtu.be",
                                                               "whatsapp.com",
                                                               "wa.me",
                                                               "telegram.org",
                                                               "t.me",
                                                               "org.telegram.messenger",
                                                               "discord.com",
                                                               "tumblr.com",
                                                               "vk.com",
                                                               "ok.ru",
                                                               "weibo.com",
                                                               "xing.com",
                                                               "quora.com",
                                                               "medium.com",
                                                               "bsky.app",
                                                               "mastodon.social",
                                                               "news.ycombinator.com"});

bool is_at_or_below(std::string_view host, std::string_view domain) {
  if (!host.ends_with(domain)) return false;
  return host.size() == domain.size() || host[host.size() - domain.size() - 1] == '.';
}

bool is_among(std::string_view host, std::span<const std::string_view> domains) {
  return std::any_of(domains.begin(), domains.end(),
                     [host](std::string_view domain) { return is_at_or_below(host, domain); });
}

std::string_view without_www(std::string_view host) {
  constexpr std::string_view kWww = "www.";
  if (host.starts_with(kWww)) host.remove_prefix(kWww.size());
  return host;
}

/// google.com, google.de, google.co.uk, google.com.br; not mail.google.com, and not google.shop.example.
bool is_google_search(std::string_view host) {
  constexpr std::string_view kGoogle = "google.";
  host = without_www(host);
  if (!host.starts_with(kGoogle)) return false;
  std::string_view ending = host.substr(kGoogle.size());
  constexpr std::size_t kCountryLength = 2;
  if (ending == "com" || ending.size() == kCountryLength) return true;
  const std::string_view kind = ending.substr(0, ending.find('.'));
  return (kind == "co" || kind == "com") && ending.size() == kind.size() + 1 + kCountryLength;
}

}  // namespace

std::string_view name_of(ReferrerClass kind) {
  switch (kind) {
    case ReferrerClass::Direct:
      return "direct";
    case ReferrerClass::Internal:
      return "internal";
    case ReferrerClass::Search:
      return "search";
    case ReferrerClass::Social:
      return "social";
    case ReferrerClass::Other:
      break;
  }
  return "other";
}

ReferrerClass referrer_class(std::string_view referrer_host, std::string_view own_host) {
  if (referrer_host.empty()) return ReferrerClass::Direct;
  const std::string_view referrer = without_www(referrer_host);
  const std::string_view own = without_www(own_host);
  if (!own.empty() && (is_at_or_below(referrer, own) || is_at_or_below(own, referrer)))
    return ReferrerClass::Internal;
  if (is_google_search(referrer_host) || is_among(referrer_host, kSearchHosts)) return ReferrerClass::Search;
  return is_among(referrer_host, kSocialHosts) ? ReferrerClass::Social : ReferrerClass::Other;
}

}  // namespace splitplot::context
