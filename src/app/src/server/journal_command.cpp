// splitplot journal: the records of a data folder's journal as JSON lines, for looking and for other programs.

#include "command.hpp"
#include "server/data_folder.hpp"
#include "server/settings.hpp"

#include <splitplot/collect/event.hpp>
#include <splitplot/model/json.hpp>
#include <splitplot/store/journal.hpp>

#include <filesystem>
#include <iostream>
#include <memory>

#include <fmt/format.h>

namespace splitplot::app {
namespace {

struct JournalCommandOptions {
  TypedSettings typed;
  std::optional<std::uint64_t> from;
};

void set_if(Value& object, std::string_view name, const std::string& text) {
  if (!text.empty()) object.set(name, text);
}

void set_if(Value& object, std::string_view name, const std::optional<Timestamp>& time) {
  if (time) object.set(name, rfc3339(*time));
}

Value to_value(const collect::Exposure& exposure) {
  Value::Object segments;
  for (const decide::SegmentLabel& label : exposure.segments)
    segments.push_back({label.key, Value(label.version)});
  Value value(Value::Object{
      {"experiment", exposure.experiment}, {"variant", exposure.variant}, {"revision", exposure.revision}});
  value.set("segments", Value(std::move(segments)));
  value.set("attributes", collect::object_of(exposure.attributes_json));
  return value;
}

Value to_value(const collect::Event& event) {
  Value value(Value::Object{{"type", collect::name_of(event.type)}});
  set_if(value, "event", event.name);
  value.set("environment", event.environment);
  value.set("source", event.source);
  value.set("message_id", event.message_id);
  value.set("time", rfc3339(event.times.corrected));
  value.set("received", rfc3339(event.times.received));
  set_if(value, "client_time", event.times.client);
  set_if(value, "sent_time", event.times.sent);
  set_if(value, "user_id", event.user_id);
  set_if(value, "anonymous_id", event.anonymous_id);
  set_if(value, "group_id", event.group_id);
  set_if(value, "previous_id", event.previous_id);
  value.set("properties", collect::object_of(event.properties_json));
  value.set("context", collect::object_of(event.context_json));
  if (event.exposure) value.set("exposure", to_value(*event.exposure));
  if (event.assignment) {
    value.set("assignment", Value(Value::Object{{"attribute", event.assignment->attribute},
                                                {"experiment", event.assignment->experiment},
                                                {"variant", event.assignment->variant}}));
  }
  return value;
}

Value to_value(const collect::RejectedEvent& rejected) {
  return Value(Value::Object{{"type", "rejected"},
                             {"environment", rejected.environment},
                             {"source", rejected.source},
                             {"received", rfc3339(rejected.received)},
                             {"reason", rejected.reason},
                             {"message", rejected.message},
                             {"body", rejected.body}});
}

Result<void> print_records(store::Journal& journal, store::JournalOffset from) {
  auto reader = journal.read_from(from);
  if (!reader) return tl::unexpected(reader.error());
  for (;;) {
    auto record = (*reader)->next();
    if (!record) return tl::unexpected(record.error());
    if (!*record) return {};
    const auto decoded = collect::decode((*record)->payload);
    Value value = decoded
                      ? std::visit([](const auto& content) { return to_value(content); }, *decoded)
                      : Value(Value::Object{{"type", "unreadable"}, {"message", decoded.error().message}});
    value.set("offset", (*record)->offset);
    std::cout << model::to_json(value) << '\n';
    if (!std::cout) return {};  // nobody reads any more
  }
}

ExitCode run_journal(const JournalCommandOptions& options) {
  const auto failed = [](const Error& error) {
    print_error(error, ErrorStyle::Text);
    return exit_code_of(error.code);
  };
  const auto settings = resolve_settings(options.typed);
  if (!settings) return failed(settings.error());
  const DataFolder folder{settings->data};
  std::error_code ignored;
  if (!std::filesystem::exists(folder.journal(), ignored)) {
    return failed({ErrorCode::NotFound, fmt::format("{} is no data folder of a server", settings->data),
                   "name it by --data"});
  }
  const auto lock = FolderLock::take(folder);
  if (!lock) return failed(lock.error());
  store::JournalOptions journal_options;
  journal_options.directory = folder.journal();
  auto opened = store::open_journal(store::posix_file_system(), journal_options);
  if (!opened) return failed(opened.error());
  for (const store::JournalDamage& damage : opened->recovery.damage) {
    std::cerr << fmt::format("damage: {} at {}, {} bytes: {}\n", damage.file, damage.position, damage.bytes,
                             damage.what);
  }
  const auto printed = print_records(*opened->journal, options.from.value_or(opened->journal->begin()));
  return printed ? ExitCode::Success : failed(printed.error());
}

}  // namespace

void add_journal_command(CLI::App& program, Run& run) {
  const auto options = std::make_shared<JournalCommandOptions>();
  CLI::App* command = program.add_subcommand(
      "journal", "Print what was received, one JSON object a line. The server must be stopped");
  add_data_flags(*command, options->typed);
  command->add_option("--from", options->from, "Begin at this offset");
  command->callback([options, &run] { run = [options] { return run_journal(*options); }; });
}

}  // namespace splitplot::app
