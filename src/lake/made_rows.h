#pragma once

#include <cstdint>
#include <fstream>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "base/result.h"
#include "engine/engine.h"
#include "storage/scratch_folder.h"

namespace cadenza::lake {

/// Rows that the program itself makes, on their way to an engine: JSON objects in a scratch file,
/// which goes with the object. As many as the disk holds. Not thread-safe.
class MadeRows {
 public:
  static Result<std::unique_ptr<MadeRows>> Make();

  /// Bytes of texts that are no UTF-8 are replaced.
  void Add(const nlohmann::json& row);
  /// Gives them a name on the engine of this machine. After the last row.
  Status Load(engine::Engine* here, const std::string& name,
              const std::vector<engine::Column>& columns);

 private:
  explicit MadeRows(std::unique_ptr<ScratchFolder> scratch);

  std::unique_ptr<ScratchFolder> scratch_;
  std::ofstream file_;
  int64_t rows_ = 0;
};

}  // namespace cadenza::lake
