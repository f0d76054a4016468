#include "arrow/ipc_reader.h"

#include <simdjson.h>

#include <cstring>
#include <span>
#include <string_view>
#include <utility>

#include "arrow/ipc_types.h"
#include "arrow_ipc_generated.h"

namespace cadenza::arrow {
namespace {

constexpr int64_t kRowsMax = int64_t{1} << 40;
/// Offsets of a column without rows, whose buffer may be left out.
alignas(8) constexpr int64_t kNoOffsets[1] = {0};

template <class... Args>
Error Damaged(fmt::format_string<Args...> format, Args&&... args) {
  return Error{ErrorKind::kInput,
               "damaged Arrow data: " + fmt::format(format, std::forward<Args>(args)...)};
}

uint32_t ReadU32(std::string_view bytes, size_t at) {
  uint32_t value = 0;
  std::memcpy(&value, bytes.data() + at, sizeof value);
  return value;
}

struct Framed {
  const wire::Message* message = nullptr;
  std::string_view body;
};

/// Walks the messages of a stream.
class MessageWalk {
 public:
  explicit MessageWalk(std::string_view bytes) : bytes_(bytes) {}

  /// Without a message: the end.
  Result<Framed> Next() {
    if (at_ == bytes_.size()) return Framed{};
    if (bytes_.size() - at_ < 8) return Damaged("it ends within a message, at byte {}", at_);
    if (ReadU32(bytes_, at_) != kContinuation) {
      return Damaged("no message begins at byte {}", at_);
    }
    const size_t size = ReadU32(bytes_, at_ + 4);
    at_ += 8;
    if (size == 0) {
      at_ = bytes_.size();
      return Framed{};
    }
    if (size > bytes_.size() - at_) return Damaged("it ends within a message, at byte {}", at_);
    if (at_ % 8 != 0 || size % 8 != 0) return Damaged("a message is not aligned, at byte {}", at_);
    const auto* metadata = reinterpret_cast<const uint8_t*>(bytes_.data() + at_);
    flatbuffers::Verifier verifier(metadata, size);
    if (!wire::VerifyMessageBuffer(verifier)) return Damaged("a message's header, byte {}", at_);
    at_ += size;
    Framed framed;
    framed.message = wire::GetMessage(metadata);
    const int64_t body = framed.message->body_length();
    if (body < 0 || static_cast<uint64_t>(body) > bytes_.size() - at_) {
      return Damaged("a body of {} bytes where {} are left", body, bytes_.size() - at_);
    }
    framed.body = bytes_.substr(at_, static_cast<size_t>(body));
    at_ += static_cast<size_t>(body);
    return framed;
  }

 private:
  std::string_view bytes_;
  size_t at_ = 0;
};

template <class Struct>
std::span<const Struct> Structs(const flatbuffers::Vector<const Struct*>& vector) {
  return {reinterpret_cast<const Struct*>(vector.Data()), vector.size()};
}

/// The verifier lets structs lie at odd addresses.
bool IsAligned(const wire::RecordBatch& batch) {
  const auto odd = [](const void* at) { return reinterpret_cast<uintptr_t>(at) % 8 != 0; };
  return !(batch.nodes() && odd(batch.nodes()->Data())) &&
         !(batch.buffers() && odd(batch.buffers()->Data()));
}

/// Takes the nodes and buffers of a batch in the order of its columns, and checks each.
class BatchWalk {
 public:
  BatchWalk(const wire::RecordBatch& batch, std::string_view body) : body_(body) {
    if (batch.nodes()) nodes_ = Structs<wire::FieldNode>(*batch.nodes());
    if (batch.buffers()) buffers_ = Structs<wire::Buffer>(*batch.buffers());
  }
  BatchWalk(const BatchWalk&) = delete;
  BatchWalk& operator=(const BatchWalk&) = delete;

  Result<Array> Column(const Field& field, int64_t length_least) {
    if (next_node_ == nodes_.size()) return Damaged("no values for column {}", field.name);
    const wire::FieldNode& node = nodes_[next_node_++];
    Array array;
    array.length = node.length();
    array.null_count = node.null_count();
    if (array.length < length_least || array.length > kRowsMax || array.null_count < 0 ||
        array.null_count > array.length) {
      return Damaged("{} values with {} NULLs in column {}", array.length, array.null_count,
                     field.name);
    }
    CADENZA_TRY(Fill(field, &array));
    return array;
  }

