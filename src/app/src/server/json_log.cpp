#include "server/json_log.hpp"

#include <splitplot/model/json.hpp>

#include <spdlog/logger.h>
#include <spdlog/sinks/stdout_sinks.h>

namespace splitplot::app {
namespace {

class JsonLog final : public Log {
 public:
  JsonLog(const Clock& clock, bool debug)
      : clock_(clock), logger_("splitplot", std::make_shared<spdlog::sinks::stderr_sink_mt>()) {
    logger_.set_pattern("%v");
    logger_.set_level(debug ? spdlog::level::debug : spdlog::level::info);
    logger_.flush_on(spdlog::level::debug);
  }

  void write(LogLevel level, std::string_view message, std::initializer_list<LogField> fields) override {
    const auto [severity, name] = names(level);
    if (!logger_.should_log(severity)) return;
    Value::Object line{{"time", rfc3339(clock_.now())}, {"level", name}, {"message", message}};
    for (const LogField& field : fields) line.push_back({std::string(field.name), field.value});
    logger_.log(severity, spdlog::string_view_t(model::to_json(Value(std::move(line)))));
  }

 private:
  static std::pair<spdlog::level::level_enum, std::string_view> names(LogLevel level) {
    switch (level) {
      case LogLevel::Debug:
        return {spdlog::level::debug, "debug"};
      case LogLevel::Info:
        return {spdlog::level::info, "info"};
      case LogLevel::Warning:
        return {spdlog::level::warn, "warning"};
      case LogLevel::Error:
        return {spdlog::level::err, "error"};
    }
    return {spdlog::level::err, "error"};
  }

  const Clock& clock_;
  spdlog::logger logger_;
};

}  // namespace

std::unique_ptr<Log> make_json_log(const Clock& clock, bool debug) {
  return std::make_unique<JsonLog>(clock, debug);
}

}  // namespace splitplot::app
