#include "serve/share_routes.h"

#include <algorithm>

#include "base/clock.h"
#include "delta/json_text.h"
#include "lake/lake.h"
#include "serve/share_answer.h"
#include "serve/share_file.h"
#include "serve/share_hints.h"
#include "serve/share_query.h"
#include "serve/shared_table.h"
#include "serve/table_routes.h"

namespace cadenza::serve {
namespace {

using json = delta::Json;
using delta::ToText;

constexpr int64_t kAddressMs = 3'600'000;
/// Clients made on Delta's kernel know a signed address by this name.
constexpr const char* kMarkName = "X-Amz-Signature";

class Sharing {
 public:
  Sharing(Service* service, Access* access, FileSigner signer, bool is_through_server)
      : service_(service),
        access_(access),
        signer_(std::move(signer)),
        is_through_server_(is_through_server) {}

  static http::Reply Shares(const http::Request& request) {
    return ItemPage(request, json::array({ShareJson()}));
  }
  static http::Reply Share(const http::Request&) {
    return http::JsonReply(ToText({{"share", ShareJson()}}));
  }
  http::Reply Schemas(const http::Request& request) const {
    json schemas = json::array();
    for (const lake::Model* table : TablesFor(*service_->runs().newest(), request)) {
      const json schema{{"name", table->layer}, {"share", kShare}};
      if (schemas.empty() || schemas.back() != schema) schemas.push_back(schema);
    }
    return ItemPage(request, schemas);
  }
  /// Of a schema, or of all.
  http::Reply Tables(const http::Request& request) const {
    const std::string schema = request.Parameter("schema");
    json tables = json::array();
    for (const lake::Model* table : TablesFor(*service_->runs().newest(), request)) {
      if (!schema.empty() && table->layer != schema) continue;
      tables.push_back({{"name", table->name},
                        {"schema", table->layer},
                        {"share", kShare},
                        {"shareId", ShareId(kShare)},
                        {"id", ShareId(SharedName(*table))}});
    }
    const bool is_known = schema.empty() || !tables.empty();
    return is_known ? ItemPage(request, tables) : NoSuchShared("schema", schema);
  }
  http::Reply Version(const http::Request& request) const {
    return WithTable(request, [&](const SharedTable& table) {
      if (request.Query("startingTimestamp")) {
        return ShareRefusal(400, "UNSUPPORTED_OPERATION",
                            "versions are not looked for by their time here");
      }
      return WithVersion(http::TextReply(200, "", kShareLines), table);
    });
  }
  http::Reply Metadata(const http::Request& request) const {
    return WithTable(request, [&](const SharedTable& table) {
      return ShareLines(request, ShareHeadLines(request, table), table);
    });
  }
  http::Reply Rows(const http::Request& request) const {
    const Result<ShareQuery> query = ParseShareQuery(request.body);
    if (!query.ok()) return ShareRefusal(400, "INVALID_PARAMETER_VALUE", query.error().message);
    return WithTable(
        request,
        [&](const SharedTable& table) {
          return ShareLines(request, RowLines(request, table, *query), table);
        },
        *query);
  }
  http::Reply Changes(const http::Request& request) const {
    return WithTable(request, [&](const SharedTable& table) {
      return ShareLines(request, ChangeLines(request, table), table);
    });
  }
  static http::Reply Credentials(const http::Request&) {
    return ShareRefusal(
        400, "UNSUPPORTED_OPERATION",
        "credentials for the storage are not given: files have addresses of their own");
  }

  http::Reply File(const http::Request& request) const {
    const auto file =
        signer_.Read(request.Parameter("file") + "." + request.Query(kMarkName).value_or(""));
    if (!file) return ShareRefusal(403, "FORBIDDEN", "this address was not given by this server");
    if (file->expires_ms < NowMs() || !Holds(file->asked_by)) {
      return ShareRefusal(403, "FORBIDDEN", "this address has expired: ask for the rows again");
    }
    SharedTable table;
    table.run = service_->runs().newest();
    table.model = table.run->lake->FindTable(file->table);
    if (!table.model || !table.run->lake->Exists(*table.model))
      return NoSuchShared("table", file->table);
    Result<lake::TableState> state = StateOf(table);
    if (!state.ok()) return http::ErrorReply(state.error());
    table.state = std::move(*state);
    // What was written before somebody was forgotten may still hold him or her.
    if (table.forgotten_run() != file->forgotten_run && !table.state.files.contains(file->path)) {
      return ShareRefusal(410, "FILE_GONE",
                          "the file is of an earlier run: ask for the rows again");
    }
    return FileOf(request, table, file->path);
  }

