#include "storage/source_name.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include "storage/process_mark.h"

namespace cadenza {
namespace {

TEST(SourceNameTest, PlacesOfOtherProgramsAreNamedAsOurs) {
  EXPECT_EQ(PlainAddress("s3a://bucket/a%20b"), "s3://bucket/a%20b");
  EXPECT_EQ(PlainAddress("s3n://bucket"), "s3://bucket");
  EXPECT_EQ(PlainAddress("file:///a%20b/c%C3%A4"), "/a b/c\xC3\xA4");
  EXPECT_EQ(PlainAddress("file:/a"), "/a");
  EXPECT_EQ(PlainAddress("file://localhost/a"), "/a");
  for (const char* plain : {"my%20logs", "/a/b", "s3://bucket/x", "file.json", ""}) {
    EXPECT_EQ(PlainAddress(plain), plain);
  }
}

TEST(SourceNameTest, OnlyEscapesAreDecoded) {
  EXPECT_EQ(PercentDecoded("a%2Fb%2f%20"), "a/b/ ");
  for (const char* text : {"100%", "%", "%2", "%zz", "%-1x", "% 1"}) {
    EXPECT_EQ(PercentDecoded(text), text);
  }
}

TEST(ProcessMarkTest, ALivingProcessIsNotDead) {
  EXPECT_FALSE(IsOfDeadProcess(".cadenza-" + ProcessMark() + "-0.tmp"));
  const std::string machine = ProcessMark().substr(0, ProcessMark().find('-'));
  EXPECT_TRUE(IsOfDeadProcess(".cadenza-" + machine + "-2147483646-0.tmp"));
  EXPECT_FALSE(IsOfDeadProcess(".cadenza-00000000-2147483646-0.tmp")) << "of another machine";
  EXPECT_FALSE(IsOfDeadProcess("cadenza-rows-XXXXXX"));
}

}  // namespace
}  // namespace cadenza
