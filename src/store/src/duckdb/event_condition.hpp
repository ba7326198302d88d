/// Conditions over events that are no SQL: a function of ours that DuckDB calls for each row. One a database, with the
/// conditions by number, since a function cannot be taken back once DuckDB knows it. Any thread.
#pragma once

#include "connection.hpp"

#include <splitplot/base/result.hpp>
#include <splitplot/store/event_warehouse.hpp>

#include <cstdint>
#include <map>
#include <memory>
#include <shared_mutex>
#include <string>

namespace splitplot::store::duckdb {

class EventConditions {
 public:
  /// Makes the function known to the database of the connection.
  static Result<std::shared_ptr<EventConditions>> install(Connection& connection);

  /// A condition that may be asked for as long as this lives.
  class Lease {
   public:
    Lease(std::shared_ptr<EventConditions> conditions, EventCondition condition);
    Lease(Lease&& other) noexcept;
    Lease& operator=(Lease&&) = delete;
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;
    ~Lease();

    /// BOOLEAN, whether the condition holds; `properties` is SQL of a JSON text.
    [[nodiscard]] std::string sql(const std::string& properties) const;

   private:
    std::shared_ptr<EventConditions> conditions_;
    std::int64_t number_ = 0;
  };

  /// The condition of a number; empty for none.
  [[nodiscard]] EventCondition find(std::int64_t number) const;

 private:
  mutable std::shared_mutex mutex_;
  std::map<std::int64_t, EventCondition> conditions_;
  std::int64_t last_ = 0;
};

}  // namespace splitplot::store::duckdb
