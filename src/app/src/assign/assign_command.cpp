// splitplot assign: a list of units with the variant of each, for who cannot ask a server: mailings, call lists, letters.

#include "assign/assignment_summary.hpp"
#include "assign/list_assigner.hpp"
#include "assign/unit_list.hpp"
#include "client/failure.hpp"
#include "command.hpp"
#include "files.hpp"

#include <splitplot/decide/hash.hpp>
#include <splitplot/decide/unit_text.hpp>
#include <splitplot/model/json.hpp>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iostream>
#include <memory>
#include <utility>

#include <fmt/format.h>
#include <unistd.h>

namespace splitplot::app {
namespace {

/// Units that are asked for at once, as the server's route allows, and their cells, for lists with many columns.
constexpr std::size_t kMostUnits = 1000;
constexpr std::size_t kMostCellBytes = 200'000;

struct AssignOptions {
  ServerAddress address;
  std::string list;
  std::string experiment;
  std::string flag;
  std::vector<std::string> documents;
  std::string split;
  std::string salt;
  std::string id_column;
  std::string prefix;
  std::string output;
  bool keep_formulas = false;
  bool json = false;
};

ExitCode failed(const ApiFailure& failure, const AssignOptions& options) {
  return print_failure(failure, options.json ? ErrorStyle::Json : ErrorStyle::Text);
}

Result<void> check_options(const AssignOptions& options) {
  const auto refuse = [](std::string what, std::string hint) {
    return fail(ErrorCode::InvalidArgument, std::move(what), std::move(hint));
  };
  if (options.split.empty() == options.experiment.empty())
    return refuse("give either --experiment KEY or --split 50/50", "help: splitplot assign --help");
  if (!options.split.empty() && options.salt.empty()) {
    return refuse(
        "--split needs --salt TEXT",
        "the same salt splits the same way; give each list that is split for itself one of its own");
  }
  if (!options.split.empty() && (!options.documents.empty() || !options.flag.empty()))
    return refuse("--split asks no documents and no flag", "use --experiment KEY with them");
  if (!options.output.empty() && same_file(options.list, options.output))
    return refuse(fmt::format("--output names the list itself, {}", options.list),
                  "give it a name of its own");
  return {};
}

ApiResult<std::unique_ptr<ListAssigner>> assigner_of(const AssignOptions& options) {
  const auto failure = [](const Error& error) { return tl::unexpected(ApiFailure{error, {}}); };
  if (!options.split.empty()) {
    const auto split = read_split(options.split);
    if (!split) return failure(split.error());
    return assign_by_split(*split, options.salt);
  }
  if (options.documents.empty()) return assign_by_server(options.address, options.experiment, options.flag);
  auto local = snapshot_of_documents(options.documents);
  if (!local) return tl::unexpected(local.error());
  auto assigner =
      assign_by_documents(*std::move(local), options.experiment, options.flag, SystemClock().now());
  if (!assigner) return failure(assigner.error());
  return *std::move(assigner);
}

/// A column that is put behind those of the list.
struct AddedColumn {
  std::string name;
  std::function<std::string(const ListedUnit&)> cell;
};

std::string cell_of(const std::optional<Value>& value) {
  if (!value) return "";
  return value->if_text() != nullptr ? *value->if_text() : model::to_json(*value);
}

/// What a unit is shown is one more of them.
Result<std::vector<AddedColumn>> added_columns(const AssignOptions& options,
                                               const std::vector<std::string>& header) {
  std::vector<AddedColumn> columns;
  columns.push_back({options.prefix + "variant", [](const ListedUnit& unit) { return unit.variant; }});
  if (!options.flag.empty())
    columns.push_back({options.prefix + "value", [](const ListedUnit& unit) { return cell_of(unit.value); }});
  if (options.split.empty())
    columns.push_back({options.prefix + "reason", [](const ListedUnit& unit) { return unit.reason; }});
  for (const AddedColumn& column : columns) {
    if (std::ranges::find(header, column.name) == header.end()) continue;
    return fail(ErrorCode::Conflict, fmt::format("the list has a column '{}' already", column.name),
                "rename it, or add other names by --prefix test_");
  }
  return columns;
}

/// Standard output, or a file that takes its name once it is whole.
class Sink {
 public:
  explicit Sink(std::string path) : path_(std::move(path)) {
    if (path_.empty()) return;
    temporary_ = fmt::format("{}.{}.tmp", path_, getpid());
    file_.open(temporary_, std::ios::binary);
  }
  ~Sink() {
    if (!temporary_.empty()) std::remove(temporary_.c_str());
  }
  Sink(const Sink&) = delete;
  Sink& operator=(const Sink&) = delete;

  Result<void> write(const std::string& text) {
    std::ostream& out = path_.empty() ? std::cout : file_;
    out << text;
    if (out) return {};
    return fail(ErrorCode::Unreadable,
                fmt::format("cannot write {}", path_.empty() ? std::string("to standard output") : path_),
                "check that the folder exists, is writable, and has room");
  }

  Result<void> finish() {
    if (path_.empty()) return flush_standard_output();
    file_.close();
    if (file_ && std::rename(temporary_.c_str(), path_.c_str()) == 0) {
      temporary_.clear();
      return {};
    }
    return fail(ErrorCode::Unreadable, fmt::format("cannot write {}", path_),
                "check that the folder exists, is writable, and has room");
  }

