/// Journal records -> rows of the warehouse.
#pragma once

#include <splitplot/base/result.hpp>
#include <splitplot/store/event_warehouse.hpp>
#include <splitplot/store/journal.hpp>

namespace splitplot::collect {

/// Adds the rows of one record. Errors: BadData (the record cannot be understood; nothing was added).
[[nodiscard]] Result<void> add_rows(store::LoadBatch& batch, const store::JournalRecord& record);

}  // namespace splitplot::collect
