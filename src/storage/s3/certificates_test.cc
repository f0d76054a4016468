#include "storage/s3/certificates.h"

#include <gtest/gtest.h>

#include <cstdlib>

namespace cadenza::s3 {
namespace {

class CertificatesTest : public testing::Test {
 protected:
  CertificatesTest() { Clear(); }
  ~CertificatesTest() override { Clear(); }
  static void Clear() {
    ::unsetenv("AWS_CA_BUNDLE");
    ::unsetenv("SSL_CERT_FILE");
  }
};

TEST_F(CertificatesTest, TheNameOfAwsWins) {
  ::setenv("SSL_CERT_FILE", "/of/openssl.pem", 1);
  EXPECT_EQ(CertificateBundle(), "/of/openssl.pem");
  ::setenv("AWS_CA_BUNDLE", "/of/aws.pem", 1);
  EXPECT_EQ(CertificateBundle(), "/of/aws.pem");
  EXPECT_NE(CertificateHint().find("/of/aws.pem"), std::string::npos);
}

TEST_F(CertificatesTest, AnEmptyVariableIsNone) {
  const std::string of_the_system = CertificateBundle();
  ::setenv("AWS_CA_BUNDLE", "", 1);
  EXPECT_EQ(CertificateBundle(), of_the_system);
}

}  // namespace
}  // namespace cadenza::s3
