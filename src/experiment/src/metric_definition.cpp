#include <splitplot/base/spelling.hpp>
#include <splitplot/experiment/metric_definition.hpp>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <optional>
#include <utility>
#include <vector>

#include <fmt/format.h>

// A hand-written recursive-descent parser over a token list; the grammar stands in the header. Every error
// names the position, because the text is usually typed on a command line.

namespace splitplot::experiment {
namespace {

using store::Literal;
using store::Predicate;
using store::Reduction;

enum class TokenKind { Word, QuotedName, Text, Number, Symbol, End };

struct Token {
  TokenKind kind = TokenKind::End;
  std::string text;          // without quotes
  std::size_t position = 0;  // in bytes, for error messages
};

constexpr std::array<std::pair<std::string_view, Reduction>, 10> kReductions{
    {{"sum", Reduction::Sum},
     {"count", Reduction::Count},
     {"count_distinct", Reduction::CountDistinct},
     {"mean", Reduction::Mean},
     {"avg", Reduction::Mean},
     {"min", Reduction::Minimum},
     {"max", Reduction::Maximum},
     {"any", Reduction::Any},
     {"first", Reduction::First},
     {"last", Reduction::Last}}};

std::optional<Reduction> find_reduction(std::string_view word) {
  for (const auto& [name, reduction] : kReductions) {
    if (equal_ignoring_case(name, word)) return reduction;
  }
  return std::nullopt;
}

/// Parentheses and 'not' deeper than this are refused, so that no input can exhaust the stack.
constexpr int kMaximumDepth = 64;

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  Result<MetricDefinition> parse() {
    if (auto scanned = scan(); !scanned) return tl::unexpected(scanned.error());
    MetricDefinition definition;
    definition.text = std::string(text_);
    // "name =" comes first if the second token is '=' (a comparison only stands after 'where').
    if (is_name(peek()) && peek(1).kind == TokenKind::Symbol && peek(1).text == "=") {
      definition.measure.name = take().text;
      take();
    }
    if (auto body = parse_body(definition.measure); !body) return tl::unexpected(body.error());
    if (definition.measure.name.empty()) {
      // Without a name of its own a metric is called by its text up to 'where', so that two conditions on one
      // column differ.
      definition.measure.name = definition.measure.where || definition.measure.reduction != Reduction::Value
                                    ? definition.text
                                    : definition.measure.column;
    }
    return definition;
  }

 private:
  Result<void> parse_body(store::Measure& measure) {
    if (!is_name(peek()))
      return error_at(peek(), "a column, or a reduction such as sum(column), is expected");
    const Token name = take();
    if (is_symbol("(")) {
      const auto reduction = find_reduction(name.text);
      if (!reduction) {
        return error_at(name, fmt::format("'{}' is not a reduction; there are sum, count, count_distinct, "
                                          "mean, min, max, any, first, last",
                                          name.text));
      }
      measure.reduction = *reduction;
      take();
      if (is_name(peek())) measure.column = take().text;
      if (!is_symbol(")")) return error_at(peek(), "')' is expected");
      take();
      const bool needs_column = *reduction != Reduction::Count && *reduction != Reduction::Any;
      if (measure.column.empty() && needs_column) {
        return error_at(name, fmt::format("{}() needs a column, as in {}(value)", name.text, name.text));
      }
    } else {
      measure.column = name.text;
    }
    if (is_keyword("where")) {
      take();
      auto condition = parse_or(0);
      if (!condition) return tl::unexpected(condition.error());
      measure.where = std::move(*condition);
      if (measure.reduction == Reduction::Value) {
        return error_at(name, fmt::format("a condition needs a reduction, as in sum({})", name.text));
      }
    }
    if (peek().kind != TokenKind::End)
      return error_at(peek(), fmt::format("'{}' is not expected here", peek().text));
    return {};
  }

  Result<Predicate> parse_or(int depth) { return parse_chain("or", Predicate::Kind::Or, depth); }

  Result<Predicate> parse_chain(std::string_view keyword, Predicate::Kind kind, int depth) {
    auto operand = [&] {
      return kind == Predicate::Kind::Or ? parse_chain("and", Predicate::Kind::And, depth)
                                         : parse_factor(depth);
    };
    auto first = operand();
    if (!first || !is_keyword(keyword)) return first;
    Predicate chain;
    chain.kind = kind;
    chain.operands.push_back(std::move(*first));
    while (is_keyword(keyword)) {
      take();
      auto next = operand();
      if (!next) return next;
      chain.operands.push_back(std::move(*next));
    }
    return chain;
  }

