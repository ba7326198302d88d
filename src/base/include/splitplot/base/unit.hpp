/// Who is randomised and who events are about.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace splitplot {

/// What an id identifies. The numbers are stored: they never change.
enum class UnitKind : std::uint8_t {
  User = 1,       ///< known by the application: userId, OpenFeature's targeting key
  Anonymous = 2,  ///< a device or browser before login: anonymousId
  Account = 3,    ///< a group of users: groupId
  Session = 4,    ///< one visit of a device: sessionId of the context
};

[[nodiscard]] constexpr std::string_view name_of(UnitKind kind) {
  switch (kind) {
    case UnitKind::User:
      return "user";
    case UnitKind::Anonymous:
      return "anonymous";
    case UnitKind::Account:
      return "account";
    case UnitKind::Session:
      return "session";
  }
  return "user";
}

/// A unit is its kind and the bytes of its id.
struct Unit {
  UnitKind kind = UnitKind::User;
  std::string id;
  friend auto operator<=>(const Unit&, const Unit&) = default;
};

struct UnitHash {
  std::size_t operator()(const Unit& unit) const noexcept {
    return std::hash<std::string>{}(unit.id) * 31 + static_cast<std::size_t>(unit.kind);
  }
};

}  // namespace splitplot
