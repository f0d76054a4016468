#pragma once

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <numeric>
#include <string>
#include <string_view>
#include <vector>

namespace cadenza {

/// How many letters are missing, too many, wrong or swapped between two names; case is none.
inline size_t Slips(std::string_view a, std::string_view b) {
  const auto differ = [](char x, char y) {
    return std::tolower(static_cast<unsigned char>(x)) !=
           std::tolower(static_cast<unsigned char>(y));
  };
  std::vector<size_t> before_last, last(b.size() + 1), row(b.size() + 1);
  std::iota(last.begin(), last.end(), size_t{0});
  for (size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      row[j] = std::min(
          {last[j] + 1, row[j - 1] + 1, last[j - 1] + (differ(a[i - 1], b[j - 1]) ? 1 : 0)});
      const bool swapped =
          i > 1 && j > 1 && !differ(a[i - 1], b[j - 2]) && !differ(a[i - 2], b[j - 1]);
      if (swapped) row[j] = std::min(row[j], before_last[j - 2] + 1);
    }
    before_last = last;
    last = row;
  }
  return last[b.size()];
}

/// The one of the names that was most likely meant by the word; empty: none is near.
template <class Names>
std::string NearestName(std::string_view word, const Names& names) {
  std::string nearest;
  size_t least = std::max<size_t>(1, word.size() / 3) + 1;
  for (const auto& name : names) {
    const size_t slips = Slips(word, name);
    if (slips < least) {
      least = slips;
      nearest = name;
    }
  }
  return nearest;
}

/// What an error says of it, behind its own text: "; did you mean level?", or nothing.
inline std::string DidYouMean(const std::string& nearest) {
  return nearest.empty() ? "" : "; did you mean " + nearest + "?";
}

/// "no such column: levle; did you mean level?", or where nothing is near what there is.
template <class Names>
std::string NoSuch(const std::string& what, const std::string& word, const Names& names) {
  const std::string nearest = NearestName(word, names);
  if (!nearest.empty()) return "no such " + what + ": " + word + DidYouMean(nearest);
  std::string list;
  for (const auto& name : names) list += (list.empty() ? "" : ", ") + std::string(name);
  return "no such " + what + (list.empty() ? "" : " (there are " + list + ")") + ": " + word;
}

}  // namespace cadenza
