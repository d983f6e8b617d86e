#include "base/config.h"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "base/atomic_file.h"
#include "base/config_text.h"
#include "base/error.h"

namespace gigalane {

namespace {

/// What of a configuration is written where: a YAML tree, and how errors name the place.
struct Source {
  YAML::Node root;
  std::string origin;
  bool has_lines;  ///< false for an override, which is its own place

  std::string place(const YAML::Node& node) const {
    if (!has_lines) return origin + ": ";
    return origin + ":" + std::to_string(node.Mark().line + 1) + ": ";
  }
};

std::string joined(const std::string& prefix, const std::string& key) {
  return prefix.empty() ? key : prefix + "." + key;
}

// known keys

/// Lists the paths of all sections and values.
class PathCollector : public FieldVisitor {
 public:
  std::set<std::string> sections, values;

  void value(const FieldInfo& info, bool&) override { add(info); }
  void value(const FieldInfo& info, int&) override { add(info); }
  void value(const FieldInfo& info, uint64_t&) override { add(info); }
  void value(const FieldInfo& info, float&) override { add(info); }
  void value(const FieldInfo& info, double&) override { add(info); }
  void value(const FieldInfo& info, std::string&) override { add(info); }
  void value(const FieldInfo& info, Interval&) override { add(info); }
  void value(const FieldInfo& info, std::vector<std::string>&) override { add(info); }
  void value(const FieldInfo& info, std::vector<int>&) override { add(info); }

 protected:
  void enter(const char* name, const char*) override {
    prefixes_.push_back(joined(prefixes_.back(), name));
    sections.insert(prefixes_.back());
  }
  void leave() override { prefixes_.pop_back(); }

 private:
  void add(const FieldInfo& info) { values.insert(joined(prefixes_.back(), info.name)); }
  std::vector<std::string> prefixes_ = {""};
};

void check_keys(const Source& source, const YAML::Node& map, const std::string& prefix,
                const PathCollector& known) {
  std::map<std::string, int> lines;
  for (const auto& entry : map) {
    const std::string place = source.place(entry.first);
    require(entry.first.IsScalar(), place, "expected a plain key", prefix.empty() ? "" : " in " + prefix);
    const std::string path = joined(prefix, entry.first.Scalar());
    if (path == "include" && source.has_lines) continue;
    const auto [before, is_new] = lines.insert({path, entry.first.Mark().line + 1});
    require(is_new, place, "key ", path, " is given twice, first in line ", before->second);
    if (known.values.count(path)) continue;
    if (!known.sections.count(path)) {
      std::set<std::string> all = known.values;
      all.insert(known.sections.begin(), known.sections.end());
      const std::string nearest = nearest_name(path, all);
      fail(place, "unknown key ", path, nearest.empty() ? "" : ", did you mean " + nearest + "?");
    }
    require(entry.second.IsMap() || entry.second.IsNull(), place, path, " = ", flow_text(entry.second),
            ", expected a section of keys and values");
    if (entry.second.IsMap()) check_keys(source, entry.second, path, known);
  }
}

// values

/// Sets the fields that a source names.
class Reader : public FieldVisitor {
 public:
  explicit Reader(const Source& source) : source_(source), sections_{{"", source.root}} {}

  void value(const FieldInfo& info, bool& to) override {
    read(info, [&](const YAML::Node& node) {
      if (!parse_bool(node, to)) fail_value(info, node, "true or false");
    });
  }
  void value(const FieldInfo& info, int& to) override { read_number(info, to, "an integer"); }
  void value(const FieldInfo& info, uint64_t& to) override { read_number(info, to, "an integer"); }
  void value(const FieldInfo& info, float& to) override { read_number(info, to, "a number"); }
  void value(const FieldInfo& info, double& to) override { read_number(info, to, "a number"); }
  void value(const FieldInfo& info, std::string& to) override {
    read(info, [&](const YAML::Node& node) { read_text(info, node, node, to); });
  }
  void value(const FieldInfo& info, Interval& to) override {
    read(info, [&](const YAML::Node& node) {
      if (!node.IsSequence() || node.size() != 2) fail_value(info, node, "two numbers: [low, high]");
      read_element(info, node, node[0], to.low, "two numbers: [low, high]");
      read_element(info, node, node[1], to.high, "two numbers: [low, high]");
      if (to.low > to.high) fail_value(info, node, "low <= high");
    });
  }
  void value(const FieldInfo& info, std::vector<std::string>& to) override {
    read(info, [&](const YAML::Node& node) {
      if (!node.IsSequence()) fail_value(info, node, "a list of texts");
      to.assign(node.size(), "");
      for (size_t i = 0; i < to.size(); ++i) read_text(info, node, node[i], to[i]);
    });
  }
  void value(const FieldInfo& info, std::vector<int>& to) override {
    read(info, [&](const YAML::Node& node) {
      if (!node.IsSequence()) fail_value(info, node, "a list of integers");
      to.assign(node.size(), 0);
      for (size_t i = 0; i < to.size(); ++i) read_element(info, node, node[i], to[i], "a list of integers");
    });
  }

 protected:
  void enter(const char* name, const char*) override {
    const Section& outer = sections_.back();
    YAML::Node inner;
    if (outer.node.IsMap())
      for (const auto& entry : outer.node)
        if (entry.first.Scalar() == name) inner.reset(entry.second);
    sections_.push_back({joined(outer.path, name), inner});
  }
  void leave() override { sections_.pop_back(); }

 private:
  struct Section {
    std::string path;
    YAML::Node node;
  };

