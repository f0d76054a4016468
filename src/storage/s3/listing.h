#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "storage/s3/client.h"

namespace cadenza::s3 {

struct ListedObject {
  std::string key;
  int64_t size_bytes = 0;
  int64_t modified_ms = 0;
  std::string etag;  ///< changes with the content
};

/// One page of ListObjectsV2, at most 1,000 objects.
struct ListPage {
  std::vector<ListedObject> objects;
  std::string next;  ///< the continuation token; empty at the end
};
Result<ListPage> ParseListPage(const std::string& xml);

/// All objects whose key starts with address.key, page after page, ordered by key; with `first`
/// only so many of them.
Result<std::vector<ListedObject>> ListObjects(Client* client, const Address& address,
                                              int first = 0);

}  // namespace cadenza::s3
