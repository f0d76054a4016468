#include "arrow/ipc_writer.h"

#include <bit>
#include <cstring>

#include "arrow/ipc_types.h"
#include "arrow_ipc_generated.h"

namespace cadenza::arrow {
namespace {

constexpr size_t kAlignment = 8;
constexpr char kPadding[kAlignment] = {};

size_t PaddingOf(size_t size) { return (kAlignment - size % kAlignment) % kAlignment; }

int64_t CountNulls(const uint8_t* validity, int64_t length) {
  int64_t valid = 0;
  for (int64_t byte = 0; byte < length / 8; ++byte) valid += std::popcount(validity[byte]);
  for (int64_t i = length / 8 * 8; i < length; ++i) valid += validity[i / 8] >> (i % 8) & 1;
  return length - valid;
}

/// The last of the offsets: so much of what they point into is used.
int64_t EndOf(const void* offsets, int64_t width, int64_t length) {
  if (length == 0) return 0;
  if (width == 4) return static_cast<const int32_t*>(offsets)[length];
  return static_cast<const int64_t*>(offsets)[length];
}

}  // namespace

/// The buffers of a batch in the order of the columns.
struct IpcWriter::Body {
  void Add(const void* data, int64_t size) {
    const std::string_view bytes(static_cast<const char*>(data),
                                 data ? static_cast<size_t>(size) : 0);
    buffers.emplace_back(size_bytes, static_cast<int64_t>(bytes.size()));
    pieces.push_back(bytes);
    size_bytes += static_cast<int64_t>(bytes.size() + PaddingOf(bytes.size()));
  }

  std::vector<wire::FieldNode> nodes;
  std::vector<wire::Buffer> buffers;
  std::vector<std::string_view> pieces;
  int64_t size_bytes = 0;
};

Status IpcWriter::Columns(const ArrowSchema& schema) {
  flatbuffers::FlatBufferBuilder builder;
  std::vector<flatbuffers::Offset<wire::Field>> columns;
  for (int64_t c = 0; c < schema.n_children; ++c) {
    CADENZA_ASSIGN(Field field, FieldOf(*schema.children[c]));
    columns.push_back(Encode(field, &builder));
    fields_.push_back(std::move(field));
  }
  const auto fields = builder.CreateVector(columns);
  const auto encoded = wire::CreateSchema(builder, wire::Endianness_Little, fields);
  builder.Finish(wire::CreateMessage(builder, wire::Version_V5, wire::MessageHeader_Schema,
                                     encoded.Union(), 0));
  return WriteMessage(builder);
}

Status IpcWriter::Collect(const Field& field, const ArrowArray& array, Body* body) const {
  if (array.offset != 0) return MakeError(ErrorKind::kInternal, "an Arrow array with an offset");
  const Layout layout = LayoutOf(field.format);
  using Kind = Layout::Kind;
  if (layout.kind == Kind::kNull) {
    body->nodes.emplace_back(array.length, array.length);
    return {};
  }
  const auto* validity = static_cast<const uint8_t*>(array.buffers[0]);
  int64_t nulls = validity ? array.null_count : 0;
  if (nulls < 0) nulls = CountNulls(validity, array.length);
  body->nodes.emplace_back(array.length, nulls);
  body->Add(nulls > 0 ? validity : nullptr, (array.length + 7) / 8);
  if (layout.kind == Kind::kBits) body->Add(array.buffers[1], (array.length + 7) / 8);
  if (layout.kind == Kind::kFixed) body->Add(array.buffers[1], array.length * layout.width);
  if (layout.kind == Kind::kText || layout.kind == Kind::kBytes || layout.kind == Kind::kList) {
    const void* offsets = array.buffers[1];
    body->Add(offsets, array.length == 0 ? 0 : (array.length + 1) * layout.width);
    if (layout.kind != Kind::kList) {
      body->Add(array.buffers[2], EndOf(offsets, layout.width, array.length));
    }
  }
  for (size_t c = 0; c < field.children.size(); ++c) {
    CADENZA_TRY(Collect(field.children[c], *array.children[c], body));
  }
  return {};
}

Status IpcWriter::Rows(const ArrowArray& rows) {
  Body body;
  for (size_t c = 0; c < fields_.size(); ++c) {
    CADENZA_TRY(Collect(fields_[c], *rows.children[c], &body));
  }
  flatbuffers::FlatBufferBuilder builder;
  const auto nodes = builder.CreateVectorOfStructs(body.nodes);
  const auto buffers = builder.CreateVectorOfStructs(body.buffers);
  const auto batch = wire::CreateRecordBatch(builder, rows.length, nodes, buffers);
  builder.Finish(wire::CreateMessage(builder, wire::Version_V5, wire::MessageHeader_RecordBatch,
                                     batch.Union(), body.size_bytes));
  CADENZA_TRY(WriteMessage(builder));
  for (const std::string_view piece : body.pieces) CADENZA_TRY(WritePadded(piece));
  return {};
}

Status IpcWriter::WriteMessage(const flatbuffers::FlatBufferBuilder& metadata) {
  const size_t size = metadata.GetSize();
  const uint32_t head[2] = {kContinuation, static_cast<uint32_t>(size + PaddingOf(size))};
  CADENZA_TRY(write_({reinterpret_cast<const char*>(head), sizeof head}));
  return WritePadded({reinterpret_cast<const char*>(metadata.GetBufferPointer()), size});
}

Status IpcWriter::WritePadded(std::string_view bytes) {
  if (bytes.empty()) return {};
  CADENZA_TRY(write_(bytes));
  const size_t padding = PaddingOf(bytes.size());
  return padding > 0 ? write_({kPadding, padding}) : Status();
}

Status IpcWriter::End() {
  const uint32_t end[2] = {kContinuation, 0};
  return write_({reinterpret_cast<const char*>(end), sizeof end});
}

}  // namespace cadenza::arrow
