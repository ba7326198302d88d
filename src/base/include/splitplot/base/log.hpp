/// Structured logs: one JSON object a line, with time, level, message and fields. Never a secret, never a query string.
#pragma once

#include <splitplot/base/value.hpp>

#include <initializer_list>
#include <string_view>
#include <utility>

namespace splitplot {

enum class LogLevel { Debug, Info, Warning, Error };

struct LogField {
  std::string_view name;
  Value value;
};

/// Where log lines go. Implementations may be called by any thread.
class Log {
 public:
  virtual ~Log() = default;
  virtual void write(LogLevel level, std::string_view message, std::initializer_list<LogField> fields) = 0;

  void info(std::string_view message, std::initializer_list<LogField> fields = {}) {
    write(LogLevel::Info, message, fields);
  }
  void warn(std::string_view message, std::initializer_list<LogField> fields = {}) {
    write(LogLevel::Warning, message, fields);
  }
  void error(std::string_view message, std::initializer_list<LogField> fields = {}) {
    write(LogLevel::Error, message, fields);
  }
};

/// For tests, and for programs that log nothing.
class SilentLog final : public Log {
 public:
  void write(LogLevel, std::string_view, std::initializer_list<LogField>) override {}
};

}  // namespace splitplot
