// splitplot backup, restore, verify, rebuild: what an operator does to a data folder.

#include "command.hpp"
#include "files.hpp"
#include "server/backup.hpp"
#include "server/installation.hpp"
#include "terminal.hpp"

#include <splitplot/base/number_text.hpp>
#include <splitplot/collect/event.hpp>
#include <splitplot/model/json.hpp>

#include <filesystem>
#include <functional>
#include <iostream>
#include <memory>

#include <fmt/format.h>

namespace splitplot::app {
namespace {

struct MaintenanceOptions {
  TypedSettings typed;
  std::string backup;
  bool json = false;
};

/// Rows by the table they belong to; of a journal also its records, of which an exposure event makes two rows.
struct RecordCounts {
  std::uint64_t records = 0;
  std::uint64_t events = 0;
  std::uint64_t exposures = 0;
  std::uint64_t rejected = 0;
  std::uint64_t unreadable = 0;
};

Value to_value(const RecordCounts& counts) {
  return Value(Value::Object{{"events", counts.events},
                             {"exposures", counts.exposures},
                             {"rejected_events", counts.rejected},
                             {"unreadable", counts.unreadable}});
}

Result<RecordCounts> count_journal(store::Journal& journal) {
  RecordCounts counts;
  auto reader = journal.read_from(journal.begin());
  if (!reader) return tl::unexpected(reader.error());
  for (;;) {
    auto record = (*reader)->next();
    if (!record) return tl::unexpected(record.error());
    if (!*record) break;
    ++counts.records;
    const auto decoded = collect::decode((*record)->payload);
    if (!decoded) {
      ++counts.unreadable;
    } else if (const auto* event = std::get_if<collect::Event>(&*decoded)) {
      if (event->assignment) continue;  // loaded nowhere
      if (event->exposure) ++counts.exposures;
      // A client may call an event of its own so: it is an ordinary one.
      if (!event->exposure || event->name != collect::kEvaluationExposure) ++counts.events;
    } else {
      ++counts.rejected;
    }
  }
  return counts;
}

Result<RecordCounts> count_warehouse(store::EventWarehouse& warehouse) {
  RecordCounts counts;
  for (const auto& [table, field] : {std::pair{"events", &counts.events},
                                     {"exposures", &counts.exposures},
                                     {"rejected_events", &counts.rejected}}) {
    const auto rows = warehouse.count(table);
    if (!rows) return tl::unexpected(rows.error());
    *field = *rows;
  }
  return counts;
}

/// What was found when a data folder was opened and everything in it compared.
struct Verification {
  RecordCounts journal;
  RecordCounts warehouse;
  std::size_t damaged_records = 0;

