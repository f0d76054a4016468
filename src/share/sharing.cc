#include "share/sharing.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "base/clock.h"
#include "http/reply.h"
#include "share/file_reply.h"
#include "share/recipients.h"
#include "share/shared_lake.h"
#include "share/signed_address.h"
#include "share/table_lines.h"
#include "share/table_query.h"

namespace cadenza::share {
namespace {

using Json = nlohmann::ordered_json;
using http::Reply;
using http::Request;

Reply Refusal(int status, const char* code, const std::string& message) {
  Reply reply = http::JsonReply(Json({{"errorCode", code}, {"message", message}})
                                    .dump(-1, ' ', false, Json::error_handler_t::replace));
  reply.status = status;
  return reply;
}

Reply Refusal(const Error& error) {
  switch (error.kind) {
    case ErrorKind::kNotFound:
      return Refusal(404, "RESOURCE_DOES_NOT_EXIST", error.message);
    case ErrorKind::kUsage:
    case ErrorKind::kInput:
      return Refusal(400, "INVALID_PARAMETER_VALUE", error.message);
    default:
      return Refusal(500, "INTERNAL_ERROR", error.message);
  }
}

Reply NotThere(const std::string& what) {
  return Refusal(404, "RESOURCE_DOES_NOT_EXIST", "there is no " + what);
}

}  // namespace

struct Sharing::State {
  explicit State(SharingOptions given) : options(std::move(given)) {}

  SharingOptions options;
  AddressSigner signer;
  std::unique_ptr<SharedLake> lake;

  using Work = std::function<Reply(const Request&, const Recipient&)>;
  http::Handler ForRecipient(Work work);
  bool MaySee(const Recipient& recipient, const lake::Model& model) const;
  std::vector<const lake::Model*> TablesOf(const Recipient& recipient);
  Result<const lake::Model*> Find(const Request& request, const Recipient& recipient);
  std::string AddressBase(const Request& request) const;
  AddressOf AddressesOf(const Request& request, const Recipient& recipient,
                        const lake::Model& model, int64_t expires_ms) const;
  Reply Page(const Request& request, std::vector<Json> items) const;

