// A shop that asks flags for a few visitors, reports an order, and says what it knows of itself. Works without a server, too: by
// the rules in the file, or by its own defaults.
#include <splitplot/client/client.hpp>

#include <cstdio>
#include <string>

namespace client = splitplot::client;
using splitplot::Value;

int main(int argc, char** argv) {
  if (argc < 3) {
    std::printf("usage: shop SERVER KEY [CACHE_FILE]\n");
    return 2;
  }
  client::Options options;
  options.server = argv[1];
  options.key = argv[2];  // of a connection that may see rules
  if (argc > 3) options.cache_file = argv[3];
  options.log = [](splitplot::LogLevel, std::string_view message) {
    std::fprintf(stderr, "splitplot: %.*s\n", static_cast<int>(message.size()), message.data());
  };
  const auto flags = client::Client::start(options);
  if (!flags) {  // an option makes no sense; a server that is away is no error
    std::printf("%s\n", flags.error().message.c_str());
    return 1;
  }

  for (int i = 0; i < 5; ++i) {
    const Value visitor =
        Value::Object{{"id", "visitor-" + std::to_string(i)}, {"plan", i % 2 == 0 ? "free" : "pro"}};
    // Reading a flag that an experiment decides reports the exposure; that is all there is to it.
    const std::string colour = (*flags)->get_text("checkout-button", visitor, "#000");
    const bool is_dark = (*flags)->get_bool("dark-mode", visitor, false);
    std::printf("visitor-%d: button %s, dark mode %s\n", i, colour.c_str(), is_dark ? "on" : "off");
    if (i % 2 == 1) (*flags)->track("Order Completed", visitor, Value::Object{{"revenue", 19.9}});
  }

  // Why an answer is what it is. The answer keeps alive what its views point into.
  const Value visitor = Value::Object{{"id", "visitor-0"}};
  const client::Answer answer = (*flags)->decide("checkout-button", visitor);
  const std::string reason(splitplot::decide::name_of(answer.decision.reason));
  std::printf("checkout-button of visitor-0: %s\n", reason.c_str());

  (*flags)->flush(std::chrono::seconds(5));
  const client::State state = (*flags)->state();
  const std::string from(name_of(state.rules_from));
  const std::string link(name_of(state.link));
  std::printf("rules from %s, version %s, %s; %llu events sent\n", from.c_str(),
              state.version.empty() ? "-" : state.version.c_str(), link.c_str(),
              static_cast<unsigned long long>(state.events.sent));
}
