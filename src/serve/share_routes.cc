#include "serve/share_routes.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <nlohmann/json.hpp>

#include "base/clock.h"
#include "base/utc_time.h"
#include "delta/schema.h"
#include "lake/lake.h"
#include "serve/secret_text.h"
#include "serve/share_file.h"

namespace cadenza::serve {
namespace {

using nlohmann::json;

constexpr const char* kShare = "lake";
constexpr int64_t kAddressMs = 3'600'000;
/// Clients made on Delta's kernel know a signed address by this name.
constexpr const char* kMarkName = "X-Amz-Signature";
constexpr const char* kLines = "application/x-ndjson; charset=utf-8";

http::Reply Refusal(int status, const char* code, const std::string& message) {
  http::Reply reply = http::JsonReply(json{{"errorCode", code}, {"message", message}}.dump(
      -1, ' ', false, json::error_handler_t::replace));
  reply.status = status;
  return reply;
}

http::Reply Items(const http::Request& request, const json& all) {
  size_t begin = 0, count = all.size();
  const auto number = [](const std::string& text, size_t* value) {
    return std::from_chars(text.data(), text.data() + text.size(), *value).ec == std::errc();
  };
  const auto token = request.Query("pageToken");
  if (token && !token->empty() && (!number(*token, &begin) || begin > all.size())) {
    return Refusal(400, "INVALID_PARAMETER_VALUE", "this is no page token: " + *token);
  }
  const auto most = request.Query("maxResults");
  if (most && !number(*most, &count)) {
    return Refusal(400, "INVALID_PARAMETER_VALUE", "maxResults is a number: " + *most);
  }
  const size_t end = std::min(all.size(), begin + std::min(count, all.size()));
  json items = json::array();
  for (size_t i = begin; i < end; ++i) items.push_back(all[i]);
  json answer{{"items", std::move(items)}};
  if (end < all.size()) answer["nextPageToken"] = std::to_string(end);
  return http::JsonReply(answer.dump());
}

/// The fields of what a query's body asks for; others are hints that need not be followed.
struct Query {
  std::optional<int64_t> version, limit;
  std::optional<int64_t> as_of_ms;
  json hints;  ///< a tree of conditions
};

Result<Query> ParseQuery(const std::string& body) {
  Query query;
  if (body.empty()) return query;
  const json said = json::parse(body, nullptr, false);
  if (!said.is_object()) return MakeError(ErrorKind::kInput, "the body is no JSON object");
  const auto whole = [&](const char* name, std::optional<int64_t>* value) -> Status {
    const auto found = said.find(name);
    if (found == said.end() || found->is_null()) return {};
    if (!found->is_number_integer() || found->get<int64_t>() < 0) {
      return MakeError(ErrorKind::kInput, "{} is a whole number from 0 on: {}", name,
                       found->dump(-1, ' ', false, json::error_handler_t::replace));
    }
    *value = found->get<int64_t>();
    return {};
  };
  CADENZA_TRY(whole("version", &query.version));
  CADENZA_TRY(whole("limitHint", &query.limit));
  if (const auto time = said.find("timestamp"); time != said.end() && !time->is_null()) {
    if (time->is_string()) query.as_of_ms = ParseUtcMs(time->get<std::string>());
    if (!query.as_of_ms) {
      return MakeError(ErrorKind::kInput, "timestamp is a time such as 2026-01-31T12:00:00Z: {}",
                       time->dump(-1, ' ', false, json::error_handler_t::replace));
    }
  }
  for (const char* name : {"startingVersion", "endingVersion"}) {
    if (said.contains(name) && !said[name].is_null()) {
      return MakeError(ErrorKind::kInput, "{} belongs to the changes of a table", name);
    }
  }
  if (const auto hints = said.find("jsonPredicateHints");
      hints != said.end() && hints->is_string()) {
    query.hints = json::parse(hints->get<std::string>(), nullptr, false);
  }
  return query;
}

/// False where the hints say that no row of the file is wanted; only of equal partition values.
bool MayHold(const json& hint, const delta::AddFile& file, int depth = 0) {
  if (!hint.is_object() || depth > 50) return true;
  const std::string op = hint.value("op", "");
  const json children = hint.value("children", json::array());
  if (!children.is_array()) return true;
  const auto holds = [&](const json& child) { return MayHold(child, file, depth + 1); };
  if (op == "and") return std::ranges::all_of(children, holds);
  if (op == "or") return children.empty() || std::ranges::any_of(children, holds);
  if (op != "equal" || children.size() != 2) return true;
  const json* column = nullptr;
  const json* literal = nullptr;
  for (const json& child : children) {
    if (!child.is_object()) return true;
    if (child.value("op", "") == "column") column = &child;
    if (child.value("op", "") == "literal") literal = &child;
  }
  if (!column || !literal || !(*literal)["value"].is_string() || !(*column)["name"].is_string()) {
    return true;
  }
  const auto value = file.partition_values.find((*column)["name"].get<std::string>());
  const std::string type = literal->value("valueType", "");
  const bool is_comparable = type == "string" || type == "date" || type == "int" || type == "long";
  if (value == file.partition_values.end() || !is_comparable) return true;
  return value->second && *value->second == (*literal)["value"].get<std::string>();
}

class Sharing {
 public:
  Sharing(Service* service, Access* access, FileSigner signer)
      : service_(service), access_(access), signer_(std::move(signer)) {}

