/// Which pages something is about, by their addresses. GrowthBook's patterns, so that its SDKs and this server agree.
#pragma once

#include <splitplot/base/result.hpp>
#include <splitplot/base/value.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace splitplot::model {

/// Immutable; any number of threads may ask. Asking allocates nothing.
class UrlTargets {
 public:
  /// A list of {"type": "simple" or "regex", "pattern": text, "include": boolean, true where it is left out}.
  /// - simple: `*` stands for anything; case does not matter. A pattern without a host is about all hosts, the slashes at
  ///   both ends of the path may be missing, and the query members that it has must be there among others.
  /// - regex: found in the address, or in the part behind the host.
  /// Errors: InvalidArgument; `pointer` (if given) receives the JSON pointer inside the list.
  [[nodiscard]] static Result<UrlTargets> compile(const Value& written, std::string* pointer = nullptr);

  UrlTargets();
  UrlTargets(UrlTargets&&) noexcept;
  UrlTargets& operator=(UrlTargets&&) noexcept;
  ~UrlTargets();

  /// Whether the page is included by one of the patterns (or none includes any), and excluded by none. Without patterns,
  /// no page. An address of more than 4,000 bytes matches no regex.
  [[nodiscard]] bool matches(std::string_view url) const;

 private:
  struct Target;
  std::vector<Target> targets_;
};

}  // namespace splitplot::model
