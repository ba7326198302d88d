#include "nouns.hpp"
#include "redirects.hpp"
#include "whole.hpp"

#include <splitplot/base/key.hpp>
#include <splitplot/model/configuration.hpp>

#include <utility>

namespace splitplot::model {
namespace {

/// Reads every document of a kind into its place, and answers for whatever is wrong.
class Checker {
 public:
  explicit Checker(const std::vector<Document>& documents) {
    for (const Document& document : documents) {
      const Spot spot(findings_, to_text(document.id));
      if (!is_key(document.id.key))
        spot.at("key").problem("'" + document.id.key + "' is not a key", std::string(kKeyRule));
      if (!ids_.insert(document.id).second) {
        spot.at("key").problem("it is there twice", "remove one of them, or give it another key");
        continue;
      }
      by_kind_[document.id.kind].push_back(&document);
    }
  }

  Checked run() {
    // First: conditions of all others may name them.
    read_all(DocumentKind::List, configuration_.lists, read_list);
    for (const auto& [key, list] : configuration_.lists) findings_.lists.emplace(key, list.values);
    read_all(DocumentKind::Layer, configuration_.layers, read_layer);
    read_all(DocumentKind::Connection, configuration_.connections, read_connection);
    read_all(DocumentKind::Segment, configuration_.segments, read_segment);
    read_all(DocumentKind::Metric, configuration_.metrics, read_metric);
    read_all(DocumentKind::Items, configuration_.items, read_items);
    read_all(DocumentKind::Experiment, configuration_.experiments, read_experiment);
    read_all(DocumentKind::Flag, configuration_.flags,
             [this](const std::string& key, const Value& body, const Spot& spot) {
               return read_flag(key, body, spot, configuration_.experiments);
             });
    check_references(ids_, findings_);
    resolve_prerequisites(configuration_, findings_);
    check_holdouts(configuration_.experiments, findings_);
    check_segment_order(configuration_.segments, findings_);
    check_layer_slices(configuration_.experiments, findings_);
    check_redirect_chains(configuration_.experiments, findings_);
    return {.configuration = std::move(configuration_),
            .problems = std::move(findings_.problems),
            .warnings = std::move(findings_.warnings)};
  }

 private:
  template <typename T, typename Read>
  void read_all(DocumentKind kind, ByKey<T>& nouns, const Read& read) {
    for (const Document* document : by_kind_[kind])
      nouns.emplace(document->id.key,
                    read(document->id.key, document->body, Spot(findings_, to_text(document->id))));
  }

  Findings findings_;
  Configuration configuration_;
  std::set<DocumentId> ids_;
  std::map<DocumentKind, std::vector<const Document*>> by_kind_;
};

}  // namespace

Checked check(const std::vector<Document>& documents) {
  return Checker(documents).run();
}

}  // namespace splitplot::model
