/// What the server sends to those who decide by themselves, compiled. Pure; any thread.
#pragma once

#include <splitplot/base/result.hpp>
#include <splitplot/decide/snapshot.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace splitplot::client {

struct Rules {
  std::shared_ptr<const decide::Snapshot> snapshot;
  std::string version;            ///< `dateUpdated`; empty where it is not said
  std::uint64_t fingerprint = 0;  ///< of the version
};

/// Errors: BadData (no payload), Forbidden (encrypted, and the key is not the one).
[[nodiscard]] Result<std::shared_ptr<const Rules>> read_rules(std::string_view payload,
                                                              std::string_view decryption_key);

}  // namespace splitplot::client
