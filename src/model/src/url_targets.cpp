#include "condition/pattern.hpp"
#include "url_parts.hpp"

#include <splitplot/model/url_targets.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <memory>
#include <optional>
#include <utility>

namespace splitplot::model {
namespace {

constexpr std::size_t kLongestUrl = 4000;

char small(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

/// `*` stands for anything, also for nothing. Case of ASCII letters does not matter. Goes back to the last star only, so
/// that it takes the product of the lengths at worst.
bool fits(std::string_view text, std::string_view pattern) {
  std::size_t at = 0;
  std::size_t wanted = 0;
  std::optional<std::size_t> star;
  std::size_t star_ends = 0;
  while (at < text.size()) {
    if (wanted < pattern.size() && pattern[wanted] == '*') {
      star = wanted++;
      star_ends = at;
    } else if (wanted < pattern.size() && small(pattern[wanted]) == small(text[at])) {
      ++wanted;
      ++at;
    } else if (star) {
      wanted = *star + 1;
      at = ++star_ends;
    } else {
      return false;
    }
  }
  while (wanted < pattern.size() && pattern[wanted] == '*') ++wanted;
  return wanted == pattern.size();
}

std::string_view without_outer_slashes(std::string_view path) {
  if (path.starts_with('/')) path.remove_prefix(1);
  if (path.ends_with('/')) path.remove_suffix(1);
  return path;
}

/// With or without a slash at either end, as the pattern itself may lack them.
bool path_fits(std::string_view path, std::string_view pattern) {
  if (path.empty()) path = "/";
  if (fits(path, pattern)) return true;
  const bool leads = path.starts_with('/');
  if (leads && fits(path.substr(1), pattern)) return true;
  if (!path.ends_with('/')) return false;
  const std::string_view without_end = path.substr(0, path.size() - 1);
  return fits(without_end, pattern) ||
         (leads && !without_end.empty() && fits(without_end.substr(1), pattern));
}

int digit_of(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char letter = small(c);
  return letter >= 'a' && letter <= 'f' ? letter - 'a' + 10 : -1;
}

/// Text on the stack: what is longer than the room is cut off.
class ShortText {
 public:
  void push(char c) {
    if (size_ < bytes_.size()) bytes_[size_++] = c;
  }
  void append(std::string_view text) {
    for (const char c : text) push(c);
  }
  [[nodiscard]] std::string_view view() const { return {bytes_.data(), size_}; }

 private:
  std::array<char, kLongestUrl + 1> bytes_;
  std::size_t size_ = 0;
};

/// `+` and `%20` as in forms.
void decode(std::string_view encoded, ShortText& text) {
  for (std::size_t i = 0; i < encoded.size(); ++i) {
    if (encoded[i] == '%' && i + 2 < encoded.size() && digit_of(encoded[i + 1]) >= 0 &&
        digit_of(encoded[i + 2]) >= 0) {
      text.push(static_cast<char>(digit_of(encoded[i + 1]) * 16 + digit_of(encoded[i + 2])));
      i += 2;
    } else {
      text.push(encoded[i] == '+' ? ' ' : encoded[i]);
    }
  }
}

std::string decoded(std::string_view encoded) {
  ShortText text;
  decode(encoded, text);
  return std::string(text.view());
}

class UrlPattern {
 public:
  virtual ~UrlPattern() = default;
  [[nodiscard]] virtual bool matches(std::string_view url) const = 0;
};

struct SimplePattern final : UrlPattern {
  std::string host;  ///< empty: all hosts
  std::string path;  ///< without slashes at its ends
  std::string fragment;
  std::vector<std::pair<std::string, std::string>> query;

  explicit SimplePattern(std::string_view written) {
    // "shop.example/a" begins with a host; "/a", "?x=1" and "a/b" do not.
    const std::string_view head = written.substr(0, written.find_first_of(":/?"));
    const bool names_host =
        written.find("://") != std::string_view::npos || head.find('.') != std::string_view::npos;
    const std::string absolute = written.find("://") != std::string_view::npos || !names_host
                                     ? std::string(written)
                                     : "https://" + std::string(written);
    const UrlParts parts = parts_of(absolute);
    host = parts.host;
    path = without_outer_slashes(parts.path);
    fragment = parts.fragment == "#" ? std::string_view() : parts.fragment;
    std::string_view members = parts.query;
    while (!members.empty()) {
      const QueryMember member = take_member(members);
      query.emplace_back(decoded(member.name), decoded(member.value));
    }
  }

  [[nodiscard]] bool matches(std::string_view url) const override {
    const UrlParts parts = parts_of(url);
    if (!host.empty() && !fits(parts.host, host)) return false;
    if (!path_fits(parts.path, path)) return false;
    if (!fragment.empty() && !fits(parts.fragment, fragment)) return false;
    return std::ranges::all_of(query, [&](const auto& member) {
      std::string_view members = parts.query;
      while (!members.empty()) {
        const QueryMember there = take_member(members);
        ShortText name;
        decode(there.name, name);
        if (name.view() != member.first) continue;
        ShortText value;
        decode(there.value, value);
        return fits(value.view(), member.second);
      }
      return fits("", member.second);
    });
  }
};

struct RegexPattern final : UrlPattern {
  condition::Pattern pattern;

  explicit RegexPattern(condition::Pattern compiled) : pattern(std::move(compiled)) {}

  [[nodiscard]] bool matches(std::string_view url) const override {
    if (url.size() > kLongestUrl) return false;
    const UrlParts parts = parts_of(url);
    if (!parts.path.empty() && !parts.origin.empty())
      return pattern.matches(url) || pattern.matches(url.substr(parts.origin.size()));
    // The address of a front page ends with a slash, written or not; one without a host gets the browser's stand-in.
    ShortText whole;
    const std::string_view origin = parts.origin.empty() ? "https://_" : parts.origin;
    whole.append(origin);
    if (!parts.path.starts_with('/')) whole.push('/');
    whole.append(url.substr(parts.origin.size()));
    return pattern.matches(whole.view()) || pattern.matches(whole.view().substr(origin.size()));
  }
};

}  // namespace

struct UrlTargets::Target {
  std::unique_ptr<const UrlPattern> pattern;
  bool includes = true;
};

UrlTargets::UrlTargets() = default;
UrlTargets::UrlTargets(UrlTargets&&) noexcept = default;
UrlTargets& UrlTargets::operator=(UrlTargets&&) noexcept = default;
UrlTargets::~UrlTargets() = default;

Result<UrlTargets> UrlTargets::compile(const Value& written, std::string* pointer) {
  const auto refuse = [&](const std::string& where, std::string message, std::string hint) {
    if (pointer != nullptr) *pointer = where;
    return fail(ErrorCode::InvalidArgument, std::move(message), std::move(hint));
  };
  const Value::Array* elements = written.if_array();
  if (elements == nullptr)
    return refuse("", "pages are a list of patterns, not " + std::string(name_of(written.kind())),
                  "write [{\"type\": \"simple\", \"pattern\": \"/checkout/*\"}]");
  UrlTargets targets;
  for (std::size_t i = 0; i < elements->size(); ++i) {
    const std::string place = "/" + std::to_string(i);
    const Value& element = (*elements)[i];
    const Value* type = element.find("type");
    const Value* pattern = element.find("pattern");
    const Value* include = element.find("include");
    if (pattern == nullptr || pattern->if_text() == nullptr)
      return refuse(place + "/pattern", "a page needs a pattern as text", "write \"/checkout/*\"");
    const bool includes = include == nullptr || include->if_boolean() == nullptr || *include->if_boolean();
    if (type != nullptr && *type == Value("regex")) {
      Result<condition::Pattern> compiled =
          condition::Pattern::compile(*pattern->if_text(), condition::LetterCase::Matters);
      if (!compiled) return refuse(place + "/pattern", compiled.error().message, compiled.error().hint);
      targets.targets_.push_back({std::make_unique<RegexPattern>(std::move(*compiled)), includes});
    } else if (type != nullptr && *type == Value("simple")) {
      targets.targets_.push_back({std::make_unique<SimplePattern>(*pattern->if_text()), includes});
    } else {
      return refuse(place + "/type", "a page's type is 'simple' or 'regex'", "write \"simple\"");
    }
  }
  return targets;
}

bool UrlTargets::matches(std::string_view url) const {
  if (targets_.empty()) return false;
  bool some_include = false;
  bool is_included = false;
  for (const Target& target : targets_) {
    const bool fits_target = target.pattern->matches(url);
    if (!target.includes && fits_target) return false;
    some_include = some_include || target.includes;
    is_included = is_included || (target.includes && fits_target);
  }
  return is_included || !some_include;
}

}  // namespace splitplot::model
