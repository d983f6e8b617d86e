#include "train/processes.h"

#include <ATen/ops/cat.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/from_blob.h>
#include <torch/csrc/distributed/c10d/PrefixStore.hpp>
#include <torch/csrc/distributed/c10d/ProcessGroupGloo.hpp>
#include <torch/csrc/distributed/c10d/TCPStore.hpp>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <mutex>
#include <optional>
#include <thread>

#include "base/error.h"
#include "base/log.h"
#include "train/gpu_sum.h"
#include "train/own_address.h"

namespace gigalane {

using at::Tensor;

namespace {

constexpr std::chrono::seconds kMeeting{30};
/// For an answer. A process that dies is noticed at once, by its closed connections. One that is stopped, or
/// whose machine is gone, closes none: its pulse fails to come. At work another may be busy for longer, the
/// first one with an evaluation.
constexpr std::chrono::minutes kPatience{60};
constexpr std::chrono::seconds kPulsePatience{30};

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

void write(c10d::Store& store, const std::string& key, const std::string& text) {
  store.set(key, std::vector<uint8_t>(text.begin(), text.end()));
}
std::string read(c10d::Store& store, const std::string& key) {
  const std::vector<uint8_t> bytes = store.get(key);
  return {bytes.begin(), bytes.end()};
}

/// Where the others reach this process. A machine's own name often stands for 127.0.1.1 on itself, so the
/// first process hears from the others under which address they found it; processes on its machine use that
/// too, all others the end of their own way to it.
std::string own_address(c10d::Store& store, const ProcessPlace& place) {
  const std::string key = "address";
  if (place.rank == 0) {
    std::string first = "127.0.0.1";
    for (int rank = 1; rank < place.count; ++rank) {
      const std::string found = read(store, key + std::to_string(rank));
      if (is_loopback(first) && !is_loopback(found)) first = found;
    }
    write(store, key, first);
    return first;
  }
  const Way way = way_to(place.address);
  write(store, key + std::to_string(place.rank), way.to);
  return is_loopback(way.from) ? read(store, key) : way.from;
}

std::shared_ptr<gloo::transport::Device> find_device(c10d::Store& store, const ProcessPlace& place) {
  const std::string interface = process_environment("GLOO_SOCKET_IFNAME");
  return interface.empty() ? c10d::ProcessGroupGloo::createDeviceForHostname(own_address(store, place))
                           : c10d::ProcessGroupGloo::createDeviceForInterface(interface);
}

/// `purpose` tells one group of the same processes from another.
c10::intrusive_ptr<c10d::ProcessGroupGloo> open_gloo(const c10::intrusive_ptr<c10d::Store>& all,
                                                     const std::shared_ptr<gloo::transport::Device>& device,
                                                     const ProcessPlace& place, const char* purpose,
                                                     std::chrono::milliseconds patience) {
  const auto store = c10::make_intrusive<c10d::PrefixStore>(purpose, all);
  const auto options = c10d::ProcessGroupGloo::Options::create(kMeeting);
  options->devices.push_back(device);
  options->threads = 1;
  auto group = c10::make_intrusive<c10d::ProcessGroupGloo>(store, place.rank, place.count, options);
  group->setTimeout(patience);
  return group;
}

/// The first line of what LibTorch says.
std::string first_line(const std::exception& error) {
  const std::string text = error.what();
  return text.substr(0, text.find('\n'));
}

std::string others_are_gone(const ProcessPlace& place, const char* what, const std::exception& error) {
  return "process " + std::to_string(place.rank) + " of " + std::to_string(place.count) +
         ": another process has died or cannot be reached (while " + what + ": " + first_line(error) +
         "); go on from the newest checkpoint with --resume";
}

/// Runs a collective operation to its end.
template <class Start>
void complete(const ProcessPlace& place, const char* what, const Start& start) {
  try {
    start()->wait();
  } catch (const std::exception& error) {
    fail(others_are_gone(place, what, error));
  }
}

Tensor doubles(double* values, int count) {
  return at::from_blob(values, {count}, at::TensorOptions().dtype(at::kDouble));
}

}  // namespace

namespace {

/// Ends this process, with the line that says why, when another one has died or failed: also while this one
/// waits for its GPU, which never hears of it. The processes' pulses beat together, once a second.
class Pulse {
 public:
  Pulse(const ProcessPlace& place, c10::intrusive_ptr<c10d::ProcessGroupGloo> gloo)
      : place_(place), gloo_(std::move(gloo)), thread_([this] { beat(); }) {}
  /// Beats once more: others are told that this process ends, and whether by an exception.
  ~Pulse() {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      state_ = std::uncaught_exceptions() > 0 ? kFails : kEnds;
    }
    wake_.notify_one();
    thread_.join();
  }