 private:
  std::string path_;
  std::string temporary_;
  std::ofstream file_;
};

/// Reads, assigns and writes the list, some rows at a time.
class ListRun {
 public:
  ListRun(const AssignOptions& options, UnitList list, ListAssigner& assigner,
          std::vector<AddedColumn> columns)
      : options_(options),
        list_(std::move(list)),
        assigner_(assigner),
        columns_(std::move(columns)),
        writer_(list_.rows().delimiter(), options.keep_formulas ? Formulas::Kept : Formulas::MadeHarmless),
        sink_(options.output) {}

  ApiResult<AssignmentSummary> run() {
    std::vector<std::string> header = list_.rows().header();
    for (const AddedColumn& column : columns_) header.push_back(column.name);
    writer_.append(text_, header);
    std::vector<std::string> cells;
    while (true) {
      const auto more = list_.rows().next(cells);
      if (!more) return failure(more.error());
      if (!*more) break;
      units_.push_back(list_.attributes(cells, assigner_.unit_attribute()));
      if (!decide::is_portable(decide::UnitText(units_.back().find(assigner_.unit_attribute()))))
        ++summary_.unportable;
      for (const std::string& cell : cells) bytes_ += cell.size();
      rows_.push_back(std::exchange(cells, {}));
      if (units_.size() < kMostUnits && bytes_ < kMostCellBytes) continue;
      if (auto written = write_rows(); !written) return tl::unexpected(written.error());
    }
    if (auto written = write_rows(); !written) return tl::unexpected(written.error());
    if (auto finished = sink_.finish(); !finished) return failure(finished.error());
    summary_.variants = assigner_.variants();
    summary_.planned = assigner_.planned();
    summary_.units.resize(summary_.variants.size(), 0);
    summary_.counted.resize(summary_.variants.size(), 0);
    summary_.notes = assigner_.notes();
    summary_.guarded_cells = writer_.changed();
    return std::move(summary_);
  }

 private:
  static tl::unexpected<ApiFailure> failure(const Error& error) {
    return tl::unexpected(ApiFailure{error, {}});
  }

  ApiResult<void> write_rows() {
    if (!units_.empty()) {
      const auto assigned = assigner_.assign(units_);
      if (!assigned) return tl::unexpected(assigned.error());
      for (std::size_t i = 0; i < rows_.size(); ++i) {
        const ListedUnit& unit = (*assigned)[i];
        summary_.add(unit, assigner_.variants());
        for (const AddedColumn& column : columns_) rows_[i].push_back(column.cell(unit));
        writer_.append(text_, rows_[i]);
      }
    }
    units_.clear();
    rows_.clear();
    bytes_ = 0;
    const auto written = sink_.write(text_);
    text_.clear();
    if (!written) return failure(written.error());
    return {};
  }

  const AssignOptions& options_;
  UnitList list_;
  ListAssigner& assigner_;
  std::vector<AddedColumn> columns_;
  CsvWriter writer_;
  Sink sink_;
  AssignmentSummary summary_;
  std::vector<Value> units_;
  std::vector<std::vector<std::string>> rows_;
  std::size_t bytes_ = 0;
  std::string text_;
};

ExitCode run_assign(const AssignOptions& options) {
  const auto refused = [&](const Error& error) { return failed(ApiFailure{error, {}}, options); };
  if (auto checked = check_options(options); !checked) return refused(checked.error());
  auto list = UnitList::open(options.list, options.id_column);
  if (!list) return refused(list.error());
  auto columns = added_columns(options, list->rows().header());
  if (!columns) return refused(columns.error());
  auto assigner = assigner_of(options);
  if (!assigner) return failed(assigner.error(), options);
  auto summary = ListRun(options, *std::move(list), **assigner, *std::move(columns)).run();
  if (!summary) return failed(summary.error(), options);
  summary->title = options.split.empty() ? fmt::format("experiment '{}'", options.experiment)
                                         : fmt::format("the split {}", options.split);
  if (options.json) {
    std::cerr << model::to_json(summary_value(*summary)) << '\n';
  } else {
    std::cerr << summary_text(*summary);
  }
  return ExitCode::Success;
}

}  // namespace

void add_assign_command(CLI::App& program, Run& run) {
  const auto options = std::make_shared<AssignOptions>();
  CLI::App* command =
      program.add_subcommand("assign", "Add the variant of each unit to a list that is used elsewhere");
  command->add_option("list", options->list, "CSV file with a unit per row; other columns are its attributes")
      ->required()
      ->option_text("LIST.csv");
  command->add_option("--experiment", options->experiment, "Key of the experiment")->option_text("KEY");
  command->add_option("--flag", options->flag, "Also add what this flag answers to each unit")
      ->option_text("KEY");
  add_server_flags(*command, options->address);
  command
      ->add_option("--documents", options->documents,
                   "Instead of asking a server: files or folders of documents")
      ->option_text("PATH ...");
  command->add_option("--split", options->split, "Instead of an experiment: 50/50, or control=90,new=10")
      ->option_text("SHARES");
  command->add_option("--salt", options->salt, "With --split: what is hashed with each id")
      ->option_text("TEXT");
  command->add_option("--id", options->id_column, "The column that names the unit ('id', else the first)")
      ->option_text("COLUMN");
  command->add_option("--prefix", options->prefix, "Put before the names of the columns that are added")
      ->option_text("TEXT");
  command->add_option("--output", options->output, "Write the list there instead of to standard output")
      ->option_text("FILE");
  command->add_flag("--keep-formulas", options->keep_formulas,
                    "Leave cells as they are that a spreadsheet would calculate");
  command->add_flag("--json", options->json, "Print the summary as JSON");
  command->callback([options, &run] { run = [options] { return run_assign(*options); }; });
}

}  // namespace splitplot::app
