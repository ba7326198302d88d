#include "http/streams.hpp"

#include <algorithm>
#include <random>
#include <utility>

#include <boost/asio/post.hpp>

namespace splitplot::serve {
namespace {

/// Some 0.1 ms of writing on loopback.
constexpr std::size_t kHandful = 16;
/// A sweep looks after so many of a channel's streams, or after a tenth of them.
constexpr std::size_t kSweepAtLeast = 64;

}  // namespace

Streams::Streams(boost::asio::io_context& context, const StreamLimits& limits)
    : context_(context), limits_(limits), random_(std::random_device{}()) {}

std::chrono::milliseconds Streams::between(std::chrono::milliseconds least, std::chrono::milliseconds most) {
  const auto steps = static_cast<std::uint64_t>(std::max<std::int64_t>(0, (most - least).count())) + 1;
  return least + std::chrono::milliseconds(random_.below(steps));
}

Streams::Group& Streams::group_of(const std::shared_ptr<Channel>& channel, const Post& post) {
  Group& group = groups_[channel.get()];
  if (group.channel == nullptr) {
    group.channel = channel;
    const Channel* const key = channel.get();
    channel->listen(this, [this, post, key] { post([this, key] { spread(key); }); });
  }
  return group;
}

void Streams::adopt(Socket socket, std::string head, StreamAnswer answer, const Post& post) {
  // It listens before it looks at the newest message: so it misses none.
  Group& group = group_of(answer.channel, post);
  auto stream = std::make_shared<EventStream>(*this, std::move(socket), std::move(answer));
  stream->place_ = group.members.size();
  group.members.push_back(stream);
  stream->begin(std::move(head), std::chrono::steady_clock::now());
}

void Streams::spread(const Channel* channel) {
  const auto found = groups_.find(channel);
  if (found == groups_.end()) return;
  found->second.behind = found->second.members.size();
  if (!std::exchange(found->second.is_spreading, true)) spread_slice(channel);
}

void Streams::spread_slice(const Channel* channel) {
  const auto found = groups_.find(channel);
  if (found == groups_.end()) return;
  Group& group = found->second;
  for (std::size_t told = 0; told < kHandful && group.behind > 0; ++told) {
    // Closing one puts the last in its place: no harm, nobody is sent a message twice.
    group.behind = std::min(group.behind, group.members.size());
    if (group.behind == 0) break;
    const auto stream = group.members[--group.behind];
    stream->catch_up();
  }
  group.is_spreading = group.behind > 0;
  if (group.is_spreading) {
    boost::asio::post(context_, [this, channel] { spread_slice(channel); });
  }
}

void Streams::sweep(Time now) {
  for (auto& [channel, group] : groups_) {
    const std::size_t members = group.members.size();
    const std::size_t most = std::min(members, std::max(kSweepAtLeast, members / 10 + 1));
    for (std::size_t done = 0; done < most && !group.members.empty(); ++done) {
      if (group.unswept == 0 || group.unswept > group.members.size()) group.unswept = group.members.size();
      const auto stream = group.members[--group.unswept];
      stream->beat(now);
    }
  }
  std::erase_if(groups_, [this](const auto& entry) {
    if (!entry.second.members.empty()) return false;
    entry.second.channel->leave(this);
    return true;
  });
}

void Streams::remove(EventStream& stream) {
  std::vector<std::shared_ptr<EventStream>>& members = groups_.at(stream.channel().get()).members;
  members.back()->place_ = stream.place_;
  std::swap(members[stream.place_], members.back());
  members.pop_back();
}

void Streams::close_all() {
  for (auto& [channel, group] : groups_) {
    while (!group.members.empty()) {
      const auto stream = group.members.back();
      stream->close();
    }
    group.channel->leave(this);
  }
  groups_.clear();
}

}  // namespace splitplot::serve
