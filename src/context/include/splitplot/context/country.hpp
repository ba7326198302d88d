/// The country of an IP address. A database is opened once and may then be asked by any number of threads; a look-up
/// takes no lock, does no I/O but what the page cache does, and never fails: an address that says nothing answers nothing.
#pragma once

#include <splitplot/base/result.hpp>

#include <memory>
#include <string>
#include <string_view>

namespace splitplot::context {

/// What is known of an address; empty where the database says nothing.
struct Place {
  std::string country;    ///< ISO 3166-1, two upper-case letters: "DE"
  std::string continent;  ///< two upper-case letters ("EU"), from databases that have it
};

class CountryDatabase {
 public:
  /// The data that the program carries (public domain, from iptoasn.com). Errors: Unavailable, when the system has no
  /// room for them in memory or no /proc.
  [[nodiscard]] static Result<CountryDatabase> built_in();

  /// A file in MaxMind's format: with `country_code` at the top as the built-in one, or with `country.iso_code` and
  /// `continent.code` as in GeoLite2. Errors: Unreadable.
  [[nodiscard]] static Result<CountryDatabase> open(const std::string& path);

  /// Of "203.0.113.9", "2001:db8::1" or "::ffff:203.0.113.9"; an IPv6 zone ("%eth0") and surrounding brackets are
  /// set aside. Empty for private, reserved and unknown addresses, and for what is none.
  [[nodiscard]] Place place_of(std::string_view address) const;

 private:
  struct Open;
  explicit CountryDatabase(std::shared_ptr<const Open> open);

  std::shared_ptr<const Open> open_;
};

}  // namespace splitplot::context
