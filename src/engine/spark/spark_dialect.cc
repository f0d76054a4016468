#include "engine/spark/spark_dialect.h"

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include "engine/sql_text.h"

namespace cadenza::engine {
namespace {

/// A function of the embedded engine, or of its prelude, in the terms of Spark; $1 is the first
/// argument, $* all of them as key_text. `arguments` 0: any number.
struct Macro {
  std::string_view name;
  size_t arguments;
  std::string_view text;
};

constexpr std::string_view kKeyText = "coalesce(CAST($1 AS STRING), '\\\\N')";

constexpr auto kMacros = std::to_array<Macro>({
    {"utc_clock", 1, "CAST($1 AS TIMESTAMP)"},
    {"iso_weekday", 1, "(weekday($1) + 1)"},
    {"days_between", 2, "CAST(datediff($1, $2) AS BIGINT)"},
    {"half_up_percent", 2,
     "(CASE WHEN ($2) > 0 THEN CAST((20000 * CAST($1 AS DECIMAL(30,0)) + ($2)) div (2 * ($2)) AS "
     "DOUBLE) / 100 END)"},
    {"half_up_hours", 1, "(CAST((($1) + 18000) div 36000 AS DOUBLE) / 100)"},
    {"agent_platform", 1,
     "(CASE WHEN ($1) LIKE '%iPhone%' OR ($1) LIKE '%iPad%' THEN 'ios' WHEN ($1) LIKE '%Android%' "
     "THEN 'android' WHEN ($1) LIKE '%Windows%' THEN 'windows' WHEN ($1) LIKE '%Mac OS X%' OR ($1) "
     "LIKE '%Macintosh%' THEN 'macos' WHEN ($1) LIKE '%Linux%' THEN 'linux' END)"},
    {"agent_device", 1,
     "(CASE WHEN ($1) LIKE '%iPad%' THEN 'tablet' WHEN ($1) LIKE '%iPhone%' OR ($1) LIKE "
     "'%Mobile%' THEN 'phone' WHEN ($1) IS NOT NULL THEN 'desktop' END)"},
    {"key_text", 1, kKeyText},
    {"event_content", 0, "md5(concat_ws(char(31), $*))"},
    {"song_content", 0, "md5(concat_ws(char(31), $*))"},
    {"play_id", 0, "md5(concat_ws('|', $*))"},
    {"sha256", 1, "sha2($1, 256)"},
    {"count_days", 1, "count(DISTINCT $1)"},
    {"epoch_us", 1, "unix_micros(CAST($1 AS TIMESTAMP))"},
    {"make_timestamptz", 1, "timestamp_micros($1)"},
    {"timezone", 2, "to_utc_timestamp($2, $1)"},
    {"regexp_matches", 2, "regexp_like($1, $2)"},
    {"ends_with", 2, "endswith($1, $2)"},
    {"trunc", 1, "($1 - $1 % 1)"},
    {"zone_clock", 2, "from_utc_timestamp($1, $2)"},
    {"id_text", 1,
     "(CASE WHEN regexp_like(btrim($1), '^[+-]?[0-9]+[.]0+$') THEN substring_index(btrim($1), '.', "
     "1) ELSE nullif(btrim($1), '') END)"},
    {"utc_text_us", 1, "unix_micros(try_cast($1 AS TIMESTAMP))"},
    {"local_text_us", 2,
     "(CASE WHEN regexp_like($1, ':[0-9.]+ *([A-Za-z]|[+-][0-9:]+$)') OR locate(':', $1) = 0 THEN "
     "unix_micros(try_cast($1 AS TIMESTAMP)) ELSE "
     "unix_micros(to_utc_timestamp(try_cast($1 AS TIMESTAMP), $2)) END)"},
    {"finite", 1, "(CASE WHEN ($1) - ($1) = 0 THEN ($1) END)"},
    {"number_of", 1,
     "(CASE WHEN regexp_like(trim($1), '^[+-]?[0-9]*,[0-9]{1,2}$') THEN "
     "try_cast(replace(trim($1), ',', '.') AS DOUBLE) ELSE try_cast($1 AS DOUBLE) END)"},
    // Text that was encoded twice is not repaired there.
    {"shown_text", 1, "trim(regexp_replace($1, '[ \t\n]+', ' '))"},
    {"match_text", 1, "lower(trim(regexp_replace($1, '[ \t\n]+', ' ')))"},
});

struct TypeName {
  std::string_view own, sparks;
};
constexpr auto kTypes = std::to_array<TypeName>({
    {"varchar", "STRING"},
    {"hugeint", "DECIMAL(38,0)"},
});

class Translation {
 public:
  explicit Translation(std::string_view sql) : sql_(sql), tokens_(sql_) {}