  http::Reply Shares(const http::Request& request) const {
    return Items(request, json::array({ShareJson()}));
  }
  http::Reply Share(const http::Request& request) const {
    if (request.Parameter("share") != kShare) return NoSuch("share", request.Parameter("share"));
    return http::JsonReply(json{{"share", ShareJson()}}.dump());
  }
  http::Reply Schemas(const http::Request& request) const {
    if (request.Parameter("share") != kShare) return NoSuch("share", request.Parameter("share"));
    json schemas = json::array();
    for (const lake::Model* table : TablesFor(*service_->runs().newest(), request)) {
      const json schema{{"name", table->layer}, {"share", kShare}};
      if (schemas.empty() || schemas.back() != schema) schemas.push_back(schema);
    }
    return Items(request, schemas);
  }
  /// Of a schema, or of all.
  http::Reply Tables(const http::Request& request) const {
    if (request.Parameter("share") != kShare) return NoSuch("share", request.Parameter("share"));
    const std::string schema = request.Parameter("schema");
    json tables = json::array();
    bool is_known = schema.empty();
    for (const lake::Model* table : TablesFor(*service_->runs().newest(), request)) {
      is_known = is_known || table->layer == schema;
      if (!schema.empty() && table->layer != schema) continue;
      tables.push_back({{"name", table->name},
                        {"schema", table->layer},
                        {"share", kShare},
                        {"shareId", ToHex(Sha256(kShare)).substr(0, 32)},
                        {"id", IdOf(*table)}});
    }
    return is_known ? Items(request, tables) : NoSuch("schema", schema);
  }
  http::Reply Version(const http::Request& request) const {
    return WithTable(request, [&](const lake::Model&, const lake::TableState& state) {
      if (request.Query("startingTimestamp")) {
        return Refusal(400, "UNSUPPORTED_OPERATION",
                       "versions are not looked for by their time here");
      }
      return Versioned(http::TextReply(200, "", kLines), state);
    });
  }
  http::Reply Metadata(const http::Request& request) const {
    return WithTable(request, [&](const lake::Model& table, const lake::TableState& state) {
      const auto head = HeadLines(request, table, state);
      if (!head.ok()) return http::ErrorReply(head.error());
      return Lines(request, *head, state);
    });
  }
  http::Reply Rows(const http::Request& request) const {
    const Result<Query> query = ParseQuery(request.body);
    if (!query.ok()) return Refusal(400, "INVALID_PARAMETER_VALUE", query.error().message);
    return WithTable(
        request,
        [&](const lake::Model& table, const lake::TableState& state) {
          return RowLines(request, table, state, *query);
        },
        *query);
  }
  http::Reply Changes(const http::Request& request) const {
    return WithTable(request, [&](const lake::Model& table, const lake::TableState& state) {
      Result<std::string> lines = ChangeLines(request, table, state);
      if (lines.ok()) return Lines(request, std::move(*lines), state);
      return lines.error().kind == ErrorKind::kInput || lines.error().kind == ErrorKind::kUsage
                 ? Refusal(400, "INVALID_PARAMETER_VALUE", lines.error().message)
                 : http::ErrorReply(lines.error());
    });
  }
  static http::Reply Credentials(const http::Request&) {
    return Refusal(400, "UNSUPPORTED_OPERATION",
                   "credentials for the storage are not given: files have addresses of their own");
  }

