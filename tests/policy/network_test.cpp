// The fused network against plain tensor operations: outputs and gradients.
#include "tests/policy/samples.h"

#include <ATen/Parallel.h>
#include <doctest/doctest.h>

#include <thread>

#include "base/error.h"
#include "policy/plain_network.h"

using namespace gigalane;
using gigalane::testing::Observations;
using gigalane::testing::random_network;
using torch::Tensor;

namespace {

NetworkConfig small(int width = 32, int agent_layers = 1, bool lift = true) {
  NetworkConfig config;
  config.encoder_width = width;
  config.agent_layers = agent_layers;
  config.trunk = {48, 32};
  config.polar_lift = lift;
  return config;
}

ObservationShape shape_of(int lanes, int boundary, int agents, int stop_lines) {
  return {{lanes, boundary, agents, stop_lines}};
}

float difference(const Tensor& a, const Tensor& b) { return (a - b).abs().max().item<float>(); }

/// Gradients of all parameters for a fixed gradient of the output.
std::vector<Tensor> gradients(const Network& network, const Tensor& output) {
  output.backward((torch::arange(output.numel()) * 1.7f).sin().view_as(output));
  std::vector<Tensor> result;
  for (const auto& [name, tensor] : network.parameters()) {
    result.push_back(tensor.grad().clone());
    Tensor(tensor).mutable_grad() = Tensor();
  }
  return result;
}

void compare(const Network& network, const ObservationBatch& batch) {
  const Tensor fused = network.forward(batch), plain = forward_in_tensors(network, batch, false);
  CHECK(difference(fused, plain) < 1e-5f);
  {
    torch::NoGradGuard no_gradient;
    CHECK(difference(network.forward(batch), plain.detach()) < 1e-5f);
  }
  const Tensor sets = forward_in_tensors(network, batch, true);
  CHECK(difference(sets, plain) < 1e-5f);
  const auto a = gradients(network, fused), b = gradients(network, plain), c = gradients(network, sets);
  for (size_t i = 0; i < a.size(); ++i) {
    CAPTURE(network.parameters()[i].first);
    const float allowed = 1e-5f * std::max(1.0f, b[i].abs().max().item<float>());
    CHECK(difference(a[i], b[i]) <= allowed);
    CHECK(difference(c[i], b[i]) <= allowed);
  }
}

}  // namespace

TEST_CASE("the fused network and fused sets agree with plain modules, forward and backward") {
  for (const int agent_layers : {1, 2})
    for (const int width : {16, 32, 48})
      for (const bool lift : {true, false}) {
        CAPTURE(agent_layers);
        CAPTURE(width);
        CAPTURE(lift);
        const Network network = random_network(small(width, agent_layers, lift), kActionCount, 3);
        Observations seen(shape_of(40, 48, 20, 4), 300, 5);
        compare(network, batch_of(seen.view(), seen.size(), torch::kCPU));
      }
}

TEST_CASE("in bfloat16 the fused network is as near to float32 as plain modules are") {
  NetworkConfig config = small(32, 2);
  config.trunk = {96, 64, 32};
  Network network = random_network(config, kActionCount, 3);
  Observations seen(shape_of(40, 48, 20, 4), 300, 5);
  const ObservationBatch batch = batch_of(seen.view(), seen.size(), torch::kCPU);
  const Tensor exact = network.forward(batch);
  const auto exact_gradients = gradients(network, exact);
  network.set_precision(Precision::bfloat16);
  CHECK((network.replica().precision() == Precision::bfloat16));
  const Tensor fused = network.forward(batch), plain = forward_in_tensors(network, batch, false);
  {
    torch::NoGradGuard no_gradient;
    CHECK(difference(network.forward(batch), fused.detach()) == 0);
  }
  const float scale = exact.abs().max().item<float>();
  CHECK(difference(fused, plain) < 0.01f * scale);
  CHECK(difference(fused, exact) < 0.02f * scale);
  CHECK(difference(fused, exact) > 1e-5f * scale);  // it does round
  // values near 0 fall on the other side of a ReLU: gradients of random signs differ by more than outputs
  const auto all = [](const std::vector<Tensor>& parts) {
    std::vector<Tensor> flat;
    for (const Tensor& part : parts) {
      CHECK((part.scalar_type() == torch::kFloat));
      flat.push_back(part.flatten());
    }
    return torch::cat(flat);
  };
  const Tensor right = all(exact_gradients);
  const auto error = [&](const Tensor& output) {
    return ((all(gradients(network, output)) - right).norm() / right.norm()).item<float>();
  };
  const float of_plain = error(plain), of_fused = error(fused);
  CHECK(of_plain > 0.001f);
  CHECK(of_plain < 0.15f);
  CHECK(of_fused < 1.3f * of_plain);  // plain modules round once less, after the bias
}

