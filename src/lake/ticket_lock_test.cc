#include "lake/ticket_lock.h"

#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>

#include "engine/test_engine.h"
#include "lake/manifest.h"

namespace cadenza::lake {
namespace {

/// A view of a shared store under its own name, so that its runs count as those of another
/// machine: the lock file is named after the root.
class View final : public ObjectStore {
 public:
  View(ObjectStore* store, std::string root) : store_(store), root_(std::move(root)) {}
  Result<std::optional<std::string>> Get(std::string_view name) override {
    return store_->Get(name);
  }
  Status Put(std::string_view name, std::string_view bytes) override {
    return store_->Put(name, bytes);
  }
  Result<bool> PutIfAbsent(std::string_view name, std::string_view bytes) override {
    return store_->PutIfAbsent(name, bytes);
  }
  Result<std::vector<ObjectInfo>> List(std::string_view prefix) override {
    return store_->List(prefix);
  }
  Status Remove(std::string_view name) override { return store_->Remove(name); }
  Status Sync() override { return {}; }
  const std::string& root() const override { return root_; }

 private:
  ObjectStore* store_;
  std::string root_;
};

/// A store that overwrites whatever is there.
class Careless final : public ObjectStore {
 public:
  Result<std::optional<std::string>> Get(std::string_view name) override {
    return store_->Get(name);
  }
  Status Put(std::string_view name, std::string_view bytes) override {
    return store_->Put(name, bytes);
  }
  Result<bool> PutIfAbsent(std::string_view name, std::string_view bytes) override {
    CADENZA_TRY(store_->Put(name, bytes));
    return true;
  }
  Result<std::vector<ObjectInfo>> List(std::string_view prefix) override {
    return store_->List(prefix);
  }
  Status Remove(std::string_view name) override { return store_->Remove(name); }
  Status Sync() override { return {}; }
  const std::string& root() const override { return root_; }

 private:
  std::unique_ptr<ObjectStore> store_ = OpenMemoryStore();
  std::string root_ = "s3://careless";
};

class TicketLockTest : public testing::Test {
 protected:
  std::shared_ptr<ObjectStore> On(const std::string& machine) {
    return std::make_shared<View>(store_.get(), name_ + machine);
  }
  Result<std::unique_ptr<TicketLock>> Take(const std::string& machine, int looks = 0,
                                           int64_t floor = 0) {
    return TicketLock::Take(On(machine), floor, [looks]() mutable { return looks-- > 0; }, kTimes);
  }
  std::vector<ObjectInfo> Tickets() { return *store_->List("_cadenza/tickets"); }
  /// Of a run whose process is gone: written once, never again.
  void LeaveTicket(int64_t number) {
    ASSERT_TRUE(*store_->PutIfAbsent(fmt::format("_cadenza/tickets/{:020}.json", number),
                                     R"({"machine":"gone"})"));
  }