  http::Reply File(const http::Request& request) const {
    const auto file =
        signer_.Read(request.Parameter("file") + "." + request.Query(kMarkName).value_or(""));
    if (!file) return Refusal(403, "FORBIDDEN", "this address was not given by this server");
    if (file->expires_ms < NowMs() || !Holds(file->asked_by)) {
      return Refusal(403, "FORBIDDEN", "this address has expired: ask for the rows again");
    }
    const std::shared_ptr<const LoadedRun> run = service_->runs().newest();
    const lake::Model* table = run->lake->FindTable(file->table);
    if (!table || !run->lake->Exists(*table)) return NoSuch("table", file->table);
    const auto state = StateOf(*run, *table);
    if (!state.ok()) return http::ErrorReply(state.error());
    // What was written before somebody was forgotten may still hold him or her.
    if (ForgottenRun(*run) != file->forgotten_run && !state->files.contains(file->path)) {
      return Refusal(410, "FILE_GONE", "the file is of an earlier run: ask for the rows again");
    }
    // Of what another program wrote into the log, files below the table alone are shared.
    const std::string path = PathOf(*state, file->path);
    if (!path.starts_with(state->folder + "/") || path.find("/../") != std::string::npos) {
      return Refusal(403, "FORBIDDEN", "the file lies outside of its table");
    }
    if (!run->lake->root().starts_with("s3://")) {
      return FileReply(request, path);
    }
    auto bytes = run->lake->WithLake([&](lake::Lake* lake) {
      return lake->store().Get(table->layer + "/" + table->name + "/" + file->path);
    });
    if (!bytes.ok()) return http::ErrorReply(bytes.error());
    if (!*bytes) return Refusal(410, "FILE_GONE", "the file is not there any more");
    return BytesReply(request, std::move(**bytes));
  }

 private:
  static json ShareJson() {
    return {{"name", kShare}, {"id", ToHex(Sha256(kShare)).substr(0, 32)}};
  }
  static std::string IdOf(const lake::Model& table) {
    return ToHex(Sha256(table.layer + "." + table.name)).substr(0, 32);
  }
  static http::Reply NoSuch(const char* what, const std::string& name) {
    return Refusal(404, "RESOURCE_DOES_NOT_EXIST", fmt::format("no such {}: {}", what, name));
  }
  std::vector<const lake::Model*> TablesFor(const LoadedRun& run,
                                            const http::Request& request) const {
    std::vector<const lake::Model*> tables;
    for (const lake::Model* table : run.lake->tables()) {
      if (!run.lake->Exists(*table) || !MayRead(RoleOf(request), *table)) continue;
      if (IsWithin(request.tables, table->layer + "." + table->name)) tables.push_back(table);
    }
    std::ranges::sort(
        tables, {}, [](const lake::Model* table) { return std::pair(table->layer, table->name); });
    return tables;
  }

  static Result<lake::TableState> StateOf(const LoadedRun& run, const lake::Model& table) {
    return run.lake->WithLake([&](lake::Lake* lake) { return lake->Load(table); });
  }
  static std::string PathOf(const lake::TableState& state, const std::string& path) {
    engine::FileRelation table;
    table.folder = state.folder;
    return table.PathOf(state.LocationOf(path));
  }
  /// The table as a query wants it: never of a run that did not finish.
  static Result<lake::TableState> StateOf(const LoadedRun& run, const lake::Model& table,
                                          const Query& query) {
    CADENZA_ASSIGN(lake::TableState newest, StateOf(run, table));
    if (!query.version && !query.as_of_ms) return newest;
    if (query.version && *query.version > VersionOf(newest)) {
      return MakeError(ErrorKind::kUsage, "{} has no version {} yet: the newest is {}", table.name,
                       *query.version, VersionOf(newest));
    }
    CADENZA_ASSIGN(lake::TableState state, run.lake->WithLake([&](lake::Lake* lake) {
      return query.version ? lake->LoadVersion(table, *query.version)
                           : lake->LoadAsOf(table, *query.as_of_ms);
    }));
    if (VersionOf(state) >= VersionOf(newest)) return newest;
    CADENZA_TRY(CheckEarlier(run, table));
    return state;
  }
  /// What was written before somebody was forgotten may hold him or her.
  static Status CheckEarlier(const LoadedRun& run, const lake::Model& table) {
    const bool names_listeners = table.has_column("user_id") || table.has_column("customer_id");
    if (ForgottenRun(run) == 0 || !names_listeners) return {};
    return MakeError(ErrorKind::kUsage,
                     "earlier versions of {} are not shared, since listeners were forgotten",
                     table.name);
  }
  static int64_t VersionOf(const lake::TableState& state) {
    return std::max<int64_t>(state.version, 0);
  }
  static int64_t ForgottenRun(const LoadedRun& run) {
    const auto found = run.lake->manifest().tables.find("forgotten");
    return found == run.lake->manifest().tables.end() ? 0 : found->second.run;
  }

