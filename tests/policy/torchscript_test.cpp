// Modules made elsewhere: any TorchScript with the documented inputs drives; others are refused in one line.
#include <torch/script.h>
#undef CHECK  // LibTorch's
#include "tests/policy/samples.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <filesystem>

#include "base/error.h"
#include "policy/torchscript.h"

using namespace gigalane;

namespace {

const std::string kArguments = "def forward(self, lanes, boundary, agents, stop_lines, counts, ego):\n";

struct File {
  std::string path =
      (std::filesystem::temp_directory_path() / ("gigalane-module-" + std::to_string(getpid()) + ".pt"))
          .string();
  explicit File(const std::string& source) {
    torch::jit::Module module("Elsewhere");
    module.define(source);
    module.save(path);
  }
  ~File() { std::filesystem::remove(path); }
};

void check_refused(const std::string& source, const std::vector<std::string>& parts) {
  const File file(source);
  std::string message;
  try {
    TorchScriptNetwork network(file.path);
  } catch (const Error& error) {
    message = error.what();
  }
  CAPTURE(message);
  CHECK(message.find(file.path) != std::string::npos);
  CHECK(message.find('\n') == std::string::npos);
  for (const std::string& part : parts) CHECK_MESSAGE(message.find(part) != std::string::npos, part);
}

}  // namespace

TEST_CASE("a module trained elsewhere drives") {
  // logits that tell what arrived: ego[j], plus the counts of boundary points for action 1
  const File file(
      kArguments +
      "    out = ego[:, 0:12].clone()\n"
      "    out[:, 1] = counts[:, 1].to(ego.dtype) + lanes[:, 6, 0] + agents.size(2) + stop_lines[:, 7, -1]\n"
      "    return out\n");
  const TorchScriptNetwork network(file.path);
  CHECK(network.card().kind == "torchscript");
  CHECK(network.card().observation_version == 0);  // it does not say
  testing::Observations seen({{5, 6, 7, 2}}, 30, 1);
  std::vector<float> logits(20 * 12);
  network.forward(seen.view(), 10, 20, logits.data());
  for (size_t n = 0; n < 20; ++n) {
    const float* row = seen.rows.data() + (n + 10) * size_t(seen.shape.row_stride());
    CHECK(logits[n * 12] == row[seen.shape.ego_offset()]);
    const float lane = row[seen.shape.set_offset(kLaneSet) + kLaneRouteAbsolute * 5];
    const float stop = row[seen.shape.set_offset(kStopLineSet) + kStopSign * 2 + 1];
    CHECK(logits[n * 12 + 1] ==
          doctest::Approx(float(seen.counts[(n + 10) * kSetCount + kBoundarySet]) + lane + 7 + stop));
  }
}

TEST_CASE("modules without the documented inputs and output") {
  check_refused("def forward(self, x):\n    return x\n", {"forward(x)", "forward(lanes, boundary"});
  check_refused("def drive(self, x):\n    return x\n", {"without forward()"});
  check_refused(kArguments + "    return ego\n", {"[2, 64]", "(N, 12)"});
  check_refused(kArguments + "    return (ego, lanes)\n", {"no tensor"});
  check_refused(kArguments + "    return ego.view(7, 3)\n", {"forward() failed"});
}
