#include "upkeep.hpp"

#include "stored_catalogue.hpp"

#include <utility>

namespace splitplot::catalogue {
namespace {

/// What is well answers within this; the rest is looked at again the next time.
constexpr std::chrono::milliseconds kMoment{50};
/// What takes longer hangs, and hangs alone from then on.
constexpr std::chrono::milliseconds kLeaveBehind{2'000};

}  // namespace

Upkeep::Upkeep(StoredCatalogue& catalogue, const CatalogueOptions& options, Secrets secrets,
               std::optional<Opening> opening)
    : catalogue_(catalogue),
      options_(options),
      secrets_(std::move(secrets)),
      opening_(std::move(opening)),
      thread_([this] { run(); }) {}

Upkeep::~Upkeep() {
  {
    const std::lock_guard guard(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  thread_.join();
  // What is under way still holds the file, which the next one to open it would find locked.
  if (look_) static_cast<void>(look_->attempt.wait(kLeaveBehind));
  if (opening_) static_cast<void>(opening_->wait(kLeaveBehind));
}

void Upkeep::run() {
  std::unique_lock lock(mutex_);
  while (!wake_.wait_for(lock, options_.look_every, [this] { return stopping_; })) {
    lock.unlock();
    if (catalogue_.is_away()) {
      try_to_open();
    } else {
      look();
    }
    lock.lock();
  }
}

void Upkeep::look() {
  if (!look_) {
    look_.emplace(Look{Attempt<Result<void>>([store = catalogue_.store()] { return store->check(); }),
                       std::chrono::steady_clock::now()});
  }
  const auto seen = look_->attempt.wait(kMoment);
  if (!seen) {
    if (std::chrono::steady_clock::now() - look_->begun < options_.patience) return;
    catalogue_.go_away({ErrorCode::Unavailable, "its file does not answer", "check the disk"});
  } else if (*seen) {
    catalogue_.confirm();
  } else {
    catalogue_.go_away(seen->error());
  }
  look_.reset();
}

void Upkeep::try_to_open() {
  if (!opening_) opening_.emplace(begin_opening(options_, secrets_));
  auto opened = opening_->wait(kMoment);
  if (!opened) return;
  opening_.reset();
  if (*opened) {
    catalogue_.come_back(std::move(**opened));
  } else {
    catalogue_.go_away(opened->error());
  }
}

}  // namespace splitplot::catalogue
