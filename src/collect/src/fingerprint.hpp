/// How an event is recognised when it comes again.
#pragma once

#include <splitplot/store/online.hpp>

#include <cstddef>
#include <string_view>

namespace splitplot::collect {

/// The first 16 bytes of SHA-256 over environment, a zero byte, source, a zero byte, message id (neither of the first
/// two can hold a zero byte). A hash that cannot be steered: who may send events from a page must not be able to make
/// one that passes for another's. Stored: it never changes.
[[nodiscard]] store::EventFingerprint fingerprint_of(std::string_view environment, std::string_view source,
                                                     std::string_view message_id);

struct FingerprintHash {
  std::size_t operator()(const store::EventFingerprint& fingerprint) const noexcept {
    return static_cast<std::size_t>(fingerprint.low);
  }
};

}  // namespace splitplot::collect
