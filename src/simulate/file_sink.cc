#include "simulate/file_sink.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <condition_variable>
#include <cstring>
#include <deque>
#include <filesystem>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "storage/parallel.h"

namespace cadenza::simulate {
namespace {

Status WriteAll(int descriptor, std::string_view bytes, const std::string& name) {
  while (!bytes.empty()) {
    const ssize_t written = write(descriptor, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) {
      return MakeError(ErrorKind::kIo, "cannot write: {}: {}", std::strerror(errno), name);
    }
    bytes.remove_prefix(static_cast<size_t>(written));
  }
  return {};
}

class FolderSink final : public FileSink {
 public:
  explicit FolderSink(std::string folder) : folder_(std::move(folder)) {}
  ~FolderSink() override {
    if (descriptor_ >= 0) Discard();
  }

  Status Begin(const std::string& name) override {
    const std::filesystem::path path = std::filesystem::path(folder_) / name;
    std::error_code error;
    if (path.parent_path() != parent_) {
      std::filesystem::create_directories(path.parent_path(), error);
      if (error) {
        return MakeError(ErrorKind::kIo, "cannot make the folder: {}: {}", error.message(),
                         path.parent_path().string());
      }
      parent_ = path.parent_path();
    }
    final_name_ = path.string();
    // Readers of logs pass over names that begin with a dot.
    open_name_ = (parent_ / ("._" + path.filename().string() + ".part")).string();
    descriptor_ = open(open_name_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (descriptor_ >= 0) return {};
    return MakeError(ErrorKind::kIo, "cannot write: {}: {}", std::strerror(errno), final_name_);
  }

  Status Append(std::string bytes) override { return WriteAll(descriptor_, bytes, final_name_); }

  Status End() override {
    const int closed = close(std::exchange(descriptor_, -1));
    if (closed == 0 && rename(open_name_.c_str(), final_name_.c_str()) == 0) return {};
    return MakeError(ErrorKind::kIo, "cannot write: {}: {}", std::strerror(errno), final_name_);
  }

 private:
  void Discard() {
    close(descriptor_);
    unlink(open_name_.c_str());
  }

  std::string folder_;
  std::filesystem::path parent_;
  std::string open_name_, final_name_;
  int descriptor_ = -1;
};

class StoreSink final : public FileSink {
 public:
  StoreSink(std::unique_ptr<ObjectStore> store, size_t at_once)
      : store_(std::move(store)), at_once_(at_once) {}
  Status Begin(const std::string& name) override {
    object_ = {name, ""};
    return {};
  }
  Status Append(std::string bytes) override {
    object_.bytes += bytes;
    return {};
  }
  Status End() override {
    constexpr size_t kSmall = size_t{64} << 10;
    const bool is_small = object_.bytes.size() < kSmall;
    waiting_.push_back(std::move(object_));
    return is_small && waiting_.size() < at_once_ ? Status() : Close();
  }
  Status Close() override {
    const std::vector<Object> objects = std::exchange(waiting_, {});
    return InParallel(objects.size(), at_once_,
                      [&](size_t i) { return store_->Put(objects[i].name, objects[i].bytes); });
  }

 private:
  struct Object {
    std::string name, bytes;
  };

  std::unique_ptr<ObjectStore> store_;
  const size_t at_once_;
  Object object_;
  std::vector<Object> waiting_;
};

class StdoutSink final : public FileSink {
 public:
  Status Begin(const std::string&) override {
    // Files have no line end at their end; a stream of them needs one between.
    return std::exchange(first_, false) ? Status() : Append("\n");
  }
  Status Append(std::string bytes) override {
    return WriteAll(STDOUT_FILENO, bytes, "standard output");
  }
  Status End() override { return {}; }
  Status Close() override { return first_ ? Status() : Append("\n"); }

 private:
  bool first_ = true;
};

class NullSink final : public FileSink {
 public:
  Status Begin(const std::string&) override { return {}; }
  Status Append(std::string) override { return {}; }
  Status End() override { return {}; }
};

class BackgroundSink final : public FileSink {
 public:
  explicit BackgroundSink(std::unique_ptr<FileSink> sink)
      : sink_(std::move(sink)), thread_([this] { Loop(); }) {}
  ~BackgroundSink() override { Stop(); }

  Status Begin(const std::string& name) override { return Hand({Kind::kBegin, name}); }
  Status Append(std::string bytes) override { return Hand({Kind::kAppend, std::move(bytes)}); }
  Status End() override { return Hand({Kind::kEnd, ""}); }
  Status Close() override {
    Stop();
    CADENZA_TRY(status_);
    return sink_->Close();
  }

 private:
  enum class Kind { kBegin, kAppend, kEnd };
  struct Order {
    Kind kind;
    std::string text;
  };
  static constexpr size_t kBytesMax = size_t{64} << 20;

  Status Hand(Order order) {
    std::unique_lock lock(mutex_);
    room_.wait(lock, [&] { return bytes_ < kBytesMax || !status_.ok(); });
    CADENZA_TRY(status_);
    bytes_ += order.text.size();
    orders_.push_back(std::move(order));
    lock.unlock();
    work_.notify_one();
    return {};
  }

  void Loop() {
    std::unique_lock lock(mutex_);
    while (true) {
      work_.wait(lock, [&] { return stopping_ || !orders_.empty(); });
      if (orders_.empty()) return;
      Order order = std::move(orders_.front());
      orders_.pop_front();
      const size_t size = order.text.size();
      if (status_.ok()) {
        lock.unlock();
        Status done = Obey(std::move(order));
        lock.lock();
        if (!done.ok()) status_ = std::move(done);
      }
      bytes_ -= size;
      room_.notify_one();
    }
  }

  Status Obey(Order order) {
    if (order.kind == Kind::kBegin) return sink_->Begin(order.text);
    if (order.kind == Kind::kEnd) return sink_->End();
    return sink_->Append(std::move(order.text));
  }

  void Stop() {
    if (!thread_.joinable()) return;
    {
      const std::scoped_lock lock(mutex_);
      stopping_ = true;
    }
    work_.notify_one();
    thread_.join();
  }

  std::unique_ptr<FileSink> sink_;
  std::mutex mutex_;
  std::condition_variable room_, work_;
  std::deque<Order> orders_;
  size_t bytes_ = 0;
  bool stopping_ = false;
  Status status_;
  std::thread thread_;
};

}  // namespace

std::unique_ptr<FileSink> OpenFolderSink(std::string folder) {
  return std::make_unique<FolderSink>(std::move(folder));
}
std::unique_ptr<FileSink> OpenStoreSink(std::unique_ptr<ObjectStore> store, size_t at_once) {
  return std::make_unique<StoreSink>(std::move(store), at_once);
}
std::unique_ptr<FileSink> OpenStdoutSink() { return std::make_unique<StdoutSink>(); }
std::unique_ptr<FileSink> OpenNullSink() { return std::make_unique<NullSink>(); }
std::unique_ptr<FileSink> InBackground(std::unique_ptr<FileSink> sink) {
  return std::make_unique<BackgroundSink>(std::move(sink));
}

}  // namespace cadenza::simulate
