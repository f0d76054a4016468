#include "storage/zip_archive.h"

#include <limits>
#include <optional>
#include <utility>

#include "storage/expansion_limit.h"

namespace cadenza {
namespace {

std::string WhyRefused(const zip_stat_t& status) {
  if ((status.valid & ZIP_STAT_ENCRYPTION_METHOD) != 0 && status.encryption_method != ZIP_EM_NONE) {
    return "encrypted";
  }
  if ((status.valid & ZIP_STAT_COMP_METHOD) != 0 &&
      zip_compression_method_supported(status.comp_method, 0) == 0) {
    return fmt::format("compression method {} is not supported", status.comp_method);
  }
  constexpr auto kSizeMax = static_cast<uint64_t>(std::numeric_limits<int64_t>::max());
  if (status.size > kSizeMax || status.comp_size > kSizeMax) return "damaged: impossible size";
  return "";
}

}  // namespace

class ZipArchive::MemberStream final : public ByteStream {
 public:
  MemberStream(std::shared_ptr<ZipArchive> archive, Handle handle, zip_file_t* file,
               int64_t packed_bytes, std::string name)
      : archive_(std::move(archive)),
        handle_(std::move(handle)),
        file_(file),
        packed_bytes_(packed_bytes),
        name_(std::move(name)) {}
  ~MemberStream() override {
    file_.reset();
    archive_->Return(std::move(handle_));
  }

  Result<size_t> Read(char* into, size_t size) override {
    if (error_) return *error_;
    const zip_int64_t got = zip_fread(file_.get(), into, size);
    if (got < 0) {
      error_ = MakeError(ErrorKind::kInput, "the archive is damaged ({}): {}",
                         zip_error_strerror(zip_file_get_error(file_.get())), name_);
      return *error_;
    }
    unpacked_bytes_ += got;
    const Status limit = ExpansionLimit::Check(packed_bytes_, unpacked_bytes_, name_);
    if (!limit.ok()) error_ = limit.error();
    return static_cast<size_t>(got);
  }

 private:
  std::shared_ptr<ZipArchive> archive_;
  Handle handle_;
  std::unique_ptr<zip_file_t, Closer> file_;
  int64_t packed_bytes_;
  int64_t unpacked_bytes_ = 0;
  std::string name_;
  std::optional<Error> error_;
};

std::shared_ptr<ZipArchive> ZipArchive::At(const std::string& path) {
  return AtCopy(path, path, nullptr);
}

std::shared_ptr<ZipArchive> ZipArchive::AtCopy(std::string path, std::string name,
                                               std::shared_ptr<void> keep) {
  return std::shared_ptr<ZipArchive>(
      new ZipArchive(std::move(path), std::move(name), std::move(keep)));
}

Result<ZipArchive::Handle> ZipArchive::Take() {
  {
    const std::lock_guard lock(mutex_);
    if (!idle_.empty()) {
      Handle handle = std::move(idle_.back());
      idle_.pop_back();
      return handle;
    }
  }
  int code = 0;
  Handle handle(zip_open(path_.c_str(), ZIP_RDONLY, &code));
  if (handle) return handle;
  zip_error_t error;
  zip_error_init_with_code(&error, code);
  const std::string why = zip_error_strerror(&error);
  zip_error_fini(&error);
  const ErrorKind kind = code == ZIP_ER_NOENT  ? ErrorKind::kNotFound
                         : code == ZIP_ER_OPEN ? ErrorKind::kIo
                                               : ErrorKind::kInput;
  return MakeError(kind, "cannot read the archive ({}): {}", why, name_);
}

void ZipArchive::Return(Handle handle) {
  const std::lock_guard lock(mutex_);
  idle_.push_back(std::move(handle));
}

Result<std::vector<ZipMember>> ZipArchive::Members() {
  CADENZA_ASSIGN(Handle handle, Take());
  std::vector<ZipMember> members;
  const zip_int64_t count = zip_get_num_entries(handle.get(), 0);
  for (zip_int64_t i = 0; i < count; ++i) {
    zip_stat_t status;
    zip_stat_init(&status);
    const auto index = static_cast<zip_uint64_t>(i);
    if (zip_stat_index(handle.get(), index, 0, &status) != 0 || status.name == nullptr) {
      return MakeError(ErrorKind::kInput, "the archive's directory is damaged: {}", name_);
    }
    ZipMember& member = members.emplace_back();
    member.name = status.name;
    member.index = index;
    member.folder = member.name.ends_with('/');
    member.refusal = WhyRefused(status);
    member.size_bytes = static_cast<int64_t>(status.size);
    member.packed_bytes = static_cast<int64_t>(status.comp_size);
    member.modified_ms = static_cast<int64_t>(status.mtime) * 1000;
  }
  Return(std::move(handle));
  return members;
}

Result<std::unique_ptr<ByteStream>> ZipArchive::OpenWith(Handle handle, uint64_t index,
                                                         const std::string& member) {
  const std::string name = name_ + '!' + member;
  zip_stat_t status;
  zip_stat_init(&status);
  if (zip_stat_index(handle.get(), index, 0, &status) != 0) {
    return MakeError(ErrorKind::kNotFound, "not in the archive: {}", name);
  }
  zip_file_t* file = zip_fopen_index(handle.get(), index, 0);
  if (file == nullptr) {
    return MakeError(ErrorKind::kInput, "cannot read from the archive ({}): {}",
                     zip_strerror(handle.get()), name);
  }
  return std::unique_ptr<ByteStream>(std::make_unique<MemberStream>(
      shared_from_this(), std::move(handle), file, static_cast<int64_t>(status.comp_size), name));
}

Result<std::unique_ptr<ByteStream>> ZipArchive::Open(uint64_t index, const std::string& member) {
  CADENZA_ASSIGN(Handle handle, Take());
  return OpenWith(std::move(handle), index, member);
}

Result<std::unique_ptr<ByteStream>> ZipArchive::Open(const std::string& member) {
  CADENZA_ASSIGN(Handle handle, Take());
  const zip_int64_t index = zip_name_locate(handle.get(), member.c_str(), 0);
  if (index < 0) {
    return MakeError(ErrorKind::kNotFound, "not in the archive: {}!{}", name_, member);
  }
  return OpenWith(std::move(handle), static_cast<uint64_t>(index), member);
}

}  // namespace cadenza
