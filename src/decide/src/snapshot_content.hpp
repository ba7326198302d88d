/// What a snapshot consists of: rules, and everything that they point to. Nothing in it moves once rules point to it.
#pragma once

#include "flag_table.hpp"
#include "rules.hpp"

#include <splitplot/content/contents.hpp>
#include <splitplot/decide/snapshot.hpp>

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace splitplot::decide {

struct CompiledSegment {
  const model::Segment* segment = nullptr;
  /// Null: everybody. Segments whose references are too deep or in a circle are not compiled at all: nobody is in them.
  const model::Condition* condition = nullptr;
};

struct Snapshot::Compiled {
  std::uint64_t revision = 0;
  // Of documents...
  model::Configuration configuration;
  std::vector<std::string> asked_attributes;
  std::vector<model::AttributeName> sticky_attributes;
  std::vector<Timestamp> turning_points;  ///< in order, each once
  std::unordered_map<std::string_view, CompiledSegment> segments;
  std::optional<content::Contents> contents;
  std::unordered_map<std::string_view, const Value*> metadata;  ///< of flags that have some
  // ...or of a payload.
  Value payload;
  /// What each condition of rules was compiled from.
  std::unordered_map<const model::Condition*, const Value*> written;
  /// Where a condition of a payload names saved groups that are conditions: what it was compiled from in the end.
  std::unordered_map<const model::Condition*, Value> written_out;
  /// What conditions name.
  model::ValueLists lists;
  std::deque<model::Condition> conditions;
  std::deque<model::Experiment> made_experiments;
  std::deque<model::UrlTargets> pages;

  std::deque<CompiledExperiment> experiments;
  /// By key: those of documents, and those of a payload that no feature asks.
  std::unordered_map<std::string_view, const CompiledExperiment*> experiments_by_key;
  std::unordered_map<std::string_view, CompiledFlag> flags;
  std::vector<const CompiledFlag*> flags_by_key;
  FlagTable flag_table;
  CompiledFlag redirects;                 ///< asks the experiments that redirect, in the order of their keys
  std::deque<Value> redirect_variations;  ///< what it serves
};

}  // namespace splitplot::decide
