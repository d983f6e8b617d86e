#include "policy/device_encoder.h"

#include "policy/set_encoder_phases.h"

namespace gigalane {
namespace {

constexpr int64_t kChunk = 64;  ///< samples whose gradients a warp sums: few partial sums, many warps

int64_t chunks_of(const SetInput& set) { return (set.samples + kChunk - 1) / kChunk; }

}  // namespace

void encode_on_device(const Executor& executor, const SetInput& set, int width, const float* weight,
                      const float* bias, float* code, int64_t code_stride, uint8_t* winners) {
  require(set.samples < int64_t(1) << 30, "encode_on_device: ", set.samples, " samples, expected fewer");
  with_features(set, [&](auto raw, auto lift) {
    run_phases(executor, int(set.samples), 1,
               EncodeSet<decltype(raw)::value, decltype(lift)::value>{set, weight, bias, width, code,
                                                                      code_stride, winners});
  });
}

int64_t backward_room(const SetInput& set, int width) {
  return chunks_of(set) * (set.lifted_features() + 1) * width;
}

void encode_backward_on_device(const Executor& executor, const SetInput& set, int width, const float* code,
                               int64_t code_stride, const uint8_t* winners, const float* gradient,
                               int64_t gradient_stride, float* room, float* weight_gradient,
                               float* bias_gradient) {
  require(set.capacity <= 256, "sets of ", set.capacity, " elements: at most 256 can be learnt from");
  const int features = set.lifted_features();
  with_features(set, [&](auto raw, auto lift) {
    run_phases(executor, int(chunks_of(set)), 1,
               EncodeSetBackward<decltype(raw)::value, decltype(lift)::value>{
                   set, width, code, code_stride, winners, gradient, gradient_stride, kChunk, room});
  });
  run_phases(executor, (features + 1) * width, 1,
             SumPartials{room, chunks_of(set), features, width, weight_gradient, bias_gradient});
}

}  // namespace gigalane