TEST_CASE("a prepared network looks as forward() does, also from two threads at once") {
  for (const Precision precision : {Precision::float32, Precision::bfloat16}) {
    Network network = random_network(small(32, 2), kActionCount, 3);
    network.set_precision(precision);
    Observations seen(shape_of(40, 48, 20, 4), 700, 5);
    ObservationBatch batch = batch_of(seen.view(), seen.size(), torch::kCPU);
    for (const bool indexed : {false, true}) {
      if (indexed) batch.index = torch::arange(seen.size() - 1, 99, -2, torch::kLong);
      const Tensor expected = network.forward(batch).detach();
      const Network::Look look = network.prepare();
      Tensor found[2];
      std::thread other([&] { found[1] = look(batch); });
      found[0] = look(batch);
      other.join();
      for (const Tensor& logits : found) {
        CHECK(!logits.requires_grad());
        CHECK(difference(logits, expected) == 0);
      }
    }
  }
}

TEST_CASE("sets of any size, full and empty") {
  const Network network = random_network(small(32, 2), 1, 4);
  for (const ObservationShape& shape :
       {shape_of(80, 80, 20, 4), shape_of(37, 1, 40, 3), shape_of(1, 2, 3, 1), shape_of(130, 255, 64, 16)}) {
    Observations seen(shape, 50, 6);
    for (int set = 0; set < kSetCount; ++set) {
      seen.counts[size_t(set)] = 0;                                // row 0: nothing at all
      seen.counts[size_t(kSetCount + set)] = shape.capacity[set];  // row 1: all
    }
    compare(network, batch_of(seen.view(), seen.size(), torch::kCPU));
  }
}

TEST_CASE("an index picks rows, any number of times") {
  const Network network = random_network(small(), kActionCount, 5);
  Observations seen(shape_of(40, 48, 20, 4), 100, 7);
  ObservationBatch batch = batch_of(seen.view(), seen.size(), torch::kCPU);
  const Tensor all = network.forward(batch).detach();
  batch.index = torch::tensor(std::vector<int64_t>{99, 0, 50, 50, 3});
  CHECK(batch.size() == 5);
  compare(network, batch);
  CHECK(difference(network.forward(batch).detach(), all.index_select(0, batch.index)) < 1e-5f);
  batch.index = torch::empty({0}, torch::kLong);
  CHECK(network.forward(batch).size(0) == 0);
}

TEST_CASE("an empty set has the code 0, and absent elements are not seen") {
  const Network network = random_network(small(), kActionCount, 6);
  Observations seen(shape_of(40, 48, 20, 4), 20, 8);
  const Tensor before = network.forward(batch_of(seen.view(), seen.size(), torch::kCPU)).detach().clone();
  for (int n = 0; n < seen.size(); ++n)
    for (int set = 0; set < kSetCount; ++set)
      for (int f = 0; f < kSetFeatures[set]; ++f)
        for (int k = seen.counts[size_t(n * kSetCount + set)]; k < seen.shape.capacity[set]; ++k)
          seen.rows[size_t(n * seen.shape.row_stride() + seen.shape.set_offset(set) +
                           f * seen.shape.capacity[set] + k)] = 77;
  CHECK(difference(network.forward(batch_of(seen.view(), seen.size(), torch::kCPU)).detach(), before) == 0);
}

