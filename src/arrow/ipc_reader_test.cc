#include "arrow/ipc_reader.h"

#include <gtest/gtest.h>

#include <cstring>
#include <functional>

#include "arrow_ipc_generated.h"

namespace cadenza::arrow {
namespace {

using flatbuffers::FlatBufferBuilder;
using flatbuffers::Offset;

/// Writes the messages of a stream by hand, so that each part can be wrong.
struct StreamText {
  std::string bytes;

  void Add(FlatBufferBuilder& builder, const std::string& body) {
    std::string metadata(reinterpret_cast<const char*>(builder.GetBufferPointer()),
                         builder.GetSize());
    metadata.resize((metadata.size() + 7) / 8 * 8);
    const uint32_t frame[2] = {0xffffffff, static_cast<uint32_t>(metadata.size())};
    bytes.append(reinterpret_cast<const char*>(frame), sizeof frame);
    bytes += metadata + body;
  }
  void End() { bytes.append("\xff\xff\xff\xff\0\0\0\0", 8); }
};

template <class T>
std::string Bytes(std::initializer_list<T> values) {
  std::string bytes;
  for (T value : values) bytes.append(reinterpret_cast<const char*>(&value), sizeof value);
  return bytes;
}

using MakeField = std::function<Offset<wire::Field>(FlatBufferBuilder&)>;

Offset<wire::Field> LongField(FlatBufferBuilder& b) {
  return wire::CreateFieldDirect(b, "n", true, wire::Type_Int,
                                 wire::CreateInt(b, 64, true).Union());
}
Offset<wire::Field> TextField(FlatBufferBuilder& b) {
  return wire::CreateFieldDirect(b, "t", true, wire::Type_Utf8, wire::CreateUtf8(b).Union());
}

void AddSchema(StreamText* text, const std::vector<MakeField>& fields) {
  FlatBufferBuilder b;
  std::vector<Offset<wire::Field>> made;
  made.reserve(fields.size());
  for (const MakeField& field : fields) made.push_back(field(b));
  const auto schema = wire::CreateSchemaDirect(b, wire::Endianness_Little, &made);
  b.Finish(wire::CreateMessage(b, wire::Version_V5, wire::MessageHeader_Schema, schema.Union(), 0));
  text->Add(b, "");
}

struct Rows {
  int64_t length = 0;
  std::vector<wire::FieldNode> nodes;
  std::vector<wire::Buffer> buffers;
  std::string body;

