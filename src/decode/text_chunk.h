#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace cadenza::decode {

/// What stands where in the next 32 bytes of a JSON text: bit i is byte i. So many, because most
/// texts end within them, which is one jump that need not be guessed.
class TextChunk {
 public:
  static constexpr size_t kBytes = 32;

#if defined(__SSE2__)
  explicit TextChunk(const char* at) : low_(Load(at)), high_(Load(at + sizeof(__m128i))) {}
  uint32_t Quotes() const { return Equals('"'); }
  uint32_t Backslashes() const { return Equals('\\'); }
  /// Below the blank.
  uint32_t Controls() const {
    const __m128i most = _mm_set1_epi8(0x1F);
    return Mask(_mm_cmpeq_epi8(_mm_min_epu8(low_, most), low_),
                _mm_cmpeq_epi8(_mm_min_epu8(high_, most), high_));
  }
  /// Not ASCII.
  uint32_t Highs() const { return Mask(low_, high_); }
  void Store(char* into) const {
    _mm_storeu_si128(reinterpret_cast<__m128i*>(into), low_);
    _mm_storeu_si128(reinterpret_cast<__m128i*>(into + sizeof low_), high_);
  }

 private:
  static __m128i Load(const char* at) {
    return _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
  }
  static uint32_t Mask(__m128i low, __m128i high) {
    return static_cast<uint32_t>(_mm_movemask_epi8(low)) |
           static_cast<uint32_t>(_mm_movemask_epi8(high)) << 16;
  }
  uint32_t Equals(char c) const {
    const __m128i all = _mm_set1_epi8(c);
    return Mask(_mm_cmpeq_epi8(low_, all), _mm_cmpeq_epi8(high_, all));
  }
  __m128i low_, high_;
#else
  explicit TextChunk(const char* at) : at_(at) {}
  uint32_t Quotes() const {
    return Mask([](char c) { return c == '"'; });
  }
  uint32_t Backslashes() const {
    return Mask([](char c) { return c == '\\'; });
  }
  uint32_t Controls() const {
    return Mask([](char c) { return static_cast<unsigned char>(c) < ' '; });
  }
  uint32_t Highs() const {
    return Mask([](char c) { return static_cast<unsigned char>(c) >= 0x80; });
  }
  void Store(char* into) const {
    for (size_t i = 0; i < kBytes; ++i) into[i] = at_[i];
  }

 private:
  template <typename Is>
  uint32_t Mask(Is is) const {
    uint32_t mask = 0;
    for (size_t i = 0; i < kBytes; ++i) mask |= uint32_t{is(at_[i])} << i;
    return mask;
  }
  const char* at_;
#endif
};

}  // namespace cadenza::decode
