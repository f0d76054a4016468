#include "pgwire/functions.h"

#include <array>

#include "engine/sql_text.h"
#include "pgwire/patterns.h"

namespace cadenza::pgwire {
namespace {

struct Renamed {
  std::string_view postgres, engine;
};

constexpr auto kRenamed = std::to_array<Renamed>({
    {"char_length", "length"},
    {"character_length", "length"},
    {"btrim", "trim"},
    {"every", "bool_and"},
    {"json_build_object", "json_object"},
    {"jsonb_build_object", "json_object"},
    {"json_build_array", "json_array"},
    {"jsonb_build_array", "json_array"},
    {"jsonb_agg", "json_group_array"},
    {"json_agg", "json_group_array"},
    {"json_object_agg", "json_group_object"},
    {"jsonb_array_length", "json_array_length"},
    {"stddev", "stddev_samp"},
    {"variance", "var_samp"},
    {"clock_timestamp", "get_current_timestamp"},
    {"statement_timestamp", "get_current_timestamp"},
    {"transaction_timestamp", "get_current_timestamp"},
    {"array_length", "pg_array_length"},
    {"array_upper", "pg_array_upper"},
    {"array_lower", "pg_array_lower"},
    {"array_to_string", "pg_array_to_string"},
    {"string_to_array", "string_split"},
    {"cardinality", "len"},
    {"trunc", "trunc"},
    {"log", "pg_log"},
    {"to_timestamp", "pg_to_timestamp"},
    {"jsonb_extract_path_text", "json_extract_string"},
    {"json_extract_path_text", "json_extract_string"},
    {"gen_random_uuid", "uuid"},
    {"octet_length", "pg_octet_length"},
    {"regexp_split_to_array", "string_split_regex"},
    {"row_to_json", "to_json"},
    {"to_jsonb", "to_json"},
    {"isfinite", "isfinite"},
    {"age", "pg_age"},
    {"initcap", "pg_initcap"},
    {"div", "pg_div"},
    {"sha256", "pg_sha256"},
    {"to_hex", "pg_to_hex"},
    {"date_bin", "pg_date_bin"},
    {"array_remove", "pg_array_remove"},
    {"array_replace", "pg_array_replace"},
    {"json_typeof", "pg_json_typeof"},
    {"jsonb_typeof", "pg_json_typeof"},
    {"width_bucket", "pg_width_bucket"},
});

/// Those of which the engine has one with the same name but other arguments: the catalogue's macros
/// carry how many they take.
constexpr auto kByCount = std::to_array<std::string_view>({
    "format_type",
    "pg_get_expr",
    "pg_get_constraintdef",
    "pg_get_indexdef",
    "pg_get_viewdef",
    "pg_get_userbyid",
    "obj_description",
    "col_description",
    "shobj_description",
    "has_table_privilege",
    "has_schema_privilege",
    "has_database_privilege",
    "has_any_column_privilege",
    "has_column_privilege",
    "has_sequence_privilege",
    "has_function_privilege",
    "pg_has_role",
    "pg_relation_size",
    "pg_table_is_visible",
    "pg_type_is_visible",
    "pg_function_is_visible",
    "pg_is_other_temp_schema",
    "pg_size_pretty",
    "pg_total_relation_size",
    "pg_table_size",
    "pg_encoding_to_char",
    "quote_ident",
    "quote_literal",
    "txid_current",
    "pg_my_temp_schema",
    "to_regclass",
    "to_regtype",
    "to_regproc",
    "to_regnamespace",
    "to_regrole",
    "pg_get_partkeydef",
    "pg_get_function_result",
    "pg_get_function_arguments",
    "pg_get_function_identity_arguments",
    "pg_get_statisticsobjdef_columns",
    "pg_relation_is_publishable",
    "pg_get_serial_sequence",
    "pg_conf_load_time",
    "pg_partition_ancestors",
    "pg_get_keywords",
    "pg_show_all_settings",
    "pg_available_extensions",
    "pg_options_to_table",
    "aclexplode",
    "string_to_table",
    "regexp_split_to_table",
    "_pg_expandarray",
    "overlay",
    "pg_postmaster_start_time",
    "pg_database_size",
    "pg_tablespace_location",
    "pg_tablespace_size",
    "pg_relation_filenode",
    "pg_is_in_recovery",
    "pg_char_to_encoding",
    "pg_typeof",
    "pg_get_triggerdef",
    "pg_get_ruledef",
    "pg_indexes_size",
    "pg_stat_get_numscans",
    "inet_server_addr",
    "inet_server_port",
    "inet_client_addr",
    "inet_client_port",
    "pg_operator_is_visible",
    "pg_opclass_is_visible",
    "pg_opfamily_is_visible",
    "pg_collation_is_visible",
    "pg_conversion_is_visible",
    "pg_ts_config_is_visible",
    "pg_ts_dict_is_visible",
    "pg_ts_parser_is_visible",
    "pg_ts_template_is_visible",
    "pg_statistics_obj_is_visible",
    "pg_index_column_has_property",
    "pg_get_function_sqlbody",
    "pg_collation_for",
    "pg_stat_get_live_tuples",
    "pg_relation_filepath",
    "pg_current_xact_id",
    "pg_column_size",
    "pg_describe_object",
    "set_config",
    "current_setting",
    "pg_tables_size",
    "pg_function_arguments",
    "pg_get_function_arg_default",
    "array_remove_null",
    "pg_get_functiondef",
    "pg_client_encoding",
    "getdatabaseencoding",
    "txid_current_snapshot",
    "pg_safe_snapshot_blocking_pids",
    "pg_blocking_pids",
    "pg_truetypid",
    "pg_truetypmod",
    "_pg_truetypid",
    "_pg_truetypmod",
    "_pg_char_max_length",
    "_pg_numeric_precision",
    "_pg_numeric_scale",
    "_pg_datetime_precision",
});

bool Is(const pg_query::FuncCall& call, std::string_view name, int arguments) {
  return LastName(call.funcname()) == name && call.args_size() == arguments;
}

/// to_char, to_date and to_timestamp with a pattern that stands in the text.
bool RewriteTimeFormat(Node* node) {
  const auto& call = node->func_call();
  if (call.args_size() != 2 || !IsTextConstant(call.args(1))) return false;
  const std::string name = LastName(call.funcname()), pattern = TextOf(call.args(1));
  const auto read_as = [&](const char* type) {
    return CastNode(CallNode("strptime", {call.args(0), ConstantNode(TimeFormat(pattern))}), type);
  };
  if (name == "to_char") {
    ReplaceNode(node, TimeText(call.args(0), pattern));
  } else if (name == "to_date") {
    ReplaceNode(node, read_as("date"));
  } else if (name == "to_timestamp") {
    ReplaceNode(node, read_as("timestamptz"));
  } else {
    return false;
  }
  return true;
}

/// Seconds and milliseconds are whole numbers in the engine, and have a fraction in PostgreSQL.
Node PartOfTime(const Node& field, const Node& time) {
  const std::string name = engine::Lower(TextOf(field));
  const bool is_second = name == "second" || name == "seconds";
  const bool is_milli = name == "milliseconds" || name == "millisecond";
  if (!is_second && !is_milli) return CallNode("date_part", {field, time});
  return CallNode("pgf_fraction", {CallNode("date_part", {ConstantNode("microseconds"), time}),
                                   NumberNode(is_second ? 1'000'000 : 1'000)});
}

/// encode and decode, of hexadecimal digits and base64.
Node EncodedBytes(const pg_query::FuncCall& call) {
  const std::string name = LastName(call.funcname()), form = TextOf(call.args(1));
  if (form != "hex" && form != "base64")
    return CallNode("error", {ConstantNode(name + " takes 'hex' or 'base64' here")});
  return CallNode("pgf_" + name + "_" + form, {call.args(0)});
}

/// Calls that become something else than a call of the same shape; false: it is none of them.
bool RewriteSpecial(Node* node) {
  const auto& call = node->func_call();
  const std::string name = LastName(call.funcname());
  if (Is(call, "extract", 2) || Is(call, "date_part", 2)) {
    ReplaceNode(node, PartOfTime(call.args(0), call.args(1)));
  } else if (name == "regexp_match" || name == "regexp_matches") {
    ReplaceNode(node, GroupsOfMatch(call));
  } else if (name == "format") {
    ReplaceNode(node, FormattedText(call));
  } else if (Is(call, "lpad", 2) || Is(call, "rpad", 2)) {
    ReplaceNode(node, CallNode(name, {call.args(0), call.args(1), ConstantNode(" ")}));
  } else if (Is(call, "age", 2)) {
    return true;
  } else if (Is(call, "encode", 2) || Is(call, "decode", 2)) {
    ReplaceNode(node, EncodedBytes(call));
  } else if (Is(call, "position", 2)) {
    ReplaceNode(node, CallNode("strpos", {call.args(0), call.args(1)}));
  } else if (Is(call, "substring", 2) && IsTextConstant(call.args(1))) {
    ReplaceNode(node, SubstringMatch(call.args(0), call.args(1)));
  } else if (Is(call, "date_trunc", 2)) {
    // Of a date the engine makes a date, PostgreSQL a time.
    Node sum;
    auto* plus = sum.mutable_a_expr();
    plus->set_kind(pg_query::AEXPR_OP);
    *plus->add_name() = TextNode("+");
    *plus->mutable_lexpr() = call.args(1);
    *plus->mutable_rexpr() = CastNode(ConstantNode("0 days"), "interval");
    ReplaceNode(node, CallNode("date_trunc", {call.args(0), std::move(sum)}));
  } else {
    return false;
  }
  return true;
}

/// Those that give an integer in PostgreSQL and a bigint in the engine.
constexpr auto kIntegers = std::to_array<std::string_view>(
    {"length", "char_length", "character_length", "octet_length", "bit_length", "position",
     "strpos", "array_length", "array_upper", "array_lower", "cardinality"});

bool GivesInteger(std::string_view name) {
  return std::ranges::find(kIntegers, name) != kIntegers.end();
}

/// What the session alone knows.
bool RewriteSessionCall(Node* node, const QueryContext& context) {
  const std::string name = LastName(node->func_call().funcname());
  const int arguments = node->func_call().args_size();
  const auto as_name = [&](const std::string& text) {
    ReplaceNode(node, ConstantNode(text));
    return true;
  };
  const std::string schema = context.search_path.empty() ? "" : context.search_path.front();
  if (arguments == 0 && (name == "current_database" || name == "current_catalog"))
    return as_name(context.database);
  if (arguments == 0 && name == "current_schema") return as_name(schema);
  if (arguments == 0 && (name == "current_user" || name == "session_user" || name == "user"))
    return as_name(context.user);
  if (arguments == 1 && name == "current_schemas") {
    Node list;
    const bool implicit = node->func_call().args(0).a_const().boolval().boolval();
    if (implicit) *list.mutable_a_array_expr()->add_elements() = ConstantNode("pg_catalog");
    for (const std::string& part : context.search_path)
      *list.mutable_a_array_expr()->add_elements() = ConstantNode(part);
    if (!list.has_a_array_expr()) list.mutable_a_array_expr();
    ReplaceNode(node, CastNode(std::move(list), "VARCHAR[]"));
    return true;
  }
  return false;
}

void RewriteNamedCall(Node* node, const QueryContext& context) {
  auto* call = node->mutable_func_call();
  if (call->funcname_size() > 1) {
    const Node last = call->funcname(call->funcname_size() - 1);
    call->clear_funcname();
    *call->add_funcname() = last;
  }
  call->set_funcformat(pg_query::COERCE_EXPLICIT_CALL);
  if (RewriteSessionCall(node, context) || RewriteTimeFormat(node) || RewriteSpecial(node)) return;
  const std::string name = LastName(call->funcname());
  for (const Renamed& renamed : kRenamed) {
    if (renamed.postgres == name)
      return call->mutable_funcname(0)->mutable_string()->set_sval(std::string(renamed.engine));
  }
  if (std::find(kByCount.begin(), kByCount.end(), name) == kByCount.end()) return;
  call->mutable_funcname(0)->mutable_string()->set_sval("pgf_" + name +
                                                        std::to_string(call->args_size()));
}

}  // namespace

void RewriteCall(Node* node, const QueryContext& context) {
  const bool is_integer = GivesInteger(LastName(node->func_call().funcname()));
  RewriteNamedCall(node, context);
  if (is_integer) ReplaceNode(node, CastNode(Node(*node), "integer"));
}

void RewriteValueFunction(Node* node, const QueryContext& context) {
  switch (node->sqlvalue_function().op()) {
    case pg_query::SVFOP_CURRENT_ROLE:
    case pg_query::SVFOP_CURRENT_USER:
    case pg_query::SVFOP_USER:
    case pg_query::SVFOP_SESSION_USER:
      return ReplaceNode(node, ConstantNode(context.user));
    case pg_query::SVFOP_CURRENT_CATALOG:
      return ReplaceNode(node, ConstantNode(context.database));
    case pg_query::SVFOP_CURRENT_SCHEMA: {
      const std::string schema = context.search_path.empty() ? "" : context.search_path.front();
      return ReplaceNode(node, ConstantNode(schema));
    }
    case pg_query::SVFOP_CURRENT_DATE:
      return ReplaceNode(node, CastNode(CallNode("now", {}), "date"));
    case pg_query::SVFOP_LOCALTIMESTAMP:
    case pg_query::SVFOP_LOCALTIMESTAMP_N:
      return ReplaceNode(node, CastNode(CallNode("now", {}), "timestamp"));
    case pg_query::SVFOP_CURRENT_TIMESTAMP_N:
      return ReplaceNode(node, CallNode("now", {}));
    case pg_query::SVFOP_LOCALTIME:
    case pg_query::SVFOP_LOCALTIME_N:
    case pg_query::SVFOP_CURRENT_TIME:
    case pg_query::SVFOP_CURRENT_TIME_N:
      return ReplaceNode(node, CastNode(CallNode("now", {}), "time"));
    default:
      return;
  }
}

}  // namespace cadenza::pgwire
