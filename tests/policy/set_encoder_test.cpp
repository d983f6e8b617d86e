// The set encoder of the CPU against sums in double precision, written from its definition.
#include "policy/set_encoder.h"
#include "policy/set_lift.h"
#include "tests/policy/samples.h"

#include <doctest/doctest.h>

#include <cmath>

using namespace gigalane;
using gigalane::testing::Observations;

namespace {

using Numbers = std::vector<double>;

std::vector<float> random_numbers(size_t count, uint32_t seed) {
  std::mt19937 random(seed);
  std::uniform_real_distribution<float> value(-1, 1);
  std::vector<float> numbers(count);
  for (float& n : numbers) n = value(random);
  return numbers;
}

/// Positions in 50 m, velocities fifth and sixth: nearness, direction times nearness, speed of approach.
Numbers lifted(const SetInput& set, const float* row, int element) {
  Numbers x;
  for (int f = 0; f < set.features; ++f) x.push_back(row[f * set.capacity + element]);
  if (set.lift_scale_m <= 0) return x;
  const double scale = set.lift_scale_m, right = 50 * x[0], left = 50 * x[1];
  const double radius = std::hypot(right, left) + 1e-3, near = scale / (scale + radius);
  const double along = near * right / radius, across = near * left / radius;
  x.insert(x.end(), {near, along, across});
  if (set.closing) x.push_back(-(x[4] * along + x[5] * across));
  return x;
}

/// A linear layer, weights [out][in].
Numbers layer(const std::vector<float>& weight, const std::vector<float>& bias, const Numbers& x) {
  Numbers y(bias.begin(), bias.end());
  for (size_t c = 0; c < y.size(); ++c)
    for (size_t f = 0; f < x.size(); ++f) y[c] += double(weight[c * x.size() + f]) * x[f];
  return y;
}
Numbers above_zero(Numbers x) {
  for (double& value : x) value = std::max(value, 0.0);
  return x;
}

struct Parameters {
  std::vector<float> weight, bias, weight_2, bias_2;
};

struct Gradients {
  Numbers weight, bias, weight_2, bias_2;
};

double worst(const std::vector<float>& a, const Numbers& b) {
  double largest = 1, difference = 0;
  for (size_t i = 0; i < a.size(); ++i) {
    difference = std::max(difference, std::abs(double(a[i]) - b[i]));
    largest = std::max(largest, std::abs(b[i]));
  }
  return difference / largest;
}

/// Adds what a sample gives, from the winners that the encoder chose; each must be as good as the best.
void add_sample(const SetInput& set, const Parameters& net, int64_t sample, const uint8_t* winners,
                const float* gradient, float* wanted_code, Gradients& sums) {
  const float* row = set.rows + sample * set.row_stride;
  const int count = set.counts[sample * set.count_stride], width = int(net.bias.size());
  const bool two = !net.weight_2.empty();
  std::vector<Numbers> x, hidden, out, change(size_t(std::max(count, 0)), Numbers(size_t(width), 0.0));
  for (int k = 0; k < count; ++k) {
    x.push_back(lifted(set, row, k));
    const Numbers first = layer(net.weight, net.bias, x.back());
    hidden.push_back(above_zero(first));
    out.push_back(two ? layer(net.weight_2, net.bias_2, hidden.back()) : first);
  }
  for (int c = 0; c < width; ++c) {
    const auto channel = size_t(c), w = size_t(winners[c]);
    double best = -1e9;
    for (const Numbers& values : out) best = std::max(best, values[channel]);
    wanted_code[c] = float(std::max(best, 0.0));
    if (count == 0 || best <= 0) continue;
    CHECK(out[w][channel] >= best - 1e-5);
    const double g = gradient[c];
    if (!two) {
      change[w][channel] += g;
      continue;
    }
    sums.bias_2[channel] += g;
    for (size_t f = 0; f < size_t(width); ++f) {
      sums.weight_2[channel * size_t(width) + f] += g * hidden[w][f];
      if (hidden[w][f] > 0) change[w][f] += g * double(net.weight_2[channel * size_t(width) + f]);
    }
  }
  for (size_t k = 0; k < change.size(); ++k)
    for (size_t c = 0; c < size_t(width); ++c) {
      sums.bias[c] += change[k][c];
      for (size_t f = 0; f < x[k].size(); ++f) sums.weight[c * x[k].size() + f] += change[k][c] * x[k][f];
    }
}

void compare(Observations& seen, int number, bool lift, int width, int layers) {
  const SetInput set{seen.rows.data() + seen.shape.set_offset(number),
                     seen.shape.row_stride(),
                     seen.counts.data() + number,
                     kSetCount,
                     nullptr,
                     seen.size(),
                     kSetFeatures[number],
                     seen.shape.capacity[number],
                     lift ? kLiftScaleM[number] : 0.0f,
                     number == kAgentSet};
  const auto channels = size_t(width), inputs = size_t(set.lifted_features());
  Parameters net{random_numbers(channels * inputs, 3), random_numbers(channels, 4), {}, {}};
  if (layers == 2)
    net.weight_2 = random_numbers(channels * channels, 5), net.bias_2 = random_numbers(channels, 6);
  const EncoderWeights weights{width, net.weight.data(), net.bias.data(),
                               layers == 2 ? net.weight_2.data() : nullptr,
                               layers == 2 ? net.bias_2.data() : nullptr};
  const size_t codes = channels * size_t(set.samples);
  const std::vector<float> gradient = random_numbers(codes, 7);
  std::vector<float> code(codes), wanted(codes);
  std::vector<uint8_t> winners(codes + 64);
  encode(set, weights, code.data(), width, winners.data());
  std::vector<float> silent(codes);
  encode(set, weights, silent.data(), width, nullptr);
  CHECK(silent == code);

  Parameters found{net.weight, net.bias, net.weight_2, net.bias_2};
  encode_backward(set, weights, code.data(), width, winners.data(), gradient.data(), width,
                  {found.weight.data(), found.bias.data(), found.weight_2.data(), found.bias_2.data()});
  Gradients sums{Numbers(net.weight.size(), 0.0), Numbers(net.bias.size(), 0.0),
                 Numbers(net.weight_2.size(), 0.0), Numbers(net.bias_2.size(), 0.0)};
  for (int64_t n = 0; n < set.samples; ++n)
    add_sample(set, net, n, winners.data() + n * width, gradient.data() + n * width,
               wanted.data() + n * width, sums);
  CHECK(worst(code, Numbers(wanted.begin(), wanted.end())) < 1e-6);
  CHECK(worst(found.weight, sums.weight) < 1e-6);
  CHECK(worst(found.bias, sums.bias) < 1e-6);
  CHECK(worst(found.weight_2, sums.weight_2) < 1e-6);
  CHECK(worst(found.bias_2, sums.bias_2) < 1e-6);
}

}  // namespace

TEST_CASE("codes and gradients of each set agree with sums in double to a millionth") {
  Observations seen({{80, 80, 20, 4}}, 700, 11);  // more than are summed in one go
  for (int set = 0; set < kSetCount; ++set)
    for (const int width : {32, 64, 48})
      for (const bool lift : {false, true})
        for (const int layers : {1, 2}) {
          CAPTURE(set);
          CAPTURE(width);
          CAPTURE(lift);
          CAPTURE(layers);
          compare(seen, set, lift, width, layers);
        }
}
