// Compiled with -ffp-contract=fast, which is why it includes nothing with arithmetic that is not inlined.
#include "policy/set_encoder.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <memory>
#include <new>
#include <vector>

#include "policy/float_vector.h"

namespace gigalane {
namespace {

using Float = FloatVector;
typedef int32_t Int __attribute__((vector_size(kLanes * 4)));
typedef uint8_t BytesAnywhere __attribute__((vector_size(kLanes), aligned(1), may_alias));

constexpr int kUnroll = kLanes == 16 ? 8 : 4;  // elements at once: accumulators fill the registers
constexpr int kMaxLift = 4;
constexpr int kFlushOften = 32;  // samples whose many winners each add to the first layer
constexpr float kMetresPerPosition = 50, kFloorM = 1e-3f;  // 1 / kPositionScale, kLiftFloorM
constexpr int kVelocityX = 4, kVelocityY = 5;

inline Float at_least_zero(Float v) { return v <= 0 ? Float{} : v; }  // what is no number stays so

/// 64-byte aligned, zero-filled.
class Scratch {
 public:
  explicit Scratch(size_t size)
      : data_(static_cast<float*>(::operator new (size * 4 + 64, std::align_val_t{64}))) {
    std::memset(data_.get(), 0, size * 4 + 64);
  }
  float* get() const { return data_.get(); }

 private:
  struct Free {
    void operator()(float* p) const { ::operator delete (p, std::align_val_t{64}); }
  };
  std::unique_ptr<float, Free> data_;
};

/// (rows, columns) to (columns, rows).
void transpose(const float* from, int rows, int columns, float* to) {
  for (int r = 0; r < rows; ++r)
    for (int c = 0; c < columns; ++c) to[c * rows + r] = from[r * columns + c];
}

/// The lift of the first `count` elements (a multiple of 16), rows of `stride` floats.
void lift(const SetInput& set, int count, int stride, float* rows) {
  const float *x = rows, *y = rows + stride;
  float* __restrict p = rows + set.features * stride;
  float* __restrict px = p + stride;
  float* __restrict py = px + stride;
  const float scale = set.lift_scale_m;
  for (int k = 0; k < count; ++k) {
    const float x_m = x[k] * kMetresPerPosition, y_m = y[k] * kMetresPerPosition;
    const float r = std::sqrt(x_m * x_m + y_m * y_m) + kFloorM;
    const float q = scale / ((scale + r) * r);  // p / r with one division
    p[k] = q * r, px[k] = q * x_m, py[k] = q * y_m;
  }
  if (!set.closing) return;
  const float *vx = rows + kVelocityX * stride, *vy = rows + kVelocityY * stride;
  float* __restrict closing = py + stride;
  for (int k = 0; k < count; ++k) closing[k] = -(vx[k] * px[k] + vy[k] * py[k]);
}

/// One sample at a time: its elements, lifted, as rows [feature][element] of `stride` floats; the last
/// element is repeated up to a multiple of 4, which changes no maximum.
class Elements {
 public:
  explicit Elements(const SetInput& set)
      : set_(set),
        features_(set.lifted_features()),
        stride_(int(round_up(std::max(set.capacity, 1), 32))),
        rows_(size_t(set.features + kMaxLift) * stride_) {}

  int features() const { return features_; }
  int stride() const { return stride_; }
  const float* rows() const { return rows_.get(); }

  /// Returns the number of elements present.
  int read(int64_t sample) {
    const int64_t row = set_.index ? set_.index[sample] : sample;
    if (sample + 2 < set_.samples) prefetch(set_.index ? set_.index[sample + 2] : sample + 2);
    const int count = std::min(set_.counts[row * set_.count_stride], set_.capacity);
    if (count <= 0) return 0;
    const float* from = set_.rows + row * set_.row_stride;
    const int whole = int(round_up(count, 16));
    float* rows = rows_.get();
    for (int f = 0; f < set_.features; ++f)
      for (int k = 0; k < whole; k += kLanes)
        store(rows + f * stride_ + k, load(from + f * set_.capacity + k));
    if (set_.lift_scale_m > 0) lift(set_, whole, stride_, rows);
    const int padded = int(round_up(count, 4));
    if (padded != count)
      for (int f = 0; f < features_; ++f)
        for (int k = count; k < padded; ++k) rows[f * stride_ + k] = rows[f * stride_ + count - 1];
    return count;
  }

