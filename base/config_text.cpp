#include "base/config_text.h"

#include <algorithm>
#include <cstdio>

namespace gigalane {

bool parse_bool(const YAML::Node& node, bool& to) {
  if (!node.IsScalar() || node.Tag() == "!") return false;
  if (node.Scalar() != "true" && node.Scalar() != "false") return false;
  to = node.Scalar() == "true";
  return true;
}

std::string bound_text(double value) {
  if (value != std::floor(value) || std::abs(value) >= 1e15) return number_text(value);
  return std::to_string(int64_t(value));
}

std::string flow_text(const YAML::Node& node) {
  if (node.IsScalar()) return node.Scalar();
  if (!node.IsSequence() && !node.IsMap()) return "";
  std::string text;
  for (const auto& entry : node) {
    if (!text.empty()) text += ", ";
    text += node.IsMap() ? flow_text(entry.first) + ": " + flow_text(entry.second) : flow_text(entry);
  }
  return node.IsMap() ? "{" + text + "}" : "[" + text + "]";
}

std::string choices_text(const std::vector<std::string>& choices) {
  std::string text = choices.size() > 1 ? "one of " : "";
  for (size_t i = 0; i < choices.size(); ++i)
    text += (i == 0 ? "" : i + 1 < choices.size() ? ", " : " or ") + choices[i];
  return text;
}

std::string quoted_text(const std::string& text) {
  static const std::set<std::string> words = {"null", "Null", "NULL", "true", "false"};
  const auto is_plain = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '/' || c == '.' || c == '-';
  };
  const bool plain = !text.empty() && (std::isalpha(static_cast<unsigned char>(text[0])) || text[0] == '/') &&
                     std::all_of(text.begin(), text.end(), is_plain) && !words.count(text);
  if (plain) return text;
  std::string quoted = "\"";
  for (const char c : text) {
    char code[8];
    std::snprintf(code, sizeof code, "\\x%02x", unsigned(static_cast<unsigned char>(c)));
    if (c == '"' || c == '\\')
      quoted += std::string("\\") + c;
    else
      quoted += (static_cast<unsigned char>(c) < 32 || c == 127) ? std::string(code) : std::string(1, c);
  }
  return quoted + "\"";
}

namespace {

/// Insertions, deletions and replacements that make one text the other (Levenshtein).
size_t edit_distance(const std::string& a, const std::string& b) {
  std::vector<size_t> row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t replaced = diagonal + (a[i - 1] != b[j - 1]);
      diagonal = row[j];
      row[j] = std::min({replaced, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row[b.size()];
}

std::string last_part(const std::string& path) { return path.substr(path.rfind('.') + 1); }

}  // namespace

std::string nearest_name(const std::string& path, const std::set<std::string>& known) {
  std::string best;
  size_t least = std::max<size_t>(2, last_part(path).size() / 3) + 1;
  for (const std::string& name : known) {
    // the right name in the wrong place is near, whatever the place
    const size_t distance = last_part(name) == last_part(path) ? 1 : edit_distance(path, name);
    if (distance < least) least = distance, best = name;
  }
  return best;
}

}  // namespace gigalane
