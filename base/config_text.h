/// How configuration values are read from YAML nodes and written as text. Used by config.cpp and
/// config_writer.cpp.
#pragma once
#include <yaml-cpp/yaml.h>

#include <charconv>
#include <cmath>
#include <cstdint>
#include <limits>
#include <set>
#include <string>
#include <type_traits>
#include <vector>

namespace gigalane {

enum class Parsed { ok, wrong_type, too_large };

/// An unquoted scalar that is a finite number of type T and nothing else.
template <class T>
Parsed parse_number(const YAML::Node& node, T& to) {
  if (!node.IsScalar() || node.Tag() == "!") return Parsed::wrong_type;
  const std::string& text = node.Scalar();
  const char* begin = text.data() + (text.size() > 1 && text[0] == '+' && text[1] != '-');
  const auto [end, error] = std::from_chars(begin, text.data() + text.size(), to);
  if (error == std::errc::invalid_argument || end != text.data() + text.size()) return Parsed::wrong_type;
  if (error == std::errc::result_out_of_range) return Parsed::too_large;
  if constexpr (std::is_floating_point_v<T>)
    if (!std::isfinite(to)) return Parsed::wrong_type;
  return Parsed::ok;
}
/// Bounds are taken as values of T: 0.1f lies in a range that begins at 0.1.
template <class T>
bool in_range(T value, double low, double high) {
  if constexpr (std::is_same_v<T, float>) return value >= float(low) && value <= float(high);
  return double(value) >= low && double(value) <= high;
}
bool parse_bool(const YAML::Node& node, bool& to);

/// The shortest text that reads back as the same bits. A float with an exponent has a point too, else readers
/// of YAML 1.1 (Python's) take it for text.
template <class T>
std::string number_text(T value) {
  char digits[64];
  std::string text(digits, std::to_chars(digits, digits + sizeof digits, value).ptr);
  const size_t exponent = text.find('e');
  if (exponent != std::string::npos && text.find('.') == std::string::npos) text.insert(exponent, ".0");
  return text;
}
/// A bound: whole numbers in full (1000000, not 1e+06).
std::string bound_text(double value);
/// A node on one line: [1, 2], {a: 1}.
std::string flow_text(const YAML::Node& node);
/// "one of a, b or c".
std::string choices_text(const std::vector<std::string>& choices);
/// Text as a YAML scalar, quoted where it must be.
std::string quoted_text(const std::string& text);

/// The known path most like `path`, or "" if none is near.
std::string nearest_name(const std::string& path, const std::set<std::string>& known);

}  // namespace gigalane
