#include "arrow/ipc_writer.h"

#include <gtest/gtest.h>

#include <cstring>

#include "arrow/ipc_reader.h"

namespace cadenza::arrow {
namespace {

struct Source {
  explicit Source(std::vector<Field> fields) { ExportSchema(fields, &schema); }
  Source(const Source&) = delete;
  Source& operator=(const Source&) = delete;
  ~Source() { schema.release(&schema); }

  Result<std::string> Written(const std::vector<Array>& batches) {
    std::string bytes;
    IpcWriter writer([&](std::string_view piece) -> Status {
      bytes += piece;
      return {};
    });
    CADENZA_TRY(writer.Columns(schema));
    for (const Array& columns : batches) {
      ArrowArray rows;
      ExportBatch({columns, nullptr}, &rows);
      const Status status = writer.Rows(rows);
      rows.release(&rows);
      CADENZA_TRY(status);
    }
    CADENZA_TRY(writer.End());
    return bytes;
  }

  ArrowSchema schema{};
};

Array Columns(int64_t length, std::vector<Array> children) {
  return {.length = length, .null_count = 0, .buffers = {nullptr}, .children = std::move(children)};
}

IpcContent ReadBack(const std::string& bytes) {
  Result<IpcContent> content = ReadIpcStream(std::make_shared<const std::string>(bytes));
  EXPECT_TRUE(content.ok()) << content.error().message;
  return content.ok() ? std::move(*content) : IpcContent();
}

TEST(IpcWriter, WhatIsWrittenIsReadAgain) {
  const std::vector<Field> fields = {
      {"n", "l", false, {}},
      {"t", "u", true, {}},
      {"flag", "b", true, {}},
      {"at", "tsu:UTC", true, {}},
      {"d", "d:9,2", true, {}},
      {"none", "n", true, {}},
      {"day", "tdD", true, {}},
      {"wide", "U", true, {}},
      {"span", "tin", true, {}},
      {"l", "+l", true, {{"item", "i", true, {}}}},
      {"s", "+s", true, {{"x", "g", true, {}}, {"y", "z", true, {}}}},
      {"m",
       "+m",
       true,
       {{"entries", "+s", false, {{"key", "u", false, {}}, {"value", "s", true, {}}}}}}};
  Source source(fields);
  const Result<std::string> bytes = source.Written({});
  ASSERT_TRUE(bytes.ok()) << bytes.error().message;
  EXPECT_EQ(ReadBack(*bytes).fields, fields);
  EXPECT_TRUE(ReadBack(*bytes).batches.empty());
}

TEST(IpcWriter, ValuesOfSeveralBatches) {
  const int64_t numbers[] = {7, -8, 9};
  const int32_t offsets[] = {0, 2, 2, 5};
  const char texts[] = "abcde";
  const uint8_t second_is_null[] = {0b101};
  const int32_t ends[] = {0, 1, 1, 3};
  const int32_t items[] = {1, 2, 3};
  Source source(
      {{"n", "l", false, {}}, {"t", "u", true, {}}, {"l", "+l", true, {{"item", "i", true, {}}}}});
  const Array list{
      .length = 3,
      .null_count = 0,
      .buffers = {nullptr, ends},
      .children = {{.length = 3, .null_count = 0, .buffers = {nullptr, items}, .children = {}}}};
  const Array rows = Columns(
      3,
      {{.length = 3, .null_count = 0, .buffers = {nullptr, numbers}, .children = {}},
       {.length = 3, .null_count = -1, .buffers = {second_is_null, offsets, texts}, .children = {}},
       list});
  const Result<std::string> bytes = source.Written({rows, rows});
  ASSERT_TRUE(bytes.ok()) << bytes.error().message;
  const IpcContent content = ReadBack(*bytes);
  ASSERT_EQ(content.batches.size(), 2U);
  for (const Batch& batch : content.batches) {
    const auto& columns = batch.columns.children;
    EXPECT_EQ(batch.columns.length, 3);
    EXPECT_EQ(std::memcmp(columns[0].buffers[1], numbers, sizeof numbers), 0);
    EXPECT_EQ(columns[0].buffers[0], nullptr);
    EXPECT_EQ(columns[1].null_count, 1);
    EXPECT_EQ(*static_cast<const uint8_t*>(columns[1].buffers[0]) & 7, 0b101);
    EXPECT_EQ(std::memcmp(columns[1].buffers[2], texts, 5), 0);
    EXPECT_EQ(std::memcmp(columns[2].children[0].buffers[1], items, sizeof items), 0);
  }
}

TEST(IpcWriter, ATypeWithoutAPlaceIsNamed) {
  Source source({{"views", "vu", true, {}}});
  const Result<std::string> bytes = source.Written({});
  ASSERT_FALSE(bytes.ok());
  EXPECT_NE(bytes.error().message.find("column views"), std::string::npos);
}

TEST(IpcWriter, AnErrorOfTheReceiverEndsIt) {
  Source source({{"n", "l", false, {}}});
  IpcWriter writer([](std::string_view) -> Status { return MakeError(ErrorKind::kIo, "full"); });
  EXPECT_FALSE(writer.Columns(source.schema).ok());
}

}  // namespace
}  // namespace cadenza::arrow
