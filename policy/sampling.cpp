#include "policy/sampling.h"

#include <algorithm>

#include "policy/sampling_math.h"

namespace gigalane {
namespace {

constexpr int kLane = 16;  // rows side by side: each inner loop is a few vector instructions
template <class T>
using Row = T[kLane];

/// Sixteen rows side by side.
struct Block {
  Row<float> logit[kChoices], weight[kChoices], largest, sum, best, chosen_logit;
  Row<uint32_t> world, agent, noise[kChoices];
  Row<int32_t> chosen;
};

void load(const float* logits, int present, Block& b) {
  for (int i = 0; i < kLane; ++i) {
    const float* row = logits + std::min(i, present - 1) * kChoices;  // the last one again beyond the end
    for (int j = 0; j < kChoices; ++j) b.logit[j][i] = row[j];
  }
}

void weigh(Block& b) {
  for (int i = 0; i < kLane; ++i) b.largest[i] = b.logit[0][i], b.sum[i] = 0;
  for (int j = 1; j < kChoices; ++j)
    for (int i = 0; i < kLane; ++i) b.largest[i] = maximum(b.largest[i], b.logit[j][i]);
  for (int j = 0; j < kChoices; ++j)
    for (int i = 0; i < kLane; ++i) {
      b.weight[j][i] = exponential(b.logit[j][i] - b.largest[i]);
      b.sum[i] += b.weight[j][i];
    }
}

/// World and agent of 16 slots in a row.
void find_slots(const ActionKey& key, int64_t first_slot, Row<uint32_t>& world, Row<uint32_t>& agent) {
  uint32_t w = key.first_world + uint32_t(first_slot / key.agents_per_world);
  uint32_t a = uint32_t(first_slot % key.agents_per_world);
  for (int i = 0; i < kLane; ++i) {
    world[i] = w, agent[i] = a;
    if (++a == uint32_t(key.agents_per_world)) a = 0, ++w;
  }
}

/// philox4x32 of 16 counters of noise_counter(), the rounds side by side.
void draw_noise(const ActionKey& key, const Row<uint32_t>& world, const Row<uint32_t>& agent, uint32_t block,
                Row<uint32_t>* out) {
  Row<uint32_t> c0, c1, c2, c3;
  const Random4 same = noise_counter(key, 0, block);
  for (int i = 0; i < kLane; ++i) c0[i] = world[i], c1[i] = agent[i], c2[i] = same.v[2], c3[i] = same.v[3];
  uint32_t key0 = uint32_t(key.seed), key1 = uint32_t(key.seed >> 32);
  for (int round = 0; round < 10; ++round) {
    for (int i = 0; i < kLane; ++i) {
      const uint32_t high0 = uint32_t((uint64_t(0xD2511F53u) * c0[i]) >> 32), low0 = 0xD2511F53u * c0[i];
      const uint32_t high1 = uint32_t((uint64_t(0xCD9E8D57u) * c2[i]) >> 32), low1 = 0xCD9E8D57u * c2[i];
      c0[i] = high1 ^ c1[i] ^ key0;
      c1[i] = low1;
      c2[i] = high0 ^ c3[i] ^ key1;
      c3[i] = low0;
    }
    key0 += 0x9E3779B9u, key1 += 0xBB67AE85u;
  }
  std::copy_n(c0, kLane, out[0]), std::copy_n(c1, kLane, out[1]);
  std::copy_n(c2, kLane, out[2]), std::copy_n(c3, kLane, out[3]);
}

void choose(bool greedy, Block& b) {
  for (int i = 0; i < kLane; ++i) b.best[i] = -1, b.chosen[i] = 0, b.chosen_logit[i] = b.logit[0][i];
  for (int j = 0; j < kChoices; ++j) {
    Row<float> score;
    if (greedy)
      std::copy_n(b.weight[j], kLane, score);
    else
      for (int i = 0; i < kLane; ++i) score[i] = b.weight[j][i] / exponential_draw(b.noise[j][i]);
    for (int i = 0; i < kLane; ++i) {
      const bool better = score[i] > b.best[i];
      b.best[i] = better ? score[i] : b.best[i];
      b.chosen[i] = better ? j : b.chosen[i];
      b.chosen_logit[i] = better ? b.logit[j][i] : b.chosen_logit[i];
    }
  }
}

}  // namespace

void choose_actions(const float* logits, int64_t count, int64_t first_slot, const ActionKey& key,
                    ActionMode mode, uint8_t* actions, float* log_probability) {
  const bool greedy = mode == ActionMode::greedy;
  Block b;
  for (int64_t first = 0; first < count; first += kLane) {
    const int present = int(std::min<int64_t>(kLane, count - first));
    load(logits + first * kChoices, present, b);
    weigh(b);
    if (!greedy) {
      find_slots(key, first_slot + first, b.world, b.agent);
      for (uint32_t block = 0; block < kChoices / 4; ++block)
        draw_noise(key, b.world, b.agent, block, b.noise + block * 4);
    }
    choose(greedy, b);
    for (int i = 0; i < present; ++i) actions[first + i] = uint8_t(b.chosen[i]);
    if (!log_probability) continue;
    Row<float> value;
    for (int i = 0; i < kLane; ++i) value[i] = (b.chosen_logit[i] - b.largest[i]) - logarithm(b.sum[i]);
    std::copy_n(value, present, log_probability + first);
  }
}

void softmax_rows(const float* logits, int64_t count, float* probabilities, float* log_probabilities) {
  Block b;
  for (int64_t first = 0; first < count; first += kLane) {
    const int present = int(std::min<int64_t>(kLane, count - first));
    load(logits + first * kChoices, present, b);
    weigh(b);
    for (int i = 0; i < kLane; ++i) b.largest[i] += logarithm(b.sum[i]), b.sum[i] = 1 / b.sum[i];
    for (int j = 0; j < kChoices; ++j)
      for (int i = 0; i < kLane; ++i) b.weight[j][i] *= b.sum[i], b.logit[j][i] -= b.largest[i];
    for (int i = 0; i < present; ++i)
      for (int j = 0; j < kChoices; ++j) {
        probabilities[(first + i) * kChoices + j] = b.weight[j][i];
        if (log_probabilities) log_probabilities[(first + i) * kChoices + j] = b.logit[j][i];
      }
  }
}

}  // namespace gigalane
