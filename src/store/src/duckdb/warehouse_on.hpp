/// The warehouse port over a connection that somebody else uses too, to make the tables that are asked about.
#pragma once

#include "connection.hpp"

#include <splitplot/store/warehouse.hpp>

#include <memory>

namespace splitplot::store::duckdb {

[[nodiscard]] std::unique_ptr<Warehouse> warehouse_on(std::shared_ptr<Connection> connection);

}  // namespace splitplot::store::duckdb