  Result<Predicate> parse_factor(int depth) {
    if (depth > kMaximumDepth) return error_at(peek(), "the condition is nested too deeply");
    if (is_keyword("not")) {
      take();
      return negate(parse_factor(depth + 1));
    }
    if (is_symbol("(")) {
      take();
      auto inner = parse_or(depth + 1);
      if (!inner) return inner;
      if (!is_symbol(")")) return error_at(peek(), "')' is expected");
      take();
      return inner;
    }
    return parse_comparison();
  }

  static Result<Predicate> negate(Result<Predicate> operand) {
    if (!operand) return operand;
    Predicate negation;
    negation.kind = Predicate::Kind::Not;
    negation.operands.push_back(std::move(*operand));
    return negation;
  }

  Result<Predicate> parse_comparison() {
    if (!is_name(peek())) return error_at(peek(), "a column is expected");
    Predicate comparison;
    comparison.column = take().text;
    if (is_keyword("is")) return parse_missing(std::move(comparison));
    if (is_keyword("not")) {
      take();
      if (!is_keyword("in")) return error_at(peek(), "'in' is expected after 'not'");
      return negate(parse_list(std::move(comparison)));
    }
    if (is_keyword("in")) return parse_list(std::move(comparison));
    static constexpr std::array<std::pair<std::string_view, Predicate::Kind>, 8> kOperators{
        {{"=", Predicate::Kind::Equal},
         {"==", Predicate::Kind::Equal},
         {"!=", Predicate::Kind::NotEqual},
         {"<>", Predicate::Kind::NotEqual},
         {"<", Predicate::Kind::Less},
         {"<=", Predicate::Kind::LessOrEqual},
         {">", Predicate::Kind::Greater},
         {">=", Predicate::Kind::GreaterOrEqual}}};
    for (const auto& [symbol, kind] : kOperators) {
      if (!is_symbol(symbol)) continue;
      take();
      comparison.kind = kind;
      auto literal = parse_literal();
      if (!literal) return tl::unexpected(literal.error());
      comparison.literals.push_back(std::move(*literal));
      return comparison;
    }
    return error_at(peek(), "a comparison (= != < <= > >=), 'in' or 'is missing' is expected");
  }

  Result<Predicate> parse_missing(Predicate comparison) {
    take();
    const bool negated = is_keyword("not");
    if (negated) take();
    if (!is_keyword("missing") && !is_keyword("null")) return error_at(peek(), "'missing' is expected");
    take();
    comparison.kind = Predicate::Kind::IsMissing;
    if (negated) return negate(std::move(comparison));
    return comparison;
  }

  Result<Predicate> parse_list(Predicate comparison) {
    take();
    comparison.kind = Predicate::Kind::In;
    if (!is_symbol("(")) return error_at(peek(), "'(' is expected after 'in'");
    do {
      take();
      auto literal = parse_literal();
      if (!literal) return tl::unexpected(literal.error());
      comparison.literals.push_back(std::move(*literal));
    } while (is_symbol(","));
    if (!is_symbol(")")) return error_at(peek(), "',' or ')' is expected");
    take();
    return comparison;
  }

  Result<Literal> parse_literal() {
    const Token& token = peek();
    if (token.kind == TokenKind::Text) return Literal{take().text};
    if (token.kind == TokenKind::Number) {
      double number = 0;
      std::from_chars(token.text.data(), token.text.data() + token.text.size(), number);
      take();
      return Literal{number};
    }
    if (is_keyword("true") || is_keyword("false")) return Literal{equal_ignoring_case(take().text, "true")};
    return error_at(token, "a number, true, false, or a text in single quotes is expected");
  }

  // ------------------------------------------------------------ tokens

  Result<void> scan() {
    std::size_t i = 0;
    while (true) {
      while (i < text_.size() && std::isspace(static_cast<unsigned char>(text_[i]))) ++i;
      if (i == text_.size()) break;
      const char c = text_[i];
      if (c == '\'' || c == '"' || c == '`') {
        auto end = scan_quoted(i);
        if (!end) return tl::unexpected(end.error());
        i = *end;
      } else if (is_number_start(i)) {
        i = scan_number(i);
      } else if (is_word_character(c)) {
        const std::size_t begin = i;
        while (i < text_.size() && is_word_character(text_[i])) ++i;
        tokens_.push_back({TokenKind::Word, std::string(text_.substr(begin, i - begin)), begin});
      } else if (std::string_view("()=<>!,").find(c) != std::string_view::npos) {
        const std::string_view two = text_.substr(i, 2);
        const bool is_two = two == "==" || two == "!=" || two == "<>" || two == "<=" || two == ">=";
        tokens_.push_back({TokenKind::Symbol, std::string(text_.substr(i, is_two ? 2 : 1)), i});
        i += is_two ? 2 : 1;
      } else {
        return error_at({TokenKind::Symbol, std::string(1, c), i},
                        fmt::format("'{}' is not expected here", c));
      }
    }
    tokens_.push_back({TokenKind::End, "", text_.size()});
    return {};
  }

