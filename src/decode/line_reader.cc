#include "decode/line_reader.h"

#include <algorithm>
#include <cstring>

namespace cadenza::decode {
namespace {

/// Small enough that the text and its index stay in the second-level cache.
constexpr size_t kBatchBytes = size_t{64} << 10;

}  // namespace

void LineReader::Begin(std::string_view block) {
  block_ = block;
  object_.BeginBlock(block.size());
  at_ = 0;
  batch_end_ = 0;
}

void LineReader::BeginBatch(size_t batch_bytes) {
  batch_begin_ = at_;
  const size_t rest = block_.size() - at_;
  size_t size = rest;
  if (rest > batch_bytes) {
    const size_t last = block_.rfind('\n', at_ + batch_bytes - 1);
    const size_t cut = last != block_.npos && last >= at_ ? last : block_.find('\n', at_);
    if (cut != block_.npos) size = cut + 1 - at_;
  }
  batch_end_ = at_ + size;
  const std::string_view batch = block_.substr(at_, size);
  batch_indexed_ = index_.Build(batch);
  if (batch_indexed_) object_.SetText(batch, index_.positions());
}

bool LineReader::Next(OpenLine* line, bool alone) {
  if (at_ >= block_.size()) return false;
  if (at_ >= batch_end_) BeginBatch(alone ? 1 : kBatchBytes);
  const char* begin = block_.data() + at_;
  const auto* end = static_cast<const char*>(std::memchr(begin, '\n', batch_end_ - at_));
  const size_t content = end == nullptr ? batch_end_ - at_ : static_cast<size_t>(end - begin);
  line->begin = at_;
  line->size_bytes = content + (end == nullptr ? 0 : 1);
  line->text = {begin, content};
  if (end != nullptr && line->text.ends_with('\r')) line->text.remove_suffix(1);
  if (batch_indexed_) {
    const size_t offset = at_ - batch_begin_;
    line->readable = object_.Open(offset, offset + content);
    line->blank = !line->readable;
  } else {
    OpenAlone(line);
  }
  at_ += line->size_bytes;
  return true;
}

void LineReader::OpenAlone(OpenLine* line) {
  line->readable = index_.Build(line->text);
  line->blank = line->readable && index_.positions().empty();
  if (!line->readable || line->blank) return;
  object_.SetText(line->text, index_.positions());
  object_.Open(0, line->text.size());
}

}  // namespace cadenza::decode
