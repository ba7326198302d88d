/// Reads an open journal behind its durable end. One thread, which may be another one than the writer's.
#pragma once

#include "journal/record_scanner.hpp"
#include "journal/segment_table.hpp"

#include <splitplot/store/journal.hpp>

#include <memory>
#include <optional>
#include <vector>

namespace splitplot::store {

class FollowingReader final : public JournalReader {
 public:
  FollowingReader(std::shared_ptr<const SegmentTable> table, JournalOffset position);

  Result<std::optional<JournalRecord>> next() override;
  [[nodiscard]] JournalOffset position() const override { return position_; }
  [[nodiscard]] const std::vector<JournalDamage>& damage() const override { return damage_; }

 private:
  /// False if there is no segment yet.
  Result<bool> enter_segment();
  void take_damage();

  std::shared_ptr<const SegmentTable> table_;
  JournalOffset position_;
  std::optional<OpenSegment> current_;
  std::optional<RecordScanner> scanner_;  ///< of `current_`
  SegmentTable::Extent extent_;
  std::size_t damage_taken_ = 0;  ///< of the scanner's
  std::vector<JournalDamage> damage_;
};

}  // namespace splitplot::store
