#include "serve/users.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "engine/test_engine.h"
#include "serve/secret_text.h"

namespace cadenza::serve {
namespace {

namespace fs = std::filesystem;

// The exchange that RFC 7677 gives as its example.
constexpr const char* kAuthMessage =
    "n=user,r=rOprNGfwEbeRWgbNEkqO,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
    "s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096,c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";

TEST(ScramTest, TheExampleOfTheStandard) {
  const ScramVerifier verifier =
      VerifierOf("pencil", *FromBase64("W22ZaJ0SNY7soEsUEjb6gQ=="), 4096);
  const std::string proof = *FromBase64("dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=");
  EXPECT_TRUE(ProvesPassword(verifier, kAuthMessage, proof));
  EXPECT_FALSE(ProvesPassword(verifier, std::string(kAuthMessage) + "x", proof));
  EXPECT_FALSE(ProvesPassword(verifier, kAuthMessage, ""));
  EXPECT_EQ(ToBase64(ServerSignature(verifier, kAuthMessage)),
            "6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=");
  EXPECT_TRUE(IsPassword(verifier, "pencil"));
  EXPECT_FALSE(IsPassword(verifier, "Pencil"));
}

TEST(ScramTest, VerifiersAreTexts) {
  const auto made = MakeVerifier("gr\u00fcn");
  ASSERT_TRUE(made.ok());
  const auto read = ParseVerifier(VerifierText(*made));
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(*read, *made);
  EXPECT_TRUE(IsPassword(*read, "gru\u0308n")) << "the same in another Unicode form";
  for (const char* wrong :
       {"", "md5abc", "SCRAM-SHA-256$", "SCRAM-SHA-256$4096:AA==$AA==:AA==",
        "SCRAM-SHA-256$0:W22ZaJ0SNY7soEsUEjb6gQ==$AA==:AA==", "SCRAM-SHA-256$a:b$c:d"}) {
    EXPECT_FALSE(ParseVerifier(wrong).ok()) << wrong;
  }
}

TEST(SecretTextTest, Base64IsStrict) {
  EXPECT_EQ(FromBase64("aGk="), "hi");
  EXPECT_EQ(FromBase64(""), "");
  for (const char* wrong : {"aGk", "aGk=\n", "a===", "a Gk", "aG=k", "====", "\xff\xff\xff\xff"}) {
    EXPECT_FALSE(FromBase64(wrong).has_value()) << wrong;
  }
  EXPECT_EQ(FromUrlText(ToUrlText("\xfb\xff\xfe!")), "\xfb\xff\xfe!");
}

class UsersTest : public testing::Test {
 protected:
  UsersTest() {
    fs::create_directories(folder_ / "lake");
    path_ = folder_ / "users.toml";
  }

  engine::TestFolder made_;
  const fs::path folder_ = made_.path();
  std::string path_;
};

TEST_F(UsersTest, WhatIsSavedIsRead) {
  Users users;
  ASSERT_TRUE(users.Add(User{"ana", Role::kAnalyst, *MakeVerifier("secret")}).ok());
  const std::string secret = *MakeTokenSecret();
  ASSERT_TRUE(
      users.Add(Token{"grafana", Role::kViewer, TokenHash(secret), 2'000'000'000'000}).ok());
  ASSERT_TRUE(users.Save(path_).ok());
  const auto read = Users::Load(path_, folder_ / "lake");
  ASSERT_TRUE(read.ok()) << read.error().message;
  ASSERT_NE(read->Find("ana"), nullptr);
  EXPECT_EQ(read->Find("ana")->role, Role::kAnalyst);
  EXPECT_TRUE(IsPassword(read->Find("ana")->verifier, "secret"));
  EXPECT_EQ(read->Find("Ana"), nullptr);
  ASSERT_NE(read->FindToken(secret, 1), nullptr);
  EXPECT_EQ(read->FindToken(secret, 2'000'000'000'000), nullptr) << "expired";
  EXPECT_EQ(read->FindToken("cdz_x", 1), nullptr);
  EXPECT_EQ(read->ToToml().find(secret), std::string::npos);
  EXPECT_FALSE(users.Add(User{"a b", Role::kViewer, {}}).ok());
  EXPECT_TRUE(users.RemoveUser("ana"));
  EXPECT_FALSE(users.RemoveUser("ana"));
}

TEST_F(UsersTest, FilesThatOthersReadAreRefused) {
  ASSERT_TRUE(Users().Save(path_).ok());
  EXPECT_TRUE(Users::Load(path_, "").ok());
  for (const mode_t mode : {0644, 0640, 0660, 0604, 0700}) {
    ASSERT_EQ(::chmod(path_.c_str(), mode), 0);
    EXPECT_FALSE(Users::Load(path_, "").ok()) << mode;
  }
  ASSERT_EQ(::chmod(path_.c_str(), 0600), 0);
  EXPECT_FALSE(Users::Load(path_, folder_).ok()) << "in the lake";
  EXPECT_TRUE(Users::Load(path_, folder_ / "lake").ok());
  EXPECT_EQ(Users::Load(path_ + "x", "").error().kind, ErrorKind::kNotFound);
}

TEST(UsersFileTest, WhatIsWrongIsNamed) {
  const auto wrong = [](const char* text) { return Users::Parse(text, "u.toml").error().message; };
  EXPECT_NE(wrong("[users.a]\nrole = \"king\"").find("king"), std::string::npos);
  EXPECT_NE(wrong("[users.a]\nrole = \"viewer\"").find("verifier"), std::string::npos);
  EXPECT_NE(wrong("[user.a]").find("user"), std::string::npos);
  EXPECT_NE(wrong("a = [").find("u.toml:1"), std::string::npos);
  const std::string secret =
      wrong("[users.a]\nrole = \"viewer\"\nverifier = \"SCRAM-SHA-256$hunter2\"");
  EXPECT_EQ(secret.find("hunter2"), std::string::npos) << secret;
}

TEST(RoleTest, ListenersAreTheAnalysts) {
  lake::Model sums, listeners, forgotten;
  sums.columns = {{"plays", "BIGINT", ""}};
  listeners.columns = {{"customer_id", "VARCHAR", ""}};
  forgotten.name = "forgotten";
  EXPECT_TRUE(MayRead(Role::kViewer, sums));
  EXPECT_FALSE(MayRead(Role::kViewer, listeners));
  EXPECT_TRUE(MayRead(Role::kAnalyst, listeners));
  EXPECT_FALSE(MayRead(Role::kAnalyst, forgotten));
  EXPECT_TRUE(MayRead(Role::kOwner, forgotten));
}

}  // namespace
}  // namespace cadenza::serve
