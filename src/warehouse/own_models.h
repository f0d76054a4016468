#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "lake/lake.h"
#include "lake/model.h"

namespace cadenza::warehouse {

/// A model of a user's own: a table of gold from a .sql file, with the audits of its folder.
struct OwnModel {
  lake::Model model;  ///< `text` and `audit_texts` are set
  std::vector<lake::Model> audits;
  std::string origin;  ///< the file; empty: the lake has it from an earlier run
};

/// The models of the folders (*.sql, with audits in audits/*.sql) and, of those that no folder has,
/// what the lake keeps, each after what it reads.
class OwnModels {
 public:
  /// Reads and checks everything; nothing is computed. kUsage with file, line and what is wrong: a
  /// header without grain or columns, a name that is taken, a table that nobody makes, a cycle, SQL
  /// that the engine refuses, columns that differ from the header.
  static Result<OwnModels> Read(const std::vector<std::string>& folders, lake::Lake* lake);

  const std::vector<OwnModel>& models() const { return models_; }
  bool empty() const { return models_.empty(); }
  /// Of the lake, in none of the folders; empty when no folder was given.
  const std::vector<std::string>& gone() const { return gone_; }
  /// The tables that a model reads, in the lake or of other own models.
  const std::vector<std::string>& Reads(const std::string& model) const { return reads_.at(model); }

 private:
  Status ReadFolder(const std::string& folder);
  Status TakeFromLake(const lake::Lake& lake, bool has_folders);
  Status CheckNames(const lake::Lake& lake) const;
  Status FindReads(lake::Lake* lake);
  Status PutInOrder();
  Status Visit(const std::string& name, std::vector<std::string>* path,
               std::map<std::string, OwnModel*>* left, std::vector<OwnModel>* ordered);
  Status CheckColumns(lake::Lake* lake) const;

  std::vector<OwnModel> models_;
  std::map<std::string, std::vector<std::string>> reads_;
  std::vector<std::string> gone_;
};

/// The select without layers before the names of tables, which are bound without them.
std::string WithoutLayers(const std::string& select);

}  // namespace cadenza::warehouse