  /// Doubling the quote stands for the quote itself.
  Result<std::size_t> scan_quoted(std::size_t begin) {
    const char quote = text_[begin];
    std::string content;
    for (std::size_t i = begin + 1; i < text_.size(); ++i) {
      if (text_[i] != quote) {
        content += text_[i];
      } else if (i + 1 < text_.size() && text_[i + 1] == quote) {
        content += quote;
        ++i;
      } else {
        tokens_.push_back(
            {quote == '\'' ? TokenKind::Text : TokenKind::QuotedName, std::move(content), begin});
        return i + 1;
      }
    }
    return error_at({TokenKind::Symbol, "", begin}, fmt::format("the quote {} is not closed", quote));
  }

  [[nodiscard]] bool is_number_start(std::size_t i) const {
    auto digit = [&](std::size_t j) {
      return j < text_.size() && std::isdigit(static_cast<unsigned char>(text_[j]));
    };
    if (text_[i] == '-' || text_[i] == '+')
      return digit(i + 1) || (i + 1 < text_.size() && text_[i + 1] == '.' && digit(i + 2));
    return digit(i) || (text_[i] == '.' && digit(i + 1));
  }

  /// A token that starts like a number but goes on with letters ("7day_value") is a word.
  std::size_t scan_number(std::size_t begin) {
    const std::size_t start = text_[begin] == '+' ? begin + 1 : begin;
    double number = 0;
    const auto [end, status] = std::from_chars(text_.data() + start, text_.data() + text_.size(), number);
    auto i = static_cast<std::size_t>(end - text_.data());
    if (status == std::errc() && (i == text_.size() || !is_word_character(text_[i]))) {
      tokens_.push_back({TokenKind::Number, std::string(text_.substr(start, i - start)), begin});
      return i;
    }
    i = begin;
    while (i < text_.size() && (is_word_character(text_[i]) || i == begin)) ++i;
    tokens_.push_back({TokenKind::Word, std::string(text_.substr(begin, i - begin)), begin});
    return i;
  }

  static bool is_word_character(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '.' || c == '$' || c == '%' ||
           c == '-' || c == ':' || c == '/' || (static_cast<unsigned char>(c) & 0x80u) != 0;
  }

  [[nodiscard]] const Token& peek(std::size_t ahead = 0) const {
    return tokens_[std::min(next_ + ahead, tokens_.size() - 1)];
  }
  Token take() { return tokens_[std::min(next_++, tokens_.size() - 1)]; }
  [[nodiscard]] bool is_symbol(std::string_view symbol) const {
    return peek().kind == TokenKind::Symbol && peek().text == symbol;
  }
  [[nodiscard]] bool is_keyword(std::string_view keyword) const {
    return peek().kind == TokenKind::Word && equal_ignoring_case(peek().text, keyword);
  }
  static bool is_name(const Token& token) {
    return token.kind == TokenKind::Word || token.kind == TokenKind::QuotedName;
  }

  [[nodiscard]] tl::unexpected<Error> error_at(const Token& token, std::string_view what) const {
    return fail(
        ErrorCode::InvalidArgument,
        fmt::format("metric \"{}\": {} (at character {})", text_, what, token.position + 1),
        "a metric is a column (spend) or a reduction of one (revenue=sum(value) where event = 'purchase')");
  }

  std::string_view text_;
  std::vector<Token> tokens_;
  std::size_t next_ = 0;
};

}  // namespace

Result<MetricDefinition> parse_metric(std::string_view text, std::span<const std::string> columns) {
  if (std::ranges::find(columns, text) != columns.end()) {
    MetricDefinition definition;
    definition.text = std::string(text);
    definition.measure.name = definition.text;
    definition.measure.column = definition.text;
    return definition;
  }
  return Parser(text).parse();
}

}  // namespace splitplot::experiment
