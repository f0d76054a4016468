#include "decode/structural_index.h"

#include <simdjson.h>

#include <algorithm>

namespace cadenza::decode {

struct StructuralIndex::Parser {
  std::unique_ptr<simdjson::internal::dom_parser_implementation> implementation;
  size_t capacity = 0;

  bool Reserve(size_t size) {
    if (size <= capacity) return true;
    const size_t wanted = std::max<size_t>(size, 4096);
    capacity = 0;
    const auto error = simdjson::get_active_implementation()->create_dom_parser_implementation(
        wanted, 1, implementation);
    if (error == simdjson::SUCCESS) capacity = wanted;
    return error == simdjson::SUCCESS;
  }
};

StructuralIndex::StructuralIndex() : parser_(std::make_unique<Parser>()) {}
StructuralIndex::~StructuralIndex() = default;

bool StructuralIndex::Build(std::string_view text) {
  positions_ = {};
  if (text.empty()) return true;
  if (!parser_->Reserve(text.size())) return false;
  auto& implementation = *parser_->implementation;
  const auto error = implementation.stage1(reinterpret_cast<const uint8_t*>(text.data()),
                                           text.size(), simdjson::stage1_mode::regular);
  if (error == simdjson::EMPTY) return true;  // white space only
  if (error != simdjson::SUCCESS) return false;
  positions_ = {implementation.structural_indexes.get(), implementation.n_structural_indexes};
  return true;
}

}  // namespace cadenza::decode
