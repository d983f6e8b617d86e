/// The fused set encoder of one layer as phases over lanes, for CUDA (and tests on any back end): code =
/// relu(bias + max over present elements of W lift(element)), 0 for an empty set. Nothing by element reaches
/// memory; the backward pass touches only the elements that won a channel. As policy/set_encoder.h, which is
/// the CPU's.
#pragma once
#include "base/schedule.h"
#include "policy/set_encoder.h"
#include "policy/set_lift.h"

namespace gigalane {

/// An element's features, lifted: `kRaw` of its own, then kLift (0, 3, or 4 with a closing speed).
template <class L, int kRaw, int kLift>
struct LiftedElement {
  using Float = typename L::Float;
  Float x[kRaw + kLift];

  /// Of element `element`, a lane its own, of a set that begins at `from`.
  LANES_FUNCTION LiftedElement(const SetInput& set, const float* from, typename L::Int element) {
    LANES_UNROLL(16)
    for (int f = 0; f < kRaw; ++f) x[f] = L::gather(from + f * set.capacity, element);
    if constexpr (kLift > 0) {
      const Float x_m = x[0] * (1.0f / kPositionScale), y_m = x[1] * (1.0f / kPositionScale);
      const Float r = L::sqrt(x_m * x_m + y_m * y_m) + kLiftFloorM;
      const Float q = Float(set.lift_scale_m) / ((r + set.lift_scale_m) * r);  // p / r with one division
      x[kRaw] = q * r, x[kRaw + 1] = q * x_m, x[kRaw + 2] = q * y_m;
      if constexpr (kLift > 3)
        x[kRaw + 3] = -(x[kAgentVelocityX] * x[kRaw + 1] + x[kAgentVelocityY] * x[kRaw + 2]);
    }
  }
};

/// A row of the batch.
struct SetRow {
  const float* from;
  int count;

  HOST_DEVICE SetRow(const SetInput& set, int64_t sample) {
    const int64_t row = set.index ? set.index[sample] : sample;
    from = set.rows + row * set.row_stride;
    count = minimum(set.counts[row * set.count_stride], set.capacity);
  }
};

/// The channels that the lanes of a warp work on at once: lane + k * width for k below kChannelGroups.
constexpr int kChannelGroups = 4;
/// Channels beyond the last do the last one's work again.
template <class L>
LANES_FUNCTION typename L::Int clamped_channel(int first, int width) {
  using Int = typename L::Int;
  return L::select(L::first(width - first), L::lane_index() + Int(first), Int(width - 1));
}

/// A warp a sample. Writes its code and, unless null, the element that won each channel.
template <int kRaw, int kLift>
struct EncodeSet {
  static constexpr Over over = Over::agent_lanes;
  static constexpr int kFeatures = kRaw + kLift;
  static constexpr int kStep = 4;  ///< elements at once

  SetInput set;
  const float* weight;  ///< [feature][channel]
  const float* bias;
  int width;
  float* code;
  int64_t code_stride;
  uint8_t* winners;  ///< (samples, width)

  struct Scratch {
    alignas(16) float rows[kFeatures][kWidestLanes];  ///< of a block of elements
  };

  template <class L>
  LANES_FUNCTION void operator()(int sample, int, Scratch& scratch) const {
    const SetRow row(set, sample);
    for (int first = 0; first < width; first += kChannelGroups * L::width)
      encode_channels<L>(row, sample, first, scratch);
  }

 private:
  template <class L>
  LANES_FUNCTION void encode_channels(const SetRow& row, int sample, int first_channel,
                                      Scratch& scratch) const {
    using Float = typename L::Float;
    using Int = typename L::Int;
    Float w[kFeatures][kChannelGroups], best[kChannelGroups];
    Int winner[kChannelGroups];
    LANES_UNROLL(4)
    for (int j = 0; j < kChannelGroups; ++j) {
      const Int channel = clamped_channel<L>(first_channel + j * L::width, width);
      LANES_UNROLL(16)
      for (int f = 0; f < kFeatures; ++f) w[f][j] = L::gather(weight + f * width, channel);
      best[j] = -3e38f, winner[j] = 0;
    }
    for (int first = 0; first < row.count; first += L::width) {
      const int here = minimum(row.count - first, L::width);
      // lanes beyond the last element repeat it, which changes no maximum
      const Int element = L::select(L::first(here), L::lane_index() + Int(first), Int(row.count - 1));
      const LiftedElement<L, kRaw, kLift> lifted(set, row.from, element);
      L::sync();
      LANES_UNROLL(16)
      for (int f = 0; f < kFeatures; ++f) L::store(scratch.rows[f], lifted.x[f], L::width);
      L::sync();
      constexpr int kAtOnce = L::width < kStep ? L::width : kStep;
      for (int k = 0; k < here; k += kAtOnce) look_at<L, kAtOnce>(first + k, k, scratch, w, best, winner);
    }
    LANES_UNROLL(4)
    for (int j = 0; j < kChannelGroups; ++j) {
      const int channel = first_channel + j * L::width, left = width - channel;
      if (left <= 0) continue;
      const Float sum = best[j] + L::gather(bias, clamped_channel<L>(channel, width));
      const Float value = row.count > 0 ? L::max(sum, Float(0.0f)) : Float(0.0f);
      L::store(code + sample * code_stride + channel, value, minimum(left, L::width));
      if (winners) L::store(winners + int64_t(sample) * width + channel, winner[j], minimum(left, L::width));
    }
  }

