/// Under which addresses the machines of a run reach one another.
#pragma once
#include <string>

namespace gigalane {

/// Numeric addresses of the two ends of a way through the network, "" where there is none.
struct Way {
  std::string from, to;
};

/// The way from this machine to `host` (a name or an address); nothing is sent.
Way way_to(const std::string& host);

/// Whether an address is one that leads nowhere else: 127.x, ::1 or "".
bool is_loopback(const std::string& address);

}  // namespace gigalane
