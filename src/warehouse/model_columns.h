#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "engine/engine.h"
#include "lake/model.h"

namespace cadenza::warehouse {

/// Compares what queries give with what headers promise, over tables without rows: no data is read.
/// It has a catalogue of its own, which goes with it.
class ColumnCheck {
 public:
  static Result<std::unique_ptr<ColumnCheck>> Open(engine::Engine* database);
  ~ColumnCheck();
  ColumnCheck(const ColumnCheck&) = delete;
  ColumnCheck& operator=(const ColumnCheck&) = delete;

  /// The table can be read by what comes after.
  Status Add(const lake::Model& table);
  /// What differs from the header, empty: nothing. kInput when the query does not bind.
  Result<std::string> FaultOf(const lake::Model& model, const std::string& select);
  /// kInput when the query does not bind.
  Status CheckReads(const std::string& select);

 private:
  explicit ColumnCheck(std::unique_ptr<engine::Engine> engine) : engine_(std::move(engine)) {}

  std::unique_ptr<engine::Engine> engine_;
};

}  // namespace cadenza::warehouse
