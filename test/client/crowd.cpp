#include "crowd.hpp"

#include <splitplot/model/json.hpp>

#include <algorithm>
#include <array>
#include <cstdio>

namespace splitplot::crowd {
namespace {

class Fnv {
 public:
  void add(std::string_view text) {
    for (const char c : text) state_ = (state_ ^ static_cast<unsigned char>(c)) * 16777619U;
  }
  [[nodiscard]] std::string text() const {
    std::array<char, 9> digits{};
    std::snprintf(digits.data(), digits.size(), "%08x", state_);
    return digits.data();
  }

 private:
  std::uint32_t state_ = 2166136261U;
};

}  // namespace

Value user(std::int64_t number) {
  static constexpr std::array kPlans{"free", "pro", "team"};
  static constexpr std::array kCountries{"DE", "AT", "US", "FR", "CH"};
  const std::string digits = std::to_string(number);
  Value user = Value::Object{};
  user.set("id", (number % 1000 == 999 ? "käufer-" : "user-") + digits);
  if (number % 4 != 0) user.set("plan", kPlans[number % 3]);
  if (number % 7 != 0)
    user.set("email", "someone-" + digits + (number % 11 == 0 ? "@shop.example" : "@mail.example"));
  user.set("country", kCountries[number % 5]);
  user.set("age", 16 + number % 60);
  if (number % 6 != 0) user.set("company", "company-" + std::to_string(number % 5003));
  return user;
}

std::vector<std::string> digests(std::int64_t from, std::int64_t to, std::int64_t block,
                                 const std::vector<std::string>& flags, const Ask& ask) {
  std::vector<std::string> all;
  for (std::int64_t begin = from; begin < to; begin += block) {
    Fnv digest;
    for (std::int64_t number = begin; number < std::min(begin + block, to); ++number) {
      const Value about = user(number);
      for (const std::string& flag : flags) {
        const Shown shown = ask(flag, about);
        digest.add(flag);
        digest.add("=");
        if (shown.value != nullptr) digest.add(model::to_json(*shown.value));
        digest.add("|");
        digest.add(shown.experiment);
        digest.add("\n");
      }
    }
    all.push_back(digest.text());
  }
  return all;
}

}  // namespace splitplot::crowd