  void Put(const std::string& values) {
    buffers.emplace_back(static_cast<int64_t>(body.size()), static_cast<int64_t>(values.size()));
    body += values;
    body.resize((body.size() + 7) / 8 * 8);
  }
};

void AddRows(StreamText* text, const Rows& rows) {
  FlatBufferBuilder b;
  const auto batch = wire::CreateRecordBatchDirect(b, rows.length, &rows.nodes, &rows.buffers);
  b.Finish(wire::CreateMessage(b, wire::Version_V5, wire::MessageHeader_RecordBatch, batch.Union(),
                               static_cast<int64_t>(rows.body.size())));
  text->Add(b, rows.body);
}

Result<IpcContent> Read(std::string bytes) {
  return ReadIpcStream(std::make_shared<const std::string>(std::move(bytes)));
}

std::string ReasonOf(std::string bytes) {
  const auto content = Read(std::move(bytes));
  EXPECT_FALSE(content.ok());
  return content.ok() ? "" : content.error().message;
}

/// 3 numbers, the middle one NULL; 3 texts: "a", "", "bc".
Rows ThreeRows() {
  Rows rows;
  rows.length = 3;
  rows.nodes = {{3, 1}, {3, 0}};
  rows.Put("\x05");
  rows.Put(Bytes<int64_t>({7, 0, -9}));
  rows.Put("");
  rows.Put(Bytes<int32_t>({0, 1, 1, 3}));
  rows.Put("abc");
  return rows;
}

std::string StreamOf(const std::vector<MakeField>& fields, const Rows& rows) {
  StreamText text;
  AddSchema(&text, fields);
  AddRows(&text, rows);
  text.End();
  return text.bytes;
}

TEST(IpcReader, NumbersAndTexts) {
  const auto content = Read(StreamOf({LongField, TextField}, ThreeRows()));
  ASSERT_TRUE(content.ok()) << content.error().message;
  ASSERT_EQ(content->fields.size(), 2u);
  EXPECT_EQ(content->fields[0].format, "l");
  EXPECT_EQ(content->fields[1].format, "u");
  ASSERT_EQ(content->batches.size(), 1u);
  const Array& rows = content->batches[0].columns;
  EXPECT_EQ(rows.length, 3);
  const auto* numbers = static_cast<const int64_t*>(rows.children[0].buffers[1]);
  EXPECT_EQ(numbers[2], -9);
  EXPECT_EQ(rows.children[0].null_count, 1);
  EXPECT_EQ(std::string_view(static_cast<const char*>(rows.children[1].buffers[2]), 3), "abc");
}

TEST(IpcReader, ExportedRowsLiveOnTheirOwn) {
  ArrowArray array;
  ArrowSchema schema;
  {
    auto content = Read(StreamOf({LongField, TextField}, ThreeRows()));
    ASSERT_TRUE(content.ok());
    ExportSchema(content->fields, &schema);
    ExportBatch(std::move(content->batches[0]), &array);
  }
  EXPECT_STREQ(schema.format, "+s");
  EXPECT_STREQ(schema.children[1]->name, "t");
  EXPECT_EQ(array.n_children, 2);
  EXPECT_EQ(static_cast<const int64_t*>(array.children[0]->buffers[1])[0], 7);
  // A receiver may take a child for itself.
  ArrowArray taken = *array.children[1];
  array.children[1]->release = nullptr;
  array.release(&array);
  EXPECT_EQ(array.release, nullptr);
  EXPECT_EQ(static_cast<const char*>(taken.buffers[2])[2], 'c');
  taken.release(&taken);
  schema.release(&schema);
}

TEST(IpcReader, NoRowsNeedNoBytes) {
  Rows rows;
  rows.nodes = {{0, 0}, {0, 0}};
  for (int i = 0; i < 5; ++i) rows.Put("");
  const auto content = Read(StreamOf({LongField, TextField}, rows));
  ASSERT_TRUE(content.ok()) << content.error().message;
  EXPECT_EQ(static_cast<const int32_t*>(content->batches[0].columns.children[1].buffers[1])[0], 0);
}

TEST(IpcReader, EachShortStreamIsRefusedOrAnEnd) {
  const std::string whole = StreamOf({LongField, TextField}, ThreeRows());
  ASSERT_TRUE(Read(whole).ok());
  for (size_t size = 0; size < whole.size(); ++size) {
    const auto content = Read(whole.substr(0, size));
    const size_t batches = content.ok() ? content->batches.size() : 0;
    EXPECT_LE(batches, 1u) << size;
  }
}

TEST(IpcReader, EachFlippedBitIsHarmless) {
  const std::string whole = StreamOf({LongField, TextField}, ThreeRows());
  for (size_t bit = 0; bit < whole.size() * 8; ++bit) {
    std::string flipped = whole;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << (bit % 8)));
    static_cast<void>(Read(std::move(flipped)));
  }
}

TEST(IpcReader, WrongSizesAndOffsets) {
  struct Case {
    const char* part;
    std::function<void(Rows*)> damage;
  };
  const std::vector<Case> cases = {
      {"needed, column n", [](Rows* r) { r->buffers[1] = {8, 23}; }},
      {"outside of the body", [](Rows* r) { r->buffers[1] = {8, 1 << 20}; }},
      {"outside of the body", [](Rows* r) { r->buffers[1] = {-8, 24}; }},
      {"outside of the body", [](Rows* r) { r->buffers[1] = {4, 24}; }},
      {"outside of the body", [](Rows* r) { r->buffers[1] = {INT64_MAX - 7, 24}; }},
      {"needed, column n", [](Rows* r) { r->buffers[0] = {0, 0}; }},
      {"NULLs in column n", [](Rows* r) { r->nodes[0] = {3, 4}; }},
      {"NULLs in column n", [](Rows* r) { r->nodes[0] = {3, -1}; }},
      {"values in 3 rows, column n", [](Rows* r) { r->nodes[0] = {3, 0}, r->nodes[0] = {4, 0}; }},
      {"needed, column t", [](Rows* r) { r->buffers[3] = {32, 12}; }},
      {"needed, column t", [](Rows* r) { r->buffers[4] = {48, 2}; }},
      {"fall, column t", [](Rows* r) { std::memcpy(r->body.data() + 36, "\x02\0\0\0", 4); }},
      {"fall, column t", [](Rows* r) { std::memcpy(r->body.data() + 32, "\xff\xff\xff\xff", 4); }},
      {"no bytes for column t", [](Rows* r) { r->buffers.pop_back(); }},
      {"no values for column t", [](Rows* r) { r->nodes.pop_back(); }},
      {"more values than columns", [](Rows* r) { r->nodes.emplace_back(0, 0); }},
      {"-1 rows", [](Rows* r) { r->length = -1; }},
  };
  for (const Case& one : cases) {
    Rows rows = ThreeRows();
    one.damage(&rows);
    std::string reason = ReasonOf(StreamOf({LongField, TextField}, rows));
    if (std::string_view(one.part).starts_with("values in 3") &&
        reason.find("needed, column n") != std::string::npos) {
      continue;  // four numbers do not fit either
    }
    EXPECT_NE(reason.find(one.part), std::string::npos) << one.part << ": " << reason;
  }
}

