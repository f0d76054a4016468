#include "storage/source_listing.h"

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>
#include <thread>
#include <utility>

#include "storage/parallel.h"
#include "storage/s3/source_objects.h"
#include "storage/source_name.h"
#include "storage/zip_archive.h"

namespace cadenza {
namespace {

std::string NameOf(const std::string& path) { return path.substr(path.rfind('/') + 1); }

Error CannotRead(const std::string& path, int code) {
  return MakeError(code == ENOENT ? ErrorKind::kNotFound : ErrorKind::kIo, "cannot read ({}): {}",
                   std::generic_category().message(code), path);
}

enum class Shape { kPlain, kGzip, kZip, kOther };

Shape ShapeByName(const std::string& name) {
  if (IsZipName(name)) return Shape::kZip;
  if (IsGzipName(name)) {
    return IsRecordName(name.substr(0, name.size() - 3)) ? Shape::kGzip : Shape::kOther;
  }
  return IsRecordName(name) ? Shape::kPlain : Shape::kOther;
}

/// A file that was named itself can have any name: its first bytes say what it is.
Result<Shape> ShapeByContent(const SourceFile& file) {
  CADENZA_ASSIGN(const auto range, OpenRange(file));
  std::array<char, 4> bytes{};
  CADENZA_ASSIGN(const size_t got, range->ReadAt(0, bytes.data(), bytes.size()));
  const std::string_view start(bytes.data(), got);
  if (start.starts_with("PK\x03\x04") || start.starts_with("PK\x05\x06")) return Shape::kZip;
  if (start.starts_with("\x1F\x8B")) return Shape::kGzip;
  const std::string name = NameOf(file.name);
  if (IsZipName(name)) return Shape::kZip;
  return IsGzipName(name) ? Shape::kGzip : Shape::kPlain;
}

/// Empty: the member is taken.
std::string WhySkipped(const ZipMember& member) {
  const std::string name = NameOf(member.name);
  if (HasJunkPart(member.name)) return "junk";
  if (IsZipName(name) || IsGzipName(name)) return "an archive inside an archive";
  if (!IsRecordName(name)) return "not a log or song file";
  if (member.size_bytes == 0) return "zero bytes";
  return member.refusal;
}

}  // namespace

void SourceWalk::Skip(std::string name, std::string reason) {
  listing_.skipped.push_back({std::move(name), std::move(reason)});
}

Status SourceWalk::Add(const std::string& path, bool named) {
  struct stat status{};
  if (::stat(path.c_str(), &status) != 0) {
    if (named) return CannotRead(path, errno);
    Skip(path, "a link that leads nowhere");
    return {};
  }
  if (!named && IsJunkName(NameOf(path))) {
    Skip(path, "junk");
    return {};
  }
  if (S_ISDIR(status.st_mode)) return AddFolder({path, IdOfFolder(status)});
  if (S_ISREG(status.st_mode)) return AddFile(path, status, named);
  if (named) return MakeError(ErrorKind::kInput, "not a file or folder: {}", path);
  Skip(path, "not a file");
  return {};
}

Status SourceWalk::AddFolder(Folder folder) {
  const size_t threads = std::max(1U, std::thread::hardware_concurrency());
  std::vector<Folder> level{std::move(folder)};
  while (!level.empty()) {
    std::erase_if(level, [this](const Folder& next) {
      const bool again = !visited_.insert(next.id).second;
      if (again) Skip(next.path, "a folder that was listed already");
      return again;
    });
    std::vector<std::vector<NamedStatus>> contents(level.size());
    CADENZA_TRY(InParallel(level.size(), threads, [&](size_t i) -> Status {
      CADENZA_ASSIGN(contents[i], ReadFolderStatus(level[i].path));
      return {};
    }));
    std::vector<Folder> below;
    for (size_t i = 0; i < level.size(); ++i) {
      for (NamedStatus& entry : contents[i]) {
        CADENZA_TRY(AddEntry(level[i].path, std::move(entry), &below));
      }
    }
    level = std::move(below);
  }
  return {};
}

Status SourceWalk::AddEntry(const std::string& folder, NamedStatus entry,
                            std::vector<Folder>* below) {
  std::string path = Join(folder, entry.name);
  if (!entry.status) {
    Skip(std::move(path), "a link that leads nowhere");
  } else if (IsJunkName(entry.name)) {
    Skip(std::move(path), "junk");
  } else if (S_ISDIR(entry.status->st_mode)) {
    below->push_back({std::move(path), IdOfFolder(*entry.status)});
  } else if (S_ISREG(entry.status->st_mode)) {
    return AddFile(path, *entry.status, false);
  } else {
    Skip(std::move(path), "not a file");
  }
  return {};
}

Status SourceWalk::AddFile(const std::string& path, const struct stat& status, bool named) {
  SourceFile file;
  file.name = path;
  file.container = path;
  file.size_bytes = status.st_size;
  file.modified_ms = status.st_mtim.tv_sec * int64_t{1000} + status.st_mtim.tv_nsec / 1'000'000;
  return AddShaped(std::move(file), named);
}

Status SourceWalk::AddObject(SourceFile file, bool named) {
  return AddShaped(std::move(file), named);
}

Status SourceWalk::AddShaped(SourceFile file, bool named) {
  Shape shape = ShapeByName(NameOf(file.name));
  if (named && file.size_bytes > 0) {
    CADENZA_ASSIGN(shape, ShapeByContent(file));
  }
  if (shape == Shape::kOther && !named) {
    Skip(file.name, "not a log or song file");
    return {};
  }
  if (file.size_bytes == 0) {
    Skip(file.name, "zero bytes");
    return {};
  }
  if (shape == Shape::kZip) return AddZip(file, named);
  file.compression = shape == Shape::kGzip ? Compression::kGzip : Compression::kNone;
  listing_.files.push_back(std::move(file));
  return {};
}

Status SourceWalk::AddZip(const SourceFile& file, bool named) {
  const std::string& path = file.container;
  auto archive = ZipArchive::At(path);
  if (file.s3) {
    CADENZA_ASSIGN(archive, s3::FetchArchive(file));
  }
  auto listed = archive->Members();
  if (!listed.ok() && listed.error().kind == ErrorKind::kInput && !named) {
    Skip(path, listed.error().message);
    return {};
  }
  CADENZA_ASSIGN(auto members, std::move(listed));
  std::set<std::string> names;
  for (ZipMember& member : members) {
    if (member.folder) continue;
    std::string name = path + '!' + member.name;
    std::string reason = WhySkipped(member);
    if (reason.empty() && !names.insert(member.name).second) reason = "its name is there twice";
    if (!reason.empty()) {
      Skip(std::move(name), std::move(reason));
      continue;
    }
    SourceFile& inside = listing_.files.emplace_back();
    inside.name = std::move(name);
    inside.container = path;
    inside.member = std::move(member.name);
    inside.compression = Compression::kZipMember;
    inside.size_bytes = member.size_bytes;
    inside.modified_ms = member.modified_ms;
    inside.archive = archive;
    inside.member_index = member.index;
  }
  return {};
}

SourceListing SourceWalk::Finish() {
  const auto by_name = [](const auto& a, const auto& b) { return a.name < b.name; };
  const auto same_name = [](const auto& a, const auto& b) { return a.name == b.name; };
  auto& files = listing_.files;
  std::sort(files.begin(), files.end(), by_name);
  files.erase(std::unique(files.begin(), files.end(), same_name), files.end());
  std::sort(listing_.skipped.begin(), listing_.skipped.end(), by_name);
  return std::move(listing_);
}

}  // namespace cadenza
