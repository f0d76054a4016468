#include "lake/write_lock.h"

#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <thread>

namespace cadenza::lake {
namespace {

namespace fs = std::filesystem;

class FileLockTest : public testing::Test {
 protected:
  FileLockTest() {
    std::string pattern = (fs::temp_directory_path() / "cadenza-lock-XXXXXX").string();
    root_ = mkdtemp(pattern.data());
  }
  ~FileLockTest() override { fs::remove_all(root_); }
  Result<std::unique_ptr<FileLock>> Take(const KeepWaiting& keep_waiting = {}) const {
    return FileLock::Take(root_ + "/lake/_cadenza/lock", "the lake", keep_waiting);
  }

  std::string root_;
};

TEST_F(FileLockTest, FoldersMadeForALockThatProtectedNothingGoWithIt) {
  {
    const auto lock = Take();
    ASSERT_TRUE(lock.ok());
    EXPECT_TRUE(fs::exists(root_ + "/lake/_cadenza/lock"));
  }
  EXPECT_FALSE(fs::exists(root_ + "/lake"));
  EXPECT_TRUE(fs::exists(root_));
}

TEST_F(FileLockTest, WhatWasThereBeforeStays) {
  fs::create_directories(root_ + "/lake");
  ASSERT_TRUE(Take().ok());
  EXPECT_FALSE(fs::exists(root_ + "/lake/_cadenza"));
  EXPECT_TRUE(fs::exists(root_ + "/lake"));
}

TEST_F(FileLockTest, AFolderThatWasUsedStaysWithItsLock) {
  {
    const auto lock = Take();
    ASSERT_TRUE(lock.ok());
    std::ofstream(root_ + "/lake/_cadenza/runs") << "1";
  }
  EXPECT_TRUE(fs::exists(root_ + "/lake/_cadenza/lock"));
}

TEST_F(FileLockTest, WhoDoesNotWaitIsToldAndTakesNothingAway) {
  const auto lock = Take();
  ASSERT_TRUE(lock.ok());
  const auto second = Take();
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().kind, ErrorKind::kConflict);
  EXPECT_TRUE(fs::exists(root_ + "/lake/_cadenza/lock"));
}

/// Who waited for a file that was taken away must not hold a lock beside another's.
TEST_F(FileLockTest, NeverTwoHoldersThoughFilesComeAndGo) {
  std::atomic<int> inside = 0, together = 0, taken = 0;
  const auto work = [&] {
    for (int i = 0; i < 100; ++i) {
      const auto lock = Take([] { return true; });
      EXPECT_TRUE(lock.ok()) << (lock.ok() ? "" : lock.error().message);
      if (!lock.ok()) continue;
      if (++inside > 1) ++together;
      ++taken;
      std::this_thread::yield();
      --inside;
    }
  };
  std::thread a(work), b(work), c(work);
  a.join();
  b.join();
  c.join();
  EXPECT_EQ(together, 0);
  EXPECT_EQ(taken, 300);
}

}  // namespace
}  // namespace cadenza::lake
