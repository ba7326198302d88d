/// The port to the warehouse: the place that holds rows and answers with aggregates. Adapters live in a folder each
/// (`duckdb/`). An object may be used by one thread at a time.
#pragma once

#include <splitplot/base/result.hpp>
#include <splitplot/store/table_sample.hpp>
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
  /// Errors: Unreadable (no such file, binary, directory, no permission, empty, not well-formed), BadData (lines of
  /// different lengths).
  virtual Result<TabularFile> open_file(const std::string& path, const ReadOptions& options = {}) = 0;

  /// Looks at the first rows of a file that was opened: what its columns hold.
  /// Errors: as of `open_file`; Cancelled, ResourceLimit.
  virtual Result<TableSample> sample(const TabularFile& file, const Progress& progress = {}) = 0;

  /// Answers a frame query: one look at the head and one pass over the file where the data are clean. More passes:
  ///  * a column whose later cells are not what the head promised (n/a among numbers): one, with every column as text;
  ///  * units with several rows: one, which puts them in order;
  ///  * units that do not fit in memory at once: one for each part of the units, 8 or 64;
  ///  * a cell or a unit to complain about: one, to find it.
  /// Errors: NotFound (column), InvalidArgument (a query that contradicts itself), BadData with the place (column,
  /// row, value) for cells that are not what was asked for, Unreadable, Cancelled, ResourceLimit.
  virtual Result<Frame> aggregate(const UnitFrameQuery& query, const Progress& progress = {}) = 0;

  /// Histograms per variant of metric number `metric` of the query, in further passes.
  /// Errors: as above; InvalidArgument for a range that is not finite or has no bars.
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
