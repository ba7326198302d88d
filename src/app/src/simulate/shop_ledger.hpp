// The visits that a shop has seen, a line each, so that it can go on after a restart with the same visitors and the same
// truth: everything else follows from the seed. One thread.
#pragma once

#include "simulate/fast_forward.hpp"

#include <splitplot/base/result.hpp>

#include <fstream>
#include <functional>
#include <string>
#include <vector>

namespace splitplot::app::simulate {

/// A visit as one line: "visitor visit start served served served", times in microseconds, a question that was
/// not asked as -, a variant that the experiment served with a star.
[[nodiscard]] std::string ledger_line(const Visit& visit);

class ShopLedger {
 public:
  /// Opens for appending. Errors: Unreadable.
  [[nodiscard]] static Result<ShopLedger> open(const std::string& path);
  void add(const Visit& visit) { file_ << ledger_line(visit); }
  /// Errors: Unreadable (a full disk).
  [[nodiscard]] Result<void> flush();

 private:
  ShopLedger(std::string path, std::ofstream file) : path_(std::move(path)), file_(std::move(file)) {}
  std::string path_;
  std::ofstream file_;
};

/// How a shop stands.
struct ShopState {
  std::uint64_t next_visitor = 0;
  Timestamp last_start;  ///< of all visits
  std::vector<ComingVisit> coming;
};

/// Plays a ledger again: `each` gets its visits in order. A last line that was cut off is left out.
/// Errors: Unreadable, BadData with the line.
[[nodiscard]] Result<ShopState> read_ledger(const std::string& path, const ShopModel& model,
                                            const std::function<void(const Visit&)>& each);

}  // namespace splitplot::app::simulate