 private:
  std::vector<const lake::Model*> TablesFor(const LoadedRun& run,
                                            const http::Request& request) const {
    std::vector<const lake::Model*> tables = TablesOf(run, RoleOf(request));
    std::erase_if(tables, [&](const lake::Model* table) {
      return !IsWithin(request.tables, SharedName(*table));
    });
    std::ranges::sort(
        tables, {}, [](const lake::Model* table) { return std::pair(table->layer, table->name); });
    return tables;
  }

  static Result<lake::TableState> StateOf(const SharedTable& table) {
    return table.run->lake->WithLake([&](lake::Lake* lake) { return lake->Load(*table.model); });
  }

  /// The table of the path, at the newest finished run unless the query wants another version.
  template <class Answer>
  http::Reply WithTable(const http::Request& request, const Answer& answer,
                        const ShareQuery& query = {}) const {
    SharedTable table;
    table.run = service_->runs().newest();
    const std::string name = request.Parameter("schema") + "." + request.Parameter("table");
    const std::vector<const lake::Model*> tables = TablesFor(*table.run, request);
    const auto found = std::ranges::find(
        tables, name, [](const lake::Model* model) { return SharedName(*model); });
    if (found == tables.end()) return NoSuchShared("table", name);
    table.model = *found;
    Result<lake::TableState> state = StateOf(table);
    if (!state.ok()) return http::ErrorReply(state.error());
    table.state = std::move(*state);
    if (const Status there = GoToVersion(query, &table); !there.ok()) {
      return ShareRefusal(400, "INVALID_PARAMETER_VALUE", there.error().message);
    }
    if (const Status whole = CheckNoDeletions(table.state); !whole.ok()) {
      return ShareRefusal(400, "UNSUPPORTED_TABLE_FEATURE", whole.error().message);
    }
    if (!is_through_server_) {
      table.store = table.run->lake->WithLake(
          [&](lake::Lake* lake) { return lake->TableStore(*table.model); });
    }
    return answer(table);
  }

  Result<std::string> RowLines(const http::Request& request, const SharedTable& table,
                               const ShareQuery& query) const {
    CADENZA_ASSIGN(std::string lines, ShareHeadLines(request, table));
    int64_t expires_ms = NowMs() + kAddressMs;
    int64_t rows = 0;
    for (const auto& [path, file] : table.state.files) {
      if (!MayHold(query.hints, file)) continue;
      if (query.limit && rows >= *query.limit) break;
      rows += lake::RowsOf(file);
      CADENZA_ASSIGN(json shared, FileJson(request, table, file, &expires_ms));
      if (WantsDelta(request)) shared["version"] = table.version();
      lines += ToText({{"file", std::move(shared)}}) + "\n";
    }
    if (!WantsEnd(request)) return lines;
    return lines + ToText({{"endStreamAction", {{"minUrlExpirationTimestamp", expires_ms}}}}) +
           "\n";
  }

  /// Rows that commits added. A commit that took files out is not told in rows here.
  Result<std::string> ChangeLines(const http::Request& request, const SharedTable& table) const {
    CADENZA_ASSIGN(const VersionRange range, ReadVersionRange(request, table.version()));
    if (range.first < table.version()) CADENZA_TRY(CheckEarlier(table));
    CADENZA_ASSIGN(const auto times, CommitTimes(table));
    CADENZA_ASSIGN(std::string lines, ShareHeadLines(request, table));
    lake::TableState before;
    if (range.first > 0) {
      CADENZA_ASSIGN(before, table.At(range.first - 1));
    }
    int64_t expires_ms = NowMs() + kAddressMs;
    for (int64_t version = range.first; version <= range.last; ++version) {
      CADENZA_ASSIGN(lake::TableState now, table.At(version));
      CADENZA_TRY(CheckNoDeletions(now));
      for (const auto& [path, file] : before.files) {
        if (now.files.contains(path)) continue;
        return MakeError(ErrorKind::kInput,
                         "version {} of {} took files out, which changes of rows do not tell: ask "
                         "for the rows of the newest version, or for changes after {}",
                         version, table.model->name, version);
      }
      for (const auto& [path, file] : now.files) {
        if (before.files.contains(path)) continue;
        CADENZA_ASSIGN(json shared, FileJson(request, table, file, &expires_ms));
        const auto time = times.find(version);
        shared["version"] = version;
        shared["timestamp"] = time == times.end() ? file.modified_ms : time->second;
        lines += ToText({{WantsDelta(request) ? "file" : "add", std::move(shared)}}) + "\n";
      }
      before = std::move(now);
    }
    return lines;
  }

