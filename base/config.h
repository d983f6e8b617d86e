/// Strict configuration: one list of fields a structure serves reading YAML, writing the resolved
/// YAML and printing the reference. Unknown key (with the nearest known one), wrong type or a value
/// out of range throws Error naming file, line, key and what was expected.
#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace gigalane {

/// A closed interval to draw from, `[low, high]` in YAML.
struct Interval {
  float low = 0, high = 0;
};

/// What a field is: its key, unit ("" if none), allowed range, choices for text, one line of help.
struct FieldInfo {
  const char* name;
  const char* unit;
  double low, high;  ///< Allowed range, both ends included; for Interval both ends lie in it.
  const char* help;
  std::vector<std::string> choices = {};  ///< For std::string: allowed values; empty means any.
};

/// Visits the fields of a configuration structure in order. A structure `C` takes part by a function
///   void for_each_field(C&, FieldVisitor&);
/// found by argument-dependent lookup, which calls value() for each field and section() for parts.
class FieldVisitor {
 public:
  virtual ~FieldVisitor() = default;
  virtual void value(const FieldInfo&, bool&) = 0;
  virtual void value(const FieldInfo&, int&) = 0;
  virtual void value(const FieldInfo&, uint64_t&) = 0;
  virtual void value(const FieldInfo&, float&) = 0;
  virtual void value(const FieldInfo&, double&) = 0;
  virtual void value(const FieldInfo&, std::string&) = 0;
  virtual void value(const FieldInfo&, Interval&) = 0;
  virtual void value(const FieldInfo&, std::vector<std::string>&) = 0;
  virtual void value(const FieldInfo&, std::vector<int>&) = 0;

  template <class C>
  void section(const char* name, const char* help, C& part) {
    enter(name, help);
    for_each_field(part, *this);
    leave();
  }

 protected:
  virtual void enter(const char* name, const char* help) = 0;
  virtual void leave() = 0;
};

using FieldWalk = std::function<void(FieldVisitor&)>;
void read_config_file(const std::string& path, const std::vector<std::string>& overrides, const FieldWalk&);
void read_config_text(const std::string& text, const std::string& origin,
                      const std::vector<std::string>& overrides, const FieldWalk&);
std::string write_config_text(const FieldWalk&);
std::string write_config_reference(const FieldWalk&);

/// Reads a YAML file into `config`, which holds the defaults; `include: other.yaml` (or a list) is read
/// first, relative to the including file. Overrides are "key.path=value", applied last.
template <class C>
void load_config(const std::string& path, const std::vector<std::string>& overrides, C& config) {
  read_config_file(path, overrides, [&](FieldVisitor& v) { for_each_field(config, v); });
}
/// The same from text; `origin` names it in errors.
template <class C>
void parse_config(const std::string& text, const std::string& origin,
                  const std::vector<std::string>& overrides, C& config) {
  read_config_text(text, origin, overrides, [&](FieldVisitor& v) { for_each_field(config, v); });
}
/// The complete resolved configuration as YAML; parse_config reads it back to the same values, bit for bit.
template <class C>
std::string to_yaml(const C& config) {
  C copy = config;
  return write_config_text([&](FieldVisitor& v) { for_each_field(copy, v); });
}
/// Every key with type, unit, range, default and help: a Markdown table.
template <class C>
std::string config_reference() {
  C defaults;
  return write_config_reference([&](FieldVisitor& v) { for_each_field(defaults, v); });
}

}  // namespace gigalane