  template <class Read>
  void read(const FieldInfo& info, const Read& read_node) {
    const Section& section = sections_.back();
    if (!section.node.IsMap()) return;
    for (const auto& entry : section.node) {
      if (entry.first.Scalar() != info.name) continue;
      place_ = source_.place(entry.first) + joined(section.path, info.name);
      require(!entry.second.IsNull(), place_, " is empty, expected a value");
      read_node(entry.second);
    }
  }
  template <class T>
  void read_number(const FieldInfo& info, T& to, const char* expected) {
    read(info, [&](const YAML::Node& node) { read_element(info, node, node, to, expected); });
  }
  template <class T>
  void read_element(const FieldInfo& info, const YAML::Node& whole, const YAML::Node& node, T& to,
                    const char* expected) {
    T value;
    const Parsed parsed = parse_number(node, value);
    if (parsed == Parsed::wrong_type) fail_value(info, whole, expected);
    if (parsed == Parsed::too_large || !in_range(value, info.low, info.high))
      fail_value(info, whole, bound_text(info.low) + " to " + bound_text(info.high));
    to = value;
  }
  void read_text(const FieldInfo& info, const YAML::Node& whole, const YAML::Node& node, std::string& to) {
    if (!node.IsScalar()) fail_value(info, whole, "text");
    const auto& choices = info.choices;
    if (!choices.empty() && std::find(choices.begin(), choices.end(), node.Scalar()) == choices.end())
      fail_value(info, whole, choices_text(choices));
    to = node.Scalar();
  }
  [[noreturn]] void fail_value(const FieldInfo&, const YAML::Node& node, const std::string& expected) const {
    fail(place_, " = ", flow_text(node), ", expected ", expected);
  }

  const Source& source_;
  std::vector<Section> sections_;
  std::string place_;
};

// sources

Source parse_source(const std::string& text, const std::string& origin) {
  std::vector<YAML::Node> documents;
  try {
    documents = YAML::LoadAll(text);
  } catch (const YAML::Exception& error) {
    fail(origin, ":", error.mark.line + 1, ": ", error.msg);
  }
  Source source{documents.empty() ? YAML::Node() : documents[0], origin, true};
  require(documents.size() < 2, origin, ": more than one document, expected one");
  require(source.root.IsMap() || source.root.IsNull(), source.place(source.root),
          "expected keys and values at the top");
  return source;
}

/// A tree with one value in it.
Source parse_override(const std::string& text) {
  const size_t equals = text.find('=');
  require(equals != std::string::npos && equals > 0, "--set ", text, ": expected key.path=value");
  YAML::Node node;
  try {
    node.reset(YAML::Load(text.substr(equals + 1)));
  } catch (const YAML::Exception& error) {
    fail("--set ", text, ": ", error.msg);
  }
  std::string path = text.substr(0, equals);
  for (size_t dot; (dot = path.rfind('.')) != std::string::npos; path.resize(dot)) {
    YAML::Node outer(YAML::NodeType::Map);
    outer.force_insert(path.substr(dot + 1), node);
    node.reset(outer);
  }
  YAML::Node root(YAML::NodeType::Map);
  root.force_insert(path, node);
  return {root, "--set " + text, false};
}

/// Reads sources into the fields, what they include first.
class Loader {
 public:
  explicit Loader(const FieldWalk& walk) : walk_(walk) { walk_(known_); }

  void read_file(const std::string& path, const std::string& named_by) {
    const auto canonical = std::filesystem::weakly_canonical(path).string();
    require(std::find(open_.begin(), open_.end(), canonical) == open_.end(), named_by, path,
            " includes itself");
    open_.push_back(canonical);
    read_text(gigalane::read_file(path), path, std::filesystem::path(path).parent_path().string());
    open_.pop_back();
  }
  void read_text(const std::string& text, const std::string& origin, const std::string& folder) {
    const Source source = parse_source(text, origin);
    read_includes(source, folder);
    read_values(source);
  }
  void read_overrides(const std::vector<std::string>& overrides) {
    for (const std::string& text : overrides) read_values(parse_override(text));
  }

 private:
  void read_includes(const Source& source, const std::string& folder) {
    for (const auto& entry : source.root) {
      if (!entry.first.IsScalar() || entry.first.Scalar() != "include") continue;
      const std::string place = source.place(entry.first);
      const bool is_list = entry.second.IsSequence();
      require(is_list || entry.second.IsScalar(), place, "include = ", flow_text(entry.second),
              ", expected a file or a list of files");
      if (!is_list) include(entry.second, folder, place);
      if (is_list)
        for (const YAML::Node& file : entry.second) include(file, folder, place);
    }
  }
  void include(const YAML::Node& file, const std::string& folder, const std::string& place) {
    require(file.IsScalar(), place, "include = ", flow_text(file), ", expected a file or a list of files");
    const std::string path = (std::filesystem::path(folder) / file.Scalar()).string();
    require(std::filesystem::exists(path), place, "include: no file ", path);
    read_file(path, place);
  }
  void read_values(const Source& source) {
    if (!source.root.IsMap()) return;
    check_keys(source, source.root, "", known_);
    Reader reader(source);
    walk_(reader);
  }

  const FieldWalk& walk_;
  PathCollector known_;
  std::vector<std::string> open_;
};

}  // namespace

void read_config_file(const std::string& path, const std::vector<std::string>& overrides,
                      const FieldWalk& walk) {
  Loader loader(walk);
  loader.read_file(path, "");
  loader.read_overrides(overrides);
}

void read_config_text(const std::string& text, const std::string& origin,
                      const std::vector<std::string>& overrides, const FieldWalk& walk) {
  Loader loader(walk);
  loader.read_text(text, origin, "");
  loader.read_overrides(overrides);
}

}  // namespace gigalane
