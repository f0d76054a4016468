#include "http/router.h"

#include <algorithm>
#include <exception>
#include <optional>

namespace cadenza::http {
namespace {

std::string_view TakeSegment(std::string_view* path) {
  path->remove_prefix(1);  // '/'
  const size_t end = std::min(path->find('/'), path->size());
  const std::string_view segment = path->substr(0, end);
  path->remove_prefix(end);
  return segment;
}

/// The parameters, when the path is one of the pattern.
std::optional<std::map<std::string, std::string>> Match(std::string_view pattern,
                                                        std::string_view path) {
  std::map<std::string, std::string> parameters;
  while (!pattern.empty() && !path.empty()) {
    const std::string_view whole = path;
    const std::string_view part = TakeSegment(&pattern), segment = TakeSegment(&path);
    if (!part.starts_with('{')) {
      if (part != segment) return std::nullopt;
      continue;
    }
    std::string name(part.substr(1, part.size() - 2));
    if (name.ends_with('*')) {
      name.pop_back();
      parameters[name] = whole.substr(1);
      return parameters;
    }
    if (segment.empty()) return std::nullopt;
    parameters[name] = segment;
  }
  if (!pattern.empty() || !path.empty()) return std::nullopt;
  return parameters;
}

}  // namespace

void Router::Add(Route route) { routes_.push_back(std::move(route)); }

Reply Router::Answer(Request request) const {
  Reply reply;
  try {
    reply = Dispatch(&request);
  } catch (const std::exception& error) {
    reply = ErrorReply(
        Error{ErrorKind::kInternal, std::string("a defect of cadenza: ") + error.what()});
  }
  if (finish_) finish_(request, &reply);
  return reply;
}

bool Router::IsLong(const Request& request) const {
  return std::ranges::any_of(routes_, [&](const Route& route) {
    return route.is_long && route.method == request.method && Match(route.path, request.path());
  });
}

Reply Router::Dispatch(Request* request) const {
  const Route* found = nullptr;
  std::string allowed;
  for (const Route& route : routes_) {
    auto parameters = Match(route.path, request->path());
    if (!parameters) continue;
    if (route.method == request->method) {
      request->parameters = std::move(*parameters);
      found = &route;
      break;
    }
    allowed += (allowed.empty() ? "" : ", ") + route.method;
  }
  if (gate_) {
    if (std::optional<Reply> reply = gate_(request, found)) return std::move(*reply);
  }
  if (found) return found->handler(*request);
  if (allowed.empty()) {
    return ErrorReply(404, "not_found", "there is nothing at " + request->path());
  }
  Reply reply = ErrorReply(405, "method_not_allowed",
                           fmt::format("{} takes {} only", request->path(), allowed));
  reply.headers.emplace_back("Allow", allowed);
  return reply;
}

}  // namespace cadenza::http