  [[nodiscard]] bool rows_agree() const {
    return journal.events == warehouse.events && journal.exposures == warehouse.exposures &&
           journal.rejected == warehouse.rejected;
  }
  /// The warehouse then holds what is nowhere else.
  [[nodiscard]] bool journal_lacks_rows() const {
    return journal.events < warehouse.events || journal.exposures < warehouse.exposures ||
           journal.rejected < warehouse.rejected;
  }
  [[nodiscard]] bool good() const { return rows_agree() && damaged_records == 0 && journal.unreadable == 0; }
};

Result<Verification> verify(const ServerSettings& settings) {
  const DataFolder folder{settings.data};
  auto chain = catalogue::verify_catalogue({folder.catalogue(), folder.secrets()});
  if (!chain) return tl::unexpected(chain.error());
  if (*chain) {
    return fail(
        ErrorCode::BadData,
        fmt::format("the history of {} breaks at revision {}: it was changed behind the server's back",
                    folder.catalogue(), **chain),
        "restore a backup");
  }
  const SystemClock clock;
  SilentLog log;
  // The catalogue is there, so that no new one is made here, with new keys.
  auto installation = Installation::open(settings, clock, log, [](const auto&) {});
  if (!installation) return tl::unexpected(installation.error());
  Installation& parts = **installation;
  ProgressLine progress("loading the journal into the warehouse");
  const store::JournalOffset begin = parts.journal().begin();
  const store::JournalOffset end = parts.journal().durable_end();
  while (parts.warehouse().loaded() < end) {
    const auto loaded = parts.loader().wait_until(end, std::chrono::milliseconds(500));
    if (const auto status = parts.loader().status(); !loaded && !status.trouble.empty())
      return fail(ErrorCode::Unavailable, "the warehouse cannot be loaded: " + status.trouble);
    progress.callback()(static_cast<double>(parts.warehouse().loaded() - begin) /
                        static_cast<double>(end - begin));
  }
  Verification found;
  auto journal = count_journal(parts.journal());
  if (!journal) return tl::unexpected(journal.error());
  found.journal = *journal;
  auto warehouse = count_warehouse(parts.warehouse());
  if (!warehouse) return tl::unexpected(warehouse.error());
  found.warehouse = *warehouse;
  found.damaged_records = parts.journal_recovery().damage.size();
  return found;
}

void print_verification(const Verification& found) {
  const auto row = [](std::string_view what, std::uint64_t in_journal, std::uint64_t in_warehouse) {
    std::cout << fmt::format("{:<16} {:>14} in the journal {:>14} in the warehouse{}\n", what,
                             grouped(in_journal), grouped(in_warehouse),
                             in_journal == in_warehouse ? "" : "   DIFFERENT");
  };
  row("events", found.journal.events, found.warehouse.events);
  row("exposures", found.journal.exposures, found.warehouse.exposures);
  row("rejected events", found.journal.rejected, found.warehouse.rejected);
  std::cout << fmt::format("journal          {} damaged, {} not understood\n", found.damaged_records,
                           found.journal.unreadable);
  std::cout << "history          unbroken\n";
}

Value to_value(const Verification& found) {
  return Value(Value::Object{{"good", found.good()},
                             {"journal", to_value(found.journal)},
                             {"warehouse", to_value(found.warehouse)},
                             {"damaged_records", found.damaged_records}});
}

ExitCode failed(const Error& error, const MaintenanceOptions& options) {
  print_error(error, options.json ? ErrorStyle::Json : ErrorStyle::Text);
  return exit_code_of(error.code);
}

ExitCode report(const Verification& found, const MaintenanceOptions& options) {
  if (options.json) {
    std::cout << model::pretty_json(to_value(found)) << '\n';
  } else {
    print_verification(found);
    if (found.journal_lacks_rows()) {
      std::cout << "the journal lacks what the warehouse holds: restore a backup (splitplot rebuild would "
                   "lose it)\n";
    } else if (!found.rows_agree()) {
      std::cout << "splitplot rebuild makes the warehouse again from the journal\n";
    }
  }
  return found.good() ? ExitCode::Success : ExitCode::BadData;
}

Result<void> must_be_data_folder(const ServerSettings& settings) {
  std::error_code error;
  if (std::filesystem::exists(DataFolder{settings.data}.catalogue(), error)) return {};
  return fail(ErrorCode::NotFound, fmt::format("{} is no data folder of a server", settings.data),
              "name it by --data");
}

ExitCode run_verify(const MaintenanceOptions& options) {
  const auto settings = resolve_settings(options.typed);
  if (!settings) return failed(settings.error(), options);
  if (const auto there = must_be_data_folder(*settings); !there) return failed(there.error(), options);
  const auto found = verify(*settings);
  if (!found) return failed(found.error(), options);
  return report(*found, options);
}

/// Everything that can be made again from the journal goes, and is made again.
ExitCode run_rebuild(const MaintenanceOptions& options) {
  const auto settings = resolve_settings(options.typed);
  if (!settings) return failed(settings.error(), options);
  if (const auto there = must_be_data_folder(*settings); !there) return failed(there.error(), options);
  const DataFolder folder{settings->data};
  {
    const auto lock = FolderLock::take(folder);
    if (!lock) return failed(lock.error(), options);
    std::error_code error;
    for (const std::string& path : {folder.online(), folder.warehouse(), folder.warehouse() + ".wal"}) {
      std::filesystem::remove_all(path, error);
      if (error) {
        return failed({ErrorCode::Unreadable, fmt::format("cannot remove {}: {}", path, error.message()), ""},
                      options);
      }
    }
  }
  const auto found = verify(*settings);
  if (!found) return failed(found.error(), options);
  return report(*found, options);
}

ExitCode run_backup(const MaintenanceOptions& options) {
  const auto settings = resolve_settings(options.typed);
  if (!settings) return failed(settings.error(), options);
  if (const auto there = must_be_data_folder(*settings); !there) return failed(there.error(), options);
  const auto manifest = back_up({settings->data}, options.backup, current_time_iso());
  if (!manifest) return failed(manifest.error(), options);
  std::uint64_t bytes = 0;
  for (const BackedUpFile& file : manifest->files) bytes += file.bytes;
  if (options.json) {
    std::cout << model::pretty_json(Value(Value::Object{{"backup", options.backup},
                                                        {"journal_end", manifest->journal_end},
                                                        {"journal_records", manifest->journal_records},
                                                        {"bytes", bytes}}))
              << '\n';
  } else {
    std::cout << fmt::format(
        "{}: {} records up to journal offset {}, {} bytes\nIt holds the key file: keep it where only you can "
        "read it.\n",
        options.backup, grouped(manifest->journal_records), manifest->journal_end, grouped(bytes));
  }
  return ExitCode::Success;
}

ExitCode run_restore(const MaintenanceOptions& options) {
  const auto settings = resolve_settings(options.typed);
  if (!settings) return failed(settings.error(), options);
  const auto manifest = check_backup(options.backup);
  if (!manifest) return failed(manifest.error(), options);
  if (const auto restored = restore_files(options.backup, *manifest, {settings->data}); !restored)
    return failed(restored.error(), options);
  const auto found = verify(*settings);
  if (!found) return failed(found.error(), options);
  if (!options.json) {
    std::cout << fmt::format("restored from {} of {}: {} records, journal offset {}\n", options.backup,
                             manifest->made_at, grouped(manifest->journal_records), manifest->journal_end);
  }
  const ExitCode code = report(*found, options);
  if (found->journal.records == manifest->journal_records) return code;
  return failed({ErrorCode::BadData,
                 fmt::format("the backup held {} records, and {} were restored", manifest->journal_records,
                             found->journal.records),
                 "use another backup"},
                options);
}

void add(CLI::App& program, Run& run, const std::string& name, const std::string& meaning,
         const std::string& backup_meaning, const std::function<ExitCode(const MaintenanceOptions&)>& work) {
  const auto options = std::make_shared<MaintenanceOptions>();
  CLI::App* command = program.add_subcommand(name, meaning);
  if (!backup_meaning.empty()) command->add_option("backup", options->backup, backup_meaning)->required();
  add_data_flags(*command, options->typed);
  command->add_flag("--json", options->json, "Print JSON");
  command->callback([options, work, &run] { run = [options, work] { return work(*options); }; });
}

}  // namespace

void add_maintenance_commands(CLI::App& program, Run& run) {
  add(program, run, "backup",
      "Copy what cannot be made again: journal, catalogue, key file. The server may run",
      "A new folder for it", run_backup);
  add(program, run, "restore", "Make a data folder from a backup, rebuild the rest, and prove it",
      "The backup's folder", run_restore);
  add(program, run, "verify", "Compare journal, warehouse and history. The server must be stopped", "",
      run_verify);
  add(program, run, "rebuild",
      "Make profiles and warehouse again from the journal. The server must be stopped", "", run_rebuild);
}

}  // namespace splitplot::app
