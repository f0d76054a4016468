#include "lake/cluster_exchange.h"

#include <filesystem>

#include "storage/put_files.h"

namespace cadenza::lake {
namespace {

constexpr const char* kFolder = "_cadenza/cluster";

}  // namespace

Result<std::unique_ptr<ClusterExchange>> ClusterExchange::Open(Lake* lake) {
  std::unique_ptr<ClusterExchange> exchange(new ClusterExchange(lake));
  CADENZA_TRY(exchange->Clear());
  if (s3::IsAddress(lake->root())) {
    CADENZA_ASSIGN(exchange->to_put_, ScratchFolder::Make("cadenza-cluster-"));
  }
  return exchange;
}

ClusterExchange::~ClusterExchange() { static_cast<void>(Clear()); }

Status ClusterExchange::Clear() {
  if (!s3::IsAddress(lake_->root())) {
    std::error_code error;
    std::filesystem::remove_all(lake_->root() + "/" + kFolder, error);
    if (!error) return {};
    return MakeError(ErrorKind::kIo, "cannot remove ({}): {}/{}", error.message(), lake_->root(),
                     kFolder);
  }
  CADENZA_ASSIGN(const std::vector<ObjectInfo> left, lake_->store().List(kFolder));
  std::vector<std::string> names;
  for (const ObjectInfo& object : left) names.push_back(object.name);
  return RemoveObjects(&lake_->store(), names);
}

Status ClusterExchange::Send(const std::string& name, const std::string& select) {
  engine::Engine& here = lake_->engine().here();
  const std::string folder = fmt::format("{}/{}-{}", kFolder, ++sent_, name);
  engine::FileRelation relation;
  CADENZA_ASSIGN(relation.columns, here.Describe(select));
  relation.folder = lake_->root() + "/" + folder;
  engine::WriteRequest request;
  request.select = select;
  request.folder = to_put_ ? to_put_->File(folder) : relation.folder;
  CADENZA_ASSIGN(const std::vector<engine::WrittenFile> written, here.Write(request));
  std::vector<FileToPut> to_put;
  for (const engine::WrittenFile& file : written) {
    relation.files.push_back(file.path);
    to_put.push_back({request.folder + "/" + file.path, folder + "/" + file.path});
  }
  if (to_put_) CADENZA_TRY(PutFiles(&lake_->store(), to_put));
  return lake_->engine().BindFiles(name, relation);
}

}  // namespace cadenza::lake
