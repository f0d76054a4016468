#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/engine.h"

namespace cadenza::engine {

/// An empty folder that goes with the object.
class TestFolder {
 public:
  TestFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "cadenza-test-XXXXXX").string();
    EXPECT_NE(::mkdtemp(pattern.data()), nullptr);
    path_ = pattern;
  }
  ~TestFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TestFolder(const TestFolder&) = delete;
  TestFolder& operator=(const TestFolder&) = delete;

  const std::string& path() const { return path_; }
  std::string File(const std::string& name) const { return path_ + "/" + name; }
  /// The path of a new file with this text.
  std::string Put(const std::string& name, std::string_view text) const {
    const std::filesystem::path path = File(name);
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << text;
    return path.string();
  }

 private:
  std::string path_;
};

inline std::unique_ptr<Engine> OpenTestEngine(int threads = 2) {
  DuckDbOptions options;
  options.threads = threads;
  options.keep_order = true;
  auto engine = OpenDuckDb(options);
  EXPECT_TRUE(engine.ok()) << (engine.ok() ? "" : engine.error().message);
  return engine.ok() ? std::move(engine).value() : nullptr;
}

/// Empty when it went well, else the message.
template <class T>
std::string MessageOf(const Result<T>& result) {
  return result.ok() ? "" : result.error().message;
}

/// A query's rows as text: values joined by '|', NULL as "NULL".
inline std::vector<std::string> Rows(Engine& engine, const std::string& sql) {
  const Result<RowSet> set = engine.Query(sql);
  EXPECT_TRUE(set.ok()) << MessageOf(set) << "\n" << sql;
  std::vector<std::string> lines;
  if (!set.ok()) return lines;
  for (const auto& row : set->rows) {
    std::string line;
    for (size_t c = 0; c < row.size(); ++c) line += (c ? "|" : "") + row[c].value_or("NULL");
    lines.push_back(line);
  }
  return lines;
}

/// The one value of a query as text.
inline std::string Value(Engine& engine, const std::string& sql) {
  const std::vector<std::string> rows = Rows(engine, sql);
  EXPECT_EQ(rows.size(), 1U) << sql;
  return rows.empty() ? "" : rows.front();
}

}  // namespace cadenza::engine
