#include "parquet/dictionary.h"

#include <gtest/gtest.h>

#include <map>
#include <random>

namespace cadenza::parquet {
namespace {

using namespace std::string_literals;

std::vector<uint32_t> Codes(TextDictionary* dictionary,
                            const std::vector<std::string_view>& texts) {
  std::vector<uint32_t> codes(texts.size());
  dictionary->Encode(texts, codes.data());
  return codes;
}

TEST(TextDictionary, NumbersTextsInTheirOrder) {
  TextDictionary dictionary;
  EXPECT_EQ(Codes(&dictionary, {"b", "", "b", "a"}), (std::vector<uint32_t>{0, 1, 0, 2}));
  EXPECT_EQ(Codes(&dictionary, {"a", "c"}), (std::vector<uint32_t>{2, 3}));
  EXPECT_EQ(dictionary.size(), 4U);
  EXPECT_EQ(dictionary.Text(1), "");
  EXPECT_EQ(dictionary.plain(), "\1\0\0\0b\0\0\0\0\1\0\0\0a\1\0\0\0c"s);
}

TEST(TextDictionary, IsEmptyAfterClear) {
  TextDictionary dictionary;
  Codes(&dictionary, {"x", "y"});
  dictionary.Clear();
  EXPECT_EQ(dictionary.size(), 0U);
  EXPECT_EQ(Codes(&dictionary, {"y"}), (std::vector<uint32_t>{0}));
}

TEST(TextDictionary, HoldsMoreThanItBeganWith) {
  TextDictionary dictionary;
  std::map<std::string, uint32_t> expected;
  std::mt19937 random(3);
  for (int round = 0; round < 300; ++round) {
    std::vector<std::string> texts(random() % 100);
    for (std::string& text : texts)
      text = std::string(random() % 40, 'x') + std::to_string(random() % 5000);
    const std::vector<std::string_view> views(texts.begin(), texts.end());
    const std::vector<uint32_t> codes = Codes(&dictionary, views);
    for (size_t i = 0; i < texts.size(); ++i) {
      const auto known =
          expected.try_emplace(texts[i], static_cast<uint32_t>(expected.size())).first;
      ASSERT_EQ(codes[i], known->second);
      ASSERT_EQ(dictionary.Text(codes[i]), texts[i]);
    }
  }
  EXPECT_EQ(dictionary.size(), expected.size());
}

TEST(NumberDictionary, HoldsMoreThanItBeganWith) {
  NumberDictionary dictionary;
  std::map<uint64_t, uint32_t> expected;
  std::mt19937_64 random(5);
  for (int round = 0; round < 300; ++round) {
    std::vector<uint64_t> numbers(random() % 100);
    for (uint64_t& number : numbers) number = random() % 5000 << 50;
    std::vector<uint32_t> codes(numbers.size());
    dictionary.Encode(numbers, codes.data());
    for (size_t i = 0; i < numbers.size(); ++i) {
      const auto known =
          expected.try_emplace(numbers[i], static_cast<uint32_t>(expected.size())).first;
      ASSERT_EQ(codes[i], known->second);
      ASSERT_EQ(dictionary.values()[codes[i]], numbers[i]);
    }
  }
}

}  // namespace
}  // namespace cadenza::parquet
