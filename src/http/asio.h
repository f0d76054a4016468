#pragma once

// Asio's coroutines of Boost 1.74 use std::exchange without including it.
#include <utility>
// First that, then:
#include <boost/asio.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl.hpp>

namespace cadenza::http {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace wire = boost::beast::http;

}  // namespace cadenza::http
