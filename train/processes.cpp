#include "train/processes.h"

#include <ATen/ops/cat.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/from_blob.h>
#include <torch/csrc/distributed/c10d/PrefixStore.hpp>
#include <torch/csrc/distributed/c10d/ProcessGroupGloo.hpp>
#include <torch/csrc/distributed/c10d/TCPStore.hpp>

#include <chrono>
#include <csignal>
#include <cstring>

#include "base/error.h"

namespace gigalane {

using at::Tensor;

namespace {

constexpr std::chrono::seconds kMeeting{30};
/// For an answer. A process that dies is noticed at once, by its closed connections; this is for one that
/// hangs, and longer than the first process may be busy with an evaluation.
constexpr std::chrono::minutes kPatience{60};

c10::intrusive_ptr<c10d::Store> open_store(const ProcessPlace& place) {
  c10d::TCPStoreOptions options;
  options.port = uint16_t(place.port);
  options.isServer = place.rank == 0 && !place.launcher_listens;
  options.numWorkers = size_t(place.count);
  options.waitWorkers = !place.launcher_listens;
  options.timeout = kMeeting;
  c10::intrusive_ptr<c10d::Store> store = c10::make_intrusive<c10d::TCPStore>(place.address, options);
  return c10::make_intrusive<c10d::PrefixStore>("gigalane" + place.attempt, store);
}

c10::intrusive_ptr<c10d::ProcessGroupGloo> open_gloo(const ProcessPlace& place) {
  const auto store = open_store(place);
  const auto options = c10d::ProcessGroupGloo::Options::create(kMeeting);
  const bool here = place.address == "127.0.0.1" || place.address == "localhost";
  options->devices.push_back(here ? c10d::ProcessGroupGloo::createDeviceForHostname("127.0.0.1")
                                  : c10d::ProcessGroupGloo::createDefaultDevice());
  options->threads = 1;
  auto group = c10::make_intrusive<c10d::ProcessGroupGloo>(store, place.rank, place.count, options);
  group->setTimeout(kPatience);
  return group;
}

/// The first line of what LibTorch says.
std::string first_line(const std::exception& error) {
  const std::string text = error.what();
  return text.substr(0, text.find('\n'));
}

/// Runs a collective operation to its end.
template <class Start>
void complete(const ProcessPlace& place, const char* what, const Start& start) {
  try {
    start()->wait();
  } catch (const std::exception& error) {
    fail("process ", place.rank, " of ", place.count,
         ": another process has died or cannot be reached (while ", what, ": ", first_line(error),
         "); go on from the newest checkpoint with --resume");
  }
}

Tensor doubles(double* values, int count) {
  return at::from_blob(values, {count}, at::TensorOptions().dtype(at::kDouble));
}

}  // namespace

struct Processes::Group {
  c10::intrusive_ptr<c10d::ProcessGroupGloo> gloo;

  void reduce(const ProcessPlace& place, Tensor values, c10d::ReduceOp::RedOpType operation,
              const char* what) const {
    std::vector<Tensor> tensors{std::move(values)};
    c10d::AllreduceOptions options;
    options.reduceOp = operation;
    complete(place, what, [&] { return gloo->allreduce(tensors, options); });
  }
};

Processes::Processes() = default;
Processes::~Processes() = default;
Processes::Processes(Processes&&) noexcept = default;
Processes& Processes::operator=(Processes&&) noexcept = default;

Processes::Processes(const ProcessPlace& place) : place_(place) {
  if (place.count == 1) return;
  // writing to a process that has died must be an error, not the silent end of this one
  std::signal(SIGPIPE, SIG_IGN);
  try {
    group_ = std::make_unique<Group>(Group{open_gloo(place)});
  } catch (const std::exception& error) {
    fail("process ", place.rank, " of ", place.count, ": the others were not met at ", place.address, ":",
         place.port, " within ", kMeeting.count(), " s (", first_line(error), ")");
  }
}

void Processes::sum(double* values, int count) const {
  if (group_) group_->reduce(place_, doubles(values, count), c10d::ReduceOp::SUM, "adding up counts");
}

double Processes::sum(double value) const {
  sum(&value, 1);
  return value;
}

double Processes::largest(double value) const {
  if (group_) group_->reduce(place_, doubles(&value, 1), c10d::ReduceOp::MAX, "comparing numbers");
  return value;
}

std::vector<int64_t> Processes::each(int64_t value) const {
  std::vector<double> values(size_t(count()), 0.0);
  values[size_t(rank())] = double(value);
  sum(values.data(), count());
  return {values.begin(), values.end()};
}

void Processes::sum(std::vector<Tensor>& tensors) const {
  if (!group_) return;
  std::vector<Tensor> flat;
  for (const Tensor& tensor : tensors) flat.push_back(tensor.reshape({-1}));
  const Tensor all = at::cat(flat);
  const Tensor host = all.cpu();  // the same memory on a CPU
  group_->reduce(place_, host, c10d::ReduceOp::SUM, "adding up gradients");
  const Tensor sums = host.to(all.device());
  int64_t first = 0;
  for (Tensor& tensor : tensors) {
    tensor.copy_(sums.narrow(0, first, tensor.numel()).view_as(tensor));
    first += tensor.numel();
  }
}

std::vector<std::vector<uint8_t>> Processes::gather(const std::vector<uint8_t>& bytes) const {
  if (!group_) return {bytes};
  const auto size = int64_t(bytes.size());
  require(largest(double(size)) == double(size) && -largest(-double(size)) == double(size), "process ",
          rank(), ": ", size, " bytes to gather, expected as many in every process");
  Tensor own =
      at::from_blob(const_cast<uint8_t*>(bytes.data()), {size}, at::TensorOptions().dtype(at::kByte));
  std::vector<std::vector<Tensor>> all(1);
  for (int rank = 0; rank < count(); ++rank) all[0].push_back(at::empty({size}, own.options()));
  std::vector<Tensor> input{own};
  complete(place_, "gathering worlds", [&] { return group_->gloo->allgather(all, input, {}); });
  std::vector<std::vector<uint8_t>> gathered;
  for (const Tensor& of_rank : all[0])
    gathered.emplace_back(of_rank.const_data_ptr<uint8_t>(), of_rank.const_data_ptr<uint8_t>() + size);
  return gathered;
}

const Processes& one_process() {
  static const Processes alone;
  return alone;
}

}  // namespace gigalane