TEST(IpcReader, TextThatIsNotUtf8NamesItsColumn) {
  Rows rows = ThreeRows();
  rows.body[48] = '\xff';
  EXPECT_NE(ReasonOf(StreamOf({LongField, TextField}, rows)).find("not UTF-8"), std::string::npos);
  // Sound as a whole, but cut within a character: é in two values.
  rows = ThreeRows();
  std::memcpy(rows.body.data() + 48, "\xc3\xa9z", 3);
  const std::string reason = ReasonOf(StreamOf({LongField, TextField}, rows));
  EXPECT_NE(reason.find("column t"), std::string::npos) << reason;
}

TEST(IpcReader, TypesThatAreNotReadAreNamed) {
  const std::vector<std::pair<MakeField, const char*>> cases = {
      {[](FlatBufferBuilder& b) {
         return wire::CreateFieldDirect(b, "h", true, wire::Type_FloatingPoint,
                                        wire::CreateFloatingPoint(b).Union());
       },
       "FloatingPoint"},
      {[](FlatBufferBuilder& b) {
         return wire::CreateFieldDirect(b, "f", true, wire::Type_FixedSizeBinary,
                                        wire::CreateFixedSizeBinary(b, 4).Union());
       },
       "FixedSizeBinary"},
      {[](FlatBufferBuilder& b) {
         return wire::CreateFieldDirect(b, "i", true, wire::Type_Int,
                                        wire::CreateInt(b, 24, true).Union());
       },
       "Int"},
      {[](FlatBufferBuilder& b) {
         return wire::CreateFieldDirect(b, "d", true, wire::Type_Utf8, wire::CreateUtf8(b).Union(),
                                        wire::CreateDictionaryEncoding(b, 1));
       },
       "Utf8 with a dictionary"},
      {[](FlatBufferBuilder& b) {
         return wire::CreateFieldDirect(b, "l", true, wire::Type_List, wire::CreateList(b).Union());
       },
       "0 inner columns"},
  };
  for (const auto& [field, part] : cases) {
    StreamText text;
    AddSchema(&text, {field});
    const std::string reason = ReasonOf(text.bytes);
    EXPECT_NE(reason.find(part), std::string::npos) << reason;
    EXPECT_NE(reason.find("column "), std::string::npos) << reason;
  }
}

TEST(IpcReader, ListsOfStructs) {
  const MakeField list = [](FlatBufferBuilder& b) {
    std::vector<Offset<wire::Field>> members = {LongField(b), TextField(b)};
    const auto item = wire::CreateFieldDirect(b, "item", true, wire::Type_Struct,
                                              wire::CreateStruct(b).Union(), 0, &members);
    std::vector<Offset<wire::Field>> items = {item};
    return wire::CreateFieldDirect(b, "l", true, wire::Type_List, wire::CreateList(b).Union(), 0,
                                   &items);
  };
  Rows rows;
  rows.length = 2;
  rows.nodes = {{2, 0}, {3, 0}, {3, 0}, {3, 0}};
  rows.Put("");
  rows.Put(Bytes<int32_t>({0, 2, 3}));
  rows.Put("");
  rows.Put("");
  rows.Put(Bytes<int64_t>({1, 2, 3}));
  rows.Put("");
  rows.Put(Bytes<int32_t>({0, 0, 0, 0}));
  rows.Put("");
  const auto content = Read(StreamOf({list}, rows));
  ASSERT_TRUE(content.ok()) << content.error().message;
  const Array& items = content->batches[0].columns.children[0].children[0];
  EXPECT_EQ(static_cast<const int64_t*>(items.children[0].buffers[1])[2], 3);
  // A list that ends behind its items.
  rows.nodes[1] = {2, 0};
  EXPECT_NE(ReasonOf(StreamOf({list}, rows)).find("column item"), std::string::npos);
}

TEST(IpcReader, CompressedRowsAreRefused) {
  StreamText text;
  AddSchema(&text, {LongField});
  FlatBufferBuilder b;
  const auto compression = wire::CreateBodyCompression(b);
  const auto batch = wire::CreateRecordBatch(b, 0, 0, 0, compression);
  b.Finish(
      wire::CreateMessage(b, wire::Version_V5, wire::MessageHeader_RecordBatch, batch.Union()));
  text.Add(b, "");
  EXPECT_NE(ReasonOf(text.bytes).find("compressed"), std::string::npos);
}

}  // namespace
}  // namespace cadenza::arrow