  /// The table of the path, at the newest finished run unless the query wants another version.
  template <class Answer>
  http::Reply WithTable(const http::Request& request, const Answer& answer,
                        const Query& query = {}) const {
    if (request.Parameter("share") != kShare) return NoSuch("share", request.Parameter("share"));
    const std::shared_ptr<const LoadedRun> run = service_->runs().newest();
    for (const lake::Model* table : TablesFor(*run, request)) {
      if (table->layer != request.Parameter("schema") || table->name != request.Parameter("table"))
        continue;
      const Result<lake::TableState> state = StateOf(*run, *table, query);
      if (!state.ok() && (query.version || query.as_of_ms)) {
        return Refusal(400, "INVALID_PARAMETER_VALUE", state.error().message);
      }
      if (!state.ok()) return http::ErrorReply(state.error());
      const auto has_deletions = [](const auto& file) {
        return !file.second.deletion_vector.empty();
      };
      if (std::ranges::any_of(state->files, has_deletions)) {
        return Refusal(400, "UNSUPPORTED_TABLE_FEATURE",
                       "another program marked rows of this table as deleted; cadenza optimize "
                       "writes its files anew");
      }
      return answer(*table, *state);
    }
    return NoSuch("table", request.Parameter("schema") + "." + request.Parameter("table"));
  }

  /// Parquet, unless Delta alone is asked for.
  static bool WantsDelta(const http::Request& request) {
    const std::string asked = request.Header("delta-sharing-capabilities");
    const size_t format = asked.find("responseformat=");
    if (format == std::string::npos) return false;
    const std::string formats = asked.substr(format, asked.find(';', format) - format);
    return formats.find("parquet") == std::string::npos &&
           formats.find("delta") != std::string::npos;
  }
  static bool WantsEnd(const http::Request& request) {
    return request.Header("delta-sharing-capabilities").find("includeendstreamaction=true") !=
           std::string::npos;
  }

  static http::Reply Versioned(http::Reply reply, const lake::TableState& state) {
    reply.headers.emplace_back("Delta-Table-Version", std::to_string(VersionOf(state)));
    return reply;
  }
  static http::Reply Lines(const http::Request& request, std::string lines,
                           const lake::TableState& state) {
    http::Reply reply = Versioned(http::TextReply(200, std::move(lines), kLines), state);
    std::string capabilities =
        WantsDelta(request) ? "responseformat=delta" : "responseformat=parquet";
    if (WantsEnd(request)) capabilities += ";includeendstreamaction=true";
    reply.headers.emplace_back("delta-sharing-capabilities", capabilities);
    return reply;
  }

  static Result<std::string> HeadLines(const http::Request& request, const lake::Model& table,
                                       const lake::TableState& state) {
    CADENZA_ASSIGN(const delta::Schema schema, lake::DeltaSchema(state.columns));
    json about{{"id", IdOf(table)},
               {"name", table.name},
               {"description", table.summary},
               {"format", {{"provider", "parquet"}}},
               {"schemaString", delta::SchemaToJson(schema)},
               {"partitionColumns", state.partition_columns},
               {"configuration", json::object()}};
    json protocol{{"minReaderVersion", 1}};
    const auto size = state.size_bytes();
    const auto files = static_cast<int64_t>(state.files.size());
    if (WantsDelta(request)) {
      about["format"]["options"] = json::object();
      protocol["minWriterVersion"] = 2;
      protocol = {{"deltaProtocol", protocol}};
      about = {{"deltaMetadata", about}, {"version", VersionOf(state)}};
    } else {
      about["version"] = VersionOf(state);
    }
    about["size"] = size;
    about["numFiles"] = files;
    return json{{"protocol", protocol}}.dump() + "\n" + json{{"metaData", about}}.dump() + "\n";
  }

