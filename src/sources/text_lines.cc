#include "sources/text_lines.h"

#include <array>

#include "storage/s3/address.h"
#include "storage/source_file.h"
#include "storage/source_name.h"

namespace cadenza::sources {

void VisitLines(const std::string& path,
                const std::function<bool(int64_t, std::string_view)>& visit) {
  if (s3::IsAddress(path)) return;
  SourceFile file;
  file.name = file.container = path;
  file.compression = IsGzipName(path) ? Compression::kGzip : Compression::kNone;
  const auto stream = OpenStream(file);
  if (!stream.ok()) return;
  std::array<char, size_t{64} << 10> buffer{};
  std::string held;
  int64_t number = 0;
  while (true) {
    const Result<size_t> size = (*stream)->Read(buffer.data(), buffer.size());
    if (!size.ok()) return;
    if (*size == 0) break;
    held.append(buffer.data(), *size);
    size_t begin = 0;
    for (size_t end = held.find('\n'); end != held.npos; end = held.find('\n', begin)) {
      std::string_view line(held.data() + begin, end - begin);
      if (line.ends_with('\r')) line.remove_suffix(1);
      if (!visit(++number, line)) return;
      begin = end + 1;
    }
    held.erase(0, begin);
  }
  if (!held.empty()) visit(++number, held);
}

}  // namespace cadenza::sources