  bool AllTaken() const { return next_node_ == nodes_.size() && next_buffer_ == buffers_.size(); }

 private:
  Status Fill(const Field& field, Array* array) {
    const Layout layout = LayoutOf(field.format);
    if (layout.kind == Layout::Kind::kNull) {
      array->null_count = array->length;
      return {};
    }
    CADENZA_TRY(Validity(field, array));
    switch (layout.kind) {
      case Layout::Kind::kBits:
        return Values(field, (array->length + 7) / 8, array);
      case Layout::Kind::kFixed:
        return Values(field, array->length * layout.width, array);
      case Layout::Kind::kText:
      case Layout::Kind::kBytes:
        return Texts(field, layout, array);
      case Layout::Kind::kList:
        return List(field, layout, array);
      case Layout::Kind::kStruct:
        return Struct(field, array);
      case Layout::Kind::kNull:
        break;
    }
    return {};
  }

  Result<std::string_view> Take(const Field& field, int64_t size_least) {
    if (next_buffer_ == buffers_.size()) return Damaged("no bytes for column {}", field.name);
    const wire::Buffer& buffer = buffers_[next_buffer_++];
    const auto all = static_cast<int64_t>(body_.size());
    if (buffer.offset() < 0 || buffer.length() < 0 || buffer.offset() > all ||
        buffer.length() > all - buffer.offset() || buffer.offset() % 8 != 0) {
      return Damaged("a buffer outside of the body (offset {}, {} bytes), column {}",
                     buffer.offset(), buffer.length(), field.name);
    }
    if (buffer.length() < size_least) {
      return Damaged("{} bytes where {} are needed, column {}", buffer.length(), size_least,
                     field.name);
    }
    return body_.substr(static_cast<size_t>(buffer.offset()), static_cast<size_t>(buffer.length()));
  }

  /// Without NULLs the bits may be left out.
  Status Validity(const Field& field, Array* array) {
    const int64_t needed = array->null_count > 0 ? (array->length + 7) / 8 : 0;
    CADENZA_ASSIGN(const std::string_view bits, Take(field, needed));
    array->buffers.push_back(array->null_count > 0 ? bits.data() : nullptr);
    return {};
  }

  Status Values(const Field& field, int64_t size, Array* array) {
    CADENZA_ASSIGN(const std::string_view values, Take(field, size));
    array->buffers.push_back(values.data());
    return {};
  }

  /// Offsets never fall. Their last says how much of the values is used.
  template <class Offset>
  Result<int64_t> CheckOffsets(const Field& field, const Array& array) const {
    const auto* offsets = static_cast<const Offset*>(array.buffers.back());
    bool rises = offsets[0] >= 0;
    for (int64_t i = 0; i < array.length; ++i) rises &= offsets[i] <= offsets[i + 1];
    if (!rises) return Damaged("offsets that fall, column {}", field.name);
    return static_cast<int64_t>(offsets[array.length]);
  }

  Result<int64_t> Offsets(const Field& field, const Layout& layout, Array* array) {
    const int64_t needed = array->length == 0 ? 0 : (array->length + 1) * layout.width;
    CADENZA_ASSIGN(const std::string_view offsets, Take(field, needed));
    if (array->length == 0) {
      array->buffers.push_back(kNoOffsets);
      return 0;
    }
    array->buffers.push_back(offsets.data());
    return layout.width == 4 ? CheckOffsets<int32_t>(field, *array)
                             : CheckOffsets<int64_t>(field, *array);
  }

  Status Texts(const Field& field, const Layout& layout, Array* array) {
    CADENZA_ASSIGN(const int64_t end, Offsets(field, layout, array));
    CADENZA_ASSIGN(const std::string_view data, Take(field, end));
    array->buffers.push_back(data.data());
    if (layout.kind != Layout::Kind::kText || end == 0) return {};
    const bool sound =
        layout.width == 4 ? IsUtf8<int32_t>(*array, data) : IsUtf8<int64_t>(*array, data);
    if (sound) return {};
    return MakeError(ErrorKind::kInput,
                     "text that is not UTF-8 (cast it to binary, or use hex()), column {}",
                     field.name);
  }

