// The other two uses of a configuration's list of fields: resolved YAML and the reference.
#include "base/config.h"
#include "base/config_text.h"

namespace gigalane {

namespace {

template <class T>
std::string value_text(const T& value) {
  if constexpr (std::is_same_v<T, bool>)
    return value ? "true" : "false";
  else if constexpr (std::is_same_v<T, std::string>)
    return quoted_text(value);
  else
    return number_text(value);
}
std::string value_text(const Interval& value) {
  return "[" + number_text(value.low) + ", " + number_text(value.high) + "]";
}
template <class T>
std::string value_text(const std::vector<T>& values) {
  std::string text;
  for (const T& value : values) text += (text.empty() ? "" : ", ") + value_text(value);
  return "[" + text + "]";
}

template <class T>
const char* type_text(const T&);
template <>
const char* type_text(const bool&) {
  return "bool";
}
template <>
const char* type_text(const int&) {
  return "int";
}
template <>
const char* type_text(const uint64_t&) {
  return "uint64";
}
template <>
const char* type_text(const float&) {
  return "float";
}
template <>
const char* type_text(const double&) {
  return "double";
}
template <>
const char* type_text(const std::string&) {
  return "text";
}
template <>
const char* type_text(const Interval&) {
  return "[low, high]";
}
template <>
const char* type_text(const std::vector<std::string>&) {
  return "list of texts";
}
template <>
const char* type_text(const std::vector<int>&) {
  return "list of ints";
}

/// Calls one function for every type of value.
template <class Derived>
class ValuePrinter : public FieldVisitor {
 public:
  void value(const FieldInfo& info, bool& v) override { self().print(info, v); }
  void value(const FieldInfo& info, int& v) override { self().print(info, v); }
  void value(const FieldInfo& info, uint64_t& v) override { self().print(info, v); }
  void value(const FieldInfo& info, float& v) override { self().print(info, v); }
  void value(const FieldInfo& info, double& v) override { self().print(info, v); }
  void value(const FieldInfo& info, std::string& v) override { self().print(info, v); }
  void value(const FieldInfo& info, Interval& v) override { self().print(info, v); }
  void value(const FieldInfo& info, std::vector<std::string>& v) override { self().print(info, v); }
  void value(const FieldInfo& info, std::vector<int>& v) override { self().print(info, v); }

 private:
  Derived& self() { return static_cast<Derived&>(*this); }
};

class YamlWriter : public ValuePrinter<YamlWriter> {
 public:
  std::string text;

  template <class T>
  void print(const FieldInfo& info, const T& value) {
    begin_sections();
    text += std::string(2 * open_, ' ') + info.name + ": " + value_text(value) + "\n";
  }

 protected:
  void enter(const char* name, const char*) override { sections_.push_back(name); }
  void leave() override {
    sections_.pop_back();
    if (open_ > sections_.size()) open_ = sections_.size();
  }

 private:
  /// A section's line is written with its first value, so an empty one leaves no trace.
  void begin_sections() {
    for (; open_ < sections_.size(); ++open_) text += std::string(2 * open_, ' ') + sections_[open_] + ":\n";
  }
  std::vector<std::string> sections_;
  size_t open_ = 0;
};

class ReferenceWriter : public ValuePrinter<ReferenceWriter> {
 public:
  std::string text = "| key | type | unit | range | default | meaning |\n|---|---|---|---|---|---|\n";

  template <class T>
  void print(const FieldInfo& info, const T& value) {
    text += "| `" + prefix_ + info.name + "` | " + type_text(value) + " | " + info.unit + " | " +
            range_text(info, value) + " | `" + value_text(value) + "` | " + info.help + " |\n";
  }

 protected:
  void enter(const char* name, const char* help) override {
    prefix_ += std::string(name) + ".";
    text += "| **" + prefix_.substr(0, prefix_.size() - 1) + "** | | | | | " + help + " |\n";
  }
  void leave() override {
    prefix_.pop_back();
    prefix_.resize(prefix_.rfind('.') == std::string::npos ? 0 : prefix_.rfind('.') + 1);
  }

 private:
  template <class T>
  static std::string range_text(const FieldInfo& info, const T&) {
    constexpr bool is_text = std::is_same_v<T, std::string> || std::is_same_v<T, std::vector<std::string>>;
    if constexpr (is_text)
      return choices_text(info.choices);
    else if constexpr (std::is_same_v<T, bool>)
      return "true or false";
    else
      return bound_text(info.low) + " to " + bound_text(info.high);
  }
  std::string prefix_;
};

}  // namespace

std::string write_config_text(const FieldWalk& walk) {
  YamlWriter writer;
  walk(writer);
  return writer.text;
}

std::string write_config_reference(const FieldWalk& walk) {
  ReferenceWriter writer;
  walk(writer);
  return writer.text;
}

}  // namespace gigalane
