// Bytes from outside as a stream of Arrow's IPC format. What is read must bear being used: every
// value that the arrays promise is touched.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "arrow/ipc_reader.h"

namespace {

using cadenza::arrow::Array;
using cadenza::arrow::Field;

volatile uint64_t sink;

void Touch(const void* bytes, int64_t size) {
  const auto* at = static_cast<const unsigned char*>(bytes);
  uint64_t sum = 0;
  for (int64_t i = 0; i < size; ++i) sum += at[i];
  sink = sink + sum;
}

template <class Offset>
void TouchTexts(const Array& array) {
  const auto* offsets = static_cast<const Offset*>(array.buffers[1]);
  for (int64_t i = 0; i < array.length; ++i) {
    Touch(static_cast<const char*>(array.buffers[2]) + offsets[i], offsets[i + 1] - offsets[i]);
  }
}

int64_t WidthOf(const std::string& format) {
  switch (format[0]) {
    case 'c':
    case 'C':
      return 1;
    case 's':
    case 'S':
      return 2;
    case 'i':
    case 'I':
    case 'f':
      return 4;
    case 'd':
      return 16;
    default:
      break;
  }
  if (format == "tin") return 16;
  return format == "tdD" || format == "tts" || format == "ttm" || format == "tiM" ? 4 : 8;
}

void TouchAll(const Field& field, const Array& array) {
  if (field.format == "n") return;
  if (array.null_count > 0) Touch(array.buffers[0], (array.length + 7) / 8);
  if (field.format == "b") {
    Touch(array.buffers[1], (array.length + 7) / 8);
  } else if (field.format == "u" || field.format == "z") {
    TouchTexts<int32_t>(array);
  } else if (field.format == "U" || field.format == "Z") {
    TouchTexts<int64_t>(array);
  } else if (field.format[0] != '+') {
    Touch(array.buffers[1], array.length * WidthOf(field.format));
  }
  for (size_t i = 0; i < field.children.size(); ++i) TouchAll(field.children[i], array.children[i]);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  auto bytes = std::make_shared<std::string>(reinterpret_cast<const char*>(data), size);
  // Short strings live inside the object, at its own alignment.
  bytes->reserve(64);
  auto content = cadenza::arrow::ReadIpcStream(bytes);
  if (!content.ok()) return 0;
  for (cadenza::arrow::Batch& batch : content->batches) {
    for (size_t i = 0; i < content->fields.size(); ++i) {
      TouchAll(content->fields[i], batch.columns.children[i]);
    }
    ArrowArray array;
    cadenza::arrow::ExportBatch(std::move(batch), &array);
    array.release(&array);
  }
  ArrowSchema schema;
  cadenza::arrow::ExportSchema(content->fields, &schema);
  schema.release(&schema);
  return 0;
}
