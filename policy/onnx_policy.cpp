#include "base/atomic_file.h"
#include "base/version.h"
#include "policy/export.h"
#include "policy/onnx_writer.h"
#include "policy/set_lift.h"

namespace gigalane {
namespace {

constexpr int kOpset = 17;
constexpr const char* kSetNames[kSetCount] = {"lanes", "boundary", "agents", "stop_lines"};

/// The actor's network as nodes.
class PolicyGraph {
 public:
  explicit PolicyGraph(const Actor& actor) : actor_(actor) {
    for (const auto& [name, array] : actor.tensors) g_.floats(name, array.shape, array.values);
  }

  std::string build() {
    describe_inputs();
    OnnxGraph::Names codes;
    for (int set = 0; set < kSetCount; ++set) codes.push_back(encode(set));
    codes.push_back(g_.node("Relu", {gemm("ego_encoder", "ego")}));
    std::string x = g_.node("Concat", codes, {{"axis", {1}}});
    for (size_t layer = 0; layer < actor_.network.trunk.size(); ++layer)
      x = g_.node("Relu", {gemm("trunk." + std::to_string(layer), x)});
    gemm("head", x, "logits");
    return g_.finish("gigalane_policy", version(), kOpset, describe(actor_));
  }

 private:
  void describe_inputs() {
    for (int set = 0; set < kSetCount; ++set)
      g_.input(kSetNames[set], OnnxGraph::kFloat,
               {"batch", std::to_string(kSetFeatures[set]), std::string(kSetNames[set]) + "_size"},
               "features of elements");
    g_.input("counts", OnnxGraph::kInt32, {"batch", std::to_string(int(kSetCount))},
             "elements present in each set");
    g_.input("ego", OnnxGraph::kFloat, {"batch", std::to_string(kEgoFeatures)}, "the ego vector");
    g_.output("logits", OnnxGraph::kFloat, {"batch", std::to_string(kActionCount)}, "of the 12 actions");
  }

  std::string scalar(float value) { return g_.floats("number_" + std::to_string(numbers_++), {}, {value}); }
  std::string index(const std::vector<int64_t>& shape, int64_t value) {
    return g_.integers("index_" + std::to_string(numbers_++), shape, {value});
  }
  std::string gemm(const std::string& layer, const std::string& input, const std::string& output = "") {
    return g_.node("Gemm", {input, layer + ".weight", layer + ".bias"}, {{"transB", {1}}}, output);
  }
  /// One feature (N, 1, K) of a set.
  std::string feature(const std::string& set, int number) {
    return g_.node("Gather", {set, index({1}, number)}, {{"axis", {1}}});
  }
  std::string mul(const std::string& a, const std::string& b) { return g_.node("Mul", {a, b}); }
  std::string add(const std::string& a, const std::string& b) { return g_.node("Add", {a, b}); }

  /// set_lift.h, appended to the features.
  std::string lift(const std::string& set, int which) {
    const std::string metres = scalar(1 / kPositionScale), s = scalar(kLiftScaleM[which]);
    const std::string x = mul(feature(set, 0), metres), y = mul(feature(set, 1), metres);
    const std::string r = add(g_.node("Sqrt", {add(mul(x, x), mul(y, y))}), scalar(kLiftFloorM));
    const std::string p = g_.node("Div", {s, add(s, r)});
    const std::string q = g_.node("Div", {p, r});
    OnnxGraph::Names rows{set, p, mul(q, x), mul(q, y)};
    if (which == kAgentSet) {
      const std::string dot =
          add(mul(feature(set, kAgentVelocityX), x), mul(feature(set, kAgentVelocityY), y));
      rows.push_back(g_.node("Neg", {mul(q, dot)}));
    }
    return g_.node("Concat", rows, {{"axis", {1}}});
  }

  /// (N, 1, K): which elements are there.
  std::string present(const std::string& set, int which) {
    const std::string size = g_.node("Gather", {g_.node("Shape", {set}), index({}, 2)}, {{"axis", {0}}});
    const std::string range = g_.node("Range", {index({}, 0), size, index({}, 1)});
    const std::string count = g_.node("Gather", {"counts", index({1}, which)}, {{"axis", {1}}});
    const std::string less =
        g_.node("Less", {range, g_.node("Cast", {count}, {{"to", {OnnxGraph::kInt64}}})});
    return g_.node("Unsqueeze", {less, index({1}, 1)});
  }

  std::string encode(int set) {
    const std::string name = kSetNames[set];
    std::string layer = kEncoderNames[set];
    std::string y =
        g_.node("MatMul", {layer + ".weight", actor_.network.polar_lift ? lift(name, set) : name});
    if (set == kAgentSet && actor_.network.agent_layers == 2) {
      const std::string column = g_.node("Unsqueeze", {layer + ".bias", index({1}, 1)});
      layer = "agent_encoder_2";
      y = g_.node("MatMul", {layer + ".weight", g_.node("Relu", {add(y, column)})});
    }
    // far below any bias, so that the ReLU of an empty set is 0
    const std::string masked = g_.node("Where", {present(name, set), y, scalar(-3e38f)});
    const std::string best = g_.node("ReduceMax", {masked}, {{"axes", {2}, true}, {"keepdims", {0}}});
    return g_.node("Relu", {add(best, layer + ".bias")});
  }

  const Actor& actor_;
  OnnxGraph g_;
  int numbers_ = 0;
};

}  // namespace

void save_onnx(const Actor& actor, const std::string& path) { write_file(path, PolicyGraph(actor).build()); }

}  // namespace gigalane
