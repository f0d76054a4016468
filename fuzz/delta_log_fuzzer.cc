// Bytes from outside as each file of a Delta log: a commit, a checkpoint, the checkpoint's hint.
// Loading may refuse them, but must never crash, whatever they hold.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "delta/line_codec.h"
#include "delta/transaction.h"

namespace {

using cadenza::ObjectStore;
using cadenza::delta::LineCodec;
using cadenza::delta::Snapshot;
using cadenza::delta::Transaction;

constexpr const char* kCommit0 = "_delta_log/00000000000000000000.json";
constexpr const char* kCommit1 = "_delta_log/00000000000000000001.json";
constexpr const char* kCheckpoint1 = "_delta_log/00000000000000000001.checkpoint.parquet";
constexpr const char* kHint = "_delta_log/_last_checkpoint";
constexpr std::string_view kTable =
    R"({"protocol":{"minReaderVersion":1,"minWriterVersion":2}}
{"metaData":{"id":"i","schemaString":"{\"type\":\"struct\",\"fields\":[]}","partitionColumns":[]}}
{"add":{"path":"a","partitionValues":{},"size":1,"modificationTime":1,"dataChange":true}}
)";

void Put(ObjectStore& store, std::string_view name, std::string_view bytes) {
  if (!store.Put(name, bytes).ok()) __builtin_trap();
}

/// What was loaded must bear being written again, and a neighbour's commit being judged.
void Use(ObjectStore& store) {
  LineCodec codec;
  static_cast<void>(cadenza::delta::History(store, 0));
  static_cast<void>(Snapshot::LoadAsOf(store, &codec, 1'541'106'106'796));
  const auto old = Snapshot::Load(store, &codec, 0);
  if (old.ok()) {
    auto append = Transaction::On(*old);
    append.Add({"new", {}, 1, 1, "", ""});
    static_cast<void>(append.AddColumns({{"more", "long"}}));
    static_cast<void>(append.Commit(store, &codec, {}));
  }
  const auto snapshot = Snapshot::Load(store, &codec);
  if (!snapshot.ok()) return;
  static_cast<void>(snapshot->TransactionVersion("app"));
  static_cast<void>(WriteCheckpoint(store, codec, *snapshot, 1'541'106'106'796));
  const auto again = Snapshot::Load(store, &codec);
  if (!again.ok() || again->files() != snapshot->files()) __builtin_trap();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto alone = cadenza::OpenMemoryStore();
  Put(*alone, kCommit0, bytes);
  Put(*alone, kHint, bytes);
  Use(*alone);
  const auto after_a_table = cadenza::OpenMemoryStore();
  Put(*after_a_table, kCommit0, kTable);
  Put(*after_a_table, kCommit1, bytes);
  Use(*after_a_table);
  const auto checkpoint = cadenza::OpenMemoryStore();
  Put(*checkpoint, kCommit0, kTable);
  Put(*checkpoint, kCheckpoint1, *LineCodec().Encode({std::string(bytes)}));
  Put(*checkpoint, kHint, bytes);
  Use(*checkpoint);
  return 0;
}
