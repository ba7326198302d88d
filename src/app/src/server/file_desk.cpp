#include "server/file_desk.hpp"

#include "analysis_options.hpp"

#include <splitplot/experiment/column_roles.hpp>
#include <splitplot/report/report.hpp>

#include <algorithm>
#include <chrono>
#include <mutex>
#include <utility>

#include <fmt/format.h>

namespace splitplot::app {
namespace {

constexpr const char* kMemory = "512MB";
constexpr auto kPatience = std::chrono::seconds(10);     // for the file that is being read
constexpr auto kLongestRead = std::chrono::seconds(60);  // of one file

void replace_all(std::string& text, const std::string& what, const std::string& with) {
  for (std::size_t at = text.find(what); at != text.npos; at = text.find(what, at + with.size()))
    text.replace(at, what.size(), with);
}

// An error of reading, said of the file as its owner knows it. That a column is not there must not read as if the file
// were not; and what the file holds will not be better for waiting.
Error said_of(const Upload& upload, Error error) {
  replace_all(error.message, upload.path, upload.name);
  replace_all(error.hint, upload.path, upload.name);
  switch (error.code) {
    case ErrorCode::NotFound:
      error.code = ErrorCode::InvalidArgument;
      break;
    case ErrorCode::Unreadable:
    case ErrorCode::ResourceLimit:
      error.code = ErrorCode::BadData;
      break;
    case ErrorCode::Cancelled:
      return {ErrorCode::BadData,
              fmt::format("'{}' took longer than {} seconds to read", upload.name, kLongestRead.count()),
              "leave columns out, or use splitplot analyze"};
    default:
      break;
  }
  return error;
}

template <typename T>
Result<T> word_of(std::string_view option, const std::string& word,
                  const std::vector<std::pair<std::string, T>>& words) {
  std::string known;
  for (const auto& [name, value] : words) {
    if (name == word) return value;
    known += (known.empty() ? "" : ", ") + name;
  }
  return fail(ErrorCode::InvalidArgument, fmt::format("{} has no '{}'", option, word), "there are " + known);
}

Result<void> choose_words(const serve::FileQuestion& question, AnalysisOptions& options) {
  experiment::AnalysisRequest& request = options.request;
  const auto choose = [](std::string_view option, const std::optional<std::string>& word, const auto& words,
                         auto& target) -> Result<void> {
    if (!word) return {};
    auto found = word_of(option, *word, words);
    if (!found) return tl::unexpected(found.error());
    target = *found;
    return {};
  };
  using Missing = std::vector<std::pair<std::string, store::MissingValue>>;
  using Repeated = std::vector<std::pair<std::string, store::RepeatedUnits>>;
  auto done =
      choose("missing", question.missing,
             Missing{{"leave-out", store::MissingValue::LeaveOut}, {"zero", store::MissingValue::Zero}},
             request.missing);
  if (done)
    done = choose("duplicates", question.duplicates,
                  Repeated{{"refuse", store::RepeatedUnits::Refuse},
                           {"first", store::RepeatedUnits::First},
                           {"sum", store::RepeatedUnits::Sum}},
                  request.repeated_units);
  if (done)
    done = choose("correction", question.correction, experiment::correction_words(), request.correction);
  if (done)
    done = choose("segment_correction", question.segment_correction, segment_correction_words(),
                  options.statistics.segment_correction);
  return done;
}

Result<experiment::AnalysisRequest> request_of(const serve::FileQuestion& question) {
  AnalysisOptions options;
  experiment::AnalysisRequest& request = options.request;
  request.variant_column = question.variant;
  request.control = question.control;
  request.unit_column = question.unit;
  request.metrics = question.metrics;
  request.dimensions = question.by;
  request.covariates = question.covariates;
  request.lower_is_better = question.lower_is_better;
  request.weights = question.weights;
  request.alpha = question.alpha.value_or(request.alpha);
  request.power = question.power.value_or(request.power);
  request.worthwhile_lift = question.worthwhile.value_or(request.worthwhile_lift);
  request.tuned_for_units = question.tune_at.value_or(request.tuned_for_units);
  options.delimiter = question.delimiter.value_or("");
  options.decimal = question.decimal.value_or("");
  options.time = question.time.value_or("");
  for (const auto& [name, kind] : question.kinds) options.kinds.push_back(name + "=" + kind);
  options.statistics.methods = question.methods;
  options.statistics.priors = question.priors;
  options.statistics.pool = question.pool.value_or("");
  options.statistics.sequential = question.sequential;
  if (auto chosen = choose_words(question, options); !chosen) return tl::unexpected(chosen.error());
  if (auto read = read_options(options); !read) return tl::unexpected(read.error());
  return std::move(options.request);
}

class FileDesk final : public serve::FileAnalyses {
 public:
  FileDesk(UploadFolder& uploads, store::EmbeddedWarehouseOptions limits, const Clock& clock)
      : uploads_(uploads), limits_(std::move(limits)), clock_(clock) {
    limits_.memory_limit = kMemory;
  }

