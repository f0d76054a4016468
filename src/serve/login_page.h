#pragma once

#include <string>

#include "http/reply.h"
#include "http/request.h"

namespace cadenza::serve {

/// A page with a form, without script, that leads on to `next` after the login.
std::string LoginPage(const std::string& next, const std::string& trouble);

/// The address when it is one of this server, else "/".
std::string SafeAddress(const std::string& address);
/// What a request asked for, to come back to.
std::string TargetOf(const http::Request& request);
/// Percent-encoded, as a value of a query.
std::string EscapedForAddress(const std::string& text);

http::Reply RedirectTo(const std::string& address);

}  // namespace cadenza::serve
