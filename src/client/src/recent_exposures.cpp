#include "recent_exposures.hpp"

#include <algorithm>
#include <bit>

namespace splitplot::client {
namespace {

constexpr std::uint64_t kPeriodMask = 0xFFFF;
constexpr std::uint64_t kLowestOfName = kPeriodMask + 1;

std::uint64_t name_in(std::uint64_t place) {
  return place & ~kPeriodMask;
}

}  // namespace

RecentExposures::RecentExposures(std::size_t size)
    : sets_(std::bit_ceil(std::max<std::size_t>(size, kWays)) / kWays) {}

bool RecentExposures::add(std::uint64_t fingerprint, std::uint16_t period) {
  // The set is chosen by bits at both ends: those in the middle alone would be alike within a large table.
  Set& set = sets_[(fingerprint ^ (fingerprint >> 40)) & (sets_.size() - 1)];
  const std::uint64_t name = std::max(name_in(fingerprint), kLowestOfName);
  const auto age = [period](std::uint64_t place) {
    return static_cast<std::uint16_t>(period - static_cast<std::uint16_t>(place & kPeriodMask));
  };
  std::atomic<std::uint64_t>* oldest = nullptr;
  std::uint64_t kept_there = 0;
  for (std::atomic<std::uint64_t>& place : set.places) {
    const std::uint64_t kept = place.load(std::memory_order_relaxed);
    if (name_in(kept) == name && age(kept) < kPeriods) return false;
    const bool is_better =
        oldest == nullptr || (kept_there != 0 && (kept == 0 || age(kept) > age(kept_there)));
    if (is_better) {
      oldest = &place;
      kept_there = kept;
    }
  }
  // Another thread may have been here meanwhile; at worst an exposure is sent twice.
  oldest->store(name | period, std::memory_order_relaxed);
  return true;
}

}  // namespace splitplot::client
