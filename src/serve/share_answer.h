#pragma once

#include <string>

#include "base/result.h"
#include "delta/json_text.h"
#include "http/reply.h"
#include "http/request.h"
#include "serve/shared_table.h"

namespace cadenza::serve {

/// The one share of a server.
inline constexpr const char* kShare = "lake";
/// What lists of lines are sent as.
inline constexpr const char* kShareLines = "application/x-ndjson; charset=utf-8";
delta::Json ShareJson();
/// What identifies a share, a table or a file to clients.
std::string ShareId(const std::string& name);

/// As the protocol has errors: errorCode and message.
http::Reply ShareRefusal(int status, const char* code, const std::string& message);
http::Reply NoSuchShared(const char* what, const std::string& name);
/// The page of a list that pageToken and maxResults ask for.
http::Reply ItemPage(const http::Request& request, const delta::Json& all);

/// The client takes Delta's response format and not Parquet's, which is sent where it may be.
bool WantsDelta(const http::Request& request);
/// The client wants a last line that says that nothing is missing.
bool WantsEnd(const http::Request& request);
/// With the table's version in a header.
http::Reply WithVersion(http::Reply reply, const SharedTable& table);
/// Lines of JSON, or why there are none.
http::Reply ShareLines(const http::Request& request, Result<std::string> lines,
                       const SharedTable& table);
/// The protocol and the table's metadata, a line each.
Result<std::string> ShareHeadLines(const http::Request& request, const SharedTable& table);

}  // namespace cadenza::serve
