#include "user_agent/device_type.hpp"

#include <algorithm>
#include <array>
#include <span>

namespace splitplot::context {
namespace {

constexpr auto kNoneOfThese = std::to_array<std::string_view>(
    {"SmartTV", "SMART-TV", "Smart-TV", "Smart TV", "HbbTV", "BRAVIA", "AppleTV", "Apple TV", "GoogleTV",
     "Google TV", "Android TV", "CrKey", "Web0S", "; AFT", "PlayStation", "PLAYSTATION", "Xbox", "Nintendo"});
constexpr auto kTablets = std::to_array<std::string_view>({"Android", "PlayBook", "Kindle", "Silk/"});
constexpr auto kPhones =
    std::to_array<std::string_view>({"Mobi", "iPhone", "iPod", "Windows Phone", "Opera Mini", "BlackBerry",
                                     "BB10", "Symbian", "J2ME", "KAIOS"});
constexpr auto kDesktops = std::to_array<std::string_view>(
    {"Windows NT", "Windows 98", "Win98", "Macintosh", "X11;", "Wayland;", "CrOS"});
// okhttp is not among them: many apps for Android say it.
constexpr auto kPrograms = std::to_array<std::string_view>(
    {"curl/",           "Wget/",         "wget2/",   "PycURL/",         "python-requests/",
     "Python-urllib/",  "python-httpx/", "aiohttp/", "Go-http-client/", "Apache-HttpClient/",
     "axios/",          "node-fetch",    "undici",   "reqwest/",        "GuzzleHttp/",
     "scalaj-http/",    "libwww-perl/",  "HTTPie/",  "PostmanRuntime/", "insomnia/",
     "HeadlessChrome/", "PhantomJS/"});

bool contains_any(std::string_view header, std::span<const std::string_view> words) {
  return std::any_of(words.begin(), words.end(),
                     [header](std::string_view word) { return header.find(word) != std::string_view::npos; });
}

}  // namespace

DeviceType device_type_of(std::string_view header) {
  if (contains_any(header, kNoneOfThese)) return DeviceType::Unknown;
  if (header.find("iPad") != std::string_view::npos) return DeviceType::Tablet;
  // An Android that does not say "Mobile" is a tablet, by Google's advice to those who make them.
  const bool says_mobile = header.find("Mobi") != std::string_view::npos;
  if (!says_mobile && contains_any(header, kTablets)) return DeviceType::Tablet;
  if (contains_any(header, kPhones)) return DeviceType::Mobile;
  return contains_any(header, kDesktops) ? DeviceType::Desktop : DeviceType::Unknown;
}

bool is_program(std::string_view header) {
  return contains_any(header, kPrograms);
}

}  // namespace splitplot::context
