#include "train/own_address.h"

#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

namespace gigalane {

namespace {

std::string numeric(const sockaddr* address, socklen_t size) {
  char text[NI_MAXHOST];
  return getnameinfo(address, size, text, sizeof text, nullptr, 0, NI_NUMERICHOST) == 0 ? text : "";
}

/// The way to one of the addresses of a host: connecting a datagram socket looks it up.
Way way_to(const addrinfo& host) {
  const int handle = socket(host.ai_family, host.ai_socktype, host.ai_protocol);
  if (handle < 0) return {};
  Way way;
  sockaddr_storage own{};
  socklen_t size = sizeof own;
  auto* address = reinterpret_cast<sockaddr*>(&own);
  if (connect(handle, host.ai_addr, host.ai_addrlen) == 0 && getsockname(handle, address, &size) == 0)
    way = {numeric(address, size), numeric(host.ai_addr, host.ai_addrlen)};
  close(handle);
  return way;
}

}  // namespace

Way way_to(const std::string& host) {
  addrinfo wanted{}, *found = nullptr;
  wanted.ai_socktype = SOCK_DGRAM;
  if (getaddrinfo(host.c_str(), "9", &wanted, &found) != 0) return {};
  Way way;
  for (const addrinfo* a = found; a && way.from.empty(); a = a->ai_next) way = way_to(*a);
  freeaddrinfo(found);
  return way;
}

bool is_loopback(const std::string& address) {
  return address.empty() || address.compare(0, 4, "127.") == 0 || address == "::1";
}

}  // namespace gigalane
