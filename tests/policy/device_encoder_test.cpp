// The set encoder for CUDA on every back end, the emulated warp among them, against the CPU's own encoder.
#include "policy/set_encoder_phases.h"
#include "tests/policy/samples.h"

#include <doctest/doctest.h>

#include <cmath>

using namespace gigalane;
using gigalane::testing::Observations;

namespace {

struct Layer {
  std::vector<float> weight, by_feature, bias;

  Layer(int width, int features, uint32_t seed) {
    std::mt19937 random(seed);
    std::uniform_real_distribution<float> value(-1, 1);
    weight.resize(size_t(width * features)), by_feature.resize(weight.size()), bias.resize(size_t(width));
    for (float& w : weight) w = value(random);
    for (float& b : bias) b = value(random);
    for (int c = 0; c < width; ++c)
      for (int f = 0; f < features; ++f) by_feature[size_t(f * width + c)] = weight[size_t(c * features + f)];
  }
};

/// What an encoder wrote and, for a fixed gradient of the code, its gradients.
struct Result {
  std::vector<float> code, weight, bias;
  std::vector<uint8_t> winners;

  Result(int64_t samples, int width, int features)
      : code(size_t(samples * width)),
        weight(size_t(width * features)),
        bias(size_t(width)),
        winners(size_t(samples * width + kWidestLanes)) {}
};

SetInput set_of(Observations& seen, int set, bool lift, const std::vector<int64_t>& index) {
  return {seen.rows.data() + seen.shape.set_offset(set),
          seen.shape.row_stride(),
          seen.counts.data() + set,
          kSetCount,
          index.empty() ? nullptr : index.data(),
          index.empty() ? seen.size() : int64_t(index.size()),
          kSetFeatures[set],
          seen.shape.capacity[set],
          lift ? kLiftScaleM[set] : 0.0f,
          set == kAgentSet};
}

std::vector<float> gradient_of_code(int64_t samples, int width) {
  std::vector<float> gradient(size_t(samples * width));
  for (size_t i = 0; i < gradient.size(); ++i) gradient[i] = std::sin(1.7f * float(i));
  return gradient;
}

template <class L>
Result encode_with(const SetInput& set, const Layer& layer, int width, int64_t chunk) {
  const int features = int(layer.weight.size()) / width;
  Result r(set.samples, width, features);
  const std::vector<float> gradient = gradient_of_code(set.samples, width);
  const int64_t chunks = (set.samples + chunk - 1) / chunk;
  std::vector<float> partial(size_t(chunks * (features + 1) * width));
  with_features(set, [&](auto raw, auto lift) {
    constexpr int kRaw = decltype(raw)::value, kLift = decltype(lift)::value;
    REQUIRE(kRaw + kLift == features);
    run_phases_with<L>({}, int(set.samples), 1,
                       EncodeSet<kRaw, kLift>{set, layer.by_feature.data(), layer.bias.data(), width,
                                              r.code.data(), width, r.winners.data()});
    run_phases_with<L>({}, int(chunks), 1,
                       EncodeSetBackward<kRaw, kLift>{set, width, r.code.data(), width, r.winners.data(),
                                                      gradient.data(), width, chunk, partial.data()});
  });
  run_phases_with<L>({}, (features + 1) * width, 1,
                     SumPartials{partial.data(), chunks, features, width, r.weight.data(), r.bias.data()});
  return r;
}

Result encode_on_cpu(const SetInput& set, const Layer& layer, int width) {
  Result r(set.samples, width, int(layer.weight.size()) / width);
  const EncoderWeights weights{width, layer.weight.data(), layer.bias.data(), nullptr, nullptr};
  const std::vector<float> gradient = gradient_of_code(set.samples, width);
  encode(set, weights, r.code.data(), width, r.winners.data());
  encode_backward(set, weights, r.code.data(), width, r.winners.data(), gradient.data(), width,
                  {r.weight.data(), r.bias.data(), nullptr, nullptr});
  return r;
}

double worst_difference(const std::vector<float>& a, const std::vector<float>& b) {
  double worst = 0, largest = 1;
  for (size_t i = 0; i < a.size(); ++i) {
    worst = std::max(worst, std::abs(double(a[i]) - double(b[i])));
    largest = std::max(largest, std::abs(double(b[i])));
  }
  return worst / largest;
}

void check_alike(const Result& a, const Result& b) {
  CHECK(worst_difference(a.code, b.code) < 1e-6);
  CHECK(worst_difference(a.weight, b.weight) < 1e-6);
  CHECK(worst_difference(a.bias, b.bias) < 1e-6);
}

}  // namespace

TEST_CASE("every back end encodes each set, and its gradients, as the CPU's encoder does") {
  const ObservationShape shape{{40, 45, 20, 4}};
  for (const int width : {16, 80, 128})
    for (const bool lift : {true, false})
      for (int set = 0; set < kSetCount; ++set) {
        CAPTURE(width);
        CAPTURE(lift);
        CAPTURE(set);
        Observations seen(shape, 37, uint32_t(8 + set));
        const Layer layer(width, lifted_features(set, lift), 9);
        const SetInput input = set_of(seen, set, lift, {});
        const Result expected = encode_on_cpu(input, layer, width);
        check_alike(encode_with<ScalarLanes>(input, layer, width, 5), expected);
        check_alike(encode_with<CpuLanes>(input, layer, width, 64), expected);
        check_alike(encode_with<WarpLanes>(input, layer, width, 5), expected);
      }
}

TEST_CASE("the emulated warp encodes sets of one and of many elements, picked by an index") {
  Observations seen({{1, 250, 64, 1}}, 12, 10);
  for (int set = 0; set < kSetCount; ++set) seen.counts[size_t(set)] = 0;
  const std::vector<int64_t> index{11, 0, 3, 3, 7};
  for (int set = 0; set < kSetCount; ++set) {
    CAPTURE(set);
    const Layer layer(48, lifted_features(set, true), 11);
    const SetInput input = set_of(seen, set, true, index);
    const Result expected = encode_on_cpu(input, layer, 48),
                 found = encode_with<WarpLanes>(input, layer, 48, 2);
    check_alike(found, expected);
    for (int c = 0; c < 48; ++c) CHECK(found.code[size_t(48 + c)] == 0);  // of the empty row
    for (size_t i = 0; i < 48 * index.size(); ++i)
      if (expected.code[i] > 0) CHECK(found.winners[i] == expected.winners[i]);
  }
}
