#include "backoff.hpp"

#include <algorithm>

namespace splitplot::client {

Backoff::Time Backoff::next(std::optional<Time> asked) {
  const Time step = std::min(step_, longest_);
  step_ = std::min(longest_, step * 2);
  const Time half = step / 2;
  const Time wait =
      half +
      Time(static_cast<std::int64_t>(random_.below(static_cast<std::uint64_t>((step - half).count()) + 1)));
  return asked ? std::max(wait, std::min(*asked, longest_)) : wait;
}

}  // namespace splitplot::client
