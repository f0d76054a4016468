#include "pgwire/scram.h"

#include <gtest/gtest.h>

namespace cadenza::pgwire {
namespace {

constexpr const char* kFirst = "n,,n=,r=abc";

TEST(Scram, UnknownUsersGetASaltThatStays) {
  ScramServer one("", "nobody", ""), two("", "nobody", "");
  const std::string first = one.OnFirst("SCRAM-SHA-256", kFirst).value();
  const std::string second = two.OnFirst("SCRAM-SHA-256", kFirst).value();
  const auto salt = [](const std::string& text) { return text.substr(text.find(",s="), 20); };
  EXPECT_EQ(salt(first), salt(second));
}

TEST(Scram, RefusesWrongNoncesAndProofs) {
  ScramServer server(MakeScramVerifier("secret"), "ana", "");
  const std::string challenge = server.OnFirst("SCRAM-SHA-256", kFirst).value();
  const std::string nonce = challenge.substr(2, challenge.find(',') - 2);
  EXPECT_EQ(server.OnFinal("c=biws,r=other,p=AAAA").error().sqlstate, "08P01");
  const std::string proof(43, 'A');
  EXPECT_EQ(server.OnFinal("c=biws,r=" + nonce + ",p=" + proof + "=").error().sqlstate, "28P01");
  EXPECT_EQ(server.OnFinal("c=AAAA,r=" + nonce + ",p=" + proof + "=").error().sqlstate, "08P01");
}

TEST(Scram, RefusesBindingWithoutTlsAndItsDenialWith) {
  ScramServer plain(MakeScramVerifier("secret"), "ana", "");
  EXPECT_FALSE(plain.OnFirst("SCRAM-SHA-256-PLUS", "p=tls-server-end-point,,n=,r=abc").ok());
  ScramServer encrypted(MakeScramVerifier("secret"), "ana", "hash");
  EXPECT_FALSE(encrypted.OnFirst("SCRAM-SHA-256", "y,,n=,r=abc").ok());
  for (const char* broken : {"", "n", "n,", "n,,", "n,,m=x,r=abc", "x,,n=,r=abc"}) {
    ScramServer server(MakeScramVerifier("secret"), "ana", "");
    EXPECT_FALSE(server.OnFirst("SCRAM-SHA-256", broken).ok()) << broken;
  }
}

}  // namespace
}  // namespace cadenza::pgwire