  std::string All() {
    std::string text = Range(0, tokens_.size());
    const size_t end = tokens_.size() == 0 ? 0 : tokens_.at(tokens_.size() - 1).end;
    return text + sql_.substr(end);
  }

 private:
  /// What stands before a token: spaces and comments.
  std::string Gap(size_t token) const {
    const size_t begin = token == 0 ? 0 : tokens_.at(token - 1).end;
    return sql_.substr(begin, tokens_.at(token).begin - begin);
  }

  std::string Range(size_t first, size_t last) {
    std::string text;
    size_t at = first;
    while (at < last) {
      if (at > first || first == 0) text += Gap(at);
      at = One(at, last, &text);
    }
    return text;
  }

  /// Appends what stands for the tokens from `at` on; the token behind them.
  size_t One(size_t at, size_t last, std::string* text) {
    const Token token = tokens_.at(at);
    if (token.kind == TokenKind::kWord) return Word(at, last, text);
    if (token.kind == TokenKind::kText) {
      *text += SparkText(tokens_.value(at));
      return at + 1;
    }
    const std::string_view raw = tokens_.raw(at);
    if (token.kind == TokenKind::kNumber) {
      *text += raw;
      if (raw.find('.') != raw.npos && raw.find_first_of("eE") == raw.npos) *text += 'D';
      return at + 1;
    }
    const bool divides = tokens_.IsSymbol(at, "/") && tokens_.IsSymbol(at + 1, "/");
    if (divides && tokens_.at(at + 1).begin == token.end) {
      *text += "div";
      return at + 2;
    }
    *text += raw;
    return at + 1;
  }

  size_t Word(size_t at, size_t last, std::string* text) {
    if (tokens_.IsWord(at, "timestamp") && tokens_.IsWord(at + 1, "with") &&
        tokens_.IsWord(at + 2, "time") && tokens_.IsWord(at + 3, "zone")) {
      *text += "TIMESTAMP";
      return at + 4;
    }
    for (const TypeName& type : kTypes) {
      if (!tokens_.IsWord(at, type.own)) continue;
      *text += type.sparks;
      return at + 1;
    }
    if (tokens_.IsSymbol(at + 1, "(")) {
      for (const Macro& macro : kMacros) {
        if (!tokens_.IsWord(at, macro.name)) continue;
        if (const auto end = Expand(macro, at + 2, last, text)) return *end;
      }
    }
    *text += tokens_.raw(at);
    return at + 1;
  }

  /// The arguments begin at token `at`. Nothing where their number is another.
  std::optional<size_t> Expand(const Macro& macro, size_t at, size_t last, std::string* text) {
    std::vector<std::string> arguments;
    size_t begin = at, depth = 0;
    for (; at < last; ++at) {
      const bool closes = tokens_.IsSymbol(at, ")");
      if (depth == 0 && (closes || tokens_.IsSymbol(at, ","))) {
        arguments.push_back(Range(begin, at));
        begin = at + 1;
        if (closes) break;
      } else if (closes) {
        --depth;
      } else if (tokens_.IsSymbol(at, "(")) {
        ++depth;
      }
    }
    if (at == last || (macro.arguments > 0 && arguments.size() != macro.arguments)) {
      return std::nullopt;
    }
    *text += Filled(macro.text, arguments);
    return at + 1;
  }

  /// A $ with no digit behind it, as at the end of a regular expression, stands for itself.
  static std::string Filled(std::string_view pattern, const std::vector<std::string>& arguments) {
    std::string text;
    for (size_t i = 0; i < pattern.size(); ++i) {
      const char next = i + 1 < pattern.size() ? pattern[i + 1] : ' ';
      if (pattern[i] != '$' || (next != '*' && (next < '1' || next > '9'))) {
        text += pattern[i];
      } else if (++i; next != '*') {
        text += arguments.at(static_cast<size_t>(next - '1'));
      } else {
        for (const std::string& argument : arguments) {
          text += (&argument == arguments.data() ? "" : ", ") + Filled(kKeyText, {argument});
        }
      }
    }
    return text;
  }

  std::string sql_;
  SqlText tokens_;
};

}  // namespace

std::string ToSpark(std::string_view sql) { return Translation(sql).All(); }

std::string SparkText(std::string_view text) {
  std::string literal = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') literal += '\\';
    literal += c;
  }
  return literal + "'";
}

std::string SparkPath(std::string_view path) {
  std::string name = "`";
  for (const char c : path) name += c == '`' ? "``" : std::string(1, c);
  return name + "`";
}

}  // namespace cadenza::engine
