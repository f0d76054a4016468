#include "serve/sql_route.h"

#include <chrono>
#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <thread>

#include "base/clock.h"
#include "serve/query_pool.h"
#include "serve/result_text.h"
#include "serve/secret_text.h"
#include "serve/service.h"

namespace cadenza::serve {
namespace {

using Json = nlohmann::json;

constexpr int kRetries = 30;
constexpr std::chrono::milliseconds kBetweenRetries(100);

/// How many statements each user runs now.
class UserCounts {
 public:
  bool Begin(const std::string& user, int most) {
    const std::lock_guard lock(mutex_);
    if (counts_[user] >= most) return false;
    ++counts_[user];
    return true;
  }
  void End(const std::string& user) {
    const std::lock_guard lock(mutex_);
    if (--counts_[user] == 0) counts_.erase(user);
  }

 private:
  std::mutex mutex_;
  std::map<std::string, int> counts_;
};

/// A place among a user's statements, for as long as it is needed.
class UserPlace {
 public:
  static std::shared_ptr<UserPlace> Take(std::shared_ptr<UserCounts> counts, std::string user,
                                         int most) {
    if (!counts->Begin(user, most)) return nullptr;
    return std::make_shared<UserPlace>(std::move(counts), std::move(user));
  }
  UserPlace(std::shared_ptr<UserCounts> counts, std::string user)
      : counts_(std::move(counts)), user_(std::move(user)) {}
  ~UserPlace() { counts_->End(user_); }
  UserPlace(const UserPlace&) = delete;
  UserPlace& operator=(const UserPlace&) = delete;

 private:
  std::shared_ptr<UserCounts> counts_;
  std::string user_;
};

/// The form that a client wants; empty: none that there is.
std::string FormatOf(const std::string& accept) {
  const auto wants = [&](const char* type) { return accept.find(type) != std::string::npos; };
  if (wants("application/vnd.apache.arrow.stream")) return "arrow";
  if (wants("application/x-ndjson")) return "ndjson";
  if (wants("text/csv")) return "csv";
  return accept.empty() || wants("application/json") || wants("*/*") || wants("application/*")
             ? "json"
             : "";
}

http::Reply ReplyOf(const Error& error, std::optional<int64_t> position) {
  switch (error.kind) {
    case ErrorKind::kConflict:
      return http::LaterReply(503, "busy", error.message, 1);
    case ErrorKind::kInterrupted:
      return error.message.find("limit") != std::string::npos
                 ? http::ErrorReply(408, "too_long", error.message)
                 : http::LaterReply(503, "ended", error.message, 1);
    case ErrorKind::kIo:
      return http::LaterReply(503, "cannot_read",
                              "a file of the lake cannot be read (cadenza vacuum may have taken "
                              "it); ask again: " +
                                  error.message,
                              1);
    default:
      return http::ErrorReply(400, "bad_sql", error.message, position);
  }
}

Result<Json> ReadBody(const http::Request& request) {
  Json body = Json::parse(request.body, nullptr, false);
  const bool is_object = body.is_object() && body.contains("sql") && body["sql"].is_string();
  if (is_object && body.size() == (body.contains("params") ? 2U : 1U)) return body;
  return MakeError(ErrorKind::kUsage,
                   R"(the body is {{"sql": "…", "params": […]}}, and params may be left out)");
}

/// A statement on its way to the client; at its end a line of the log says who, when and how much,
/// and of the text only its hash.
class LoggedQuery {
 public:
  LoggedQuery(std::unique_ptr<RunningQuery> query, std::shared_ptr<UserPlace> place, Json line)
      : query_(std::move(query)), place_(std::move(place)), line_(std::move(line)) {}
  ~LoggedQuery() {
    line_["ms"] = static_cast<int64_t>(watch_.seconds() * 1000);
    line_["rows"] = query_->rows();
    fmt::print(stderr, "{}\n", line_.dump(-1, ' ', false, Json::error_handler_t::replace));
  }
  LoggedQuery(const LoggedQuery&) = delete;
  LoggedQuery& operator=(const LoggedQuery&) = delete;

  Result<std::string> Next() { return query_->Next(); }