  /// May end before it is asked to.
  Result<ReadAddress> AddressOf(const http::Request& request, const SharedTable& table,
                                const std::string& path, int64_t expires_ms) const {
    if (table.store && !table.state.elsewhere.contains(path)) {
      CADENZA_ASSIGN(auto address, table.store->AddressToRead(path, expires_ms));
      if (address) return std::move(*address);
    }
    const bool is_encrypted = request.is_encrypted || access_->is_behind_proxy();
    const std::string text =
        signer_.Sign({table.model->name, path, request.user, table.forgotten_run(), expires_ms});
    const size_t dot = text.find('.');
    return ReadAddress{fmt::format("{}://{}{}/files/{}?{}={}", is_encrypted ? "https" : "http",
                                   request.Header("host"), kSharePath, text.substr(0, dot),
                                   kMarkName, text.substr(dot + 1)),
                       expires_ms};
  }

  /// Brings the time until which addresses hold down to that of this one.
  Result<json> FileJson(const http::Request& request, const SharedTable& table,
                        const delta::AddFile& file, int64_t* expires_ms) const {
    const bool wants_delta = WantsDelta(request);
    CADENZA_ASSIGN(const ReadAddress address, AddressOf(request, table, file.path, *expires_ms));
    *expires_ms = address.expires_ms;
    json values = json::object();
    for (const auto& [column, value] : file.partition_values) {
      values[column] = value ? json(*value) : json();
    }
    json about{{wants_delta ? "path" : "url", address.url},
               {"partitionValues", std::move(values)},
               {"size", file.size_bytes}};
    if (!file.stats.empty()) about["stats"] = file.stats;
    if (wants_delta) {
      about["modificationTime"] = file.modified_ms;
      about["dataChange"] = true;
      about = {{"deltaSingleAction", {{"add", std::move(about)}}}};
    }
    about["id"] = ShareId(table.model->name + "/" + file.path);
    about["expirationTimestamp"] = address.expires_ms;
    return about;
  }

  static http::Reply FileOf(const http::Request& request, const SharedTable& table,
                            const std::string& path) {
    engine::FileRelation relation;
    relation.folder = table.state.folder;
    const std::string place = relation.PathOf(table.state.LocationOf(path));
    // Of what another program wrote into the log, files below the table alone are shared.
    if (!place.starts_with(table.state.folder + "/") || place.find("/../") != std::string::npos) {
      return ShareRefusal(403, "FORBIDDEN", "the file lies outside of its table");
    }
    if (!table.run->lake->root().starts_with("s3://")) return FileReply(request, place);
    const std::unique_ptr<ObjectStore> store =
        table.run->lake->WithLake([&](lake::Lake* lake) { return lake->TableStore(*table.model); });
    auto bytes = store->Get(path);
    if (!bytes.ok()) return http::ErrorReply(bytes.error());
    if (!*bytes) return ShareRefusal(410, "FILE_GONE", "the file is not there any more");
    return BytesReply(request, std::move(**bytes));
  }

  /// Who asked may still do so. Where nobody logs in, all may.
  bool Holds(const std::string& asked_by) const {
    const auto users = access_->users();
    if (!users || users->Find(asked_by)) return true;
    return std::ranges::any_of(users->tokens(), [&](const Token& token) {
      return token.name == asked_by && token.expires_ms > NowMs();
    });
  }

  Service* service_;
  Access* access_;
  FileSigner signer_;
  bool is_through_server_;
};

}  // namespace

Status MountShare(Service* service, Access* access, bool is_through_server) {
  CADENZA_ASSIGN(FileSigner signer, FileSigner::Make());
  const auto sharing =
      std::make_shared<const Sharing>(service, access, std::move(signer), is_through_server);
  const auto mount = [&](const char* method, const std::string& path, auto answer) {
    service->Mount({.method = method,
                    .path = kSharePath + path,
                    .handler = [sharing, answer](const http::Request& request) {
                      const std::string share = request.Parameter("share");
                      if (!share.empty() && share != kShare) return NoSuchShared("share", share);
                      if constexpr (std::is_member_function_pointer_v<decltype(answer)>) {
                        return (sharing.get()->*answer)(request);
                      } else {
                        return answer(request);
                      }
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
  mount("POST", table + "/temporary-table-credentials", &Sharing::Credentials);
  service->Mount(
      {.path = std::string(kSharePath) + "/files/{file}",
       .handler = [sharing](const http::Request& request) { return sharing->File(request); },
       .is_open = true,
       .is_long = true});
  return {};
}

}  // namespace cadenza::serve