  template <class L, int kAtOnce>
  LANES_FUNCTION void look_at(int element, int k, const Scratch& scratch,
                              const typename L::Float (&w)[kFeatures][kChannelGroups],
                              typename L::Float (&best)[kChannelGroups],
                              typename L::Int (&winner)[kChannelGroups]) const {
    using Float = typename L::Float;
    Float sum[kAtOnce][kChannelGroups];
    LANES_UNROLL(4)
    for (int u = 0; u < kAtOnce; ++u) LANES_UNROLL(4)
    for (int j = 0; j < kChannelGroups; ++j) sum[u][j] = 0.0f;
    LANES_UNROLL(16)
    for (int f = 0; f < kFeatures; ++f) {
      LANES_UNROLL(4)
      for (int u = 0; u < kAtOnce; ++u) {
        const Float value = scratch.rows[f][k + u];
        LANES_UNROLL(4)
        for (int j = 0; j < kChannelGroups; ++j) sum[u][j] = L::multiply_add(w[f][j], value, sum[u][j]);
      }
    }
    LANES_UNROLL(4)
    for (int u = 0; u < kAtOnce; ++u) LANES_UNROLL(4)
    for (int j = 0; j < kChannelGroups; ++j) {
      const auto better = best[j] < sum[u][j];
      best[j] = L::select(better, sum[u][j], best[j]);
      winner[j] = L::select(better, typename L::Int(element + u), winner[j]);
    }
  }
};

/// A warp a chunk of samples. Writes the chunk's sum of the gradients of weights and bias, [feature, then
/// bias][channel].
template <int kRaw, int kLift>
struct EncodeSetBackward {
  static constexpr Over over = Over::agent_lanes;
  static constexpr int kFeatures = kRaw + kLift;

  SetInput set;
  int width;
  const float* code;
  int64_t code_stride;
  const uint8_t* winners;  ///< padded by kWidestLanes
  const float* gradient;   ///< of the code
  int64_t gradient_stride;
  int64_t chunk;   ///< samples
  float* partial;  ///< (chunks, kFeatures + 1, width)

  struct Scratch {
    int none;
  };

  template <class L>
  LANES_FUNCTION void operator()(int number, int, Scratch&) const {
    for (int first = 0; first < width; first += kChannelGroups * L::width) sum_channels<L>(number, first);
  }

 private:
  template <class L>
  LANES_FUNCTION void sum_channels(int number, int first_channel) const {
    using Float = typename L::Float;
    Float sum[kFeatures + 1][kChannelGroups];
    LANES_UNROLL(16)
    for (int f = 0; f <= kFeatures; ++f) LANES_UNROLL(4)
    for (int j = 0; j < kChannelGroups; ++j) sum[f][j] = 0.0f;
    const int64_t begin = number * chunk, rest = set.samples - begin;
    const int count = int(rest < chunk ? rest : chunk);
    for (int n = 0; n < count; ++n) {
      const int64_t sample = begin + n;
      const SetRow row(set, sample);
      if (row.count <= 0) continue;
      LANES_UNROLL(4)
      for (int j = 0; j < kChannelGroups; ++j) {
        const int channel = first_channel + j * L::width;
        if (channel >= width) continue;
        const auto place = clamped_channel<L>(channel, width);
        const Float won = L::gather(code + sample * code_stride, place);
        const Float g =
            L::select(Float(0.0f) < won, L::gather(gradient + sample * gradient_stride, place), Float(0.0f));
        const auto element = L::load(winners + sample * width + channel);
        const LiftedElement<L, kRaw, kLift> lifted(
            set, row.from, L::select(L::first(width - channel), element, typename L::Int(0)));
        LANES_UNROLL(16)
        for (int f = 0; f < kFeatures; ++f) sum[f][j] = L::multiply_add(g, lifted.x[f], sum[f][j]);
        sum[kFeatures][j] = sum[kFeatures][j] + g;
      }
    }
    LANES_UNROLL(16)
    for (int f = 0; f <= kFeatures; ++f) LANES_UNROLL(4)
    for (int j = 0; j < kChannelGroups; ++j) {
      const int channel = first_channel + j * L::width;
      L::store(partial + (int64_t(number) * (kFeatures + 1) + f) * width + channel, sum[f][j],
               minimum(width - channel, L::width));
    }
  }
};

/// A thread a weight, then a bias: the sum over chunks, in order, to (width, features) and (width).
struct SumPartials {
  static constexpr Over over = Over::worlds;
  const float* partial;
  int64_t chunks;
  int features, width;
  float *weight, *bias;

  HOST_DEVICE void operator()(int place) const {
    double sum = 0;
    for (int64_t n = 0; n < chunks; ++n) sum += double(partial[n * int64_t(features + 1) * width + place]);
    const int f = place / width, channel = place % width;
    (f < features ? weight[channel * features + f] : bias[channel]) = float(sum);
  }
};

/// Calls run(std::integral_constant of kRaw, of kLift) for the set's own numbers of features.
template <class Run>
void with_features(const SetInput& set, const Run& run) {
  const auto raw = [&](auto k) {
    using None = std::integral_constant<int, 0>;
    using Polar = std::integral_constant<int, 3>;
    using Closing = std::integral_constant<int, 4>;
    if (set.lift_scale_m <= 0)
      run(k, None{});
    else if constexpr (decltype(k)::value == int(kAgentFeatures))
      run(k, Closing{});
    else
      run(k, Polar{});
  };
  switch (set.features) {
    case kLaneFeatures:
      return raw(std::integral_constant<int, kLaneFeatures>{});
    case kBoundaryFeatures:
      return raw(std::integral_constant<int, kBoundaryFeatures>{});
    case kAgentFeatures:
      return raw(std::integral_constant<int, kAgentFeatures>{});
    case kStopLineFeatures:
      return raw(std::integral_constant<int, kStopLineFeatures>{});
    default:
      fail("a set of ", set.features, " features: no kernel is made for it");
  }
}

}  // namespace gigalane
