#include "away_store.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace splitplot::catalogue {
namespace {

class AwayStore : public store::DocumentStore {
 public:
  explicit AwayStore(Error why) : why_(away_error(why)) {}

  Result<std::optional<store::Head>> head() override { return refused(); }
  Result<store::Tenancy> tenancy() override { return refused(); }
  Result<std::vector<store::CredentialRow>> credentials() override { return refused(); }
  Result<std::vector<store::DocumentVersionRow>> documents(std::string_view,
                                                           std::optional<std::uint64_t>) override {
    return refused();
  }
  Result<std::optional<store::DocumentVersionRow>> version(const store::DocumentName&,
                                                           std::uint64_t) override {
    return refused();
  }
  Result<std::optional<store::ChangeRow>> change(std::uint64_t) override { return refused(); }
  Result<std::vector<store::DocumentVersionRow>> versions_of(std::uint64_t) override { return refused(); }
  Result<std::vector<store::FrozenPlanRow>> frozen_plans_of(std::uint64_t) override { return refused(); }
  Result<std::vector<store::ChangeRow>> changes(const store::ChangeFilter&) override { return refused(); }
  Result<std::optional<store::FrozenPlanRow>> latest_frozen_plan(std::string_view,
                                                                 std::string_view) override {
    return refused();
  }
  Result<bool> has_rows_beyond(std::uint64_t) override { return refused(); }
  Result<void> check() override { return refused(); }
  Result<void> write(const store::DocumentTransaction&) override { return refused(); }

 private:
  [[nodiscard]] tl::unexpected<Error> refused() const { return tl::unexpected(why_); }

  const Error why_;
};

class LastGoodStore final : public AwayStore {
 public:
  explicit LastGoodStore(LastGood rows)
      : AwayStore({ErrorCode::Unavailable, "only the last good configuration is there", {}}),
        rows_(std::move(rows)) {}

  Result<std::optional<store::Head>> head() override { return rows_.head; }
  Result<store::Tenancy> tenancy() override { return rows_.tenancy; }
  Result<std::vector<store::CredentialRow>> credentials() override { return rows_.credentials; }
  Result<std::vector<store::DocumentVersionRow>> documents(std::string_view owner_id,
                                                           std::optional<std::uint64_t>) override {
    std::vector<store::DocumentVersionRow> owned;
    std::ranges::copy_if(rows_.documents, std::back_inserter(owned),
                         [&](const auto& row) { return row.name.owner_id == owner_id; });
    return owned;
  }

 private:
  const LastGood rows_;
};

}  // namespace

Error away_error(const Error& why) {
  return {ErrorCode::Unavailable,
          fmt::format("the catalogue is away ({}); decisions go on with the last good configuration",
                      why.message),
          why.hint.empty() ? "try again once it is back" : why.hint};
}

std::shared_ptr<store::DocumentStore> make_away_store(Error why) {
  return std::make_shared<AwayStore>(std::move(why));
}

std::unique_ptr<store::DocumentStore> make_last_good_store(LastGood rows) {
  return std::make_unique<LastGoodStore>(std::move(rows));
}

}  // namespace splitplot::catalogue
