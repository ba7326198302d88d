#include <splitplot/base/result.hpp>

namespace splitplot {

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
    case ErrorCode::Conflict:
      return "conflict";
    case ErrorCode::Forbidden:
      return "forbidden";
    case ErrorCode::Unavailable:
      return "unavailable";
    case ErrorCode::Internal:
      return "internal";
  }
  return "internal";
}

}  // namespace splitplot
