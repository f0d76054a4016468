#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "arrow/array.h"
#include "spark/operation.h"
#include "spark/session.h"

namespace cadenza::spark {

/// An operation's answers as a stream of Arrow's C interface.
class ResultStream : public RowStream {
 public:
  explicit ResultStream(std::unique_ptr<Operation> operation);
  ArrowArrayStream* arrow() override { return &stream_; }
  const Status& status() const override { return status_; }

 private:
  Status Schema(ArrowSchema* out);
  /// out stays released at the end.
  Status NextBatch(ArrowArray* out);
  /// Reads answers until there are rows, or the end.
  Status Fill();
  Status Take(std::string bytes);
  int Code(Status status);

  std::unique_ptr<Operation> operation_;
  std::optional<std::vector<arrow::Field>> fields_;
  std::deque<arrow::Batch> batches_;
  bool over_ = false;
  Status status_;
  ArrowArrayStream stream_;
};

}  // namespace cadenza::spark
