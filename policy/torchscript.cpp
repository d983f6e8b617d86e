#include "policy/torchscript.h"

#include <torch/script.h>

#include <nlohmann/json.hpp>

#include "base/atomic_file.h"
#include "base/error.h"
#include "base/state_hash.h"
#include "policy/network.h"
#include "policy/set_lift.h"

namespace gigalane {
namespace {

using nlohmann::json;
using torch::Tensor;

constexpr const char* kInputs[] = {"lanes", "boundary", "agents", "stop_lines", "counts", "ego"};
constexpr const char* kDescriptionFile = "gigalane.json";

/// "lane_encoder.weight" as an attribute's name.
std::string attribute(std::string name) {
  std::replace(name.begin(), name.end(), '.', '_');
  return "self." + name;
}

std::string number(double value) { return json(value).dump(); }

/// The lift of set_lift.h; `closing` only for agents.
std::string lift_source() {
  return "def lift(self, s, scale: float, closing: bool):\n"
         "    x = s[:, 0] * " +
         number(1 / double(kPositionScale)) +
         "\n"
         "    y = s[:, 1] * " +
         number(1 / double(kPositionScale)) +
         "\n"
         "    r = torch.sqrt(x * x + y * y) + " +
         number(double(kLiftFloorM)) +
         "\n"
         "    p = scale / (scale + r)\n"
         "    q = p / r\n"
         "    rows = [p, q * x, q * y]\n"
         "    if closing:\n"
         "        rows.append(-q * (s[:, " +
         std::to_string(kAgentVelocityX) + "] * x + s[:, " + std::to_string(kAgentVelocityY) +
         "] * y))\n"
         "    return torch.cat([s, torch.stack(rows, 1)], 1)\n";
}

/// The maximum over the elements present, then bias and ReLU; 0 where there is none.
std::string pool_source() {
  return "def pool(self, y, count, bias):\n"
         "    absent = torch.arange(y.size(2), device=y.device).unsqueeze(0) >= count.unsqueeze(1)\n"
         "    best = torch.amax(y.masked_fill(absent.unsqueeze(1), -3.0e38), [2])\n"
         "    return torch.relu(best + bias)\n";
}

std::string forward_source(const Actor& actor) {
  std::string source =
      "def forward(self, lanes, boundary, agents, stop_lines, counts, ego):\n    codes = []\n";
  const auto line = [&](const std::string& text) { source += "    " + text + "\n"; };
  for (int set = 0; set < kSetCount; ++set) {
    const std::string name = kEncoderNames[set];
    const auto weight = [&](const std::string& layer) { return attribute(layer + ".weight"); };
    const auto bias = [&](const std::string& layer) { return attribute(layer + ".bias"); };
    line(std::string("x = ") + kInputs[set]);
    if (actor.network.polar_lift)
      line("x = self.lift(x, " + number(double(kLiftScaleM[set])) + ", " +
           (set == kAgentSet ? "True" : "False") + ")");
    line("y = torch.matmul(" + weight(name) + ", x)");
    const bool two = set == kAgentSet && actor.network.agent_layers == 2;
    const std::string last = two ? "agent_encoder_2" : name;
    if (two) line("y = torch.matmul(" + weight(last) + ", torch.relu(y + " + bias(name) + ".unsqueeze(1)))");
    line("codes.append(self.pool(y, counts[:, " + std::to_string(set) + "], " + bias(last) + "))");
  }
  const auto linear = [&](const std::string& layer, const std::string& input) {
    return "torch.addmm(" + attribute(layer + ".bias") + ", " + input + ", " + attribute(layer + ".weight") +
           ".t())";
  };
  line("codes.append(torch.relu(" + linear("ego_encoder", "ego") + "))");
  line("z = torch.cat(codes, 1)");
  for (size_t layer = 0; layer < actor.network.trunk.size(); ++layer)
    line("z = torch.relu(" + linear("trunk." + std::to_string(layer), "z") + ")");
  line("return " + linear("head", "z"));
  return source;
}

Tensor tensor_of(const NamedArray& array) {
  return torch::from_blob(const_cast<float*>(array.values.data()), array.shape, torch::kFloat).clone();
}

torch::jit::Module load_module(const std::string& path, torch::jit::ExtraFilesMap& extra) {
  try {
    torch::jit::Module module = torch::jit::load(path, torch::kCPU, extra);
    module.eval();
    return module;
  } catch (const std::exception&) {
    fail(path, ": truncated, damaged, or not a TorchScript file");
  }
}

void check_inputs(const torch::jit::Module& module, const std::string& path) {
  const auto forward = module.find_method("forward");
  require(forward.has_value(), path, ": a TorchScript module without forward()");
  const auto& arguments = forward->function().getSchema().arguments();  // the first is the module itself
  std::string found;
  for (size_t i = 1; i < arguments.size(); ++i) found += (i > 1 ? ", " : "") + arguments[i].name();
  bool same = arguments.size() == 1 + std::size(kInputs);
  for (size_t i = 1; same && i < arguments.size(); ++i) same = arguments[i].name() == kInputs[i - 1];
  require(same, path, ": forward(", found,
          "), expected forward(lanes, boundary, agents, stop_lines, counts, ego)");
}

/// Views of rows [first, first + count) as the documented inputs.
std::vector<torch::jit::IValue> inputs_of(const ObservationView& seen, int64_t first, int64_t count) {
  const Tensor rows = rows_of(seen.from(size_t(first)), count, torch::kCPU);
  std::vector<torch::jit::IValue> inputs;
  for (int set = 0; set < kSetCount; ++set) {
    const int64_t features = kSetFeatures[set], capacity = seen.shape.capacity[set];
    inputs.emplace_back(capacity > 0 ? rows.narrow(1, seen.shape.set_offset(set), features * capacity)
                                           .view({count, features, capacity})
                                     : torch::zeros({count, features, 1}));
  }
  inputs.emplace_back(
      torch::from_blob(seen.counts + first * kSetCount, {count, int64_t(kSetCount)}, torch::kInt));
  inputs.emplace_back(rows.narrow(1, seen.shape.ego_offset(), kEgoFeatures));
  return inputs;
}

/// The first line of a LibTorch error.
std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

}  // namespace

void save_torchscript(const Actor& actor, const std::string& path) {
  torch::jit::Module module("GigalanePolicy");
  for (const auto& [name, array] : actor.tensors)
    module.register_parameter(attribute(name).substr(5), tensor_of(array).requires_grad_(false), false);
  module.define((actor.network.polar_lift ? lift_source() : "") + pool_source() + forward_source(actor));
  module.eval();
  AtomicFile file(path);
  module.save(file.temporary(), {{kDescriptionFile, json(describe(actor)).dump()}});
  file.commit();
}

struct TorchScriptNetwork::Module {
  mutable torch::jit::Module module;
};

TorchScriptNetwork::TorchScriptNetwork(const std::string& path) {
  const std::string sum = sha256_file(path);  // also: is there such a file
  torch::jit::ExtraFilesMap extra{{kDescriptionFile, ""}};
  module_ = std::make_unique<Module>(Module{load_module(path, extra)});
  check_inputs(module_->module, path);
  if (!extra[kDescriptionFile].empty()) {
    std::map<std::string, std::string> texts;
    try {
      texts = json::parse(extra[kDescriptionFile]).get<std::map<std::string, std::string>>();
    } catch (const json::exception&) {
      fail(path, ": damaged: its ", kDescriptionFile, " is no JSON of texts");
    }
    card_ = read_description(texts, path).card;
  }
  card_.path = path;
  card_.kind = "torchscript";
  card_.sha256 = sum;
  for (const Tensor& parameter : module_->module.parameters())
    card_.parameter_count += uint64_t(parameter.numel());
  // two empty observations, to see what comes out
  ObservationShape shape;
  std::vector<float> rows(size_t(2 * shape.row_stride()), 0.0f);
  std::vector<int32_t> counts(2 * kSetCount, 0);
  std::vector<float> logits(2 * kActionCount);
  forward({shape, rows.data(), counts.data()}, 0, 2, logits.data());
}

TorchScriptNetwork::~TorchScriptNetwork() = default;

void TorchScriptNetwork::forward(const ObservationView& seen, int64_t first, int64_t count,
                                 float* logits) const {
  torch::NoGradGuard no_gradient;
  Tensor out;
  try {
    const torch::jit::IValue result = module_->module.forward(inputs_of(seen, first, count));
    require(result.isTensor(), card_.path, ": forward() returns no tensor, expected logits (N, ",
            kActionCount, ")");
    out = result.toTensor();
  } catch (const c10::Error& error) {
    fail(card_.path, ": forward() failed: ", first_line(error.what_without_backtrace()));
  } catch (const torch::jit::ErrorReport& error) {
    fail(card_.path, ": forward() failed: ", first_line(error.what()));
  } catch (const std::runtime_error& error) {
    if (dynamic_cast<const Error*>(&error)) throw;
    fail(card_.path, ": forward() failed: ", first_line(error.what()));
  }
  require(out.dim() == 2 && out.size(0) == count && out.size(1) == kActionCount, card_.path,
          ": forward() returns ", c10::str(out.sizes()), ", expected logits (N, ", kActionCount, ")");
  out = out.to(torch::kCPU, torch::kFloat).contiguous();
  std::copy_n(out.data_ptr<float>(), count * kActionCount, logits);
}

}  // namespace gigalane
