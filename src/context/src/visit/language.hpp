/// The language that a browser asks for. Pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace splitplot::context {

struct Language {
  std::string language;  ///< "de": lower case
  std::string locale;    ///< "de-AT": as it was asked for
};

/// The one that an Accept-Language header likes best: the highest q, of the same q the first. Nothing for a header that
/// names none ('*' is no language, q=0 is a refusal). Bytes behind 1,024 are ignored.
[[nodiscard]] std::optional<Language> preferred_language(std::string_view accept_language);

}  // namespace splitplot::context
