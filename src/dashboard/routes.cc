#include "dashboard/routes.h"

#include "dashboard/tile_answer.h"
#include "http/router.h"
#include "report/assets.h"
#include "serve/index_keeper.h"
#include "serve/service.h"

namespace cadenza::dashboard {
namespace {

using http::JsonText;

std::string TileJson(const Tile& tile) {
  std::string tables, more_tables, filters;
  for (const std::string& name : tile.tables)
    tables += (tables.empty() ? "" : ",") + JsonText(name);
  for (const std::string& name : tile.more_tables) {
    more_tables += (more_tables.empty() ? "" : ",") + JsonText(name);
  }
  for (const std::string& name : tile.filters) {
    filters += (filters.empty() ? "" : ",") + JsonText(name);
  }
  return fmt::format(
      R"({{"name":{},"title":{},"unit":{},"tells":{},"page":{},"size":{},"chart":{},"click":{},)"
      R"("tables":[{}],"more_tables":[{}],"filters":[{}]}})",
      JsonText(tile.name), JsonText(tile.title), JsonText(tile.unit), JsonText(tile.tells),
      JsonText(tile.page), JsonText(tile.size), JsonText(tile.chart), JsonText(tile.click), tables,
      more_tables, filters);
}

bool MayAsk(const http::Request& request, const Tile& tile) {
  return !tile.for_analysts || serve::RoleOf(request) != serve::Role::kViewer;
}

Result<std::string> CatalogueJson(const http::Request& request, query::Session* session,
                                  const serve::AsOf& as_of) {
  std::string tiles;
  for (const Tile& tile : Tiles()) {
    if (MayAsk(request, tile)) tiles += (tiles.empty() ? "" : ",") + TileJson(tile);
  }
  Span span;
  // A lake whose tables cannot be read still has a page; its tiles say what is wrong.
  if (const auto found = SpanOf(session); found.ok()) span = *found;
  return fmt::format(
      R"({{"role":{},"as_of":{},"span":{{"run":{},"from":{},"to":{},"first":{},"last":{}}},"tiles":[{}]}})",
      JsonText(request.role), serve::AsOfJson(as_of), as_of.run, JsonText(span.from),
      JsonText(span.to), JsonText(span.first), JsonText(span.last), tiles);
}

/// A tile tells of many listeners at once, so that a viewer may see it though its tables name them:
/// it runs with the owner's rights. What shows single ones is for analysts.
http::Reply AnswerAsOwner(serve::Service* service, const serve::LoadedRun* run,
                          const http::Request& request, const serve::Service::Work& work) {
  return service->AnswerFrom(
      *run, request, [&](query::Session*, const serve::AsOf& as_of) -> Result<std::string> {
        CADENZA_ASSIGN(const auto session, service->OpenSession(*run, serve::Role::kOwner));
        return work(session.get(), as_of);
      });
}

/// Of rows of tiles.
constexpr int64_t kCacheBytes = 64 << 20;

http::Reply AnswerTile(serve::Service* service, const serve::IndexKeeper* indexes,
                       AnswerCache* cache, const http::Request& request) {
  const std::string name = request.Parameter("tile");
  const Tile* tile = FindTile(name);
  if (tile == nullptr) return http::ErrorReply(404, "no_such_tile", "no such tile: " + name);
  if (!MayAsk(request, *tile)) {
    return http::ErrorReply(403, "analysts_only", "this tile is for analysts: " + name);
  }
  TileRequest asked;
  for (const auto& [parameter, value] : request.target.query) {
    if (const Status set = asked.Set(parameter, value); !set.ok()) {
      return http::ErrorReply(400, "bad_parameter", set.error().message);
    }
  }
  if (const Status check = asked.Check(); !check.ok()) {
    return http::ErrorReply(400, "bad_parameter", check.error().message);
  }
  const auto run = service->runs().newest();
  const auto index = indexes->IndexOf(*run);
  return AnswerAsOwner(service, run.get(), request,
                       [&](query::Session* session, const serve::AsOf& as_of) {
                         return TileAnswer(session, *tile, asked, as_of, index.get(), cache);
                       });
}

/// "gzip, br;q=0.5": whether gzip is named, and not with a weight of 0.
bool TakesGzip(std::string_view accepted) {
  const size_t at = accepted.find("gzip");
  if (at == std::string_view::npos) return false;
  const std::string_view rest = accepted.substr(at + 4, accepted.find(',', at) - at - 4);
  const size_t weight = rest.find("q=0");
  return weight == std::string_view::npos ||
         rest.find_first_not_of("0.", weight + 2) != std::string_view::npos;
}

http::Reply AssetReply(const http::Request& request) {
  const report::Asset* asset = report::FindAsset(request.path());
  if (asset == nullptr) return http::ErrorReply(404, "no_such_asset", "no such asset");
  const bool takes_gzip = TakesGzip(request.Header("accept-encoding"));
  Result<std::string> body = takes_gzip ? std::string(asset->gzipped) : asset->Text();
  if (!body.ok()) return http::ErrorReply(500, "damaged_asset", body.error().message);
  http::Reply reply = http::TextReply(200, std::move(*body), std::string(asset->content_type()));
  if (takes_gzip) reply.headers.emplace_back("Content-Encoding", "gzip");
  reply.headers.emplace_back("Vary", "Accept-Encoding");
  reply.headers.emplace_back(
      "Cache-Control", asset->is_fixed() ? "public, max-age=31536000, immutable" : "no-cache");
  if (!asset->is_fixed()) {
    reply.headers.emplace_back("Content-Security-Policy",
                               std::string(report::kContentSecurityPolicy));
  }
  return reply;
}

}  // namespace

void MountDashboard(serve::Service* service, const serve::IndexKeeper* indexes) {
  service->Mount({.path = "/", .handler = AssetReply});
  service->Mount({.path = "/assets/{path*}", .handler = AssetReply, .is_open = true});
  service->Mount(
      {.path = "/api/v1/tiles",
       .handler =
           [service](const http::Request& request) {
             const auto run = service->runs().newest();
             return AnswerAsOwner(service, run.get(), request,
                                  [&](query::Session* session, const serve::AsOf& as_of) {
                                    return CatalogueJson(request, session, as_of);
                                  });
           },
       .summary = "The tiles of the dashboard: what each shows, and from which tables."});
  service->Mount(
      {.path = "/api/v1/tiles/{tile}",
       .handler =
           [service, indexes,
            cache = std::make_shared<AnswerCache>(kCacheBytes)](const http::Request& request) {
             return AnswerTile(service, indexes, cache.get(), request);
           },
       .summary = "What a tile shows, with how fresh, complete and final it is.",
       .parameters = {{"tile", "its name", R"({"type":"string"})", true},
                      {"from", "first day of the window", R"({"type":"string","format":"date"})"},
                      {"to", "last day of the window", R"({"type":"string","format":"date"})"},
                      {"grain", "of periods", R"({"type":"string","enum":["day","week","month"]})"},
                      {"country", "only listeners of this country"},
                      {"plan", "only listeners of this plan"},
                      {"platform", "only sessions on this platform"},
                      {"device", "only sessions on this device"}}});
}

}  // namespace cadenza::dashboard
