#include "policy/onnx_writer.h"

namespace gigalane {
namespace {

using protozero::pbf_writer;

// Field numbers of onnx.proto.
enum ModelField {
  kIrVersion = 1,
  kProducerName = 2,
  kProducerVersion = 3,
  kGraph = 7,
  kOpsetImport = 8,
  kMetadata = 14
};
enum GraphField { kNode = 1, kGraphName = 2, kInitializer = 5, kGraphInput = 11, kGraphOutput = 12 };
enum NodeField { kNodeInput = 1, kNodeOutput = 2, kNodeName = 3, kOpType = 4, kAttribute = 5 };
enum AttributeField { kAttributeName = 1, kAttributeInt = 3, kAttributeInts = 8, kAttributeType = 20 };
enum TensorField { kDims = 1, kDataType = 2, kTensorName = 8, kRawData = 9 };
enum ValueInfoField { kValueName = 1, kValueType = 2, kValueHelp = 3 };
constexpr int kTypeInt = 2, kTypeInts = 7;  // AttributeProto.AttributeType
constexpr int kVersionOfFormat = 8;         // IR version that came with opset 17

}  // namespace

std::string OnnxGraph::node(const std::string& op, const Names& inputs,
                            const std::vector<Attribute>& attributes, std::string output) {
  if (output.empty()) output = op + "_" + std::to_string(count_);
  pbf_writer graph(nodes_);
  pbf_writer node(graph, kNode);
  for (const std::string& input : inputs) node.add_string(kNodeInput, input);
  node.add_string(kNodeOutput, output);
  node.add_string(kNodeName, op + "_" + std::to_string(count_++));
  node.add_string(kOpType, op);
  for (const Attribute& attribute : attributes) {
    pbf_writer a(node, kAttribute);
    a.add_string(kAttributeName, attribute.name);
    for (const int64_t value : attribute.integers)
      a.add_int64(attribute.list ? kAttributeInts : kAttributeInt, value);
    a.add_enum(kAttributeType, attribute.list ? kTypeInts : kTypeInt);
  }
  return output;
}

std::string OnnxGraph::tensor(const std::string& name, Type type, const std::vector<int64_t>& shape,
                              const void* values, size_t bytes) {
  pbf_writer graph(initializers_);
  pbf_writer t(graph, kInitializer);
  for (const int64_t extent : shape) t.add_int64(kDims, extent);
  t.add_int32(kDataType, type);
  t.add_string(kTensorName, name);
  t.add_bytes(kRawData, static_cast<const char*>(values), bytes);
  return name;
}

std::string OnnxGraph::floats(const std::string& name, const std::vector<int64_t>& shape,
                              const std::vector<float>& values) {
  return tensor(name, kFloat, shape, values.data(), values.size() * sizeof(float));
}

std::string OnnxGraph::integers(const std::string& name, const std::vector<int64_t>& shape,
                                const std::vector<int64_t>& values) {
  return tensor(name, kInt64, shape, values.data(), values.size() * sizeof(int64_t));
}

std::string OnnxGraph::value_info(const std::string& name, Type type, const Names& extents,
                                  const std::string& help) {
  std::string bytes;
  pbf_writer info(bytes);
  info.add_string(kValueName, name);
  {
    pbf_writer value_type(info, kValueType);
    pbf_writer tensor_type(value_type, 1);  // TypeProto.tensor_type
    tensor_type.add_int32(1, type);         // elem_type
    pbf_writer shape(tensor_type, 2);
    for (const std::string& extent : extents) {
      pbf_writer dimension(shape, 1);
      if (extent.find_first_not_of("0123456789") == std::string::npos)
        dimension.add_int64(1, std::stoll(extent));  // dim_value
      else
        dimension.add_string(2, extent);  // dim_param
    }
  }
  info.add_string(kValueHelp, help);
  return bytes;
}

void OnnxGraph::input(const std::string& name, Type type, const Names& extents, const std::string& help) {
  pbf_writer(inputs_).add_message(kGraphInput, value_info(name, type, extents, help));
}

void OnnxGraph::output(const std::string& name, Type type, const Names& extents, const std::string& help) {
  pbf_writer(outputs_).add_message(kGraphOutput, value_info(name, type, extents, help));
}

std::string OnnxGraph::finish(const std::string& name, const std::string& producer_version, int opset,
                              const std::map<std::string, std::string>& metadata) const {
  std::string graph = nodes_;
  pbf_writer(graph).add_string(kGraphName, name);
  graph += initializers_ + inputs_ + outputs_;
  std::string bytes;
  pbf_writer model(bytes);
  model.add_int64(kIrVersion, kVersionOfFormat);
  model.add_string(kProducerName, "gigalane");
  model.add_string(kProducerVersion, producer_version);
  model.add_message(kGraph, graph);
  {
    pbf_writer opsets(model, kOpsetImport);
    opsets.add_string(1, "");  // the default domain
    opsets.add_int64(2, opset);
  }
  for (const auto& [key, value] : metadata) {
    pbf_writer entry(model, kMetadata);
    entry.add_string(1, key);
    entry.add_string(2, value);
  }
  return bytes;
}

}  // namespace gigalane
