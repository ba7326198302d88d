#include <splitplot/collect/event.hpp>

namespace splitplot::collect {

std::string_view name_of(EventType type) {
  switch (type) {
    case EventType::Track:
      return "track";
    case EventType::Identify:
      return "identify";
    case EventType::Page:
      return "page";
    case EventType::Screen:
      return "screen";
    case EventType::Group:
      return "group";
    case EventType::Alias:
      return "alias";
  }
  return "track";
}

Timestamp corrected_time(std::optional<Timestamp> client, std::optional<Timestamp> sent, Timestamp received) {
  using std::chrono::sys_days;
  using std::chrono::year;
  constexpr Timestamp kEarliest = sys_days(year(1) / 1 / 1);

  if (!client) return received;
  // Years 1 to 9999 fit many times into the 64 bits of a time point, so that this cannot overflow.
  const Timestamp corrected = sent ? received - (*sent - *client) : *client;
  if (corrected > received || corrected < kEarliest) return received;
  return corrected;
}

Unit Event::unit() const {
  if (!user_id.empty()) return {UnitKind::User, user_id};
  return {UnitKind::Anonymous, anonymous_id};
}

}  // namespace splitplot::collect
