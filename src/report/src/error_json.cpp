#include "text.hpp"

#include <splitplot/report/report.hpp>

#include <boost/json.hpp>

namespace splitplot::report {
namespace {

std::string_view name_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::InvalidArgument:
      return "invalid_argument";
    case ErrorCode::NotFound:
      return "not_found";
    case ErrorCode::Unreadable:
      return "unreadable";
    case ErrorCode::BadData:
      return "bad_data";
    case ErrorCode::ResourceLimit:
      return "resource_limit";
    case ErrorCode::Cancelled:
      return "cancelled";
    case ErrorCode::Internal:
      return "internal";
  }
  return "internal";
}

}  // namespace
std::string to_json(const Error& error) {
  const boost::json::object details{{"code", name_of(error.code)},
                                    {"message", valid_utf8(error.message)},
                                    {"hint", valid_utf8(error.hint)}};
  return boost::json::serialize(boost::json::object{{"error", details}});
}

}  // namespace splitplot::report
