#include "serve/secret_text.h"

#include <openssl/evp.h>
#include <openssl/rand.h>

#include <algorithm>

namespace cadenza::serve {
namespace {

unsigned char* Out(std::string* text) { return reinterpret_cast<unsigned char*>(text->data()); }
const unsigned char* In(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

}  // namespace

Result<std::string> RandomBytes(size_t count) {
  std::string bytes(count, '\0');
  if (RAND_bytes(Out(&bytes), static_cast<int>(count)) != 1) {
    return MakeError(ErrorKind::kIo, "the system gives no random numbers");
  }
  return bytes;
}

std::string ToBase64(std::string_view bytes) {
  std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');
  const int size = EVP_EncodeBlock(Out(&text), In(bytes), static_cast<int>(bytes.size()));
  text.resize(static_cast<size_t>(size));
  return text;
}

std::optional<std::string> FromBase64(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  // The library skips spaces and takes padding for zeros.
  const size_t end = text.find('=');
  const size_t padding = end == text.npos ? 0 : text.size() - end;
  const auto is_digit = [](unsigned char c) { return std::isalnum(c) || c == '+' || c == '/'; };
  if (padding > 2 ||
      !std::all_of(text.begin(), text.end() - static_cast<long>(padding), is_digit)) {
    return std::nullopt;
  }
  if (text.substr(text.size() - padding) != std::string(padding, '=')) return std::nullopt;
  std::string bytes(text.size() / 4 * 3, '\0');
  const int size = EVP_DecodeBlock(Out(&bytes), In(text), static_cast<int>(text.size()));
  if (size < 0) return std::nullopt;
  bytes.resize(static_cast<size_t>(size) - padding);
  return bytes;
}

std::string ToUrlText(std::string_view bytes) {
  std::string text = ToBase64(bytes);
  std::ranges::replace(text, '+', '-');
  std::ranges::replace(text, '/', '_');
  std::erase(text, '=');
  return text;
}

std::optional<std::string> FromUrlText(std::string_view text) {
  std::string padded(text);
  if (padded.find_first_of("+/=") != padded.npos) return std::nullopt;
  std::ranges::replace(padded, '-', '+');
  std::ranges::replace(padded, '_', '/');
  padded.append((4 - padded.size() % 4) % 4, '=');
  return FromBase64(padded);
}

}  // namespace cadenza::serve
