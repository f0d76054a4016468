#include "serve/share_file.h"

#include <gtest/gtest.h>

namespace cadenza::serve {
namespace {

TEST(ShareFile, OnlyWhatWasSignedIsRead) {
  const auto signer = FileSigner::Make(), other = FileSigner::Make();
  ASSERT_TRUE(signer.ok() && other.ok());
  const std::string text = signer->Sign({"plays", "day=1/\xffx.parquet", "bob", 3, 99});
  EXPECT_EQ(text.find_first_of("/?&=+"), std::string::npos);
  const auto file = signer->Read(text);
  ASSERT_TRUE(file.has_value());
  EXPECT_EQ(file->table, "plays");
  EXPECT_EQ(file->asked_by, "bob");
  EXPECT_EQ(file->forgotten_run, 3);
  EXPECT_EQ(file->expires_ms, 99);
  EXPECT_FALSE(other->Read(text).has_value());
  for (const std::string& wrong : {text + "A", text.substr(1), std::string(), std::string("."),
                                   text.substr(0, text.find('.')), "A" + text}) {
    EXPECT_FALSE(signer->Read(wrong).has_value()) << wrong;
  }
}

TEST(ShareFile, Ranges) {
  const auto range = [](const char* header) -> std::string {
    const auto found = ParseRange(header, 100);
    return found ? fmt::format("{}-{}", found->begin, found->end) : "whole";
  };
  EXPECT_EQ(range("bytes=0-9"), "0-10");
  EXPECT_EQ(range("bytes=90-"), "90-100");
  EXPECT_EQ(range("bytes=90-1000"), "90-100");
  EXPECT_EQ(range("bytes=-8"), "92-100");
  EXPECT_EQ(range("bytes=-800"), "0-100");
  EXPECT_EQ(range("bytes=100-"), "100-100");
  for (const char* wrong : {"", "bytes=", "bytes=-", "bytes=5-2", "bytes=a-b", "rows=0-9",
                            "bytes=0-1,5-6", "bytes=--5", "bytes=99999999999999999999-"}) {
    EXPECT_EQ(range(wrong), "whole") << wrong;
  }
}

}  // namespace
}  // namespace cadenza::serve
