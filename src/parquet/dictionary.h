#pragma once

#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cadenza::parquet {

/// The distinct texts of a column, numbered in the order in which they came. Texts are looked up
/// many at once, because each look-up waits for memory: the waits overlap.
class TextDictionary {
 public:
  TextDictionary();
  /// Writes the number of each text; those that are new are added.
  void Encode(std::span<const std::string_view> texts, uint32_t* codes);
  std::string_view Text(uint32_t code) const {
    const Place place = places_[code];
    return std::string_view(plain_).substr(place.offset, place.size);
  }
  size_t size() const { return places_.size(); }
  /// All texts in PLAIN, as the dictionary's page takes them.
  const std::string& plain() const { return plain_; }
  void Clear();

 private:
  struct Place {
    uint32_t offset = 0;  ///< in plain_
    uint32_t size = 0;
  };
  struct Slot {
    uint32_t hash = 0;
    uint32_t code_and_one = 0;  ///< 0: free
    Place place;
  };
  const Slot& Probe(uint32_t hash) const;
  bool Holds(const Slot& slot, std::string_view text) const {
    return slot.code_and_one != 0 && slot.place.size == text.size() &&
           std::memcmp(plain_.data() + slot.place.offset, text.data(), text.size()) == 0;
  }
  uint32_t Find(uint32_t hash, std::string_view text);
  void Put(const Slot& slot);

  std::string plain_;
  std::vector<Place> places_;  ///< by code
  std::vector<Slot> slots_;    ///< open addressing over a power of two, at most half full
};

/// The same of numbers, by their bits.
class NumberDictionary {
 public:
  NumberDictionary();
  void Encode(std::span<const uint64_t> numbers, uint32_t* codes);
  size_t size() const { return values_.size(); }
  const std::vector<uint64_t>& values() const { return values_; }
  void Clear();

 private:
  struct Slot {
    uint64_t bits = 0;
    uint64_t code_and_one = 0;  ///< 0: free
  };
  uint32_t Find(uint32_t hash, uint64_t bits);
  void Put(uint32_t hash, Slot slot);

  std::vector<uint64_t> values_;  ///< by code
  std::vector<Slot> slots_;       ///< open addressing over a power of two, at most half full
};

}  // namespace cadenza::parquet
