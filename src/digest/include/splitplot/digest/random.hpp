/// Random bytes for secrets and ids. Not repeatable: simulations use base/random.hpp. Any thread.
#pragma once

#include <splitplot/base/result.hpp>

#include <cstddef>
#include <string>

namespace splitplot::digest {

/// Bytes nobody can guess. Errors: Unavailable (the operating system gave none).
[[nodiscard]] Result<std::string> random_bytes(std::size_t count);

}  // namespace splitplot::digest
