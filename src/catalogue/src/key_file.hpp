/// The key file: the secrets that the catalogue's own file must not hold. Lines "name=hex", mode 600
/// (docs/formats/catalogue.md).
#pragma once

#include <splitplot/base/result.hpp>

#include <string>

namespace splitplot::catalogue {

/// 32 random bytes each, for one use each.
struct Secrets {
  std::string pepper;  ///< keys the hashes of credentials
  std::string seeds;   ///< seeds of experiments, layers and roll-outs without one of their own come from it
  std::string seal;    ///< signs the end of the audit chain
};

/// Errors: Unreadable (missing, or not a key file), Forbidden (others can read it).
[[nodiscard]] Result<Secrets> read_key_file(const std::string& path);

/// Makes a file of new secrets, durably, whole or not at all. Errors: Conflict (there is one), Unreadable,
/// ResourceLimit, Unavailable.
[[nodiscard]] Result<Secrets> make_key_file(const std::string& path);

}  // namespace splitplot::catalogue
