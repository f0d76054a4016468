#include "serve/enclosure.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <thread>

#include "engine/test_engine.h"

namespace cadenza::serve {
namespace {

namespace fs = std::filesystem;

class EnclosureTest : public testing::Test {
 protected:
  EnclosureTest() {
    for (const char* name : {"gold", "spill", "secret"}) fs::create_directories(folder_ / name);
    for (const char* name : {"gold/a", "secret/a"}) std::ofstream(folder_ / name) << "a";
    fs::create_symlink(folder_ / "secret/a", folder_ / "gold/link");
    enclosure_.read_folders = {folder_ / "gold", folder_ / "missing"};
    enclosure_.spill_folder = folder_ / "spill";
  }
  /// What the work gives in a process of its own that is fenced in; 0 to 100, else the fence
  /// failed.
  int Within(const std::function<int()>& work) const {
    const pid_t child = ::fork();
    if (child == 0) ::_exit(Enclose(enclosure_).ok() ? work() : 101);
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 200;
  }
  bool MayOpen(const fs::path& path, int flags) const {
    return Within([&] { return ::open(path.c_str(), flags, 0600) >= 0 ? 1 : 0; }) == 1;
  }

  engine::TestFolder made_;
  const fs::path folder_ = made_.path();
  Enclosure enclosure_;
};

TEST_F(EnclosureTest, FilesOutsideCannotBeOpened) {
  if (!HasLandlock()) GTEST_SKIP() << "the kernel has no Landlock";
  EXPECT_TRUE(MayOpen(folder_ / "gold/a", O_RDONLY));
  EXPECT_TRUE(MayOpen(folder_ / "spill/x", O_RDWR | O_CREAT));
  EXPECT_FALSE(MayOpen(folder_ / "gold/a", O_RDWR));
  EXPECT_FALSE(MayOpen(folder_ / "gold/b", O_WRONLY | O_CREAT));
  EXPECT_FALSE(MayOpen(folder_ / "gold/a", O_WRONLY | O_TRUNC));
  EXPECT_FALSE(MayOpen(folder_ / "gold/link", O_RDONLY)) << "a link out";
  EXPECT_FALSE(MayOpen(folder_ / "gold/../secret/a", O_RDONLY));
  EXPECT_FALSE(MayOpen(folder_ / "secret/a", O_RDONLY));
  EXPECT_FALSE(MayOpen("/etc/passwd", O_RDONLY));
  EXPECT_FALSE(MayOpen("/proc/self/environ", O_RDONLY));
  EXPECT_FALSE(MayOpen("/", O_RDONLY | O_DIRECTORY));
}

TEST_F(EnclosureTest, CallsThatLeaveTheProcessFail) {
  const auto fails = [&](const std::function<long()>& call) {
    return Within([&] { return call() < 0 && errno == EPERM ? 1 : 0; }) == 1;
  };
  EXPECT_TRUE(fails([] { return ::socket(AF_INET, SOCK_STREAM, 0); }));
  EXPECT_TRUE(fails([] { return ::socket(AF_UNIX, SOCK_STREAM, 0); }));
  EXPECT_TRUE(fails([] {
    char* const arguments[] = {const_cast<char*>("true"), nullptr};
    return ::execv("/bin/true", arguments);
  }));
  EXPECT_TRUE(fails([] { return ::fork(); }));
  EXPECT_EQ(Within([] {
              std::thread([] {}).join();
              return 7;
            }),
            7)
      << "threads may begin";
  EXPECT_TRUE(fails([] { return ::kill(::getppid(), 0); }));
  EXPECT_TRUE(fails([this] { return ::symlink("/etc/passwd", (folder_ / "spill/p").c_str()); }));
  enclosure_.may_connect = true;
  EXPECT_FALSE(fails([] { return ::socket(AF_INET, SOCK_STREAM, 0); }));
}

TEST_F(EnclosureTest, MemoryHasAnEnd) {
  enclosure_.address_space_bytes = int64_t{1} << 30;
  EXPECT_EQ(Within([] { return std::malloc(size_t{2} << 30) == nullptr ? 1 : 0; }), 1);
}

TEST_F(EnclosureTest, EachFenceStandsAlone) {
  enclosure_.without_call_filter = true;
  EXPECT_EQ(MayOpen("/etc/passwd", O_RDONLY), !HasLandlock());
  enclosure_.without_call_filter = false;
  enclosure_.without_landlock = true;
  EXPECT_TRUE(MayOpen("/etc/passwd", O_RDONLY));
  EXPECT_EQ(Within([] { return ::socket(AF_INET, SOCK_STREAM, 0) < 0 ? 1 : 0; }), 1);
}

}  // namespace
}  // namespace cadenza::serve
