#include "storage/s3/multipart_upload.h"

#include <algorithm>
#include <pugixml.hpp>
#include <sstream>
#include <vector>

#include "storage/parallel.h"
#include "storage/s3/listing.h"

namespace cadenza::s3 {
namespace {

constexpr size_t kPartBytes = size_t{64} << 20;
constexpr size_t kPartsMax = 10'000;
constexpr size_t kPartsAtOnce = 4;

Request RequestOf(const char* method, const Address& address, std::string query) {
  Request request;
  request.method = method;
  request.address = address;
  request.query = std::move(query);
  return request;
}

Result<std::string> Begin(Client* client, const Address& address) {
  CADENZA_ASSIGN(const Answer answer, client->Send(RequestOf("POST", address, "uploads=")));
  pugi::xml_document document;
  document.load_buffer(answer.http.body.data(), answer.http.body.size());
  std::string id = document.child("InitiateMultipartUploadResult").child_value("UploadId");
  if (!answer.absent() && !id.empty()) return id;
  return MakeError(ErrorKind::kIo, "the server begins no multipart upload: {}", address.Text());
}

Result<std::string> PutPart(Client* client, const Address& address, const std::string& id,
                            size_t number, std::string_view bytes) {
  Request request =
      RequestOf("PUT", address, fmt::format("partNumber={}&uploadId={}", number, EncodeQuery(id)));
  request.body = bytes;
  CADENZA_ASSIGN(const Answer answer, client->Send(request));
  std::string tag = answer.http.Header("etag");
  if (!answer.absent() && !tag.empty()) return tag;
  return MakeError(ErrorKind::kIo, "the server takes no part {} of a multipart upload: {}", number,
                   address.Text());
}

Status Complete(Client* client, const Address& address, const std::string& id,
                const std::vector<std::string>& tags) {
  pugi::xml_document document;
  pugi::xml_node all = document.append_child("CompleteMultipartUpload");
  for (size_t p = 0; p < tags.size(); ++p) {
    pugi::xml_node part = all.append_child("Part");
    part.append_child("PartNumber").text().set(static_cast<unsigned>(p + 1));
    part.append_child("ETag").text().set(tags[p].c_str());
  }
  std::ostringstream text;
  document.save(text, "", pugi::format_raw | pugi::format_no_declaration);
  const std::string body = text.str();
  Request request = RequestOf("POST", address, "uploadId=" + EncodeQuery(id));
  request.body = body;
  CADENZA_ASSIGN(const Answer answer, client->Send(request));
  // The status is sent before the work is done, so that a failure may come as 200.
  const ErrorDocument error = ParseError(answer.http.body);
  if (!answer.absent() && error.code.empty()) return {};
  return MakeError(ErrorKind::kIo, "the multipart upload cannot be completed ({} {}): {}",
                   error.code, error.message, address.Text());
}

/// Whether an upload was completed although its answer never came: the object has the size, and an
/// entity tag of so many parts.
bool IsThere(Client* client, const Address& address, size_t bytes, size_t parts) {
  const Result<std::vector<ListedObject>> found = ListObjects(client, address, 1);
  if (!found.ok() || found->empty()) return false;
  const ListedObject& object = found->front();
  return object.key == address.key && object.size_bytes == static_cast<int64_t>(bytes) &&
         object.etag.ends_with(fmt::format("-{}", parts));
}

}  // namespace

size_t PartBytesFor(size_t bytes) { return std::max(kPartBytes, bytes / kPartsMax + 1); }

Status PutInParts(Client* client, const Address& address, std::string_view bytes,
                  size_t part_bytes) {
  CADENZA_ASSIGN(const std::string id, Begin(client, address));
  std::vector<std::string> tags((bytes.size() + part_bytes - 1) / part_bytes);
  Status status = InParallel(tags.size(), kPartsAtOnce, [&](size_t p) -> Status {
    CADENZA_ASSIGN(tags[p],
                   PutPart(client, address, id, p + 1, bytes.substr(p * part_bytes, part_bytes)));
    return {};
  });
  if (status.ok()) {
    status = Complete(client, address, id, tags);
    if (status.ok() || IsThere(client, address, bytes.size(), tags.size())) return {};
  }
  // The first error counts; this one tells nothing more.
  [[maybe_unused]] const Result<Answer> given_up =
      client->Send(RequestOf("DELETE", address, "uploadId=" + EncodeQuery(id)));
  return status;
}

}  // namespace cadenza::s3
