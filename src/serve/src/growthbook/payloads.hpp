/// Payloads for SDKs, ready to be sent: made when a snapshot is asked for first, and kept until the next one. Any thread.
#pragma once

#include <splitplot/base/log.hpp>
#include <splitplot/base/time.hpp>
#include <splitplot/catalogue/catalogue.hpp>
#include <splitplot/decide/payload.hpp>
#include <splitplot/decide/snapshot.hpp>

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <tuple>

namespace splitplot::serve::growthbook {

struct PreparedPayload {
  std::string json;     ///< one line
  std::string gzip;     ///< the same; empty: it could not be compressed
  std::string id;       ///< of its content: the same for as long as no SDK need be told
  std::string refusal;  ///< why there is none; empty: there is one
};

class Payloads {
 public:
  Payloads(catalogue::Catalogue& catalogue, const Clock& clock, Log& log)
      : catalogue_(catalogue), clock_(clock), log_(log) {}

  /// As the connection of the snapshot's environment wants it, and as schedules are now.
  [[nodiscard]] std::shared_ptr<const PreparedPayload> find(const catalogue::Scope& scope,
                                                            const decide::Snapshot& snapshot,
                                                            const model::Connection& connection);

  /// When the configuration was changed last, or a schedule since, in the form of `dateUpdated`; another text for each
  /// revision.
  [[nodiscard]] std::string date_of(const catalogue::Scope& scope, std::uint64_t revision,
                                    Timestamp scheduled) const;

 private:
  /// Environment, form of lists, encrypted for which connection.
  using Name = std::tuple<catalogue::Scope, decide::ListForm, std::string>;
  struct Kept {
    std::uint64_t revision = 0;
    Timestamp valid_until;
    std::shared_ptr<const PreparedPayload> payload;
  };
  [[nodiscard]] PreparedPayload prepare(const catalogue::Scope& scope, const decide::Snapshot& snapshot,
                                        const model::Connection& connection, decide::ListForm lists,
                                        Timestamp now, Timestamp& valid_until) const;

  catalogue::Catalogue& catalogue_;
  const Clock& clock_;
  Log& log_;
  std::mutex mutex_;
  std::map<Name, Kept> kept_;
};

/// The key that payloads of the connection are encrypted with: 16 bytes in base64, the same for as long as the
/// installation has its key file.
[[nodiscard]] std::string encryption_key_of(const catalogue::Catalogue& catalogue,
                                            const catalogue::Scope& scope, std::string_view connection);

}  // namespace splitplot::serve::growthbook
