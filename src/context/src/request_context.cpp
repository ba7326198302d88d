#include "visit/address.hpp"
#include "visit/language.hpp"
#include "visit/referrer.hpp"

#include <splitplot/base/utf8.hpp>
#include <splitplot/context/request_context.hpp>

#include <algorithm>
#include <array>
#include <cstdio>
#include <optional>
#include <utility>

namespace splitplot::context {
namespace {

/// In the order of kNames.
enum class Attribute : unsigned {
  Country,
  Continent,
  Browser,
  BrowserVersion,
  Os,
  OsVersion,
  Device,
  DeviceBrand,
  DeviceModel,
  IsBot,
  Url,
  Host,
  Path,
  Query,
  UtmSource,
  UtmMedium,
  UtmCampaign,
  UtmTerm,
  UtmContent,
  Gclid,
  Fbclid,
  Msclkid,
  Referrer,
  ReferrerClass,
  Cookie,
  Language,
  Locale,
  Date,
  Hour,
  Weekday,
  Weekend,
  Holiday,
  DaysToHoliday,
};

constexpr auto kNames = std::to_array<std::string_view>({"country",
                                                         "continent",
                                                         "browser",
                                                         "browser_version",
                                                         "os",
                                                         "os_version",
                                                         "device",
                                                         "device_brand",
                                                         "device_model",
                                                         "is_bot",
                                                         "url",
                                                         "host",
                                                         "path",
                                                         "query",
                                                         "utm_source",
                                                         "utm_medium",
                                                         "utm_campaign",
                                                         "utm_term",
                                                         "utm_content",
                                                         "gclid",
                                                         "fbclid",
                                                         "msclkid",
                                                         "referrer",
                                                         "referrer_class",
                                                         "cookie",
                                                         "language",
                                                         "locale",
                                                         "date",
                                                         "hour",
                                                         "weekday",
                                                         "weekend",
                                                         "holiday",
                                                         "days_to_holiday"});

constexpr std::uint64_t bit(Attribute attribute) {
  return std::uint64_t{1} << static_cast<unsigned>(attribute);
}

constexpr std::uint64_t bits_between(Attribute first, Attribute last) {
  return (bit(last) << 1) - bit(first);
}

constexpr std::uint64_t kPlace = bits_between(Attribute::Country, Attribute::Continent);
constexpr std::uint64_t kUserAgent = bits_between(Attribute::Browser, Attribute::IsBot);
constexpr std::uint64_t kCampaign = bits_between(Attribute::UtmSource, Attribute::Msclkid);
constexpr std::uint64_t kAddress = bits_between(Attribute::Url, Attribute::Msclkid);
constexpr std::uint64_t kReferrer = bits_between(Attribute::Referrer, Attribute::ReferrerClass);
constexpr std::uint64_t kLanguage = bits_between(Attribute::Language, Attribute::Locale);
constexpr std::uint64_t kHoliday = bits_between(Attribute::Holiday, Attribute::DaysToHoliday);
constexpr std::uint64_t kTime = bits_between(Attribute::Date, Attribute::DaysToHoliday);
static_assert(kNames.size() == static_cast<std::size_t>(Attribute::DaysToHoliday) + 1);

constexpr std::array<std::string_view, 7> kWeekdays = {"sunday",   "monday", "tuesday", "wednesday",
                                                       "thursday", "friday", "saturday"};

std::string date_text(std::chrono::year_month_day date) {
  std::array<char, 32> text{};
  const int length = std::snprintf(text.data(), text.size(), "%04d-%02u-%02u", static_cast<int>(date.year()),
                                   static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
  return {text.data(), static_cast<std::size_t>(length)};
}

/// Derives attributes of one request into a context.
class Derivation {
 public:
  Derivation(Value& context, const RequestFacts& facts, const RequestContext::Sources& sources,
             std::uint64_t wanted)
      : context_(context), facts_(facts), sources_(sources), wanted_(wanted) {}

  void run() {
    if (asked(kPlace)) add_place();
    if (asked(kUserAgent)) add_user_agent();
    if (asked(kAddress)) add_address();
    if (asked(kReferrer)) add_referrer();
    if (asked(bit(Attribute::Cookie)) && !facts_.cookies.empty()) {
      set(Attribute::Cookie, cookie_object(facts_.cookies));
    }
    if (asked(kLanguage)) add_language();
    if (asked(kTime)) add_time();
  }

 private:
  [[nodiscard]] bool asked(std::uint64_t bits) const { return (wanted_ & bits) != 0; }

  void set(Attribute attribute, Value value) {
    if (asked(bit(attribute))) context_.set(kNames[static_cast<std::size_t>(attribute)], std::move(value));
  }
  void set_text(Attribute attribute, std::string_view text) {
    if (!text.empty() && asked(bit(attribute))) set(attribute, Value(text));
  }

  [[nodiscard]] Place place() const {
    return sources_.countries ? sources_.countries->place_of(facts_.ip) : Place{};
  }

  void add_place() {
    const Place here = place();
    set_text(Attribute::Country, here.country);
    set_text(Attribute::Continent, here.continent);
  }

  void add_user_agent() {
    if (!sources_.user_agents || facts_.user_agent.empty()) return;
    const std::shared_ptr<const UserAgent> agent = sources_.user_agents->read(facts_.user_agent);
    set_text(Attribute::Browser, agent->browser);
    if (agent->browser_version) set(Attribute::BrowserVersion, *agent->browser_version);
    set_text(Attribute::Os, agent->os);
    set_text(Attribute::OsVersion, agent->os_version);
    set_text(Attribute::Device, name_of(agent->device));
    set_text(Attribute::DeviceBrand, agent->device_brand);
    set_text(Attribute::DeviceModel, agent->device_model);
    set(Attribute::IsBot, agent->is_bot);
  }

  void add_address() {
    if (facts_.url.empty() || facts_.url.size() > kMaxAddressLength) return;
    const Address address = address_parts(facts_.url);
    if (asked(bit(Attribute::Url))) set(Attribute::Url, valid_utf8(facts_.url));
    set_text(Attribute::Host, address.host);
    if (asked(bit(Attribute::Path))) set_text(Attribute::Path, valid_utf8(address.path));
    if (!asked(kCampaign | bit(Attribute::Query))) return;
    Value query = query_object(address.query);
    for (const Attribute tag : {Attribute::UtmSource, Attribute::UtmMedium, Attribute::UtmCampaign,
                                Attribute::UtmTerm, Attribute::UtmContent}) {
      const Value* said = query.find(kNames[static_cast<std::size_t>(tag)]);
      if (said != nullptr) set_text(tag, *said->if_text());
    }
    for (const Attribute click : {Attribute::Gclid, Attribute::Fbclid, Attribute::Msclkid}) {
      set(click, query.find(kNames[static_cast<std::size_t>(click)]) != nullptr);
    }
    set(Attribute::Query, std::move(query));
  }

  void add_referrer() {
    const Address before = address_parts(facts_.referrer);
    set_text(Attribute::Referrer, before.host);
    const bool is_broken = before.host.empty() && !facts_.referrer.empty();
    const ReferrerClass kind =
        is_broken ? ReferrerClass::Other : referrer_class(before.host, address_parts(facts_.url).host);
    set_text(Attribute::ReferrerClass, name_of(kind));
  }

  void add_language() {
    const std::optional<Language> preferred = preferred_language(facts_.accept_language);
    if (!preferred) return;
    set_text(Attribute::Language, preferred->language);
    set_text(Attribute::Locale, preferred->locale);
  }

  void add_time() {
    const LocalTime local = sources_.time_zone.at(facts_.now);
    const std::chrono::weekday weekday = local.weekday();
    if (asked(bit(Attribute::Date))) set(Attribute::Date, date_text(local.date));
    set(Attribute::Hour, local.hour);
    set_text(Attribute::Weekday, kWeekdays[weekday.c_encoding()]);
    set(Attribute::Weekend, weekday == std::chrono::Saturday || weekday == std::chrono::Sunday);
    if (asked(kHoliday)) add_holiday(local.date);
  }

  void add_holiday(std::chrono::sys_days today) {
    const std::optional<Holiday> next = sources_.holidays.next(today, holiday_country());
    if (!next) return;
    if (next->date == today) set_text(Attribute::Holiday, next->name);
    set(Attribute::DaysToHoliday, (next->date - today).count());
  }

  [[nodiscard]] std::string holiday_country() const {
    if (!sources_.holiday_country.empty()) return sources_.holiday_country;
    const Value* said = context_.find(kNames[static_cast<std::size_t>(Attribute::Country)]);
    if (said == nullptr) return place().country;
    return said->if_text() != nullptr ? *said->if_text() : std::string();
  }

  Value& context_;
  const RequestFacts& facts_;
  const RequestContext::Sources& sources_;
  std::uint64_t wanted_;
};

}  // namespace

std::span<const std::string_view> attribute_names() {
  return kNames;
}

WantedAttributes WantedAttributes::all() {
  WantedAttributes wanted;
  wanted.bits_ = bits_between(Attribute::Country, Attribute::DaysToHoliday);
  return wanted;
}

void WantedAttributes::add(std::string_view name) {
  const auto place = std::ranges::find(kNames, name.substr(0, name.find('.')));
  if (place != kNames.end()) bits_ |= std::uint64_t{1} << static_cast<unsigned>(place - kNames.begin());
}

bool WantedAttributes::needs_user_agent() const {
  return (bits_ & kUserAgent) != 0;
}

RequestContext::RequestContext(Sources sources) : sources_(std::move(sources)) {}

void RequestContext::prepare(const WantedAttributes& wanted) const {
  if (sources_.user_agents && wanted.needs_user_agent()) sources_.user_agents->prepare();
}

void RequestContext::add_missing(Value& context, const RequestFacts& facts,
                                 const WantedAttributes& wanted) const {
  std::uint64_t missing = wanted.bits_;
  if (missing == 0) return;
  if (const Value::Object* said = context.if_object()) {
    for (const Member& member : *said) {
      const auto place = std::ranges::find(kNames, std::string_view(member.name));
      if (place != kNames.end())
        missing &= ~(std::uint64_t{1} << static_cast<unsigned>(place - kNames.begin()));
    }
  } else if (!context.is_null()) {
    return;
  }
  if (missing != 0) Derivation(context, facts, sources_, missing).run();
}

}  // namespace splitplot::context
