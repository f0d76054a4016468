// Any bytes as a parameter of PostgreSQL's protocol: the first four name a type, the next says
// whether the rest is text or binary. What is taken is a value that the engine can hold; an array
// of texts comes back as it was written.
#include <duckdb.h>

#include <cstdint>
#include <cstdlib>
#include <string>

#include "pgwire/parameter.h"

using cadenza::pgwire::ElementsOf;
using cadenza::pgwire::Format;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 5) return 0;
  uint32_t type = 0;
  for (int i = 0; i < 4; ++i) type = type << 8 | data[i];
  cadenza::pgwire::ParameterValue value;
  value.format = data[4] % 2 == 0 ? Format::kText : Format::kBinary;
  value.bytes = std::string(reinterpret_cast<const char*>(data) + 5, size - 5);
  auto made = cadenza::pgwire::MakeParameter(value, type, 1);
  if (made.ok()) duckdb_destroy_value(&*made);
  auto elements = ElementsOf(*value.bytes);
  if (elements.ok() && elements->size() > value.bytes->size() + 1) std::abort();
  return 0;
}