  http::Reply RowLines(const http::Request& request, const lake::Model& table,
                       const lake::TableState& state, const Query& query) const {
    Result<std::string> lines = HeadLines(request, table, state);
    if (!lines.ok()) return http::ErrorReply(lines.error());
    const int64_t expires_ms = NowMs() + kAddressMs;
    int64_t rows = 0;
    for (const auto& [path, file] : state.files) {
      if (!MayHold(query.hints, file)) continue;
      if (query.limit && rows >= *query.limit) break;
      rows += lake::RowsOf(file);
      *lines += FileJson(request, table, file, state, expires_ms)
                    .dump(-1, ' ', false, json::error_handler_t::replace) +
                "\n";
    }
    if (WantsEnd(request)) {
      *lines +=
          json{{"endStreamAction", {{"minUrlExpirationTimestamp", expires_ms}}}}.dump() + "\n";
    }
    return Lines(request, std::move(*lines), state);
  }

  /// Rows that commits added. A commit that took files out is not told in rows here.
  Result<std::string> ChangeLines(const http::Request& request, const lake::Model& table,
                                  const lake::TableState& state) const {
    const auto number = [&](const char* name, int64_t fallback) -> Result<int64_t> {
      const std::string text = request.Query(name).value_or("");
      int64_t value = fallback;
      const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
      if (text.empty()) return fallback;
      if (error == std::errc() && end == text.data() + text.size() && value >= 0) return value;
      return MakeError(ErrorKind::kInput, "{} is a whole number from 0 on: {}", name, text);
    };
    CADENZA_ASSIGN(const int64_t first, number("startingVersion", -1));
    CADENZA_ASSIGN(const int64_t last, number("endingVersion", VersionOf(state)));
    if (first < 0) return MakeError(ErrorKind::kInput, "startingVersion is missing");
    if (last < first || last > VersionOf(state)) {
      return MakeError(ErrorKind::kInput, "versions {} to {}: the newest is {}", first, last,
                       VersionOf(state));
    }
    const std::shared_ptr<const LoadedRun> run = service_->runs().newest();
    std::map<int64_t, int64_t> times;
    CADENZA_ASSIGN(const std::vector<delta::CommitSummary> commits,
                   run->lake->WithLake([&](lake::Lake* lake) {
                     return delta::History(*lake->TableStore(table), 0);
                   }));
    for (const delta::CommitSummary& commit : commits) times[commit.version] = commit.timestamp_ms;
    const auto at = [&](int64_t version) -> Result<lake::TableState> {
      if (version < 0) return lake::TableState();
      return run->lake->WithLake(
          [&](lake::Lake* lake) { return lake->LoadVersion(table, version); });
    };
    if (first < VersionOf(state)) CADENZA_TRY(CheckEarlier(*run, table));
    CADENZA_ASSIGN(std::string lines, HeadLines(request, table, state));
    CADENZA_ASSIGN(lake::TableState before, at(first - 1));
    const int64_t expires_ms = NowMs() + kAddressMs;
    for (int64_t version = first; version <= last; ++version) {
      CADENZA_ASSIGN(lake::TableState now, at(version));
      for (const auto& [path, file] : before.files) {
        if (now.files.contains(path)) continue;
        return MakeError(ErrorKind::kInput,
                         "version {} of {} took files out, which changes of rows do not tell: ask "
                         "for the rows of the newest version, or for changes after {}",
                         version, table.name, version);
      }
      for (const auto& [path, file] : now.files) {
        if (before.files.contains(path)) continue;
        json change = FileJson(request, table, file, now, expires_ms);
        json& shared = change["file"];
        shared["version"] = version;
        shared["timestamp"] = times.contains(version) ? times[version] : file.modified_ms;
        lines += json{{WantsDelta(request) ? "file" : "add", std::move(shared)}}.dump(
                     -1, ' ', false, json::error_handler_t::replace) +
                 "\n";
      }
      before = std::move(now);
    }
    return lines;
  }