  Reply Shares(const Request& request, const Recipient& recipient);
  Reply Schemas(const Request& request, const Recipient& recipient);
  Reply Tables(const Request& request, const Recipient& recipient);
  Reply Version(const Request& request, const Recipient& recipient);
  Reply Metadata(const Request& request, const Recipient& recipient);
  Reply Query(const Request& request, const Recipient& recipient);
  Reply Changes(const Request& request, const Recipient& recipient);
  Reply File(const Request& request);
  Reply Lines(const Request& request, const QueryWish& wish, const std::vector<std::string>& lines,
              int64_t version) const;
};

http::Handler Sharing::State::ForRecipient(Work work) {
  return [this, work = std::move(work)](const Request& request) {
    constexpr std::string_view kBearer = "Bearer ";
    const std::string header = request.Header("authorization");
    Result<Recipients> recipients = Recipients::Read(lake->store());
    if (!recipients.ok()) return Refusal(recipients.error());
    std::optional<Recipient> recipient;
    if (header.starts_with(kBearer))
      recipient = recipients->Find(std::string_view(header).substr(kBearer.size()), NowMs());
    if (!recipient)
      return Refusal(401, "UNAUTHENTICATED",
                     "the token of the profile is unknown, was withdrawn or has expired");
    return work(request, *recipient);
  };
}

bool Sharing::State::MaySee(const Recipient& recipient, const lake::Model& model) const {
  if (!recipient.with_listeners && options.names_listeners && options.names_listeners(model))
    return false;
  return std::ranges::any_of(recipient.tables, [&](const std::string& pattern) {
    return Matches(pattern, model.layer + "." + model.name);
  });
}

std::vector<const lake::Model*> Sharing::State::TablesOf(const Recipient& recipient) {
  std::vector<const lake::Model*> tables;
  for (const lake::Model* model : lake->Tables()) {
    if (MaySee(recipient, *model)) tables.push_back(model);
  }
  std::ranges::sort(tables, {},
                    [](const lake::Model* model) { return model->layer + "." + model->name; });
  return tables;
}

Result<const lake::Model*> Sharing::State::Find(const Request& request,
                                                const Recipient& recipient) {
  const std::string schema = request.Parameter("schema"), table = request.Parameter("table");
  for (const lake::Model* model : TablesOf(recipient)) {
    if (request.Parameter("share") == options.share && model->layer == schema &&
        model->name == table)
      return model;
  }
  return MakeError(ErrorKind::kNotFound, "there is no table {}.{}.{}", request.Parameter("share"),
                   schema, table);
}

std::string Sharing::State::AddressBase(const Request& request) const {
  if (!options.public_address.empty()) return options.public_address;
  return (request.is_encrypted ? "https://" : "http://") + request.Header("host");
}

AddressOf Sharing::State::AddressesOf(const Request& request, const Recipient& recipient,
                                      const lake::Model& model, int64_t expires_ms) const {
  const std::string base = AddressBase(request);
  return [this, base, name = recipient.name, table = model.layer + "/" + model.name,
          expires_ms](const std::string& path) {
    const std::string whole = table + "/" + path;
    // The path is hidden in base16: partition folders have signs that a URL would have to escape.
    return fmt::format("{}/delta-sharing/files/{}?{}", base, HexText(whole),
                       signer.Query(whole, name, expires_ms));
  };
}

/// Items from pageToken on, at most maxResults.
Reply Sharing::State::Page(const Request& request, std::vector<Json> items) const {
  const Result<PageWish> wish = ReadPage(request);
  if (!wish.ok()) return Refusal(wish.error());
  const size_t first = std::min(wish->first, items.size());
  const size_t last = std::min(first + wish->count, items.size());
  Json page = {{"items", Json::array()}};
  for (size_t i = first; i < last; ++i) page["items"].push_back(std::move(items[i]));
  if (last < items.size()) page["nextPageToken"] = std::to_string(last);
  return http::JsonReply(page.dump());
}

Reply Sharing::State::Shares(const Request& request, const Recipient&) {
  const Json share = {{"name", options.share}, {"id", Sha256Hex(options.share).substr(0, 32)}};
  const std::string wanted = request.Parameter("share");
  if (wanted.empty()) return Page(request, {share});
  if (wanted != options.share) return NotThere("share " + wanted);
  return http::JsonReply(Json({{"share", share}}).dump());
}

Reply Sharing::State::Schemas(const Request& request, const Recipient& recipient) {
  if (request.Parameter("share") != options.share)
    return NotThere("share " + request.Parameter("share"));
  std::set<std::string> names;
  for (const lake::Model* model : TablesOf(recipient)) names.insert(model->layer);
  std::vector<Json> items;
  for (const std::string& name : names) items.push_back({{"name", name}, {"share", options.share}});
  return Page(request, std::move(items));
}

Reply Sharing::State::Tables(const Request& request, const Recipient& recipient) {
  if (request.Parameter("share") != options.share)
    return NotThere("share " + request.Parameter("share"));
  const std::string schema = request.Parameter("schema");
  std::vector<Json> items;
  for (const lake::Model* model : TablesOf(recipient)) {
    if (!schema.empty() && model->layer != schema) continue;
    items.push_back({{"name", model->name},
                     {"schema", model->layer},
                     {"share", options.share},
                     {"shareId", Sha256Hex(options.share).substr(0, 32)},
                     {"id", TableId(*model)}});
  }
  if (!schema.empty() && items.empty()) return NotThere("schema " + schema);
  return Page(request, std::move(items));
}

Reply Sharing::State::Lines(const Request&, const QueryWish& wish,
                            const std::vector<std::string>& lines, int64_t version) const {
  Reply reply;
  reply.content_type = "application/x-ndjson; charset=utf-8";
  for (const std::string& line : lines) reply.body += line + "\n";
  reply.headers.emplace_back("Delta-Table-Version", std::to_string(version));
  std::string capabilities =
      wish.format == ResponseFormat::kDelta ? "responseformat=delta" : "responseformat=parquet";
  if (wish.wants_end) capabilities += ";includeendstreamaction=true";
  if (wish.has_capabilities) reply.headers.emplace_back("delta-sharing-capabilities", capabilities);
  return reply;
}

Reply Sharing::State::Version(const Request& request, const Recipient& recipient) {
  const Result<const lake::Model*> model = Find(request, recipient);
  if (!model.ok()) return Refusal(model.error());
  const Result<int64_t> version =
      lake->VersionFrom(**model, request.Query("startingTimestamp").value_or(""));
  if (!version.ok()) return Refusal(version.error());
  Reply reply = http::JsonReply("");
  reply.headers.emplace_back("Delta-Table-Version", std::to_string(*version));
  return reply;
}

Reply Sharing::State::Metadata(const Request& request, const Recipient& recipient) {
  const Result<const lake::Model*> model = Find(request, recipient);
  if (!model.ok()) return Refusal(model.error());
  const Result<QueryWish> wish = ReadWish(request, "");
  if (!wish.ok()) return Refusal(wish.error());
  const Result<delta::Snapshot> snapshot = lake->Load(**model, *wish);
  if (!snapshot.ok()) return Refusal(snapshot.error());
  return Lines(request, *wish,
               {ProtocolLine(wish->format), MetadataLine(wish->format, **model, *snapshot)},
               snapshot->version());
}

Reply Sharing::State::Query(const Request& request, const Recipient& recipient) {
  const Result<const lake::Model*> model = Find(request, recipient);
  if (!model.ok()) return Refusal(model.error());
  const Result<QueryWish> wish = ReadWish(request, request.body);
  if (!wish.ok()) return Refusal(wish.error());
  const Result<delta::Snapshot> snapshot = lake->Load(**model, *wish);
  if (!snapshot.ok()) return Refusal(snapshot.error());
  const int64_t expires_ms = NowMs() + options.address_ms;
  const AddressOf address = AddressesOf(request, recipient, **model, expires_ms);
  std::vector<std::string> lines = {ProtocolLine(wish->format),
                                    MetadataLine(wish->format, **model, *snapshot)};
  for (const delta::AddFile& file : WantedFiles(*snapshot, *wish)) {
    lines.push_back(FileLine(wish->format, file, address, expires_ms));
  }
  if (wish->wants_end) lines.push_back(EndLine(expires_ms));
  return Lines(request, *wish, lines, snapshot->version());
}

Reply Sharing::State::Changes(const Request& request, const Recipient& recipient) {
  const Result<const lake::Model*> model = Find(request, recipient);
  if (!model.ok()) return Refusal(model.error());
  Result<QueryWish> wish = ReadWish(request, "");
  if (!wish.ok()) return Refusal(wish.error());
  const Result<ChangeRange> range = lake->ReadChanges(**model, request);
  if (!range.ok()) return Refusal(range.error());
  const Result<delta::Snapshot> snapshot = lake->LoadVersion(**model, range->last);
  if (!snapshot.ok()) return Refusal(snapshot.error());
  const int64_t expires_ms = NowMs() + options.address_ms;
  const AddressOf address = AddressesOf(request, recipient, **model, expires_ms);
  std::vector<std::string> lines = {ProtocolLine(wish->format),
                                    MetadataLine(wish->format, **model, *snapshot)};
  for (const AddedFile& added : range->added)
    lines.push_back(AddedFileLine(wish->format, added, address, expires_ms));
  if (wish->wants_end) lines.push_back(EndLine(expires_ms));
  return Lines(request, *wish, lines, range->first);
}

Reply Sharing::State::File(const Request& request) {
  const std::string path = TextOfHex(request.Parameter("path"));
  const std::string holder = request.Query("to").value_or("");
  const int64_t expires_ms = std::strtoll(request.Query("exp").value_or("0").c_str(), nullptr, 10);
  if (path.empty() || !signer.IsRight(path, holder, expires_ms,
                                      request.Query("X-Amz-Signature").value_or(""), NowMs())) {
    return Refusal(403, "FORBIDDEN", "the address of this file is wrong or has expired");
  }
  // Who was withdrawn loses his addresses as well.
  Result<Recipients> recipients = Recipients::Read(lake->store());
  const bool is_known =
      recipients.ok() && std::ranges::any_of(recipients->all(), [&](const Recipient& recipient) {
        return recipient.name == holder && NowMs() < recipient.expires_ms;
      });
  if (!is_known) return Refusal(403, "FORBIDDEN", "the share was withdrawn");
  return FileReply(lake->root() + "/" + path, request.Header("range"));
}

Sharing::Sharing(std::unique_ptr<State> state) : state_(std::move(state)) {}
Sharing::~Sharing() = default;

Result<std::unique_ptr<Sharing>> Sharing::Open(SharingOptions options) {
  if (s3::IsAddress(options.lake)) {
    return MakeError(ErrorKind::kUsage, "a lake on S3 cannot be shared yet (--share): {}",
                     options.lake);
  }
  auto state = std::make_unique<State>(std::move(options));
  CADENZA_ASSIGN(state->lake, SharedLake::Open(state->options.lake, state->options.s3));
  return std::unique_ptr<Sharing>(new Sharing(std::move(state)));
}

void Sharing::AddRoutes(http::Router* router) {
  State* state = state_.get();
  const auto add = [&](const char* method, const std::string& path, auto work) {
    http::Route route;
    route.method = method;
    route.path = "/delta-sharing" + path;
    route.is_open = true;  // the token of a profile is no login of this server
    route.handler =
        state->ForRecipient([state, work](const Request& request, const Recipient& recipient) {
          return (state->*work)(request, recipient);
        });
    router->Add(std::move(route));
  };
  const std::string table = "/shares/{share}/schemas/{schema}/tables/{table}";
  add("GET", "/shares", &State::Shares);
  add("GET", "/shares/{share}", &State::Shares);
  add("GET", "/shares/{share}/schemas", &State::Schemas);
  add("GET", "/shares/{share}/schemas/{schema}/tables", &State::Tables);
  add("GET", "/shares/{share}/all-tables", &State::Tables);
  add("GET", table, &State::Version);
  add("GET", table + "/version", &State::Version);
  add("GET", table + "/metadata", &State::Metadata);
  add("POST", table + "/query", &State::Query);
  add("GET", table + "/changes", &State::Changes);
  http::Route files;
  files.path = "/delta-sharing/files/{path}";
  files.is_open = true;
  files.handler = [state](const Request& request) { return state->File(request); };
  router->Add(std::move(files));
  http::Route credentials;
  credentials.method = "POST";
  credentials.path = "/delta-sharing" + table + "/temporary-table-credentials";
  credentials.is_open = true;
  credentials.handler = [](const Request&) {
    return Refusal(501, "NOT_IMPLEMENTED",
                   "temporary credentials are not given: read by the files' addresses");
  };
  router->Add(std::move(credentials));
}

}  // namespace cadenza::share
