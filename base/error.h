/// The one exception type. Its message is one line: what, where, what was expected.
#pragma once
#include <sstream>
#include <stdexcept>
#include <string>

namespace gigalane {

/// An error of the user's or of the data's. `app` prints it on standard error and exits with 1.
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Throws Error with the concatenation of all parts: fail("time_step_s = ", t, ", expected 0.01 to 0.5").
template <class... Parts>
[[noreturn]] void fail(const Parts&... parts) {
  std::ostringstream text;
  (text << ... << parts);
  throw Error(text.str());
}

/// Throws Error with the concatenated parts unless `condition` holds.
template <class... Parts>
void require(bool condition, const Parts&... parts) {
  if (!condition) fail(parts...);
}

}  // namespace gigalane
