#include <splitplot/collect/pipeline.hpp>

#include <atomic>
#include <utility>

namespace splitplot::collect {
namespace {

class NothingStored final : public store::OnlineStore {
 public:
  Result<std::optional<std::string>> profile(std::string_view, const Unit&) const override {
    return std::nullopt;
  }
  Result<std::optional<Timestamp>> seen(const store::EventFingerprint&) const override {
    return std::nullopt;
  }
  Result<void> checkpoint(const store::OnlineCheckpoint&) override { return {}; }
  [[nodiscard]] store::JournalOffset reflects() const override { return 0; }
};

class RefusingPipeline final : public Pipeline {
 public:
  RefusingPipeline(Error why, const store::OnlineStore* profiles, std::size_t hot_profiles)
      : why_(std::move(why)), profiles_(profiles != nullptr ? *profiles : nothing_, hot_profiles) {}

  void submit(Batch, Done done) override {
    ++refused_;
    done(tl::unexpected(Error{ErrorCode::Unavailable, why_.message, why_.hint}));
  }
  [[nodiscard]] const profile::Profiles& profiles() const override { return profiles_; }
  [[nodiscard]] PipelineStatus status() const override {
    PipelineStatus status;
    status.refused_batches = refused_;
    status.trouble = why_.message;
    return status;
  }

 private:
  const Error why_;
  const NothingStored nothing_;
  const profile::Profiles profiles_;
  std::atomic<std::uint64_t> refused_ = 0;
};

}  // namespace

std::unique_ptr<Pipeline> make_refusing_pipeline(Error why, const store::OnlineStore* profiles,
                                                 const PipelineOptions& options) {
  return std::make_unique<RefusingPipeline>(std::move(why), profiles, options.hot_profiles);
}

}  // namespace splitplot::collect
