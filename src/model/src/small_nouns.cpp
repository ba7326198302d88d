// Layers, connections, segments and lists: a few members each.
#include "nouns.hpp"
#include "object_reader.hpp"

#include <splitplot/model/configuration.hpp>

#include <algorithm>

namespace splitplot::model {

void warn_of_seed(const std::string& seed, const Spot& spot) {
  const bool is_ascii =
      std::ranges::all_of(seed, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
  if (!is_ascii)
    spot.warning("text outside ASCII may hash differently in SDKs of other languages",
                 "use ASCII letters and digits");
}

Layer read_layer(const std::string& key, const Value& body, const Spot& spot) {
  ObjectReader reader(body, spot);
  Layer layer;
  layer.key = key;
  layer.description = reader.text("description").value_or("");
  layer.seed = reader.text("seed").value_or("");
  layer.attribute = reader.text("attribute").value_or(layer.attribute);
  reader.finish();
  warn_of_seed(layer.seed, spot.at("seed"));
  return layer;
}

std::string_view name_of(ConnectionKind kind) {
  switch (kind) {
    case ConnectionKind::Client:
      return "client";
    case ConnectionKind::Server:
      return "server";
    case ConnectionKind::Admin:
      break;
  }
  return "admin";
}

Connection read_connection(const std::string& key, const Value& body, const Spot& spot) {
  ObjectReader reader(body, spot);
  Connection connection;
  connection.key = key;
  connection.description = reader.text("description").value_or("");
  reader.require("type", "a connection is client, server or admin");
  const auto type =
      reader.choice<ConnectionKind>("type", {{name_of(ConnectionKind::Client), ConnectionKind::Client},
                                             {name_of(ConnectionKind::Server), ConnectionKind::Server},
                                             {name_of(ConnectionKind::Admin), ConnectionKind::Admin}});
  connection.kind = type.value_or(ConnectionKind::Client);
  const std::optional<bool> record = reader.boolean("record_exposures");
  const std::optional<bool> local = reader.boolean("local_evaluation");
  connection.encryption = reader.boolean("encryption").value_or(false);
  connection.saved_group_references = reader.boolean("saved_group_references").value_or(false);
  reader.finish();
  if (type == ConnectionKind::Client && record == true)
    reader.at("record_exposures")
        .problem("a client connection records no exposures: its SDK sends them", "remove the member");
  connection.record_exposures = record.value_or(true) && connection.kind != ConnectionKind::Client;
  const bool is_trusted = connection.kind != ConnectionKind::Client;
  if (is_trusted && local == false)
    reader.at("local_evaluation")
        .problem("whoever has a secret key may see rules",
                 "remove the member, or make it a client connection");
  connection.local_evaluation = local.value_or(false) || is_trusted;
  for (const auto& [name, is_set] :
       {std::pair("encryption", connection.encryption),
        std::pair("saved_group_references", connection.saved_group_references)}) {
    if (is_set && !connection.local_evaluation)
      reader.at(name).problem("is about what the connection may not load",
                              "add 'local_evaluation: true', or remove the member");
  }
  return connection;
}

List read_list(const std::string& key, const Value& body, const Spot& spot) {
  ObjectReader reader(body, spot);
  std::string description = reader.text("description").value_or("");
  const Value* values = reader.require("values", "write [a, b]");
  reader.finish();
  static const Value::Array kNone;
  const Value::Array* elements = values == nullptr ? &kNone : values->if_array();
  if (elements == nullptr) {
    expected("a list", *values, spot.at("values"), "write [a, b]");
    elements = &kNone;
  }
  for (std::size_t i = 0; i < elements->size(); ++i) {
    const Value& element = (*elements)[i];
    if (element.if_array() == nullptr && element.if_object() == nullptr) continue;
    spot.at("values").at(i).problem("nothing is identical to a list or an object",
                                    "list texts, numbers, booleans or null");
  }
  return {key, std::move(description), Value(*elements), ValueList(*elements)};
}

Segment read_segment(const std::string& key, const Value& body, const Spot& spot) {
  ObjectReader reader(body, spot);
  Segment segment;
  segment.key = key;
  segment.description = reader.text("description").value_or("");
  reader.require("condition", "say who is in the segment");
  segment.condition = reader.condition("condition");
  reader.finish();
  const Value::Object* members = segment.condition.written.if_object();
  if (members != nullptr && members->empty())
    spot.at("condition").warning("an empty condition means everybody", "say who is in the segment");
  return segment;
}

}  // namespace splitplot::model
