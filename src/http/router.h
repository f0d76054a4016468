#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "http/reply.h"
#include "http/request.h"

namespace cadenza::http {

/// Answers a request. Called on the server's workers, several at once; may block.
using Handler = std::function<Reply(const Request&)>;

/// A parameter of a route, for its description.
struct RouteParameter {
  std::string name;
  std::string meaning;
  std::string schema = R"({"type":"string"})";  ///< JSON Schema
  bool is_required = false;
};

/// A method and a path with what answers it, and its description for /openapi.json.
struct Route {
  std::string method = "GET";
  /// "/api/v1/tables/{table}": a name in braces is one segment. "/assets/{path*}": the rest.
  std::string path;
  Handler handler;
  std::string summary = {};                     ///< empty: not described
  std::vector<RouteParameter> parameters = {};  ///< of the path and of the query
  std::string body_schema = {};                 ///< JSON Schema of a JSON body
  std::string answer_schema = {};               ///< JSON Schema of a JSON answer
  std::vector<std::string> answer_types = {"application/json"};
  /// Anybody may ask, without a login.
  bool is_open = false;
  /// May take seconds: answered by other workers than the rest.
  bool is_long = false;
};

/// The routes of a server. The first that matches answers. Add before the server starts.
class Router {
 public:
  /// May answer in place of the route, or set who asks.
  using Gate = std::function<std::optional<Reply>(Request* request, const Route* route)>;
  /// Sees each reply before it is sent.
  using Finish = std::function<void(const Request& request, Reply* reply)>;

  void Add(Route route);
  void SetGate(Gate gate) { gate_ = std::move(gate); }
  void SetFinish(Finish finish) { finish_ = std::move(finish); }

  /// 404 where no path matches, 405 with Allow where another method would, 500 where a handler
  /// throws.
  Reply Answer(Request request) const;
  bool IsLong(const Request& request) const;
  const std::vector<Route>& routes() const { return routes_; }

 private:
  Reply Dispatch(Request* request) const;

  std::vector<Route> routes_;
  Gate gate_;
  Finish finish_;
};

}  // namespace cadenza::http
