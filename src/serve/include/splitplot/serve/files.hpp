/// Files that somebody uploads to have them analysed: kept for a while, looked at, analysed as often as wanted. The server
/// knows them through this port alone. Any thread; may take seconds.
#pragma once

#include <splitplot/base/result.hpp>
#include <splitplot/base/time.hpp>
#include <splitplot/catalogue/catalogue.hpp>
#include <splitplot/serve/experiments.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace splitplot::serve {

/// A file that was taken in, and what its columns seem to be.
struct UploadedFile {
  std::string id;
  std::string name;  ///< to be shown: without folders
  std::uint64_t bytes = 0;
  Timestamp expires;
  struct Column {
    std::string name;
    std::string type;
    std::string suggestion;  ///< "variant", "unit", "time", "metric", "covariate", "dimension" or "none"
    std::string why;
  };
  std::vector<Column> columns;
  std::vector<std::vector<std::optional<std::string>>> sample;  ///< the first rows
};

/// What is asked of a file, in the words of `splitplot analyze`.
struct FileQuestion {
  std::string variant;
  std::optional<std::string> control, unit, time, delimiter, decimal;
  std::vector<std::string> metrics, by, covariates, lower_is_better;
  std::vector<std::string> methods, priors;
  std::map<std::string, std::string> kinds;
  std::map<std::string, double> weights;
  std::optional<double> alpha, power, worthwhile;
  std::optional<std::string> missing, duplicates, correction, segment_correction, pool;
  bool sequential = false;
  std::optional<std::uint64_t> tune_at;
};

class FileAnalyses {
 public:
  virtual ~FileAnalyses() = default;

  /// Errors: BadData (not a table of a kind that can be read), ResourceLimit (too many files), Unavailable (busy).
  virtual Result<UploadedFile> keep(const catalogue::Scope& scope, std::string_view name,
                                    std::string_view content) = 0;

  /// As JSON or HTML. Errors: NotFound (no such file, or no more), InvalidArgument, BadData, Unavailable (busy).
  virtual Result<std::string> analyse(const catalogue::Scope& scope, std::string_view id,
                                      const FileQuestion& question, ResultsFormat format) = 0;

  /// Errors: NotFound.
  virtual Result<void> remove(const catalogue::Scope& scope, std::string_view id) = 0;
};

}  // namespace splitplot::serve
