#include "serve/login_page.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/markup.h"

namespace cadenza::serve {

std::string LoginPage(const std::string& next, const std::string& trouble) {
  return fmt::format(
      "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">"
      "<meta name=\"viewport\" content=\"width=device-width\"><title>Cadenza: log in</title></head>"
      "<body><main><h1>Cadenza</h1>{}<form method=\"post\" action=\"/login\">"
      "<input type=\"hidden\" name=\"next\" value=\"{}\">"
      "<p><label>Name <input name=\"user\" autocomplete=\"username\" required "
      "autofocus></label></p>"
      "<p><label>Password <input name=\"password\" type=\"password\" "
      "autocomplete=\"current-password\" required></label></p>"
      "<p><button>Log in</button></p></form></main></body></html>\n",
      trouble.empty() ? "" : "<p role=\"alert\">" + MarkupText(trouble) + "</p>", MarkupText(next));
}

std::string SafeAddress(const std::string& address) {
  const bool is_own = address.starts_with('/') && !address.starts_with("//") &&
                      std::ranges::all_of(address, [](unsigned char c) {
                        return c > 0x20 && c < 0x7F && c != '\\' && c != '"' && c != '\'';
                      });
  return is_own ? address : "/";
}

std::string TargetOf(const http::Request& request) {
  std::string target;
  for (const unsigned char c : request.path()) {
    target += std::isalnum(c) || c == '/' || c == '.' || c == '-' || c == '_'
                  ? std::string(1, static_cast<char>(c))
                  : fmt::format("%{:02X}", c);
  }
  for (const auto& [name, value] : request.target.query) {
    target += (target.find('?') == std::string::npos ? "?" : "&") + EscapedForAddress(name) + "=" +
              EscapedForAddress(value);
  }
  return target;
}

std::string EscapedForAddress(const std::string& text) {
  std::string escaped;
  for (const unsigned char c : text) {
    const bool is_plain = std::isalnum(c) || c == '-' || c == '.' || c == '_' || c == '~';
    escaped += is_plain ? std::string(1, static_cast<char>(c)) : fmt::format("%{:02X}", c);
  }
  return escaped;
}

http::Reply RedirectTo(const std::string& address) {
  http::Reply reply = http::TextReply(303, "");
  reply.headers.emplace_back("Location", address);
  return reply;
}

}  // namespace cadenza::serve