  Result<serve::UploadedFile> keep(const catalogue::Scope& scope, std::string_view name,
                                   std::string_view content) override;
  Result<std::string> analyse(const catalogue::Scope& scope, std::string_view id,
                              const serve::FileQuestion& question, serve::ResultsFormat format) override;
  Result<void> remove(const catalogue::Scope& scope, std::string_view id) override {
    return uploads_.remove(scope, id);
  }

 private:
  // Runs `read` with a warehouse, if no other file is being read for too long.
  template <typename T, typename Read>
  Result<T> with_warehouse(const Read& read);

  UploadFolder& uploads_;
  store::EmbeddedWarehouseOptions limits_;
  const Clock& clock_;
  std::timed_mutex reading_;
};

template <typename T, typename Read>
Result<T> FileDesk::with_warehouse(const Read& read) {
  const std::unique_lock lock(reading_, kPatience);
  if (!lock.owns_lock())
    return fail(ErrorCode::Unavailable, "another file is being read", "try again in a moment");
  auto warehouse = store::open_embedded_warehouse(limits_);
  if (!warehouse) return tl::unexpected(warehouse.error());
  // How long somebody waits is no matter of the clock that a test sets.
  const auto until = std::chrono::steady_clock::now() + kLongestRead;
  return read(**warehouse, [until](double) { return std::chrono::steady_clock::now() < until; });
}

Result<serve::UploadedFile> look_at(const Upload& upload, store::Warehouse& warehouse,
                                    const store::Progress& progress) {
  const auto file = warehouse.open_file(upload.path);
  if (!file) return tl::unexpected(said_of(upload, file.error()));
  auto sample = warehouse.sample(*file, progress);
  if (!sample) return tl::unexpected(said_of(upload, sample.error()));
  serve::UploadedFile answer{upload.id, upload.name, upload.bytes, upload.expires, {}, {}};
  const auto suggestions = experiment::suggest_roles(file->columns, *sample);
  for (std::size_t i = 0; i < file->columns.size(); ++i) {
    answer.columns.push_back({file->columns[i].name, std::string(name_of(file->columns[i].type)),
                              std::string(name_of(suggestions[i].role)), suggestions[i].why});
  }
  answer.sample = std::move(sample->first_rows);
  return answer;
}

Result<serve::UploadedFile> FileDesk::keep(const catalogue::Scope& scope, std::string_view name,
                                           std::string_view content) {
  const auto upload = uploads_.add(scope, name, content);
  if (!upload) return tl::unexpected(upload.error());
  auto looked =
      with_warehouse<serve::UploadedFile>([&](store::Warehouse& warehouse, const store::Progress& progress) {
        return look_at(**upload, warehouse, progress);
      });
  if (!looked) (void)uploads_.remove(scope, (*upload)->id);  // what cannot be read is not kept
  return looked;
}

Result<std::string> FileDesk::analyse(const catalogue::Scope& scope, std::string_view id,
                                      const serve::FileQuestion& question, serve::ResultsFormat format) {
  const auto upload = uploads_.find(scope, id);
  if (!upload) return tl::unexpected(upload.error());
  auto request = request_of(question);
  if (!request) return tl::unexpected(request.error());
  request->path = (*upload)->path;
  request->with_distributions = format == serve::ResultsFormat::Html;
  auto analysis =
      with_warehouse<experiment::Analysis>([&](store::Warehouse& warehouse, const store::Progress& progress) {
        return experiment::analyze_file(warehouse, *request, progress);
      });
  if (!analysis) return tl::unexpected(said_of(**upload, analysis.error()));
  analysis->source = (*upload)->name;
  analysis->request.path = (*upload)->name;
  if (format == serve::ResultsFormat::Html) return report::to_html(*analysis, rfc3339(clock_.now()));
  return report::to_json(*analysis);
}

}  // namespace

std::unique_ptr<serve::FileAnalyses> make_file_desk(UploadFolder& uploads,
                                                    store::EmbeddedWarehouseOptions limits,
                                                    const Clock& clock) {
  return std::make_unique<FileDesk>(uploads, std::move(limits), clock);
}

}  // namespace splitplot::app
