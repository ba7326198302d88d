/// A seed, its part of the hash done where it stands in front.
#pragma once

#include "fnv.hpp"

#include <splitplot/decide/hash.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace splitplot::decide {

class HashSeed {
 public:
  HashSeed() = default;
  HashSeed(std::string seed, HashVersion version)
      : version_(version),
        begun_(version == HashVersion::Two ? fnv_continued(kFnvBasis, seed) : kFnvBasis),
        seed_(std::move(seed)) {}

  [[nodiscard]] const std::string& text() const { return seed_; }
  [[nodiscard]] HashVersion version() const { return version_; }
  [[nodiscard]] double bucket(std::string_view unit) const { return ended(fnv_continued(begun_, unit)); }

  /// What the unit is hashed on from.
  [[nodiscard]] std::uint32_t begun() const { return begun_; }
  /// The bucket, after the unit was hashed.
  [[nodiscard]] double ended(std::uint32_t hash) const {
    return version_ == HashVersion::Two ? second_bucket(hash) : first_bucket(fnv_continued(hash, seed_));
  }

 private:
  HashVersion version_ = HashVersion::Two;
  std::uint32_t begun_ = kFnvBasis;  ///< with the seed's part, where that stands in front
  std::string seed_;
};

}  // namespace splitplot::decide
