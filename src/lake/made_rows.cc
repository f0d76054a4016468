#include "lake/made_rows.h"

#include <nlohmann/json.hpp>

namespace cadenza::lake {
namespace {

constexpr const char* kFile = "rows.json";

}  // namespace

Result<std::unique_ptr<MadeRows>> MadeRows::Make() {
  CADENZA_ASSIGN(std::unique_ptr<ScratchFolder> scratch, ScratchFolder::Make("cadenza-rows-"));
  return std::unique_ptr<MadeRows>(new MadeRows(std::move(scratch)));
}

MadeRows::MadeRows(std::unique_ptr<ScratchFolder> scratch)
    : scratch_(std::move(scratch)), file_(scratch_->File(kFile), std::ios::binary) {}

void MadeRows::Add(const nlohmann::json& row) {
  file_ << row.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) << '\n';
  ++rows_;
}

Status MadeRows::Load(engine::Engine* here, const std::string& name,
                      const std::vector<engine::Column>& columns) {
  const std::string path = scratch_->File(kFile);
  if (!file_.flush()) return MakeError(ErrorKind::kIo, "cannot write {}", path);
  CADENZA_TRY(here->LoadRows(name, columns, path));
  CADENZA_ASSIGN(const engine::RowSet loaded, here->Query("SELECT count(*) FROM " + name));
  if (loaded.Number() == rows_) return {};
  return MakeError(ErrorKind::kIo, "{} rows could be read of {} that were written: {}",
                   loaded.Number(), rows_, path);
}

}  // namespace cadenza::lake