  static constexpr TicketTimes kTimes = {.poll_ms = 5, .renew_ms = 10, .dead_ms = 200};
  static constexpr int kForever = 1'000'000;
  std::string name_ = fmt::format("memory-{}-", ::getpid());
  std::unique_ptr<ObjectStore> store_ = OpenMemoryStore();
};

TEST_F(TicketLockTest, NumbersFollowTheManifests) {
  ASSERT_TRUE(AbandonRun(*store_, 7).ok());
  auto lock = Take("a");
  ASSERT_TRUE(lock.ok()) << lock.error().message;
  EXPECT_EQ((*lock)->run_number(), 8);
  EXPECT_TRUE((*lock)->CheckHeld().ok());
  EXPECT_EQ(Tickets().size(), 1U);
  lock->reset();
  EXPECT_TRUE(Tickets().empty());
  EXPECT_EQ((*Take("a"))->run_number(), 8) << "nothing was written under the number";
  EXPECT_EQ((*Take("a", 0, 20))->run_number(), 21);
}

TEST_F(TicketLockTest, OneAtATime) {
  const auto first = Take("a");
  ASSERT_TRUE(first.ok());
  for (const char* machine : {"a", "b"}) {
    const auto second = Take(machine, 3);
    ASSERT_FALSE(second.ok()) << machine;
    EXPECT_EQ(second.error().kind, ErrorKind::kConflict);
    EXPECT_TRUE(second.error().message.starts_with("another run is writing to"));
  }
  EXPECT_EQ(Tickets().size(), 1U) << "who does not wait leaves no ticket";
  EXPECT_TRUE((*first)->CheckHeld().ok()) << "a living run is not taken for dead";
}

TEST_F(TicketLockTest, ManyMachinesTakeTurns) {
  std::atomic<int> inside = 0, turns = 0;
  std::vector<std::thread> threads;
  for (int machine = 0; machine < 6; ++machine) {
    threads.emplace_back([&, machine] {
      for (int turn = 0; turn < 5; ++turn) {
        const auto lock = Take(std::to_string(machine), kForever);
        ASSERT_TRUE(lock.ok()) << lock.error().message;
        EXPECT_EQ(++inside, 1);
        const bool commits = turn % 2 == 0;
        if (commits) {
          EXPECT_TRUE(AbandonRun(*store_, *(*lock)->run_number()).ok());
        }
        --inside;
        ++turns;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(turns, 30);
  EXPECT_TRUE(Tickets().empty());
}

TEST_F(TicketLockTest, TheTicketOfADeadRunIsTakenAwayAndItsNumberClosed) {
  LeaveTicket(1);
  const auto lock = Take("a", kForever);
  ASSERT_TRUE(lock.ok()) << lock.error().message;
  EXPECT_EQ((*lock)->run_number(), 2);
  EXPECT_EQ(Tickets().size(), 1U);
  EXPECT_TRUE(*HasManifest(*store_, 1));
  EXPECT_EQ(ReadManifest(*store_)->run, 0) << "an abandoned run is no state of the lake";
  Manifest late;
  late.run = 1;
  EXPECT_EQ(WriteManifest(*store_, late).error().kind, ErrorKind::kConflict);
}

TEST_F(TicketLockTest, ARunThatFinishedAndLeftItsTicketIsNotWaitedFor) {
  LeaveTicket(1);
  Manifest finished;
  finished.run = 1;
  ASSERT_TRUE(WriteManifest(*store_, finished).ok());
  const auto lock = Take("a");
  ASSERT_TRUE(lock.ok()) << lock.error().message;
  EXPECT_EQ(ReadManifest(*store_)->run, 1);
}

TEST_F(TicketLockTest, OnOneMachineTheDeadAreKnownAtOnce) {
  auto first = Take("a");
  ASSERT_TRUE(first.ok());
  (*first)->LeaveUnfinished();
  first->reset();
  EXPECT_EQ(Tickets().size(), 1U);
  const auto elsewhere = Take("b", 2);
  EXPECT_FALSE(elsewhere.ok()) << "another machine cannot know yet";
  const auto second = Take("a");
  ASSERT_TRUE(second.ok()) << second.error().message;
  EXPECT_EQ((*second)->run_number(), 2);
}

TEST_F(TicketLockTest, WhoWasTakenForDeadIsTold) {
  const auto first = Take("a");
  ASSERT_TRUE(first.ok());
  ASSERT_TRUE(AbandonRun(*store_, *(*first)->run_number()).ok());
  ASSERT_TRUE(store_->Remove(Tickets().front().name).ok());
  const auto second = Take("b", kForever);
  ASSERT_TRUE(second.ok()) << second.error().message;
  EXPECT_EQ((*first)->CheckHeld().error().kind, ErrorKind::kConflict);
  EXPECT_TRUE((*second)->CheckHeld().ok());
}

TEST_F(TicketLockTest, AStoreThatOverwritesIsRefused) {
  const auto lock = TicketLock::Take(std::make_shared<Careless>(), 0, {}, kTimes);
  ASSERT_FALSE(lock.ok());
  EXPECT_EQ(lock.error().kind, ErrorKind::kInput);
  EXPECT_NE(lock.error().message.find("If-None-Match"), std::string::npos);
}

}  // namespace
}  // namespace cadenza::lake
