#include "engine/duckdb/extension.h"

#include <dlfcn.h>

namespace cadenza::engine {
namespace {

std::string PathOf(const std::string& name) {
  Dl_info info{};
  if (dladdr(reinterpret_cast<void*>(&duckdb_open_ext), &info) == 0) return "";
  const std::string library = info.dli_fname;
  const size_t slash = library.rfind('/');
  const std::string folder = slash == std::string::npos ? "." : library.substr(0, slash);
  return folder + "/extensions/" + name + ".duckdb_extension";
}

}  // namespace

Status LoadExtension(Connection* connection, const std::string& name, const std::string& purpose) {
  const std::string path = PathOf(name);
  if (connection->Execute("LOAD " + QuoteText(path)).ok()) return {};
  return MakeError(ErrorKind::kIo, "the engine's extension for {} cannot be loaded: {}", purpose,
                   path);
}

}  // namespace cadenza::engine
