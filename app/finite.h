/// What CLI11's own range checks let through: no number at all.
#pragma once
#include <CLI/CLI.hpp>
#include <cmath>
#include <string>

namespace gigalane {

/// Refuses "nan" and "inf" as an option's value.
inline CLI::Validator finite() {
  return CLI::Validator(
      [](std::string& text) {
        double value = 0;
        const bool number = CLI::detail::lexical_cast(text, value);
        return !number || std::isfinite(value) ? std::string() : text + " is not a finite number";
      },
      "");
}

}  // namespace gigalane
