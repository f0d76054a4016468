#include "storage/s3/object_store_s3.h"

#include "base/clock.h"
#include "storage/object_name.h"
#include "storage/s3/listing.h"
#include "storage/s3/multipart_upload.h"
#include "storage/s3/presigned_address.h"

namespace cadenza::s3 {
namespace {

class S3Store final : public ObjectStore {
 public:
  S3Store(std::shared_ptr<Client> client, Address root)
      : client_(std::move(client)), root_(std::move(root)), root_text_(root_.Text()) {}

  Result<std::optional<std::string>> Get(std::string_view name) override {
    CADENZA_TRY(CheckObjectName(name));
    CADENZA_ASSIGN(Answer answer, client_->Send(RequestOf("GET", name)));
    if (answer.absent()) return std::optional<std::string>();
    return std::optional(std::move(answer.http.body));
  }

  Status Put(std::string_view name, std::string_view bytes) override {
    CADENZA_TRY(CheckObjectName(name));
    Request request = RequestOf("PUT", name);
    if (bytes.size() > kOneRequestBytes) {
      return PutInParts(client_.get(), request.address, bytes, PartBytesFor(bytes.size()));
    }
    request.body = bytes;
    CADENZA_ASSIGN(const Answer answer, client_->Send(request));
    if (!answer.absent()) return {};
    return MakeError(ErrorKind::kNotFound, "there is no place for it: {}", request.address.Text());
  }

  Result<bool> PutIfAbsent(std::string_view name, std::string_view bytes) override {
    CADENZA_TRY(CheckObjectName(name));
    Request request = RequestOf("PUT", name);
    request.body = bytes;
    request.headers.emplace_back("If-None-Match", "*");
    const Result<Answer> answer = client_->Send(request);
    if (!answer.ok() && answer.error().kind != ErrorKind::kIo) return answer.error();
    const bool created = answer.ok() && answer->http.status != 412;
    if (created && answer->absent()) {
      return MakeError(ErrorKind::kNotFound, "there is no place for it: {}",
                       request.address.Text());
    }
    if (created) return true;
    // An attempt may have been carried out although its answer never came. Nobody knows: libcurl
    // repeats a request by itself when a connection that it kept turns out to be closed.
    const Result<std::optional<std::string>> there = Get(name);
    const bool ours = there.ok() && *there && **there == bytes;
    if (ours) return true;
    if (!answer.ok()) return answer.error();
    return false;
  }

  Result<std::vector<ObjectInfo>> List(std::string_view prefix) override {
    const std::string_view folder = WithoutTrailingSlash(prefix);
    if (!folder.empty()) CADENZA_TRY(CheckObjectName(folder));
    Address address = root_;
    if (!folder.empty()) address = AddressOf(folder);
    if (!address.key.empty()) address.key += '/';
    CADENZA_ASSIGN(const std::vector<ListedObject> objects, ListObjects(client_.get(), address));
    const size_t cut = root_.key.empty() ? 0 : root_.key.size() + 1;
    std::vector<ObjectInfo> found;
    found.reserve(objects.size());
    for (const ListedObject& object : objects) {
      // Tools make objects that stand for folders; other names that no file has are not ours.
      const std::string_view name = std::string_view(object.key).substr(cut);
      if (!CheckObjectName(name).ok()) continue;
      found.push_back({std::string(name), object.size_bytes, object.modified_ms});
    }
    return found;
  }

  Status Remove(std::string_view name) override {
    CADENZA_TRY(CheckObjectName(name));
    CADENZA_TRY(client_->Send(RequestOf("DELETE", name)));
    return {};
  }

  Result<std::optional<ReadAddress>> AddressToRead(std::string_view name,
                                                   int64_t until_ms) override {
    CADENZA_TRY(CheckObjectName(name));
    CADENZA_ASSIGN(const Access access, client_->CurrentAccess());
    return std::optional(PresignedAddress(AddressOf(name), access, NowMs(), until_ms));
  }

  Status Sync() override { return {}; }
  const std::string& root() const override { return root_text_; }

 private:
  Address AddressOf(std::string_view name) const {
    Address address = root_;
    if (!address.key.empty()) address.key += '/';
    address.key += name;
    return address;
  }
  Request RequestOf(const char* method, std::string_view name) const {
    Request request;
    request.method = method;
    request.address = AddressOf(name);
    return request;
  }

  const std::shared_ptr<Client> client_;
  const Address root_;
  const std::string root_text_;
};

}  // namespace

Result<std::unique_ptr<ObjectStore>> OpenStore(std::shared_ptr<Client> client,
                                               const std::string& root) {
  CADENZA_ASSIGN(Address address, ParseAddress(root));
  while (address.key.ends_with('/')) address.key.pop_back();
  if (!address.key.empty()) CADENZA_TRY(CheckObjectName(address.key));
  return std::unique_ptr<ObjectStore>(
      std::make_unique<S3Store>(std::move(client), std::move(address)));
}

}  // namespace cadenza::s3
