/// Version numbers in order: "1.2.3-beta" < "1.2.3" < "1.10.0". GrowthBook's rule: a leading "v" and what follows a "+"
/// do not count; parts are separated by "-" or "."; numbers of up to five digits are compared as numbers; a version of
/// exactly three parts is a release, and comes after its pre-releases.
#pragma once

#include <compare>
#include <cstddef>
#include <string>
#include <string_view>

namespace splitplot::model::condition {

/// Spells a version so that texts compare like versions, byte by byte: "v1.2.3+4" as "    1-    2-    3-~".
class PaddedVersion {
 public:
  /// `text` must outlive this.
  explicit PaddedVersion(std::string_view text);

  /// The next byte, or -1 at the end.
  [[nodiscard]] int next();

 private:
  void begin_part(std::size_t at);

  std::string_view text_;
  std::string_view release_mark_;
  std::size_t at_ = 0;
  std::size_t part_end_ = 0;
  std::size_t padding_ = 0;
};

/// All that PaddedVersion spells.
[[nodiscard]] std::string padded_version(std::string_view text);

/// Where the version stands to one that is padded already. Does not allocate.
[[nodiscard]] std::strong_ordering compare_versions(std::string_view text, std::string_view padded);

}  // namespace splitplot::model::condition
