#include "storage/source_listing.h"

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>
#include <utility>

#include "storage/parallel.h"
#include "storage/s3/source_objects.h"
#include "storage/source_name.h"
#include "storage/zip_archive.h"

namespace cadenza {
namespace {

std::string NameOf(const std::string& path) { return path.substr(path.rfind('/') + 1); }

/// The folder that a path stands in: empty for the current one.
std::string FolderOf(const std::string& path) {
  const size_t slash = path.rfind('/');
  return path.substr(0, slash == std::string::npos ? 0 : std::max<size_t>(slash, 1));
}

Error CannotRead(const std::string& path, int code) {
  return MakeError(code == ENOENT ? ErrorKind::kNotFound : ErrorKind::kIo, "cannot read ({}): {}",
                   std::generic_category().message(code), path);
}

enum class Shape { kPlain, kGzip, kZip, kParquet, kOther };

Shape ShapeByName(const std::string& name) {
  if (IsZipName(name)) return Shape::kZip;
  if (IsGzipName(name)) {
    return IsRecordName(name.substr(0, name.size() - 3)) ? Shape::kGzip : Shape::kOther;
  }
  if (IsParquetName(name)) return Shape::kParquet;
  return IsRecordName(name) ? Shape::kPlain : Shape::kOther;
}

Compression CompressionOf(Shape shape) {
  if (shape == Shape::kGzip) return Compression::kGzip;
  return shape == Shape::kParquet ? Compression::kParquet : Compression::kNone;
}

/// A file that was named itself can have any name: its first bytes say what it is.
Result<Shape> ShapeByContent(const SourceFile& file) {
  CADENZA_ASSIGN(const auto range, OpenRange(file));
  std::array<char, 4> bytes{};
  CADENZA_ASSIGN(const size_t got, range->ReadAt(0, bytes.data(), bytes.size()));
  const std::string_view start(bytes.data(), got);
  if (start.starts_with("PK\x03\x04") || start.starts_with("PK\x05\x06")) return Shape::kZip;
  if (start.starts_with("\x1F\x8B")) return Shape::kGzip;
  // PARE: its footer is encrypted.
  if (start == "PAR1" || start == "PARE") return Shape::kParquet;
  const std::string name = NameOf(file.name);
  if (IsZipName(name)) return Shape::kZip;
  if (IsParquetName(name)) return Shape::kParquet;
  return IsGzipName(name) ? Shape::kGzip : Shape::kPlain;
}

/// Empty: the member is taken.
std::string WhySkipped(const ZipMember& member) {
  const std::string name = NameOf(member.name);
  if (HasJunkPart(member.name)) return "junk";
  if (TableOfLog(member.name)) return "the log of a Delta table";
  if (IsZipName(name) || IsGzipName(name)) return "an archive inside an archive";
  if (!IsRecordName(name)) return "not a log or song file";
  if (member.size_bytes == 0) return "zero bytes";
  return member.refusal;
}

bool IsDeltaLog(const NamedStatus& entry) {
  return entry.name == kDeltaLogName && entry.status && S_ISDIR(entry.status->st_mode);
}

}  // namespace

bool IsDeltaFolder(const std::string& path) {
  struct stat status{};
  return ::stat(Join(path, std::string(kDeltaLogName)).c_str(), &status) == 0 &&
         S_ISDIR(status.st_mode);
}

std::string PartOfTable(std::string_view table) {
  return fmt::format("a part of a Delta table, which is read by the name of its folder: {}",
                     table.empty() ? "." : table);
}

const std::string& SourceWalk::TableOf(const std::string& folder) {
  const auto [known, is_new] = table_of_.try_emplace(folder);
  if (!is_new) return known->second;
  if (IsDeltaFolder(folder)) return known->second = folder.empty() ? "." : folder;
  if (folder.empty() || folder == "/") return known->second;
  return known->second = TableOf(FolderOf(folder));
}

std::string SourceWalk::TableAround(std::string path) {
  while (path.size() > 1 && path.ends_with('/')) path.pop_back();
  return path.empty() || path == "/" ? "" : TableOf(FolderOf(path));
}

Status SourceWalk::Add(const std::string& path, bool named) {
  const std::string table = TableAround(path);
  if (table.empty()) return Visit(path, named);
  if (named) return MakeError(ErrorKind::kUsage, "{} is {}", path, PartOfTable(table));
  Skip(path, PartOfTable(table));
  return {};
}

void SourceWalk::AddDelta(std::string path, int64_t version, std::shared_ptr<s3::Client> s3) {
  while (path.size() > 1 && path.ends_with('/')) path.pop_back();
  SourceFile& file = listing_.files.emplace_back();
  file.name = version < 0 ? path : VersionedName(path, version);
  file.container = std::move(path);
  file.compression = Compression::kDelta;
  file.version = version;
  file.s3 = std::move(s3);
}

void SourceWalk::Skip(std::string name, std::string reason) {
  listing_.skipped.push_back({std::move(name), std::move(reason)});
}

Status SourceWalk::Visit(const std::string& path, bool named) {
  NamedStatus entry{NameOf(path), std::nullopt};
  struct stat status{};
  if (::stat(path.c_str(), &status) == 0) entry.status = status;
  if (named && !entry.status) return CannotRead(path, errno);
  std::vector<Folder> below;
  CADENZA_TRY(AddEntry(path, entry, named, &below));
  return below.empty() ? Status() : AddFolder(std::move(below.front()));
}

Status SourceWalk::AddFolder(Folder folder) {
  std::vector<Folder> level{std::move(folder)};
  while (!level.empty()) {
    std::erase_if(level, [this](const Folder& next) {
      const bool again = !visited_.insert(next.id).second;
      if (again) Skip(next.path, "a folder that was listed already");
      return again;
    });
    std::vector<std::vector<NamedStatus>> contents(level.size());
    CADENZA_TRY(InParallel(level.size(), Cores(), [&](size_t i) -> Status {
      CADENZA_ASSIGN(contents[i], ReadFolderStatus(level[i].path));
      return {};
    }));
    std::vector<Folder> below;
    for (size_t i = 0; i < level.size(); ++i) {
      if (std::ranges::any_of(contents[i], IsDeltaLog)) {
        AddDelta(level[i].path, -1);
        continue;
      }
      for (const NamedStatus& entry : contents[i]) {
        CADENZA_TRY(AddEntry(Join(level[i].path, entry.name), entry, false, &below));
      }
    }
    level = std::move(below);
  }
  return {};
}

Status SourceWalk::AddEntry(const std::string& path, const NamedStatus& entry, bool named,
                            std::vector<Folder>* below) {
  if (!entry.status) {
    Skip(path, "a link that leads nowhere");
  } else if (!named && IsJunkName(entry.name)) {
    Skip(path, "junk");
  } else if (S_ISDIR(entry.status->st_mode)) {
    below->push_back({path, IdOfFolder(*entry.status)});
  } else if (S_ISREG(entry.status->st_mode)) {
    return AddFile(path, *entry.status, named);
  } else if (named) {
    return MakeError(ErrorKind::kInput, "not a file or folder: {}", path);
  } else {
    Skip(path, "not a file");
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
  // Hadoop and Spark hide so what is no data.
  if (shape == Shape::kParquet && !named && NameOf(file.name).find_first_of("._") == 0) {
    Skip(file.name, "junk");
    return {};
  }
  if (file.size_bytes == 0) {
    Skip(file.name, "zero bytes");
    return {};
  }
  if (shape == Shape::kZip) return AddZip(file, named);
  file.compression = CompressionOf(shape);
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
  std::map<std::string, int> met;
  for (ZipMember& member : members) {
    if (member.folder) continue;
    std::string name = path + '!' + member.name;
    std::string reason = WhySkipped(member);
    // Two members of one name are two, as two files of one name in two folders are.
    const int number = reason.empty() ? ++met[member.name] : 1;
    if (number > 1) name += fmt::format("#{}", number);
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
