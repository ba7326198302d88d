#include "text.hpp"

#include <splitplot/base/utf8.hpp>
#include <splitplot/report/report.hpp>

#include <boost/json.hpp>

namespace splitplot::report {

std::string to_json(const Error& error) {
  const boost::json::object details{{"code", name_of(error.code)},
                                    {"message", valid_utf8(error.message)},
                                    {"hint", valid_utf8(error.hint)}};
  return boost::json::serialize(boost::json::object{{"error", details}});
}

}  // namespace splitplot::report
