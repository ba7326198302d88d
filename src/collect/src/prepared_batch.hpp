/// A batch as far as it can be worked on before its place in the order is known: by the thread that submits it.
#pragma once

#include "profile_changes.hpp"

#include <splitplot/collect/event.hpp>
#include <splitplot/collect/pipeline.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace splitplot::collect {

enum class Fate { Stored, Repetition };

struct PreparedEvent {
  EventType type = EventType::Track;
  std::string name;
  Fate fate = Fate::Stored;  ///< known once a round has taken it
  std::optional<store::EventFingerprint>
      fingerprint;  ///< nothing: it has no message id, and is never a repetition
  Timestamp received;
  ProfileChanges changes;
  std::string payload;            ///< of its journal record; empty while an exposure waits for its labels
  std::optional<Event> exposure;  ///< the event, if it is one
};

struct PreparedRejection {
  std::string reason;
  std::string message;
  std::string payload;
};

struct PreparedBatch {
  std::string environment;
  std::string source;
  Timestamp received;
  std::vector<PreparedEvent> events;
  std::vector<PreparedRejection> rejected;
  std::size_t bytes = 0;  ///< of memory, roughly
  Pipeline::Done done;
};

[[nodiscard]] PreparedBatch prepare(Batch batch, Timestamp received, Pipeline::Done done);

/// What is told of a batch that a round has taken and made durable.
[[nodiscard]] PublishedBatch publication_of(const PreparedBatch& batch);

}  // namespace splitplot::collect
