// commit_loop ROOT WRITER COUNT: a writer of the test of concurrent writers
// (tests/test_writers.py). Commits COUNT times to the Delta table at ROOT, a folder or
// s3://bucket/prefix, one file a commit. Even writers append blindly. Odd ones replace the file
// that they wrote before, having read the whole table: a commit of another in between is a
// conflict, which they count and solve by reading again. Prints the versions that it made and how
// many conflicts it met.

#include <cstdio>
#include <cstdlib>
#include <string>

#include "delta/transaction.h"
#include "engine/engine.h"
#include "storage/s3/address.h"
#include "storage/s3/object_store_s3.h"

namespace cadenza {
namespace {

delta::AddFile FileOf(int writer, int number) {
  delta::AddFile file;
  file.path = fmt::format("part-{}-{}.parquet", writer, number);
  file.size_bytes = 1;
  file.modified_ms = 1;
  return file;
}

Result<std::unique_ptr<ObjectStore>> Open(const std::string& root) {
  if (!s3::IsAddress(root)) return OpenLocalStore(root);
  return s3::OpenStore(std::make_shared<s3::Client>(s3::Options()), root);
}

Status Create(ObjectStore* table, delta::CheckpointCodec* codec) {
  delta::Schema schema;
  delta::Field& field = schema.fields.emplace_back();
  field.name = "n";
  field.type = "long";
  delta::Transaction transaction = delta::Transaction::Create(schema, {});
  const auto created = transaction.Commit(*table, codec, {});
  // Somebody else was first: that will do.
  if (!created.ok() && created.error().kind != ErrorKind::kConflict) return created.error();
  return {};
}

Result<int64_t> CommitOne(ObjectStore* table, delta::CheckpointCodec* codec, int writer, int number,
                          int* conflicts) {
  while (true) {
    CADENZA_ASSIGN(delta::Snapshot base, delta::Snapshot::Load(*table, codec));
    const bool blind = writer % 2 == 0;
    const std::string before = FileOf(writer, number - 1).path;
    const bool replaces = !blind && base.files().contains(before);
    delta::Transaction transaction = delta::Transaction::On(std::move(base));
    transaction.Add(FileOf(writer, number));
    if (replaces) transaction.Remove(before);
    delta::CommitOptions options;
    options.scope = blind ? delta::ReadScope::kNothing : delta::ReadScope::kWholeTable;
    options.app_version = {fmt::format("writer-{}", writer), number};
    options.tags["commit"] = fmt::format("{}-{}", writer, number);
    const auto done = transaction.Commit(*table, codec, options);
    if (done.ok() && done->committed) return done->version;
    if (done.ok()) return MakeError(ErrorKind::kInternal, "committed before: {}", number);
    if (done.error().kind != ErrorKind::kConflict) return done.error();
    ++*conflicts;
  }
}

Status Work(const std::string& root, int writer, int count) {
  engine::DuckDbOptions options;
  options.threads = 1;
  CADENZA_ASSIGN(const std::unique_ptr<engine::Engine> engine, engine::OpenDuckDb(options));
  CADENZA_ASSIGN(const std::unique_ptr<ObjectStore> table, Open(root));
  CADENZA_TRY(Create(table.get(), engine->checkpoint_codec()));
  int conflicts = 0;
  for (int number = 1; number <= count; ++number) {
    CADENZA_ASSIGN(const int64_t version,
                   CommitOne(table.get(), engine->checkpoint_codec(), writer, number, &conflicts));
    fmt::print("{}\n", version);
  }
  fmt::print("conflicts {}\n", conflicts);
  return {};
}

}  // namespace
}  // namespace cadenza

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  const cadenza::Status status = cadenza::Work(argv[1], std::atoi(argv[2]), std::atoi(argv[3]));
  if (status.ok()) return 0;
  fmt::print(stderr, "{}\n", status.error().message);
  return 1;
}
