/// Walks over the records of one segment file. Where a record is not right it goes on with the next one that is, so
/// that damage costs the damaged records only. Used by readers, by recovery and by inspection. One thread.
#pragma once

#include <splitplot/store/file_system.hpp>
#include <splitplot/store/journal.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace splitplot::store {

class RecordScanner {
 public:
  struct Record {
    JournalOffset offset = 0;
    JournalOffset next = 0;
    std::string_view payload;  ///< until the next call
  };

  /// `file_name` is for damage; without a `marker` (the segment's header is lost) the first right record gives it.
  RecordScanner(const File& file, std::string file_name, JournalOffset begin,
                std::optional<std::uint32_t> marker);

  /// The next right record that ends before `limit`. Without one: what lies between `right_end()` and `limit`, if
  /// anything, is no record, and the caller says what it is: `skip_tail` or a torn end.
  std::optional<Record> next(JournalOffset limit);

  /// Where the last right record ends, or where the scan began.
  [[nodiscard]] JournalOffset right_end() const { return right_end_; }

  /// Goes on at `offset`.
  void seek(JournalOffset offset);

  /// Reports what lies before `limit` as damage and goes on there.
  void skip_tail(JournalOffset limit);

  [[nodiscard]] const std::vector<JournalDamage>& damage() const { return damage_; }

  /// Whether the system refused to read some bytes; they count as damage.
  [[nodiscard]] bool met_unreadable_bytes() const { return unreadable_; }

 private:
  std::string_view view(JournalOffset offset, std::size_t size, JournalOffset limit);
  void fill(std::uint64_t position, std::size_t size);
  /// Where the next right header may stand; `limit` if there is none.
  JournalOffset find_header(JournalOffset from, JournalOffset limit);
  void suspect(JournalOffset end, std::string_view what);
  [[nodiscard]] std::uint64_t position_of(JournalOffset offset) const;

  const File& file_;
  std::string file_name_;
  JournalOffset begin_;
  std::optional<std::uint32_t> marker_;
  JournalOffset at_;
  JournalOffset right_end_;
  bool unreadable_ = false;
  std::string block_;
  std::uint64_t block_position_ = 0;
  std::vector<JournalDamage> suspects_;  ///< since the last right record
  std::vector<JournalDamage> damage_;
};

}  // namespace splitplot::store
