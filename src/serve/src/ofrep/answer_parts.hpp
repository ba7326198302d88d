/// The parts that an answer of OFREP consists of, in their order:
///
///   {"key":K,"value":V,"reason":"R","variant":W,"metadata":{flag set, the flag's own, experiment, bucket}}
///
/// Written for each answer (answer.cpp), or once for all (answer_texts.cpp).
#pragma once

#include "ofrep/answer.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace splitplot::serve::ofrep {

/// "flagSetId":...,"version":...
void append_flag_set(std::string& out, const FlagSet& flag_set);

/// {"key":...,
void append_opening(std::string& out, std::string_view key);

/// "value":...,
void append_value(std::string& out, const Value& value);

/// "variant":...,
void append_variant(std::string& out, std::string_view variant);

/// "metadata":{ and what is of the flag.
void append_flag_metadata(std::string& out, std::string_view key, const FlagSet& flag_set);

/// Members that follow, each with a comma before it.
void append_experiment(std::string& out, const model::Experiment& experiment,
                       std::optional<std::size_t> variant, bool is_forced);
void append_bucket(std::string& out, double bucket);

}  // namespace splitplot::serve::ofrep
