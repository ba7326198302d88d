#include "ofrep/answer_parts.hpp"

#include "json_text.hpp"

#include <splitplot/model/json.hpp>

namespace splitplot::serve::ofrep {

void append_flag_set(std::string& out, const FlagSet& flag_set) {
  out.append(R"("flagSetId":)");
  append_json_text(out, flag_set.environment);
  out.append(R"(,"version":")").append(std::to_string(flag_set.snapshot.revision())).push_back('"');
}

void append_opening(std::string& out, std::string_view key) {
  out.append(R"({"key":)");
  append_json_text(out, key);
  out.push_back(',');
}

void append_value(std::string& out, const Value& value) {
  out.append(R"("value":)");
  model::append_json(out, value);
  out.push_back(',');
}

void append_variant(std::string& out, std::string_view variant) {
  out.append(R"("variant":)");
  append_json_text(out, variant);
  out.push_back(',');
}

void append_flag_metadata(std::string& out, std::string_view key, const FlagSet& flag_set) {
  out.append(R"("metadata":{)");
  append_flag_set(out, flag_set);
  const Value* metadata = flag_set.snapshot.metadata_of(key);
  if (metadata == nullptr) return;
  for (const Member& member : *metadata->if_object()) {
    out.push_back(',');
    append_json_text(out, member.name);
    out.push_back(':');
    model::append_json(out, member.value);
  }
}

void append_experiment(std::string& out, const model::Experiment& experiment,
                       std::optional<std::size_t> variant, bool is_forced) {
  out.append(R"(,"experimentKey":)");
  append_json_text(out, experiment.key);
  // What an application reports: variants of a flag and of an experiment may have different keys.
  if (variant) {
    out.append(R"(,"experimentVariant":)");
    append_json_text(out, experiment.variants[*variant].key);
  }
  out.append(R"(,"inExperiment":)").append(is_forced ? "false" : "true");
}

void append_bucket(std::string& out, double bucket) {
  out.append(R"(,"bucket":)");
  append_json_bucket(out, bucket);
}

}  // namespace splitplot::serve::ofrep
