/// What a decision shows: its value, or what its template is rendered to. A plain value; points into the snapshot.
#pragma once

#include <splitplot/decide/snapshot.hpp>

#include <optional>
#include <string_view>

namespace splitplot::serve {

class ShownValue {
 public:
  /// `context` is what the caller sent, an object or null; `user` adds what is stored.
  ShownValue(const decide::Snapshot& snapshot, const Value* value, const model::Attributes& user,
             const Value* context)
      : value_(value), rendering_(value == nullptr ? std::nullopt : snapshot.render(value, user, context)) {}

  /// Null: the caller's default.
  [[nodiscard]] const Value* value() const {
    if (!rendering_) return value_;
    return rendering_->value.is_null() ? nullptr : &rendering_->value;
  }
  /// Nothing was rendered: `of` would change nothing.
  [[nodiscard]] bool is_as_decided() const { return !rendering_; }
  /// The decision as it is shown: where the flag's default stands in for content that is of no use, that variant's.
  [[nodiscard]] decide::Decision of(const decide::Decision& decision) const {
    decide::Decision shown = decision;
    shown.value = value();
    if (!failure().empty()) shown.variant = rendering_->variant;
    return shown;
  }
  /// Why that is so, as a clause; empty: it is not.
  [[nodiscard]] std::string_view failure() const {
    return rendering_ ? std::string_view(rendering_->failure) : std::string_view();
  }
  /// It was longer than it may be.
  [[nodiscard]] bool is_cut() const { return rendering_ && rendering_->is_cut; }

 private:
  const Value* value_;
  std::optional<content::Rendering> rendering_;
};

}  // namespace splitplot::serve
