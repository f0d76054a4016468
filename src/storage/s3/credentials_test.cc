#include "storage/s3/credentials.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace cadenza::s3 {
namespace {

constexpr const char* kVariables[] = {"AWS_ACCESS_KEY_ID",
                                      "AWS_SECRET_ACCESS_KEY",
                                      "AWS_SESSION_TOKEN",
                                      "AWS_PROFILE",
                                      "AWS_DEFAULT_PROFILE",
                                      "AWS_REGION",
                                      "AWS_DEFAULT_REGION",
                                      "AWS_ENDPOINT_URL",
                                      "AWS_ENDPOINT_URL_S3",
                                      "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
                                      "AWS_CONTAINER_CREDENTIALS_FULL_URI",
                                      "AWS_SHARED_CREDENTIALS_FILE",
                                      "AWS_CONFIG_FILE"};

class CredentialsTest : public testing::Test {
 protected:
  CredentialsTest() {
    for (const char* name : kVariables) ::unsetenv(name);
    std::string pattern = testing::TempDir() + "cadenza-aws-XXXXXX";
    folder_ = ::mkdtemp(pattern.data());
    File("AWS_SHARED_CREDENTIALS_FILE", "credentials", "");
    File("AWS_CONFIG_FILE", "config", "");
  }
  ~CredentialsTest() override {
    for (const char* name : kVariables) ::unsetenv(name);
    std::filesystem::remove_all(folder_);
  }
  void File(const char* variable, const std::string& name, const std::string& text) const {
    std::ofstream(folder_ + "/" + name) << text;
    ::setenv(variable, (folder_ + "/" + name).c_str(), 1);
  }
  std::string KeyId() {
    const auto found = FindCredentials(options_, &http_);
    return found.ok() ? found->access_key_id : "error: " + found.error().message;
  }

  std::string folder_;
  Options options_;
  HttpCaller http_{{}};
};

TEST_F(CredentialsTest, TheOrderOfTheirRight) {
  EXPECT_NE(KeyId().find("no credentials for S3"), std::string::npos);
  File("AWS_SHARED_CREDENTIALS_FILE", "credentials",
       "[default]\naws_access_key_id = of-default\naws_secret_access_key=x\n"
       "[other]\naws_access_key_id=of-other\naws_secret_access_key=x\n");
  EXPECT_EQ(KeyId(), "of-default");
  ::setenv("AWS_PROFILE", "other", 1);
  EXPECT_EQ(KeyId(), "of-other");
  options_.of_settings = {.access_key_id = "of-settings", .secret_access_key = "x"};
  EXPECT_EQ(KeyId(), "of-settings");
  ::setenv("AWS_ACCESS_KEY_ID", "of-environment", 1);
  ::setenv("AWS_SECRET_ACCESS_KEY", "x", 1);
  EXPECT_EQ(KeyId(), "of-environment");
  options_.profile = "other";
  EXPECT_EQ(KeyId(), "of-environment") << "a profile of the settings";
  options_.profile_is_flag = true;
  EXPECT_EQ(KeyId(), "of-other");
  options_.of_flags = {.access_key_id = "of-flags", .secret_access_key = "x"};
  EXPECT_EQ(KeyId(), "of-flags");
}

TEST_F(CredentialsTest, ATokenBelongsToItsKey) {
  ::setenv("AWS_SESSION_TOKEN", "of-environment", 1);
  options_.of_settings = {.access_key_id = "of-settings", .secret_access_key = "x"};
  EXPECT_EQ(FindCredentials(options_, &http_)->session_token, "");
  ::setenv("AWS_ACCESS_KEY_ID", "a", 1);
  ::setenv("AWS_SECRET_ACCESS_KEY", "b", 1);
  EXPECT_EQ(FindCredentials(options_, &http_)->session_token, "of-environment");
}

TEST_F(CredentialsTest, HalfAPairIsAMistakeThatNamesNoValue) {
  ::setenv("AWS_SECRET_ACCESS_KEY", "hidden", 1);
  EXPECT_NE(KeyId().find("have to come together"), std::string::npos);
  EXPECT_EQ(KeyId().find("hidden"), std::string::npos);
}

TEST_F(CredentialsTest, ProfilesThatNeedMoreSaySo) {
  ::setenv("AWS_PROFILE", "role", 1);
  File("AWS_CONFIG_FILE", "config", "[profile role]\nrole_arn = arn:x\nsource_profile = default\n");
  EXPECT_NE(KeyId().find("role_arn"), std::string::npos);
  ::setenv("AWS_PROFILE", "absent", 1);
  EXPECT_NE(KeyId().find("no such profile: absent"), std::string::npos);
}

TEST_F(CredentialsTest, BothFilesMakeAProfile) {
  File("AWS_CONFIG_FILE", "config",
       "[default]\nregion = eu-west-1\nendpoint_url = http://127.0.0.1:9000/\n");
  File("AWS_SHARED_CREDENTIALS_FILE", "credentials",
       "[default]\naws_access_key_id=id\naws_secret_access_key=x\n");
  EXPECT_EQ(KeyId(), "id");
  const auto resolved = Resolve(options_);
  ASSERT_TRUE(resolved.ok());
  EXPECT_EQ(resolved->region, "eu-west-1");
  EXPECT_EQ(resolved->endpoint, "http://127.0.0.1:9000");
  EXPECT_EQ(resolved->url_style, "path");
  ::setenv("AWS_REGION", "us-west-2", 1);
  ::setenv("AWS_ENDPOINT_URL_S3", "https://s3.example", 1);
  EXPECT_EQ(Resolve(options_)->region, "us-west-2");
  EXPECT_EQ(Resolve(options_)->endpoint, "https://s3.example");
}

TEST_F(CredentialsTest, DefaultsAreThoseOfAws) {
  const auto resolved = Resolve(options_);
  EXPECT_EQ(resolved->region, "us-east-1");
  EXPECT_EQ(resolved->url_style, "virtual");
}

TEST_F(CredentialsTest, AnEndpointIsSchemeAndHost) {
  for (const char* text : {"127.0.0.1:9000", "http://", "ftp://host", "http://user:hidden@host",
                           "http://host/path", "http://host?x"}) {
    options_.endpoint = text;
    const auto resolved = Resolve(options_);
    ASSERT_FALSE(resolved.ok()) << text;
    EXPECT_EQ(resolved.error().message.find("hidden"), std::string::npos);
  }
}

TEST_F(CredentialsTest, ContainerServiceMustBeNear) {
  ::setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://192.0.2.1/x", 1);
  EXPECT_NE(KeyId().find("192.0.2.1"), std::string::npos);
}

TEST(ProfilesTest, SectionsKeysAndNestedSettings) {
  const std::string token(2000, 't');
  const auto profiles = ParseProfiles(
      "# comment\nstray = 1\n[default]\r\naws_access_key_id = id ; not a comment#\r\n"
      "s3 =\n  max_concurrent_requests = 20\n  region = nested\nregion=eu-west-1\n"
      "[profile a b]\nkey=a=b==\n[broken\nkey = lost?\n[last]\naws_session_token=" +
      token);
  EXPECT_EQ(profiles.at("default").at("aws_access_key_id"), "id ; not a comment#");
  EXPECT_EQ(profiles.at("default").at("region"), "eu-west-1");
  EXPECT_FALSE(profiles.at("default").contains("max_concurrent_requests"));
  EXPECT_EQ(profiles.at("last").at("aws_session_token"), token);
  EXPECT_TRUE(ParseProfiles("").empty());
}

}  // namespace
}  // namespace cadenza::s3