 private:
  void prefetch(int64_t row) const {
    const char* from = reinterpret_cast<const char*>(set_.rows + row * set_.row_stride);
    for (int byte = 0; byte < set_.features * set_.capacity * 4; byte += 64) __builtin_prefetch(from + byte);
  }

  const SetInput& set_;
  int features_, stride_;
  Scratch rows_;
};

/// A linear layer's inputs for successive elements: input f of element k at x[f * feature_stride + k *
/// element_stride].
struct Inputs {
  const float* x;
  int features;
  int64_t feature_stride, element_stride;
};

/// sum[b][u] += W x for `kCount` elements and `kBlocks` vectors of channels; weights are [feature][channel].
template <int kBlocks, int kCount>
inline __attribute__((always_inline)) void multiply(const Inputs& in, int first, const float* weights,
                                                    int width, Float (&sum)[kBlocks][kCount]) {
  const float* x = in.x + first * in.element_stride;
  for (int f = 0; f < in.features; ++f, x += in.feature_stride, weights += width) {
    Float w[kBlocks];
#pragma GCC unroll 2
    for (int b = 0; b < kBlocks; ++b) w[b] = load(weights + b * kLanes);
#pragma GCC unroll 8
    for (int u = 0; u < kCount; ++u) {
      const float value = x[u * in.element_stride];
#pragma GCC unroll 2
      for (int b = 0; b < kBlocks; ++b) sum[b][u] += w[b] * value;
    }
  }
}

template <int kBlocks>
struct Best {
  Float value[kBlocks];
  Int element[kBlocks];
};

template <int kBlocks, int kCount, bool kWinners>
inline __attribute__((always_inline)) void find_best(const Inputs& in, int first, const float* weights,
                                                     int width, Best<kBlocks>& best) {
  Float sum[kBlocks][kCount] = {};
  multiply<kBlocks, kCount>(in, first, weights, width, sum);
#pragma GCC unroll 8
  for (int u = 0; u < kCount; ++u)
#pragma GCC unroll 2
    for (int b = 0; b < kBlocks; ++b) {
      const Int better = sum[b][u] > best.value[b];
      best.value[b] = better ? sum[b][u] : best.value[b];
      if constexpr (kWinners) best.element[b] = better ? Int{} + (first + u) : best.element[b];
    }
}

/// Channels [0, kBlocks * kLanes) of the last layer: the maximum over elements, bias, ReLU.
template <int kBlocks, bool kWinners>
void take_maximum(const Inputs& in, int count, const float* weights, int width, const float* bias,
                  float* code, uint8_t* winners) {
  Best<kBlocks> best;
  for (int b = 0; b < kBlocks; ++b) best.value[b] = Float{} - INFINITY, best.element[b] = Int{};
  int first = 0;
  for (; first + kUnroll <= round_up(count, 4); first += kUnroll)
    find_best<kBlocks, kUnroll, kWinners>(in, first, weights, width, best);
  if (first < count) find_best<kBlocks, 4, kWinners>(in, first, weights, width, best);
  for (int b = 0; b < kBlocks; ++b) {
    store(code + b * kLanes, at_least_zero(best.value[b] + load(bias + b * kLanes)));
    if constexpr (kWinners)
      *reinterpret_cast<BytesAnywhere*>(winners + b * kLanes) =
          __builtin_convertvector(best.element[b], BytesAnywhere);
  }
}

template <bool kWinners>
void take_maxima(const Inputs& in, int count, const float* weights, int width, const float* bias, float* code,
                 uint8_t* winners) {
  int w = 0;
  for (; w + 2 * kLanes <= width; w += 2 * kLanes)
    take_maximum<2, kWinners>(in, count, weights + w, width, bias + w, code + w,
                              kWinners ? winners + w : nullptr);
  for (; w < width; w += kLanes)
    take_maximum<1, kWinners>(in, count, weights + w, width, bias + w, code + w,
                              kWinners ? winners + w : nullptr);
}

/// kBlocks vectors of channels of relu(W x + bias), four elements at once.
template <int kBlocks>
void find_hidden_blocks(const Inputs& in, int count, const float* weights, int width, const float* bias,
                        float* hidden) {
  for (int first = 0; first < count; first += 4) {
    Float sum[kBlocks][4];
    for (int b = 0; b < kBlocks; ++b)
      for (int u = 0; u < 4; ++u) sum[b][u] = load(bias + b * kLanes);
    multiply<kBlocks, 4>(in, first, weights, width, sum);
    for (int u = 0; u < 4; ++u)
      for (int b = 0; b < kBlocks; ++b)
        store(hidden + int64_t(first + u) * width + b * kLanes, at_least_zero(sum[b][u]));
  }
}

/// relu(W x + bias) of each element, [element][channel]; `count` is rounded up to a multiple of 4.
void find_hidden(const Inputs& in, int count, const float* weights, int width, const float* bias,
                 float* hidden) {
  int w = 0;
  for (; w + 2 * kLanes <= width; w += 2 * kLanes)
    find_hidden_blocks<2>(in, count, weights + w, width, bias + w, hidden + w);
  for (; w < width; w += kLanes) find_hidden_blocks<1>(in, count, weights + w, width, bias + w, hidden + w);
}

/// The maximum over `count` rows of values, by channel: bias, ReLU.
template <bool kWinners>
void take_maximum_of_rows(const float* values, int count, int width, const float* bias, float* code,
                          uint8_t* winners) {
  for (int w = 0; w < width; w += kLanes) {
    Float best = load(values + w);
    Int element{};
    for (int k = 1; k < count; ++k) {
      const Float value = load(values + int64_t(k) * width + w);
      const Int better = value > best;
      best = better ? value : best;
      if constexpr (kWinners) element = better ? Int{} + k : element;
    }
    store(code + w, at_least_zero(best + load(bias + w)));
    if constexpr (kWinners)
      *reinterpret_cast<BytesAnywhere*>(winners + w) = __builtin_convertvector(element, BytesAnywhere);
  }
}

/// Two layers, the second in bfloat16: hidden values of many samples at once, so that a product is worth its
/// tiles.
template <bool kWinners>
void encode_rounded(const SetInput& set, const EncoderWeights& net, float* code, int64_t code_stride,
                    uint8_t* winners) {
  constexpr int64_t kRowsAtOnce = 512;
  const int width = net.width;
  Elements elements(set);
  Scratch first_layer(size_t(elements.features()) * width);
  transpose(net.weight, width, elements.features(), first_layer.get());
  const int64_t room = kRowsAtOnce + elements.stride();
  thread_local AlignedRoom hidden_room, rounded_room, values_room;
  const size_t numbers = size_t(room) * size_t(width);
  float* hidden = static_cast<float*>(hidden_room.get(numbers * sizeof(float)));
  float* values = static_cast<float*>(values_room.get(numbers * sizeof(float)));
  BFloat16* rounded = static_cast<BFloat16*>(rounded_room.get(numbers * sizeof(BFloat16)));
  const Inputs in{elements.rows(), elements.features(), elements.stride(), 1};
  std::vector<int> counts(size_t(set.samples));
  for (int64_t begin = 0; begin < set.samples;) {
    int64_t rows = 0, end = begin;
    for (; end < set.samples && rows < kRowsAtOnce; ++end) {
      const int count = counts[size_t(end)] = elements.read(end);
      if (count > 0) find_hidden(in, count, first_layer.get(), width, net.bias, hidden + rows * width);
      rows += count;
    }
    convert(MatrixView<const float>{hidden, rows, width, width},
            MatrixView<BFloat16>{rounded, rows, width, width});
    multiply(MatrixView<const BFloat16>{rounded, rows, width, width}, false, *net.rounded_2, {},
             MatrixView<float>{values, rows, width, width});
    rows = 0;
    for (int64_t n = begin; n < end; ++n) {
      const int count = counts[size_t(n)];
      float* out = code + n * code_stride;
      uint8_t* winner = kWinners ? winners + n * width : nullptr;
      if (count > 0) {
        take_maximum_of_rows<kWinners>(values + rows * width, count, width, net.bias_2, out, winner);
      } else {
        std::memset(out, 0, size_t(width) * 4);
        if constexpr (kWinners) std::memset(winner, 0, size_t(width));
      }
      rows += count;
    }
    begin = end;
  }
}

template <bool kWinners>
void encode_all(const SetInput& set, const EncoderWeights& net, float* code, int64_t code_stride,
                uint8_t* winners) {
  if (net.rounded_2) return encode_rounded<kWinners>(set, net, code, code_stride, winners);
  const int width = net.width;
  Elements elements(set);
  Scratch first_layer(size_t(elements.features()) * width),
      second_layer(net.weight_2 ? size_t(width) * width : 0);
  Scratch hidden(net.weight_2 ? size_t(elements.stride()) * width : 0);
  transpose(net.weight, width, elements.features(), first_layer.get());
  if (net.weight_2) transpose(net.weight_2, width, width, second_layer.get());
  const Inputs in{elements.rows(), elements.features(), elements.stride(), 1};
  const Inputs between{hidden.get(), width, 1, width};
  for (int64_t n = 0; n < set.samples; ++n, code += code_stride) {
    uint8_t* winner = kWinners ? winners + n * width : nullptr;
    const int count = elements.read(n);
    if (count == 0) {
      std::memset(code, 0, size_t(width) * 4);
      if constexpr (kWinners) std::memset(winner, 0, size_t(width));
    } else if (net.weight_2) {
      find_hidden(in, count, first_layer.get(), width, net.bias, hidden.get());
      take_maxima<kWinners>(between, count, second_layer.get(), width, net.bias_2, code, winner);
    } else {
      take_maxima<kWinners>(in, count, first_layer.get(), width, net.bias, code, winner);
    }
  }
}

/// The gradient where the code is above 0; returns whether there is any.
bool mask_gradient(const float* code, const float* gradient, int width, float* masked, float* bias_sum) {
  Int any{};
  for (int w = 0; w < width; w += kLanes) {
    const Float g = load(code + w) > 0 ? load(gradient + w) : Float{};
    any |= g != 0;
    store(masked + w, g);
    store(bias_sum + w, load(bias_sum + w) + g);
  }
  for (int i = 0; i < kLanes; ++i)
    if (any[i]) return true;
  return false;
}

/// By lane row[element], from `count` values in registers. Reads whole pairs of vectors.
inline __attribute__((always_inline)) Float look_up(const float* row, int count, Int element) {
  Float found = __builtin_shuffle(load(row), load(row + kLanes), element);
  for (int k = 2 * kLanes; k < count; k += 2 * kLanes) {
    const Float here = __builtin_shuffle(load(row + k), load(row + k + kLanes), element);
    found = element >= k ? here : found;
  }
  return found;
}

/// Moves sums into totals and clears them.
void flush(float* sums, float* totals, size_t size) {
  for (size_t i = 0; i < size; ++i) totals[i] += sums[i], sums[i] = 0;
}

void encode_backward_one(const SetInput& set, const EncoderWeights& net, const float* code,
                         int64_t code_stride, const uint8_t* winners, const float* gradient,
                         int64_t gradient_stride, const EncoderGradients& out) {
  const int width = net.width;
  Elements elements(set);
  const int features = elements.features();
  // weights [feature][channel], then bias
  const size_t size = size_t(features + 1) * width;
  Scratch sums(size), totals(size), masked(width);
  float* bias_sum = sums.get() + size_t(features) * width;
  for (int64_t n = 0; n < set.samples; ++n) {
    if (n % kFlush == 0) flush(sums.get(), totals.get(), size);
    if (set.counts[(set.index ? set.index[n] : n) * set.count_stride] <= 0) continue;
    if (!mask_gradient(code + n * code_stride, gradient + n * gradient_stride, width, masked.get(), bias_sum))
      continue;
    const int count = elements.read(n);
    for (int w = 0; w < width; w += kLanes) {
      const Int element =
          __builtin_convertvector(*reinterpret_cast<const BytesAnywhere*>(winners + n * width + w), Int);
      const Float g = load(masked.get() + w);
      const float* row = elements.rows();
      float* sum = sums.get() + w;
      for (int f = 0; f < features; ++f, row += elements.stride(), sum += width)
        store(sum, load(sum) + g * look_up(row, count, element));
    }
  }
  flush(sums.get(), totals.get(), size);
  transpose(totals.get(), features, width, out.weight);
  std::copy_n(totals.get() + size_t(features) * width, width, out.bias);
}

/// to += factor * from
inline void add_multiple(float factor, const float* from, int width, float* to) {
  for (int w = 0; w < width; w += kLanes) store(to + w, load(to + w) + factor * load(from + w));
}

/// Sums of both layers' gradients: weights [feature][channel], bias, weights_2 [out][in], bias_2.
struct TwoLayerSums {
  TwoLayerSums(int features, int width)
      : bias(size_t(features) * width),
        weight_2(bias + width),
        bias_2(weight_2 + size_t(width) * width),
        size(bias_2 + width),
        sums(size),
        totals(size) {}
  size_t bias, weight_2, bias_2, size;
  Scratch sums, totals;
};

/// From the gradient of the hidden values of the elements that won something to the first layer's weights.
void add_first_layer(const Elements& elements, int element, const float* hidden, const float* change,
                     int width, const TwoLayerSums& at, float* sums) {
  for (int w = 0; w < width; w += kLanes) {
    const Float d = load(hidden + w) > 0 ? load(change + w) : Float{};
    store(sums + at.bias + w, load(sums + at.bias + w) + d);
    for (int f = 0; f < elements.features(); ++f) {
      float* sum = sums + size_t(f) * width + w;
      store(sum, load(sum) + d * elements.rows()[f * elements.stride() + element]);
    }
  }
}

void encode_backward_two(const SetInput& set, const EncoderWeights& net, const float* code,
                         int64_t code_stride, const uint8_t* winners, const float* gradient,
                         int64_t gradient_stride, const EncoderGradients& out) {
  const int width = net.width;
  Elements elements(set);
  const int features = elements.features();
  TwoLayerSums all(features, width);
  float* sums = all.sums.get();
  Scratch first_layer(size_t(features) * width), masked(width);
  Scratch hidden(size_t(elements.stride()) * width), change(size_t(elements.stride()) * width);
  transpose(net.weight, width, features, first_layer.get());
  const Inputs in{elements.rows(), features, elements.stride(), 1};
  bool won[256];
  for (int64_t n = 0; n < set.samples; ++n) {
    if (n % kFlushOften == 0) flush(sums, all.totals.get(), all.size);
    if (set.counts[(set.index ? set.index[n] : n) * set.count_stride] <= 0) continue;
    if (!mask_gradient(code + n * code_stride, gradient + n * gradient_stride, width, masked.get(),
                       sums + all.bias_2))
      continue;
    const int count = elements.read(n);
    find_hidden(in, count, first_layer.get(), width, net.bias, hidden.get());
    std::memset(won, 0, sizeof won);
    for (int w = 0; w < width; ++w) {
      const float g = masked.get()[w];
      if (g == 0) continue;
      const int element = winners[n * width + w];
      float* change_here = change.get() + int64_t(element) * width;
      if (!won[element]) std::memset(change_here, 0, size_t(width) * 4);
      won[element] = true;
      add_multiple(g, hidden.get() + int64_t(element) * width, width,
                   sums + all.weight_2 + size_t(w) * width);
      add_multiple(g, net.weight_2 + size_t(w) * width, width, change_here);
    }
    for (int k = 0; k < count; ++k)
      if (won[k])
        add_first_layer(elements, k, hidden.get() + int64_t(k) * width, change.get() + int64_t(k) * width,
                        width, all, sums);
  }
  flush(sums, all.totals.get(), all.size);
  const float* totals = all.totals.get();
  transpose(totals, features, width, out.weight);
  std::copy_n(totals + all.bias, width, out.bias);
  std::copy_n(totals + all.weight_2, size_t(width) * width, out.weight_2);
  std::copy_n(totals + all.bias_2, width, out.bias_2);
}

}  // namespace

void encode(const SetInput& set, const EncoderWeights& net, float* code, int64_t code_stride,
            uint8_t* winners) {
  winners ? encode_all<true>(set, net, code, code_stride, winners)
          : encode_all<false>(set, net, code, code_stride, nullptr);
}

void encode_backward(const SetInput& set, const EncoderWeights& net, const float* code, int64_t code_stride,
                     const uint8_t* winners, const float* gradient, int64_t gradient_stride,
                     const EncoderGradients& out) {
  (net.weight_2 ? encode_backward_two : encode_backward_one)(set, net, code, code_stride, winners, gradient,
                                                             gradient_stride, out);
}

}  // namespace gigalane
