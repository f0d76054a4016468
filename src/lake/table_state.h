#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "delta/snapshot.h"
#include "engine/engine.h"
#include "lake/model.h"

namespace cadenza::lake {

/// A version of a table, as the engine binds it.
struct TableState {
  bool exists = false;
  std::string name;
  std::string folder;  ///< the table's root
  int64_t version = -1;
  std::vector<engine::Column> columns;
  /// Those of the model, in its order: other programs may have added more to the table, and the
  /// model may have gained some that the table lacks, which are NULL in it.
  std::vector<engine::Column> model_columns = {};
  std::vector<std::string> partition_columns;
  std::map<std::string, delta::AddFile> files;  ///< by path
  bool columns_were_added = false;
  /// By path: the folder of a file that is not below `folder` yet.
  std::map<std::string, std::string> elsewhere = {};

  int64_t rows() const;
  int64_t size_bytes() const;
  /// Columns that the model has gained since the table was last written.
  std::vector<std::string> LackedColumns() const;
  /// With the model's columns, so that what others added changes no model's result.
  engine::FileRelation Relation() const;
  /// With all columns, as users and rewrites of files need it.
  engine::FileRelation WholeRelation() const;
  /// Of a file, as a relation names it.
  std::string LocationOf(const std::string& path) const;
  /// The relation of those files only that the predicate keeps.
  template <class Predicate>
  engine::FileRelation RelationOf(Predicate keep) const {
    return Kept(Relation(), keep);
  }
  template <class Predicate>
  engine::FileRelation WholeRelationOf(Predicate keep) const {
    return Kept(WholeRelation(), keep);
  }

 private:
  template <class Predicate>
  engine::FileRelation Kept(engine::FileRelation relation, Predicate keep) const {
    relation.files.clear();
    relation.partition_values.clear();
    relation.delta_version = -1;
    for (const auto& [path, file] : files) {
      if (keep(file)) AddTo(&relation, path, file);
    }
    return relation;
  }
  void AddTo(engine::FileRelation* relation, const std::string& path,
             const delta::AddFile& file) const;
};

/// The state of a model's table that a snapshot of its log has, below a folder.
TableState StateOf(const Model& model, std::string folder, const delta::Snapshot& snapshot);

/// The rows of a data file, from its statistics, which a TableState's files have.
int64_t RowsOf(const delta::AddFile& file);
/// Nothing: they do not say.
std::optional<int64_t> RowsIfKnown(const delta::AddFile& file);

/// The types of Delta for the engine's and back; kInput for a type that the lake does not use.
Result<std::string> DeltaType(const std::string& sql_type);
std::string SqlType(const std::string& delta_type);
Result<delta::Schema> DeltaSchema(const std::vector<engine::Column>& columns);

}  // namespace cadenza::lake
