#include "seen_events.hpp"

#include <utility>

namespace splitplot::collect {

Result<bool> SeenEvents::contains(const store::EventFingerprint& fingerprint, Timestamp received) const {
  // The newest knowledge decides: an event that came again after its window was remembered anew.
  if (const auto found = recent_.find(fingerprint); found != recent_.end())
    return are_near(found->second, received);
  if (saving_) {
    if (const auto found = saving_->find(fingerprint); found != saving_->end())
      return are_near(found->second, received);
  }
  const auto stored = store_.seen(fingerprint);
  if (!stored) return tl::unexpected<Error>(stored.error());
  return stored->has_value() && are_near(**stored, received);
}

void SeenEvents::remember(const store::EventFingerprint& fingerprint, Timestamp received) {
  recent_.insert_or_assign(fingerprint, received);
}

std::shared_ptr<const SeenEvents::Times> SeenEvents::take() {
  saving_ = std::make_shared<const Times>(std::exchange(recent_, Times()));
  return saving_;
}

}  // namespace splitplot::collect