 private:
  enum State { kRuns, kEnds, kFails };

  void beat() {
    for (State own = kRuns;;) {
      double worst = own;
      try {
        std::vector<Tensor> tensors{doubles(&worst, 1)};
        c10d::AllreduceOptions options;
        options.reduceOp = c10d::ReduceOp::MAX;
        gloo_->allreduce(tensors, options)->wait();
        if (worst == kFails && own == kRuns) throw std::runtime_error("it failed");
      } catch (const std::exception& error) {
        std::unique_lock<std::mutex> lock(mutex_);
        // time for the thread that works to find it itself, which ends in better order
        if (!wake_.wait_for(lock, std::chrono::seconds(2), [&] { return state_ != kRuns; })) {
          log_error(others_are_gone(place_, "working", error));
          std::_Exit(1);
        }
        return;
      }
      if (worst != kRuns) return;
      std::unique_lock<std::mutex> lock(mutex_);
      wake_.wait_for(lock, std::chrono::seconds(1), [&] { return state_ != kRuns; });
      own = state_;
    }
  }

  const ProcessPlace place_;
  const c10::intrusive_ptr<c10d::ProcessGroupGloo> gloo_;
  std::mutex mutex_;
  std::condition_variable wake_;
  State state_ = kRuns;
  std::thread thread_;  // last: it uses the others
};

}  // namespace

struct Processes::Group {
  c10::intrusive_ptr<c10d::ProcessGroupGloo> gloo;
  std::unique_ptr<GpuSum> gpus;  // from the first sum of tensors on a GPU on
  std::unique_ptr<Pulse> pulse;  // ends first

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
    const auto store = open_store(place);
    const auto device = find_device(*store, place);
    group_ =
        std::make_unique<Group>(Group{open_gloo(store, device, place, "work", kPatience), nullptr, nullptr});
    group_->pulse = std::make_unique<Pulse>(place, open_gloo(store, device, place, "pulse", kPulsePatience));
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
  Tensor all = at::cat(flat);
  if (all.is_cpu())
    group_->reduce(place_, all, c10d::ReduceOp::SUM, "adding up gradients");
  else
    sum_on_gpus(all);
  int64_t first = 0;
  for (Tensor& tensor : tensors) {
    tensor.copy_(all.narrow(0, first, tensor.numel()).view_as(tensor));
    first += tensor.numel();
  }
}

void Processes::sum_on_gpus(Tensor& values) const {
  try {
    if (!group_->gpus)
      group_->gpus = std::make_unique<GpuSum>(rank(), count(),
                                              [&](std::vector<uint8_t> own) { return gather(own).front(); });
    group_->gpus->sum(values);
  } catch (const Error&) {
    throw;
  } catch (const std::exception& error) {
    fail("process ", rank(), " of ", count(), ": NCCL cannot add up gradients: ", first_line(error));
  }
}

std::vector<std::vector<uint8_t>> Processes::gather(const std::vector<uint8_t>& bytes) const {
  return gather(bytes, true);
}

std::vector<std::vector<uint8_t>> Processes::gather_in_first(const std::vector<uint8_t>& bytes) const {
  return gather(bytes, false);
}

std::vector<std::vector<uint8_t>> Processes::gather(const std::vector<uint8_t>& bytes,
                                                    bool everywhere) const {
  if (!group_) return {bytes};
  const auto size = int64_t(bytes.size());
  require(largest(double(size)) == double(size) && -largest(-double(size)) == double(size), "process ",
          rank(), ": ", size, " bytes to gather, expected as many in every process");
  Tensor own =
      at::from_blob(const_cast<uint8_t*>(bytes.data()), {size}, at::TensorOptions().dtype(at::kByte));
  std::vector<std::vector<Tensor>> all;
  std::vector<std::vector<uint8_t>> gathered;
  if (everywhere || is_first()) {
    all.resize(1);
    for (int rank = 0; rank < count(); ++rank) all[0].push_back(at::empty({size}, own.options()));
  }
  std::vector<Tensor> input{own};
  complete(place_, "gathering worlds", [&] {
    return everywhere ? group_->gloo->allgather(all, input, {}) : group_->gloo->gather(all, input, {});
  });
  if (all.empty()) return gathered;
  for (const Tensor& of_rank : all[0])
    gathered.emplace_back(of_rank.const_data_ptr<uint8_t>(), of_rank.const_data_ptr<uint8_t>() + size);
  return gathered;
}

const Processes& one_process() {
  static const Processes alone;
  return alone;
}

}  // namespace gigalane
