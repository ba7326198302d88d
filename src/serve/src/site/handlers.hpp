/// The dashboard: files that are built into the program, and pages that say why there is none.
#pragma once

#include "answers.hpp"
#include "call.hpp"

namespace splitplot::serve::site {

/// GET /
[[nodiscard]] Response index(const Call& call);
/// GET /assets/{file}
[[nodiscard]] Response asset(const Call& call);

/// A refusal for people, with what browsers are told of every page.
[[nodiscard]] Response error_page(const Refusal& refusal);

}  // namespace splitplot::serve::site
