// client_driver OPTIONS: the client of C++ applications behind a line protocol, to be held against a server and against other
// SDKs. OPTIONS: JSON of {server, key, cache_file, reconnect_ms, poll_ms, decryption_key, exposures}. A line in, a line out, both JSON:
//
//   {"ask": [flag, ...], "context": {...}}           [{"value", "reason", "experiment", "variant"}, ...]
//   {"track": event, "context", "properties"}        {}
//   {"flush": milliseconds}                          {"flushed": true}
//   {"state": true}                                  {"from", "version", "age_ms", "link", "error", "waiting", "sent", ...}
//   {"digests": {"from", "to", "block", "flags"}}    [digest, ...]: of simulated users (crowd.hpp), by the client...
//   {"digests": {..., "documents": FILE}}            ...or by a snapshot of the documents themselves
#include "crowd.hpp"

#include <splitplot/client/client.hpp>
#include <splitplot/decide/snapshot.hpp>
#include <splitplot/model/json.hpp>

#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace {

using namespace splitplot;

const Value& member(const Value& object, std::string_view name) {
  static const Value kNone;
  const Value* found = object.find(name);
  return found == nullptr ? kNone : *found;
}
std::string text_of(const Value& value) {
  return value.if_text() == nullptr ? std::string() : *value.if_text();
}
std::int64_t integer_of(const Value& value, std::int64_t otherwise = 0) {
  return value.if_integer() == nullptr ? otherwise : *value.if_integer();
}

client::Options options_of(const Value& written) {
  client::Options options;
  options.server = text_of(member(written, "server"));
  options.key = text_of(member(written, "key"));
  options.cache_file = text_of(member(written, "cache_file"));
  options.decryption_key = text_of(member(written, "decryption_key"));
  if (text_of(member(written, "exposures")) == "kept") options.exposures = client::Options::Exposures::Kept;
  options.longest_reconnect_wait =
      std::chrono::milliseconds(integer_of(member(written, "reconnect_ms"), 60'000));
  options.poll_interval = std::chrono::milliseconds(integer_of(member(written, "poll_ms"), 30'000));
  options.log = [](LogLevel, std::string_view message) { std::cerr << message << std::endl; };
  return options;
}

Value answer_of(const decide::Decision& decision) {
  const model::Experiment* experiment = decision.experiment();
  return Value::Object{
      {"value", decision.value == nullptr ? Value() : *decision.value},
      {"reason", decide::name_of(decision.reason)},
      {"experiment", experiment == nullptr ? Value() : Value(experiment->key)},
      {"variant",
       experiment == nullptr ? Value() : Value(experiment->variants[*decision.assignment.variant].key)}};
}

Value state_of(const client::State& state) {
  return Value::Object{{"from", client::name_of(state.rules_from)},
                       {"version", state.version},
                       {"age_ms", state.age ? Value(state.age->count()) : Value()},
                       {"link", client::name_of(state.link)},
                       {"error", state.error},
                       {"waiting", state.events.waiting},
                       {"sent", state.events.sent},
                       {"dropped", state.events.dropped},
                       {"refused", state.events.refused}};
}

std::shared_ptr<const decide::Snapshot> snapshot_of(const std::string& path) {
  std::ifstream file(path);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  const auto read = model::read_documents(path, text);
  if (!read) return nullptr;
  model::Checked checked = model::check(read->documents);
  for (const model::Problem& problem : checked.problems) std::cerr << to_text(problem) << std::endl;
  if (!checked.problems.empty()) return nullptr;
  return decide::Snapshot::compile(std::move(checked.configuration), 1,
                                   [](std::string_view, std::string_view key) {
                                     std::cerr << "no seed for " << key << std::endl;
                                     return "wrong-" + std::string(key);
                                   });
}

crowd::Shown shown(const decide::Decision& decision) {
  return {decision.value, decision.experiment() == nullptr ? std::string_view() : decision.experiment()->key};
}

Value digests_of(const Value& asked, const client::Client& client) {
  std::vector<std::string> flags;
  for (const Value& flag : *member(asked, "flags").if_array()) flags.push_back(text_of(flag));
  crowd::Ask ask = [&](const std::string& flag, const Value& user) {
    return shown(client.decide(flag, user).decision);
  };
  if (const std::string path = text_of(member(asked, "documents")); !path.empty()) {
    const auto snapshot = snapshot_of(path);
    if (snapshot == nullptr) return {};
    ask = [snapshot](const std::string& flag, const Value& user) {
      return shown(snapshot->decide(flag, model::Attributes(&user)));
    };
  }
  Value::Array all;
  for (std::string& digest :
       crowd::digests(integer_of(member(asked, "from")), integer_of(member(asked, "to")),
                      integer_of(member(asked, "block")), flags, ask))
    all.emplace_back(std::move(digest));
  return all;
}

Value answer_to(const Value& line, client::Client& client) {
  const Value& context = member(line, "context");
  if (const Value::Array* flags = member(line, "ask").if_array()) {
    Value::Array answers;
    for (const Value& flag : *flags)
      answers.push_back(answer_of(client.decide(text_of(flag), context).decision));
    return answers;
  }
  if (const Value* event = line.find("track")) {
    client.track(text_of(*event), context, member(line, "properties"));
    return Value::Object{};
  }
  if (const Value* patience = line.find("flush"))
    return Value::Object{{"flushed", client.flush(std::chrono::milliseconds(integer_of(*patience)))}};
  if (const Value* asked = line.find("digests")) return digests_of(*asked, client);
  return state_of(client.state());
}

}  // namespace

int main(int argc, char** argv) {
  const auto written = argc == 2 ? model::parse_json(argv[1]) : model::parse_json("");
  if (!written) return 1;
  auto client = client::Client::start(options_of(*written));
  if (!client) {
    std::cerr << client.error().message << std::endl;
    return 1;
  }
  for (std::string text; std::getline(std::cin, text);) {
    const auto line = model::parse_json(text);
    if (!line) return 1;
    std::cout << model::to_json(answer_to(*line, **client)) << std::endl;
  }
}
