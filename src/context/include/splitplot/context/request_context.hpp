/// What a request says about a visitor, as attributes for conditions: country, device, campaign, referrer, language,
/// time, holidays. docs/formats/context.md lists the names. What the caller said itself always wins; only what somebody
/// asks for is computed. Any number of threads may use one context; nothing here fails, waits or looks at a clock.
#pragma once

#include <splitplot/base/time.hpp>
#include <splitplot/base/value.hpp>
#include <splitplot/context/country.hpp>
#include <splitplot/context/holidays.hpp>
#include <splitplot/context/local_time.hpp>
#include <splitplot/context/user_agent.hpp>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace splitplot::context {

/// A request as it came. Empty: not known.
struct RequestFacts {
  std::string_view ip;               ///< the visitor's, not that of a proxy before us
  std::string_view user_agent;       ///< the header
  std::string_view url;              ///< the page's, from its scheme or its path on
  std::string_view referrer;         ///< the page before
  std::string_view accept_language;  ///< the header
  std::string_view cookies;          ///< the Cookie header
  Timestamp now;
};

/// Every name that can be derived, in the order of docs/formats/context.md.
[[nodiscard]] std::span<const std::string_view> attribute_names();

/// Which attributes somebody asks for. A small plain value.
class WantedAttributes {
 public:
  /// None, until some are added.
  WantedAttributes() = default;
  [[nodiscard]] static WantedAttributes all();

  /// Adds the attribute of that name, or the one that a path leads into ("query.color"). Other names are ignored.
  void add(std::string_view name);
  [[nodiscard]] bool empty() const { return bits_ == 0; }
  [[nodiscard]] bool needs_user_agent() const;

 private:
  friend class RequestContext;
  std::uint64_t bits_ = 0;  ///< by the place in attribute_names()
};

/// What the attributes of a project's requests are derived with.
class RequestContext {
 public:
  struct Sources {
    std::shared_ptr<const CountryDatabase> countries;    ///< null: no country, no continent
    std::shared_ptr<const UserAgentReader> user_agents;  ///< null: no browser, no device
    TimeZone time_zone;                                  ///< the project's
    HolidayCalendar holidays;
    std::string holiday_country;  ///< whose holidays count; empty: the visitor's own country's
  };

  explicit RequestContext(Sources sources);

  /// Does what need not be done while a request waits: call it when what is wanted changes.
  void prepare(const WantedAttributes& wanted) const;

  /// Adds the wanted attributes that can be derived and that `context` has not (a null counts as said). `context` is an
  /// object or null, which becomes one if there is something to add; anything else is left alone.
  void add_missing(Value& context, const RequestFacts& facts, const WantedAttributes& wanted) const;

 private:
  Sources sources_;
};

}  // namespace splitplot::context
