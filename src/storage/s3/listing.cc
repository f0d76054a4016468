#include "storage/s3/listing.h"

#include <algorithm>
#include <charconv>
#include <pugixml.hpp>

#include "base/utc_time.h"

namespace cadenza::s3 {
namespace {

/// As form data: AWS writes a space as '+', other servers as %20.
std::string Decoded(std::string_view text) {
  std::string plain;
  plain.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    unsigned char byte = 0;
    if (text[i] == '+') {
      plain += ' ';
    } else if (text[i] == '%' && i + 2 < text.size() &&
               std::from_chars(&text[i + 1], &text[i + 1] + 2, byte, 16).ptr == &text[i + 1] + 2) {
      plain += static_cast<char>(byte);
      i += 2;
    } else {
      plain += text[i];
    }
  }
  return plain;
}

std::string Unquoted(std::string text) {
  std::erase(text, '"');
  return text;
}

}  // namespace

Result<ListPage> ParseListPage(const std::string& xml) {
  pugi::xml_document document;
  const pugi::xml_parse_result parsed = document.load_buffer(xml.data(), xml.size());
  const pugi::xml_node root = document.child("ListBucketResult");
  if (!parsed || !root) {
    return MakeError(ErrorKind::kIo, "the server's answer is no listing of S3 ({})",
                     parsed.description());
  }
  const bool encoded = std::string_view(root.child_value("EncodingType")) == "url";
  ListPage page;
  for (const pugi::xml_node entry : root.children("Contents")) {
    ListedObject& object = page.objects.emplace_back();
    const char* key = entry.child_value("Key");
    object.key = encoded ? Decoded(key) : key;
    object.size_bytes = entry.child("Size").text().as_llong();
    object.modified_ms = ParseUtcMs(entry.child_value("LastModified")).value_or(0);
    object.etag = Unquoted(entry.child_value("ETag"));
  }
  if (root.child("IsTruncated").text().as_bool()) {
    page.next = root.child_value("NextContinuationToken");
    if (page.next.empty()) {
      return MakeError(ErrorKind::kIo, "the server lists without saying how to go on");
    }
  }
  return page;
}

Result<std::vector<ListedObject>> ListObjects(Client* client, const Address& address, int first) {
  std::vector<ListedObject> objects;
  std::string token;
  do {
    Request request;
    request.address.bucket = address.bucket;
    if (!token.empty()) request.query = "continuation-token=" + EncodeQuery(token) + "&";
    request.query += "encoding-type=url&list-type=2";
    if (first > 0) request.query += fmt::format("&max-keys={}", first);
    request.query += "&prefix=" + EncodeQuery(address.key);
    CADENZA_ASSIGN(const Answer answer, client->Send(request));
    if (answer.absent()) {
      return MakeError(ErrorKind::kNotFound, "there is no bucket: {}", address.Text());
    }
    Result<ListPage> page = ParseListPage(answer.http.body);
    if (!page.ok()) {
      return MakeError(page.error().kind, "{}: {}", page.error().message, address.Text());
    }
    std::ranges::move(page->objects, std::back_inserter(objects));
    if (page->next == token && !token.empty()) {
      return MakeError(ErrorKind::kIo, "the server lists the same page again: {}", address.Text());
    }
    token = std::move(page->next);
  } while (!token.empty() && first == 0);
  // The order is promised by AWS, not by every server.
  std::ranges::sort(objects, {}, &ListedObject::key);
  return objects;
}

}  // namespace cadenza::s3
