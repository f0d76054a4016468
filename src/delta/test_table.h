#pragma once

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "delta/line_codec.h"
#include "delta/transaction.h"

namespace cadenza::delta {

inline constexpr int64_t kTestNowMs = 1'541'106'106'796;

using Configuration = std::map<std::string, std::string>;

/// A table in memory for tests: (day partition, plays).
class TestTable {
 public:
  explicit TestTable(Configuration configuration = {}) : store_(OpenMemoryStore()) {
    auto creation = Transaction::Create(PlaysSchema(), {"day"}, std::move(configuration));
    const auto result = creation.Commit(*store_, &codec_, At(kTestNowMs));
    EXPECT_TRUE(result.ok()) << result.error().message;
  }

  static Schema PlaysSchema() { return {{{"day", "date"}, {"plays", "long"}}}; }
  static AddFile File(const std::string& path, const std::string& day = "2018-11-01") {
    return {.path = path,
            .partition_values = {{"day", day}},
            .size_bytes = 100,
            .modified_ms = kTestNowMs,
            .stats = R"({"numRecords":1})",
            .deletion_vector = ""};
  }
  static CommitOptions At(int64_t now_ms, ReadScope scope = ReadScope::kWholeTable) {
    CommitOptions options;
    options.now_ms = now_ms;
    options.scope = scope;
    return options;
  }

  ObjectStore& store() { return *store_; }
  LineCodec& codec() { return codec_; }

  Result<Snapshot> Load(std::optional<int64_t> version = std::nullopt) {
    return Snapshot::Load(*store_, &codec_, version);
  }
  std::vector<std::string> Paths(std::optional<int64_t> version = std::nullopt) {
    const auto snapshot = Load(version);
    EXPECT_TRUE(snapshot.ok()) << (snapshot.ok() ? "" : snapshot.error().message);
    std::vector<std::string> paths;
    if (!snapshot.ok()) return paths;
    for (const auto& [path, file] : snapshot->files()) paths.push_back(path);
    return paths;
  }
  Result<CommitResult> Change(const Snapshot& base, const std::vector<std::string>& adds,
                              const std::vector<std::string>& removes,
                              const CommitOptions& options = At(kTestNowMs)) {
    auto transaction = Transaction::On(base);
    for (const std::string& path : adds) transaction.Add(File(path));
    for (const std::string& path : removes) transaction.Remove(path);
    return transaction.Commit(*store_, &codec_, options);
  }
  /// Adds one file on top of the newest version and returns the new one.
  int64_t Append(const std::string& path, int64_t now_ms = kTestNowMs) {
    const auto result = Change(*Load(), {path}, {}, At(now_ms));
    EXPECT_TRUE(result.ok()) << (result.ok() ? "" : result.error().message);
    return result.ok() ? result->version : -1;
  }

 private:
  LineCodec codec_;
  std::unique_ptr<ObjectStore> store_;
};

}  // namespace cadenza::delta
