/// Reference cases for the statistics: numbers worked out by other programs, each with its own tolerance.
/// Read from the folder that the environment variable SPLITPLOT_SHARED names, or else from `shared` beside
/// the repository.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json.hpp>

namespace splitplot::reference {

/// The folder with reference cases and data sets; it need not exist.
std::string shared_folder();

/// One case: what goes in, what must come out.
class Case {
 public:
  explicit Case(boost::json::object content);

  [[nodiscard]] std::string id() const;
  [[nodiscard]] bool has_input(std::string_view key) const;
  [[nodiscard]] const boost::json::value& input(std::string_view key) const;
  [[nodiscard]] double number(std::string_view key) const;
  [[nodiscard]] std::uint64_t count(std::string_view key) const;
  [[nodiscard]] std::vector<double> numbers(std::string_view key) const;
  [[nodiscard]] std::string text(std::string_view key) const;

  [[nodiscard]] bool expects(std::string_view key) const;
  [[nodiscard]] const boost::json::value& expected(std::string_view key) const;

  /// Fails the test unless `got` agrees with the expected value of `key` within the tolerance of that key.
  void check(std::string_view key, double got) const;
  void check(std::string_view key, const std::vector<double>& got) const;

  /// The same for a number inside the expected value of `key`, which `want` was taken from.
  void check_part(std::string_view key, const boost::json::value& want, double got) const;

  /// Says that this case is not checked, so that it is not counted as passed.
  void leave_out() const { left_out_ = true; }
  [[nodiscard]] bool left_out() const { return left_out_; }

 private:
  boost::json::object content_;
  mutable bool left_out_ = false;  // a note on the run, not part of the case
};

/// Runs `body` on every case of this topic and method; the test fails if there is none, and is skipped, with
/// the reason, where the reference cases are missing.
void for_each_case(std::string_view topic, std::string_view method,
                   const std::function<void(const Case&)>& body);

/// A JSON number, whether it was written with a point or without.
double number_of(const boost::json::value& value);

}  // namespace splitplot::reference

/// Leaves the test as skipped where the shared folder is missing.
#define SPLITPLOT_NEEDS_SHARED()                                                              \
  if (!std::filesystem::exists(::splitplot::reference::shared_folder() + "/reference/stats")) \
  GTEST_SKIP() << "no reference cases in " << ::splitplot::reference::shared_folder()         \
               << "; set SPLITPLOT_SHARED to the folder that holds reference/ and data/"