  json FileJson(const http::Request& request, const lake::Model& table, const delta::AddFile& file,
                const lake::TableState& state, int64_t expires_ms) const {
    const std::string scheme =
        request.is_encrypted || access_->is_behind_proxy() ? "https" : "http";
    const std::string text = signer_.Sign({table.name, file.path, request.user,
                                           ForgottenRun(*service_->runs().newest()), expires_ms});
    const size_t dot = text.find('.');
    const std::string address =
        fmt::format("{}://{}{}/files/{}?{}={}", scheme, request.Header("host"), kSharePath,
                    text.substr(0, dot), kMarkName, text.substr(dot + 1));
    json values = json::object();
    for (const auto& [column, value] : file.partition_values) {
      values[column] = value ? json(*value) : json();
    }
    const std::string id = ToHex(Sha256(table.name + "/" + file.path)).substr(0, 32);
    if (!WantsDelta(request)) {
      json shared{{"url", address},
                  {"id", id},
                  {"partitionValues", std::move(values)},
                  {"size", file.size_bytes},
                  {"expirationTimestamp", expires_ms}};
      if (!file.stats.empty()) shared["stats"] = file.stats;
      return {{"file", std::move(shared)}};
    }
    json add{{"path", address},
             {"partitionValues", std::move(values)},
             {"size", file.size_bytes},
             {"modificationTime", file.modified_ms},
             {"dataChange", true}};
    if (!file.stats.empty()) add["stats"] = file.stats;
    return {{"file",
             {{"id", id},
              {"version", VersionOf(state)},
              {"expirationTimestamp", expires_ms},
              {"deltaSingleAction", {{"add", std::move(add)}}}}}};
  }

  /// The token that asked is still there. Where nobody logs in there is none.
  bool Holds(const std::string& token) const {
    const auto users = access_->users();
    if (!users) return true;
    const auto is_it = [&](const auto& each) { return each.name == token; };
    return std::ranges::any_of(users->tokens(),
                               [&](const Token& each) {
                                 return each.name == token && each.expires_ms > NowMs();
                               }) ||
           std::ranges::any_of(users->users(), is_it);
  }

  Service* service_;
  Access* access_;
  FileSigner signer_;
};

}  // namespace

void MountShare(Service* service, Access* access) {
  Result<FileSigner> signer = FileSigner::Make();
  if (!signer.ok()) return;
  const auto sharing = std::make_shared<const Sharing>(service, access, std::move(*signer));
  using Answer = http::Reply (Sharing::*)(const http::Request&) const;
  const auto mount = [&](const char* method, const std::string& path, Answer answer) {
    service->Mount({.method = method,
                    .path = kSharePath + path,
                    .handler = [sharing, answer](const http::Request& request) {
                      return (sharing.get()->*answer)(request);
                    }});
  };
  const std::string share = "/shares/{share}", table = share + "/schemas/{schema}/tables/{table}";
  mount("GET", "/shares", &Sharing::Shares);
  mount("GET", share, &Sharing::Share);
  mount("GET", share + "/schemas", &Sharing::Schemas);
  mount("GET", share + "/schemas/{schema}/tables", &Sharing::Tables);
  mount("GET", share + "/all-tables", &Sharing::Tables);
  mount("GET", table + "/version", &Sharing::Version);
  mount("GET", table, &Sharing::Version);
  mount("GET", table + "/metadata", &Sharing::Metadata);
  mount("POST", table + "/metadata", &Sharing::Metadata);
  mount("POST", table + "/query", &Sharing::Rows);
  mount("GET", table + "/changes", &Sharing::Changes);
  service->Mount({.method = "POST",
                  .path = kSharePath + table + "/temporary-table-credentials",
                  .handler = Sharing::Credentials});
  service->Mount(
      {.path = std::string(kSharePath) + "/files/{file}",
       .handler = [sharing](const http::Request& request) { return sharing->File(request); },
       .is_open = true,
       .is_long = true});
}

}  // namespace cadenza::serve
