#include "away_store.hpp"
#include "stored_catalogue.hpp"
#include "upkeep.hpp"

#include <algorithm>
#include <set>
#include <utility>

// How the configuration stands to the store: kept for a start without it, confirmed, away, back.

namespace splitplot::catalogue {
namespace {

/// So that the file says how old it is at most, also where nothing changes.
constexpr std::chrono::hours kKeepAgain{1};

/// All there are or were: under the same number of a revision there may be something else.
std::vector<Scope> scopes_of(const State& before, const State& after) {
  std::set<Scope> all;
  for (const State* state : {&before, &after}) {
    for (const auto& [scope, of_scope] : state->scopes) all.insert(scope);
  }
  return {all.begin(), all.end()};
}

}  // namespace

void StoredCatalogue::begin_away(const Error& why, Timestamp written) {
  go_away(why);
  const std::lock_guard guard(showing_);
  confirmed_ = written;
}

void StoredCatalogue::look_after(std::optional<Opening> opening) {
  if (!is_away()) {
    const std::lock_guard guard(writing_);
    keep(state());
  }
  upkeep_ = std::make_unique<Upkeep>(*this, options_, secrets_, std::move(opening));
}

bool StoredCatalogue::is_away() const {
  const std::lock_guard guard(showing_);
  return away_.has_value();
}

std::shared_ptr<store::DocumentStore> StoredCatalogue::store() const {
  const std::lock_guard guard(showing_);
  return store_;
}

Standing StoredCatalogue::standing() const {
  const Timestamp now = clock_.now();
  const std::lock_guard guard(showing_);
  const auto age = std::chrono::duration_cast<std::chrono::seconds>(now - std::min(confirmed_, now));
  return {state_->head.revision, age, away_ ? away_->message : std::string(), keeping_trouble_};
}

void StoredCatalogue::confirm() {
  const Timestamp now = clock_.now();
  {
    const std::lock_guard guard(showing_);
    confirmed_ = now;
  }
  const std::unique_lock writing(writing_, std::try_to_lock);
  if (writing.owns_lock() && now - kept_ >= kKeepAgain) keep(state());
}

void StoredCatalogue::go_away(const Error& why) {
  auto gone = make_away_store(why);
  bool is_news = false;
  Revision revision = 0;
  {
    const std::lock_guard guard(showing_);
    is_news = !away_ || away_->message != why.message;
    away_ = why;
    store_.swap(gone);
    revision = state_->head.revision;
  }
  if (is_news && options_.log != nullptr) {
    options_.log->error("the catalogue is away: decisions go on with the last good configuration",
                        {{"revision", revision}, {"why", why.message}, {"hint", why.hint}});
  }
}

void StoredCatalogue::come_back(Loaded loaded) {
  const std::unique_lock writing(writing_, options_.patience);
  if (!writing.owns_lock()) return;  // a change hangs in the old store; it is tried again
  const auto before = state();
  const bool is_same = loaded.state.head == before->head;
  auto shown = is_same ? before : std::make_shared<const State>(std::move(loaded.state));
  const Revision revision = shown->head.revision;
  const std::vector<Scope> changed = is_same ? std::vector<Scope>() : scopes_of(*before, *shown);
  {
    const std::lock_guard guard(showing_);
    away_.reset();
    store_ = std::move(loaded.store);
    state_ = shown;
    confirmed_ = clock_.now();
  }
  watchers_->tell(changed);
  keep(shown);
  if (options_.log == nullptr) return;
  if (revision < before->head.revision) {
    options_.log->warn("the catalogue is back, and older than what decided until now",
                       {{"revision", revision}, {"decided", before->head.revision}});
  } else {
    options_.log->info("the catalogue is back", {{"revision", revision}});
  }
}

void StoredCatalogue::keep(std::shared_ptr<const State> good) {
  if (!last_good_) return;
  // The disk that the catalogue lies on may hang: what hangs is left behind, and is not begun twice.
  Result<void> written = fail(ErrorCode::Unavailable, "'" + last_good_->path() + "' does not answer");
  if (keeping_ && keeping_->wait(std::chrono::milliseconds(0))) keeping_.reset();
  if (keeping_) {
    show_keeping(written);
    return;
  }
  const Timestamp now = clock_.now();
  keeping_.emplace([file = *last_good_, good = std::move(good), now, secrets = secrets_] {
    return file.write(*good, now, secrets);
  });
  if (auto ended = keeping_->wait(options_.patience)) {
    keeping_.reset();
    written = std::move(*ended);
  }
  if (written) kept_ = now;
  show_keeping(written);
}

void StoredCatalogue::show_keeping(const Result<void>& written) {
  const std::string trouble = written ? std::string() : written.error().message;
  bool is_news = false;
  {
    const std::lock_guard guard(showing_);
    is_news = !trouble.empty() && trouble != keeping_trouble_;
    keeping_trouble_ = trouble;
  }
  if (is_news && options_.log != nullptr)
    options_.log->warn("the last good configuration could not be written", {{"why", trouble}});
}

}  // namespace splitplot::catalogue
