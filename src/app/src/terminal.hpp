// What the program knows of the terminal it runs in.
#pragma once

#include <splitplot/report/report.hpp>
#include <splitplot/store/unit_frame.hpp>

#include <string>

namespace splitplot::app {

enum class ColourChoice { Automatic, Always, Never };

/// Width, colour and character set for standard output. Automatic colour: on a terminal, unless NO_COLOR is
/// set.
[[nodiscard]] report::TerminalStyle style_of_standard_output(ColourChoice colour);

/// A progress line on standard error, shown on a terminal and only once a query has run for half a second;
/// wiped at the end.
class ProgressLine {
 public:
  explicit ProgressLine(std::string what);
  ~ProgressLine();
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  [[nodiscard]] store::Progress callback();

 private:
  void show(double share_done);

  std::string what_;
  bool enabled_ = false;
  bool shown_ = false;
  double started_at_s_ = 0;
};

}  // namespace splitplot::app
