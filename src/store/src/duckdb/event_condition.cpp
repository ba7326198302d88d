#include "event_condition.hpp"

#include <exception>
#include <mutex>
#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace splitplot::store::duckdb {
namespace {

constexpr const char* kFunction = "splitplot_event_condition";

using Shared = std::shared_ptr<EventConditions>;

/// Called by DuckDB, which must not see an exception.
void evaluate(duckdb_function_info info, duckdb_data_chunk input, duckdb_vector output) {
  const auto& conditions = *static_cast<Shared*>(duckdb_scalar_function_get_extra_info(info));
  const idx_t rows = duckdb_data_chunk_get_size(input);
  const auto* numbers =
      static_cast<const std::int64_t*>(duckdb_vector_get_data(duckdb_data_chunk_get_vector(input, 0)));
  auto* texts = static_cast<duckdb_string_t*>(duckdb_vector_get_data(duckdb_data_chunk_get_vector(input, 1)));
  auto* answers = static_cast<bool*>(duckdb_vector_get_data(output));
  try {
    EventCondition condition;
    std::int64_t number = 0;
    for (idx_t row = 0; row < rows; ++row) {
      if (row == 0 || numbers[row] != number) {
        number = numbers[row];
        condition = conditions->find(number);
      }
      answers[row] =
          condition && condition({duckdb_string_t_data(&texts[row]), duckdb_string_t_length(texts[row])});
    }
  } catch (const std::exception& exception) {
    duckdb_scalar_function_set_error(info, exception.what());
  }
}

}  // namespace

Result<std::shared_ptr<EventConditions>> EventConditions::install(Connection& connection) {
  auto conditions = std::make_shared<EventConditions>();
  duckdb_scalar_function function = duckdb_create_scalar_function();
  duckdb_scalar_function_set_name(function, kFunction);
  for (const duckdb_type parameter : {DUCKDB_TYPE_BIGINT, DUCKDB_TYPE_VARCHAR}) {
    duckdb_logical_type type = duckdb_create_logical_type(parameter);
    duckdb_scalar_function_add_parameter(function, type);
    duckdb_destroy_logical_type(&type);
  }
  duckdb_logical_type truth = duckdb_create_logical_type(DUCKDB_TYPE_BOOLEAN);
  duckdb_scalar_function_set_return_type(function, truth);
  duckdb_destroy_logical_type(&truth);
  duckdb_scalar_function_set_extra_info(function, new Shared(conditions),
                                        [](void* shared) { delete static_cast<Shared*>(shared); });
  duckdb_scalar_function_set_function(function, evaluate);
  const bool done = duckdb_register_scalar_function(connection.handle(), function) == DuckDBSuccess;
  duckdb_destroy_scalar_function(&function);
  if (!done) return fail(ErrorCode::Internal, "the embedded database refused a function");
  return conditions;
}

EventConditions::Lease::Lease(std::shared_ptr<EventConditions> conditions, EventCondition condition)
    : conditions_(std::move(conditions)) {
  const std::unique_lock lock(conditions_->mutex_);
  number_ = ++conditions_->last_;
  conditions_->conditions_.emplace(number_, std::move(condition));
}

EventConditions::Lease::Lease(Lease&& other) noexcept
    : conditions_(std::move(other.conditions_)), number_(other.number_) {}

EventConditions::Lease::~Lease() {
  if (!conditions_) return;
  const std::unique_lock lock(conditions_->mutex_);
  conditions_->conditions_.erase(number_);
}

std::string EventConditions::Lease::sql(const std::string& properties) const {
  // Without properties a condition may still hold, and DuckDB does not call us for a null.
  return fmt::format("{}({}::BIGINT, coalesce({}, ''))", kFunction, number_, properties);
}

EventCondition EventConditions::find(std::int64_t number) const {
  const std::shared_lock lock(mutex_);
  const auto found = conditions_.find(number);
  return found == conditions_.end() ? EventCondition() : found->second;
}

}  // namespace splitplot::store::duckdb
