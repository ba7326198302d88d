/// A warehouse over a folder of its own, and short ways to ask it.
#pragma once

#include "temporary_files.hpp"

#include <splitplot/store/warehouse.hpp>

#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace splitplot::store::test {

inline Measure value(const std::string& column) {
  return {column, Reduction::Value, column, {}, MissingValue::LeaveOut};
}
inline Measure reduced(Reduction reduction, const std::string& column) {
  return {std::string(name_of(reduction)), reduction, column, {}, MissingValue::LeaveOut};
}
inline Predicate compare(Predicate::Kind kind, const std::string& column, Literal literal) {
  return {kind, {}, column, {std::move(literal)}};
}

class WarehouseTest : public TemporaryFiles {
 protected:
  WarehouseTest() : warehouse_(std::move(*open_embedded_warehouse({2, "", folder_.string()}))) {}

  TabularFile open(const std::string& file, const ReadOptions& options = {}) {
    auto opened = warehouse_->open_file(file, options);
    if (!opened) throw std::runtime_error(opened.error().message);
    return *opened;
  }
  UnitFrameQuery query(const std::string& content, std::vector<Measure> metrics,
                       const ReadOptions& options = {}) {
    UnitFrameQuery q;
    q.exposures = open(write("data.csv", content), options);
    q.variant_column = "variant";
    q.metrics = std::move(metrics);
    return q;
  }
  Frame frame(const UnitFrameQuery& q) {
    auto answer = warehouse_->aggregate(q);
    if (!answer) throw std::runtime_error(answer.error().message);
    return *answer;
  }
  Error error(const UnitFrameQuery& q) {
    auto answer = warehouse_->aggregate(q);
    if (answer) {
      ADD_FAILURE() << "the query was answered";
      return {};
    }
    for (const char* word :
         {"CSV Error", "strict_mode", "ignore_errors", "LINE 1", "Possible", "read_csv", "Binder"}) {
      EXPECT_EQ(answer.error().message.find(word), std::string::npos) << answer.error().message;
    }
    return answer.error();
  }
  /// Means of metric 0 by variant.
  std::map<std::string, double> means(const UnitFrameQuery& q) {
    std::map<std::string, double> answer;
    for (const Cell& cell : frame(q).cells) answer[cell.variant] = cell.metrics[0].moments.mean;
    return answer;
  }

  std::unique_ptr<Warehouse> warehouse_;
};

}  // namespace splitplot::store::test
