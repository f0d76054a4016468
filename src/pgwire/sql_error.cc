#include "pgwire/sql_error.h"

#include "pgwire/engine_message.h"

namespace cadenza::pgwire {

SqlError SqlErrorOf(const Error& error) {
  switch (error.kind) {
    case ErrorKind::kInterrupted:
      return {"57014", "canceling statement due to user request"};
    case ErrorKind::kNotFound:
      return {"42P01", error.message};
    case ErrorKind::kIo:
      return {"58030", error.message};
    case ErrorKind::kUsage:
      return {"22023", error.message};
    default:
      return SqlErrorOfEngine(error.message);
  }
}

}  // namespace cadenza::pgwire
