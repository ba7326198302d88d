/// The port to the warehouse: the place that holds rows and answers with aggregates. Adapters live in a
/// folder each
/// (`duckdb/`). An object may be used by one thread at a time.
#pragma once

#include <splitplot/base/result.hpp>
#include <splitplot/store/tabular_file.hpp>
#include <splitplot/store/unit_frame.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace splitplot::store {

class Warehouse {
 public:
  virtual ~Warehouse() = default;

  /// Looks at a file: what it is and which columns it has. Reads its head only.
  /// Errors: NotFound (no such file), Unreadable (binary, directory, no permission, empty, not well-formed).
  virtual Result<TabularFile> open_file(const std::string& path, const ReadOptions& options = {}) = 0;

  /// Answers a frame query in one pass over the file (two where it has units to collapse).
  /// Errors: BadData with the place (column, row, value) for cells that are not what was asked for;
  /// ResourceLimit.
  virtual Result<Frame> aggregate(const UnitFrameQuery& query, const Progress& progress = {}) = 0;

  /// Histograms per variant of metric number `metric` of the query, a further pass.
  virtual Result<std::vector<Histogram>> histograms(const UnitFrameQuery& query, std::size_t metric,
                                                    const HistogramRange& range) = 0;
};

struct EmbeddedWarehouseOptions {
  int threads = 0;                  ///< 0: one per processor
  std::string memory_limit;         ///< "512MB"; empty: DuckDB's default, 80 % of the machine
  std::string temporary_directory;  ///< where a query larger than memory spills; empty: the system's
};

/// A DuckDB in this process, in memory, spilling to disk where a query is larger than memory.
[[nodiscard]] Result<std::unique_ptr<Warehouse>> open_embedded_warehouse(
    const EmbeddedWarehouseOptions& options = {});

}  // namespace splitplot::store
