#include "terminal.hpp"

#include <splitplot/base/spelling.hpp>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <string_view>

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

namespace splitplot::app {
namespace {

constexpr int kDefaultColumns = 80;
constexpr int kMinimumColumns = 60;
constexpr int kMaximumColumns = 100;  // longer lines are harder to read
constexpr double kProgressDelay_s = 0.5;

double now_s() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

bool is_utf8_locale() {
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    const char* value = std::getenv(name);
    if (value == nullptr || *value == '\0') continue;
    // Written UTF-8, utf-8, utf8 ... after the dot.
    const std::string_view locale(value);
    const auto charset = locale.substr(std::min(locale.find('.'), locale.size() - 1) + 1);
    return equal_ignoring_case(charset.substr(0, 5), "utf-8") ||
           equal_ignoring_case(charset.substr(0, 4), "utf8");
  }
  return isatty(STDOUT_FILENO) == 0;  // into a file or a pipe: UTF-8, like everything else we write
}

}  // namespace

report::TerminalStyle style_of_standard_output(ColourChoice colour) {
  report::TerminalStyle style;
  const bool is_terminal = isatty(STDOUT_FILENO) != 0;
  style.columns = kDefaultColumns;
  winsize size{};
  if (is_terminal && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) {
    style.columns = std::clamp(static_cast<int>(size.ws_col), kMinimumColumns, kMaximumColumns);
  }
  const char* no_colour = std::getenv("NO_COLOR");
  const bool wanted = is_terminal && (no_colour == nullptr || *no_colour == '\0');
  style.colour = colour == ColourChoice::Always || (colour == ColourChoice::Automatic && wanted);
  style.unicode = is_utf8_locale();
  return style;
}

ProgressLine::ProgressLine(std::string what)
    : what_(std::move(what)), enabled_(isatty(STDERR_FILENO) != 0), started_at_s_(now_s()) {}

ProgressLine::~ProgressLine() {
  if (shown_) std::cerr << "\r\033[K" << std::flush;
}

store::Progress ProgressLine::callback() {
  return [this](double share_done) {
    show(share_done);
    return true;
  };
}

void ProgressLine::show(double share_done) {
  if (!enabled_ || now_s() - started_at_s_ < kProgressDelay_s) return;
  shown_ = true;
  if (share_done >= 0) {
    std::cerr << fmt::format("\r\033[K{}  {:3.0f} %", what_, share_done * 100) << std::flush;
  } else {
    std::cerr << fmt::format("\r\033[K{} ...", what_) << std::flush;
  }
}

}  // namespace splitplot::app
