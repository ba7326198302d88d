/// A warehouse on one connection of the event warehouse's database, which lays experiments out as temporary tables of
/// that connection and answers questions about them as about files.
#pragma once

#include "connection.hpp"
#include "event_condition.hpp"

#include <splitplot/store/event_warehouse.hpp>

#include <memory>

namespace splitplot::store::duckdb {

[[nodiscard]] std::unique_ptr<ExperimentWarehouse> experiment_warehouse_on(
    Connection connection, std::shared_ptr<EventConditions> conditions);

}  // namespace splitplot::store::duckdb
