// Simulated users, and what they are answered, as crowd.mjs has them: so that two programs can compare a million answers by a
// few digests.
#pragma once

#include <splitplot/base/value.hpp>

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace splitplot::crowd {

[[nodiscard]] Value user(std::int64_t number);

/// What a flag answered a user, and by which experiment (empty: none). `value` null: none.
struct Shown {
  const Value* value = nullptr;
  std::string_view experiment;
};
using Ask = std::function<Shown(const std::string& flag, const Value& user)>;

/// A digest of what users [from, to) are answered, for each block of them.
[[nodiscard]] std::vector<std::string> digests(std::int64_t from, std::int64_t to, std::int64_t block,
                                               const std::vector<std::string>& flags, const Ask& ask);

}  // namespace splitplot::crowd