TEST_CASE("the order of elements and the capacity change nothing") {
  const Network network = random_network(small(), kActionCount, 7);
  Observations few(shape_of(10, 10, 10, 4), 1, 9);
  std::fill(few.counts.begin(), few.counts.end(), 4);
  Observations many(shape_of(80, 80, 20, 9), 1, 10);
  std::fill(many.rows.begin(), many.rows.end(), 0.0f);
  many.counts = few.counts;
  for (int set = 0; set < kSetCount; ++set)
    for (int f = 0; f < kSetFeatures[set]; ++f)
      for (int k = 0; k < 4; ++k)  // in reverse
        many.rows[size_t(many.shape.set_offset(set) + f * many.shape.capacity[set] + 3 - k)] =
            few.rows[size_t(few.shape.set_offset(set) + f * few.shape.capacity[set] + k)];
  std::copy_n(few.rows.begin() + few.shape.ego_offset(), kEgoFeatures,
              many.rows.begin() + many.shape.ego_offset());
  CHECK(difference(network.forward(batch_of(few.view(), 1, torch::kCPU)),
                   network.forward(batch_of(many.view(), 1, torch::kCPU))) < 1e-6f);
}

TEST_CASE("replicas share weights, have gradients of their own, and may run at once") {
  const Network network = random_network(small(32, 2), kActionCount, 8);
  Observations seen(shape_of(40, 48, 20, 4), 400, 11);
  const auto half = [&](int which) {
    ObservationBatch batch = batch_of(seen.view(), seen.size(), torch::kCPU);
    batch.index = torch::arange(which * 200, which * 200 + 200);
    return batch;
  };
  std::vector<Tensor> alone[2], together[2];
  for (int i = 0; i < 2; ++i) {
    const Network replica = network.replica();
    alone[i] = gradients(replica, replica.forward(half(i)));
    CHECK(replica.parameters()[0].second.data_ptr<float>() ==
          network.parameters()[0].second.data_ptr<float>());
  }
  std::vector<std::thread> threads;
  for (int i = 0; i < 2; ++i)
    threads.emplace_back([&, i] {
      at::set_num_threads(1);
      const Network replica = network.replica();
      for (int repeat = 0; repeat < 5; ++repeat) together[i] = gradients(replica, replica.forward(half(i)));
    });
  for (auto& thread : threads) thread.join();
  for (int i = 0; i < 2; ++i)
    for (size_t p = 0; p < alone[i].size(); ++p) CHECK(torch::equal(alone[i][p], together[i][p]));
  CHECK(!network.parameters()[0].second.grad().defined());
}

TEST_CASE("weights are orthogonal, biases zero, and a function of the seed") {
  const Network a(small(), kActionCount, 0.01, 1, torch::kCPU),
      b(small(), kActionCount, 0.01, 1, torch::kCPU);
  const Network c(small(), kActionCount, 0.01, 2, torch::kCPU);
  for (size_t i = 0; i < a.parameters().size(); ++i) {
    const auto& [name, tensor] = a.parameters()[i];
    CAPTURE(name);
    CHECK(torch::equal(tensor, b.parameters()[i].second));
    if (tensor.dim() == 1) {
      CHECK(tensor.abs().max().item<float>() == 0);
      continue;
    }
    CHECK(!torch::equal(tensor, c.parameters()[i].second));
    const Tensor w = tensor.size(0) <= tensor.size(1) ? tensor : tensor.t();
    const float square = name == "head.weight" ? 1e-4f : 2.0f;
    CHECK(difference(at::matmul(w, w.t()), torch::eye(w.size(0)) * square) < 1e-5f * std::max(1.0f, square));
  }
  CHECK(a.parameters().front().first == "lane_encoder.weight");
  CHECK(a.parameters().back().first == "head.bias");
}

TEST_CASE("the paper's network has three million parameters") {
  const Network paper(NetworkConfig{}, kActionCount, 0.01, 1, torch::kCPU);
  CHECK(paper.parameter_count() > 2'800'000);
  CHECK(paper.parameter_count() < 3'200'000);
}

TEST_CASE("the bias towards driving forward") {
  NetworkConfig config = small();
  config.drive_off_bias = true;
  const Network actor(config, kActionCount, 0.01, 1, torch::kCPU), critic(config, 1, 1, 1, torch::kCPU);
  const Tensor bias = actor.parameters().back().second;
  const float expected[] = {-2, -2, -2, -0.3f, -0.3f, -0.3f, 0.2f, 0.2f, 0.2f, 0.4f, 0.4f, 0.4f};
  for (int action = 0; action < kActionCount; ++action) CHECK(bias[action].item<float>() == expected[action]);
  CHECK(critic.parameters().back().second.item<float>() == 0);
}

