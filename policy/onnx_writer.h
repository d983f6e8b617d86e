/// A small writer of ONNX graphs (onnx.proto's field numbers through protozero; neither ONNX nor protobuf is
/// linked).
#pragma once
#include <cstdint>
#include <map>
#include <protozero/pbf_writer.hpp>
#include <string>
#include <vector>

namespace gigalane {

/// Collects nodes and initializers; each node() returns the name of its output.
class OnnxGraph {
 public:
  using Names = std::vector<std::string>;
  /// An attribute: one integer, one float, or a list of integers.
  struct Attribute {
    std::string name;
    std::vector<int64_t> integers;
    bool list = false;
  };

  std::string node(const std::string& op, const Names& inputs, const std::vector<Attribute>& attributes = {},
                   std::string output = "");
  /// An initializer of float or int64 numbers. A shape of no extents is a scalar.
  std::string floats(const std::string& name, const std::vector<int64_t>& shape,
                     const std::vector<float>& values);
  std::string integers(const std::string& name, const std::vector<int64_t>& shape,
                       const std::vector<int64_t>& values);

  enum Type { kFloat = 1, kInt32 = 6, kInt64 = 7 };
  /// Extents are numbers, or names where they differ from call to call.
  void input(const std::string& name, Type, const Names& extents, const std::string& help);
  void output(const std::string& name, Type, const Names& extents, const std::string& help);

  /// The file.
  std::string finish(const std::string& name, const std::string& producer_version, int opset,
                     const std::map<std::string, std::string>& metadata) const;

 private:
  std::string tensor(const std::string& name, Type, const std::vector<int64_t>& shape, const void* values,
                     size_t bytes);
  static std::string value_info(const std::string& name, Type, const Names& extents, const std::string& help);

  std::string nodes_, initializers_, inputs_, outputs_;  ///< fields of a GraphProto
  int count_ = 0;
};

}  // namespace gigalane
