#include "spark/result_stream.h"

#include <utility>

#include "arrow/ipc_reader.h"

namespace cadenza::spark {
namespace {

ResultStream* Self(ArrowArrayStream* stream) {
  return static_cast<ResultStream*>(stream->private_data);
}

}  // namespace

ResultStream::ResultStream(std::unique_ptr<Operation> operation)
    : operation_(std::move(operation)) {
  stream_ = {
      .get_schema = [](ArrowArrayStream* stream,
                       ArrowSchema* out) { return Self(stream)->Code(Self(stream)->Schema(out)); },
      .get_next = [](ArrowArrayStream* stream,
                     ArrowArray* out) { return Self(stream)->Code(Self(stream)->NextBatch(out)); },
      .get_last_error =
          [](ArrowArrayStream* stream) {
            const Status& status = Self(stream)->status_;
            return status.ok() ? static_cast<const char*>(nullptr) : status.error().message.c_str();
          },
      .release = [](ArrowArrayStream* stream) { stream->release = nullptr; },
      .private_data = this};
}

int ResultStream::Code(Status status) {
  if (status.ok()) return 0;
  status_ = std::move(status);
  return 1;  // the embedded engine takes no other number for an error
}

Status ResultStream::Schema(ArrowSchema* out) {
  while (!fields_ && !over_) CADENZA_TRY(Fill());
  if (!fields_) return MakeError(ErrorKind::kInput, "the Spark server answered without columns");
  arrow::ExportSchema(*fields_, out);
  return {};
}

Status ResultStream::NextBatch(ArrowArray* out) {
  *out = {};
  while (batches_.empty() && !over_) CADENZA_TRY(Fill());
  if (batches_.empty()) return {};
  arrow::ExportBatch(std::move(batches_.front()), out);
  batches_.pop_front();
  return {};
}

Status ResultStream::Fill() {
  connect::ExecutePlanResponse response;
  CADENZA_ASSIGN(const bool there, operation_->Next(&response));
  over_ = !there;
  if (response.has_arrow_batch()) {
    return Take(std::move(*response.mutable_arrow_batch()->mutable_data()));
  }
  auto* relation = response.mutable_sql_command_result()->mutable_relation();
  if (!relation->has_local_relation()) return {};
  return Take(std::move(*relation->mutable_local_relation()->mutable_data()));
}

/// Each answer is a stream of its own, with its own schema.
Status ResultStream::Take(std::string bytes) {
  CADENZA_ASSIGN(arrow::IpcContent content,
                 arrow::ReadIpcStream(std::make_shared<const std::string>(std::move(bytes))));
  if (!fields_) fields_ = content.fields;
  if (*fields_ != content.fields) {
    return MakeError(ErrorKind::kInput, "the Spark server changed the columns within a result");
  }
  for (arrow::Batch& batch : content.batches) {
    if (batch.columns.length > 0) batches_.push_back(std::move(batch));
  }
  return {};
}

}  // namespace cadenza::spark