TEST_CASE("what is no number in what an agent knows of itself is none in what the network says") {
  for (const Precision precision : {Precision::float32, Precision::bfloat16}) {
    Network network = random_network(small(), kActionCount, 3);
    network.set_precision(precision);
    Observations seen(shape_of(8, 8, 4, 2), 3, 5);
    const ObservationBatch batch = batch_of(seen.view(), seen.size(), torch::kCPU);
    batch.rows[1][batch.shape.ego_offset() + 3] = NAN;
    const Tensor out = network.forward(batch);
    CHECK(out[1].isnan().all().item<bool>());
    CHECK(out[0].isfinite().all().item<bool>());
    CHECK(out[2].isfinite().all().item<bool>());
  }
}

TEST_CASE("a GPU looks and learns as the CPU does") {
  if (!cuda_available()) {
    MESSAGE("no GPU: skipped");
    return;
  }
  for (const int agent_layers : {1, 2}) {
    CAPTURE(agent_layers);
    const NetworkConfig config = small(64, agent_layers);
    const Network here(config, kActionCount, 1, 3, torch::kCPU),
        there(config, kActionCount, 1, 3, torch::kCUDA);
    Observations seen(shape_of(40, 48, 20, 4), 300, 5);
    const ObservationBatch batch = batch_of(seen.view(), seen.size(), torch::kCPU);
    ObservationBatch on_gpu = batch;
    on_gpu.rows = batch.rows.to(torch::kCUDA), on_gpu.counts = batch.counts.to(torch::kCUDA);
    const Tensor a = here.forward(batch), b = there.forward(on_gpu);
    CHECK(difference(a.detach(), b.detach().cpu()) < 1e-3f);  // TF32 where it is on
    const auto of_a = gradients(here, a);
    b.backward((torch::arange(b.numel()) * 1.7f).sin().view_as(a).to(torch::kCUDA));
    for (size_t i = 0; i < of_a.size(); ++i) {
      CAPTURE(here.parameters()[i].first);
      const Tensor of_b = there.parameters()[i].second.grad().cpu();
      const float norm = of_a[i].norm().item<float>();
      CHECK((of_a[i] - of_b).norm().item<float>() <= 1e-2f * std::max(norm, 1e-3f));
    }
  }
}

TEST_CASE("wrong shapes are refused") {
  CHECK_THROWS_AS(Network(small(20), kActionCount, 1, 1, torch::kCPU), Error);
  const Network network = random_network(small(), kActionCount, 9);
  Observations seen(shape_of(40, 48, 20, 4), 4, 12);
  ObservationBatch batch = batch_of(seen.view(), seen.size(), torch::kCPU);
  batch.shape = shape_of(80, 80, 20, 4);
  CHECK_THROWS_AS(network.forward(batch), Error);
}

TEST_CASE("observations of 16-bit numbers are read as the float32 ones that they stand for") {
  const Network network = random_network(small(), kActionCount, 3);
  for (const NumberFormat format : {NumberFormat::float16, NumberFormat::bfloat16}) {
    Observations wide(shape_of(37, 80, 20, 4), 70, 9);
    std::vector<uint16_t> narrow;
    for (float& number : wide.rows) {
      narrow.push_back(format == NumberFormat::float16 ? float16_bits(number) : bfloat16_bits(number));
      number = format == NumberFormat::float16 ? to_float(Float16{narrow.back()})
                                               : to_float(BFloat16{narrow.back()});
    }
    ObservationView view = wide.view();
    const Tensor expected = network.forward(batch_of(view.from(6), 64, torch::kCPU));
    view = {view.shape, nullptr, view.counts, narrow.data()};
    view.shape.format = format;
    CHECK(torch::equal(network.forward(batch_of(view.from(6), 64, torch::kCPU)), expected));
    CHECK(view.number(3, 5) == wide.rows[size_t(3 * view.shape.row_stride() + 5)]);
  }
}
