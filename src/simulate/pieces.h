#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

namespace cadenza::simulate {

/// Ready pieces of lines, one after the other in one buffer. Putting together a line is copying
/// pieces; copies go in steps of 32 bytes, so there is room behind the last piece.
class Pieces {
 public:
  void Add(std::string_view piece) {
    bytes_.resize(end_);
    bytes_.append(piece);
    places_.push_back(
        {.offset = static_cast<uint32_t>(end_), .size = static_cast<uint32_t>(piece.size())});
    end_ = bytes_.size();
    bytes_.append(kStep, ' ');
  }
  std::string_view operator[](size_t number) const {
    return {bytes_.data() + places_[number].offset, places_[number].size};
  }
  size_t count() const { return places_.size(); }

  /// Writes up to kStep bytes behind the piece; answers where the piece ends.
  char* Put(size_t number, char* to) const {
    const Place place = places_[number];
    const char* from = bytes_.data() + place.offset;
    for (uint32_t i = 0; i < place.size; i += kStep) std::memcpy(to + i, from + i, kStep);
    return to + place.size;
  }
  static constexpr uint32_t kStep = 32;

 private:
  struct Place {
    uint32_t offset, size;
  };
  std::string bytes_;
  size_t end_ = 0;
  std::vector<Place> places_;
};

}  // namespace cadenza::simulate