 private:
  std::unique_ptr<RunningQuery> query_;
  std::shared_ptr<UserPlace> place_;
  Json line_;
  Stopwatch watch_;
};

class SqlRoute {
 public:
  SqlRoute(Service* service, QueryPool* pool) : service_(service), pool_(pool) {}

  http::Reply Answer(const http::Request& request) const {
    const std::string format = FormatOf(request.Header("accept"));
    if (format.empty()) {
      return http::ErrorReply(406, "not_acceptable",
                              "results come as application/json, application/x-ndjson, text/csv or "
                              "application/vnd.apache.arrow.stream");
    }
    const Result<Json> body = ReadBody(request);
    if (!body.ok()) return http::ErrorReply(400, "bad_request", body.error().message);
    const SqlLimits limits = LimitsOf(RoleOf(request));
    std::shared_ptr<UserPlace> place = UserPlace::Take(counts_, request.user, limits.at_once);
    if (!place) {
      return http::LaterReply(429, "too_many", "you have too many statements running", 1);
    }
    Json question = {
        {"sql", (*body)["sql"]},     {"parameters", body->value("params", Json::array())},
        {"role", request.role},      {"format", format},
        {"seconds", limits.seconds}, {"rows", limits.rows},
        {"bytes", limits.bytes}};
    return Ask(std::move(question), format, request.user, std::move(place));
  }

 private:
  http::Reply Ask(Json question, const std::string& format, const std::string& user,
                  std::shared_ptr<UserPlace> place) const {
    std::optional<int64_t> position;
    Result<std::unique_ptr<RunningQuery>> query = MakeError(ErrorKind::kConflict, "not asked");
    int64_t run = 0;
    // A process may see a new run before this one does.
    for (int retry = 0; retry < kRetries; ++retry) {
      const std::shared_ptr<const LoadedRun> newest = service_->runs().newest();
      run = newest->as_of.run;
      question["run"] = run;
      question["as_of"] = Json::parse(AsOfJson(newest->as_of));
      query =
          pool_->Begin(question.dump(-1, ' ', false, Json::error_handler_t::replace), &position);
      const bool went_on = !query.ok() && query.error().kind == ErrorKind::kConflict &&
                           query.error().message.starts_with("the lake");
      if (!went_on) break;
      std::this_thread::sleep_for(kBetweenRetries);
    }
    if (!query.ok()) return ReplyOf(query.error(), position);
    http::Reply reply = http::TextReply(200, "", ContentTypeOf(format));
    reply.headers.emplace_back("X-Cadenza-Run", std::to_string(run));
    const std::string sql = question["sql"];
    const Json line = {{"time", UtcText(NowMs(), "%Y-%m-%dT%H:%M:%SZ")},
                       {"user", user},
                       {"run", run},
                       {"sql_sha256", ToHex(Sha256(sql))}};
    const auto running = std::make_shared<LoggedQuery>(std::move(*query), std::move(place), line);
    reply.more = [running] { return running->Next(); };
    return reply;
  }

  Service* service_;
  QueryPool* pool_;
  std::shared_ptr<UserCounts> counts_ = std::make_shared<UserCounts>();
};

}  // namespace

SqlLimits LimitsOf(Role role) {
  if (role == Role::kViewer) return {.seconds = 10, .rows = 10'000, .bytes = int64_t{16} << 20};
  if (role == Role::kAnalyst)
    return {.seconds = 60, .rows = 1'000'000, .bytes = int64_t{256} << 20};
  return {.seconds = 300, .rows = 1'000'000, .bytes = int64_t{1} << 30, .at_once = 200};
}

void MountSql(Service* service, QueryPool* pool) {
  const auto route = std::make_shared<SqlRoute>(service, pool);
  service->Mount(
      {.method = "POST",
       .path = "/api/v1/sql",
       .handler = [route](const http::Request& request) { return route->Answer(request); },
       .summary = "Runs one SELECT or EXPLAIN behind fences; the form of the result is by Accept.",
       .body_schema =
           R"({"type":"object","required":["sql"],"additionalProperties":false,)"
           R"("properties":{"sql":{"type":"string","minLength":1},"params":{"type":["array","object"]}}})",
       .answer_types = {"application/json", "application/x-ndjson", "text/csv",
                        "application/vnd.apache.arrow.stream"},
       .is_long = true});
}

}  // namespace cadenza::serve