  /// When the whole is sound and each value begins and ends at a character, then each is.
  template <class Offset>
  static bool IsUtf8(const Array& array, std::string_view data) {
    const auto* offsets = static_cast<const Offset*>(array.buffers[1]);
    const auto first = static_cast<size_t>(offsets[0]);
    const auto end = static_cast<size_t>(offsets[array.length]);
    bool at_characters = true;
    for (int64_t i = 0; i < array.length; ++i) {
      const auto at = static_cast<size_t>(offsets[i]);
      at_characters &= at == end || (static_cast<uint8_t>(data[at]) & 0xc0) != 0x80;
    }
    return at_characters && simdjson::validate_utf8(data.data() + first, end - first);
  }

  Status List(const Field& field, const Layout& layout, Array* array) {
    CADENZA_ASSIGN(const int64_t end, Offsets(field, layout, array));
    CADENZA_ASSIGN(Array child, Column(field.children[0], end));
    array->children.push_back(std::move(child));
    return {};
  }

  Status Struct(const Field& field, Array* array) {
    for (const Field& member : field.children) {
      CADENZA_ASSIGN(Array child, Column(member, array->length));
      array->children.push_back(std::move(child));
    }
    return {};
  }

  std::string_view body_;
  std::span<const wire::FieldNode> nodes_;
  std::span<const wire::Buffer> buffers_;
  size_t next_node_ = 0, next_buffer_ = 0;
};

Result<std::vector<Field>> FieldsOf(const wire::Schema& schema) {
  if (schema.endianness() != wire::Endianness_Little) {
    return MakeError(ErrorKind::kInput, "Arrow data of a big-endian machine is not read");
  }
  std::vector<Field> fields;
  if (!schema.fields()) return fields;
  for (const wire::Field* wire_field : *schema.fields()) {
    CADENZA_ASSIGN(Field field, FieldOf(*wire_field));
    fields.push_back(std::move(field));
  }
  return fields;
}

Result<Array> ReadBatch(const wire::RecordBatch& batch, std::string_view body,
                        const std::vector<Field>& fields) {
  if (batch.compression()) {
    return MakeError(ErrorKind::kInput, "compressed Arrow data is not read");
  }
  if (!IsAligned(batch)) return Damaged("a batch's header is not aligned");
  Array rows;
  rows.length = batch.length();
  rows.buffers = {nullptr};
  if (rows.length < 0 || rows.length > kRowsMax) return Damaged("{} rows", rows.length);
  BatchWalk walk(batch, body);
  for (const Field& field : fields) {
    CADENZA_ASSIGN(Array column, walk.Column(field, rows.length));
    if (column.length != rows.length) {
      return Damaged("{} values in {} rows, column {}", column.length, rows.length, field.name);
    }
    rows.children.push_back(std::move(column));
  }
  if (!walk.AllTaken()) return Damaged("a batch has more values than columns");
  return rows;
}

}  // namespace

Result<IpcContent> ReadIpcStream(const std::shared_ptr<const std::string>& bytes) {
  IpcContent content;
  if (reinterpret_cast<uintptr_t>(bytes->data()) % 8 != 0) {
    return MakeError(ErrorKind::kInternal, "Arrow data at an odd address");
  }
  MessageWalk walk(*bytes);
  bool has_schema = false;
  while (true) {
    CADENZA_ASSIGN(const Framed framed, walk.Next());
    if (!framed.message) break;
    const wire::Message& message = *framed.message;
    if (const wire::Schema* schema = message.header_as_Schema(); schema && !has_schema) {
      CADENZA_ASSIGN(content.fields, FieldsOf(*schema));
      has_schema = true;
    } else if (const auto* batch = message.header_as_RecordBatch(); batch && has_schema) {
      CADENZA_ASSIGN(Array columns, ReadBatch(*batch, framed.body, content.fields));
      content.batches.push_back({std::move(columns), bytes});
    } else {
      return Damaged("a message of the kind {} out of place",
                     static_cast<int>(message.header_type()));
    }
  }
  if (!has_schema) return Damaged("no schema");
  return content;
}

}  // namespace cadenza::arrow
