/// Runs phases over worlds and agents: one list of phases, two schedules. The CPU takes world by world, one
/// worker a world through all phases; CUDA takes phase by phase over all worlds, one kernel each.
///
/// A phase is a small struct, passed by value, of views and numbers (no owner, at most 4,000 bytes):
///
///   struct DrawActions {                       // a thread (a call) an agent
///     static constexpr Over over = Over::agents;
///     WorldView view;
///     HOST_DEVICE void operator()(int world, int agent) const;
///   };
///   struct BeginLives {                        // a thread (a call) a world
///     static constexpr Over over = Over::worlds;
///     HOST_DEVICE void operator()(int world) const;
///   };
///   struct MoveVehicles {                      // a lane an agent: a warp takes 32 agents of a world on CUDA
///     static constexpr Over over = Over::agent_blocks;   // CpuLanes the next L::width on the CPU
///     template <class L> LANES_FUNCTION void operator()(int world, int first_agent) const;
///   };
///   struct Observe {                           // a warp an agent on CUDA, CpuLanes on the CPU
///     static constexpr Over over = Over::agent_lanes;
///     struct Scratch { ... };                  // uninitialised: on the stack, or one a warp in shared
///     memory template <class L> LANES_FUNCTION void operator()(int world, int agent, Scratch& scratch)
///     const;
///   };
///
/// A phase with a member `bool enabled` is left out where that is false: it costs a branch a world on a CPU,
/// and no launch on CUDA.
///
/// A phase writes only its own slot and reads no field that another slot writes in the same phase; on the CPU
/// agents run in index order, on CUDA in any. Instantiate run_phases for CUDA in .cu files only.
#pragma once
#include <atomic>
#include <chrono>
#include <cstdint>
#include <type_traits>

#include "base/device_buffer.h"
#include "base/error.h"
#include "base/host_device.h"
#include "base/lanes.h"
#include "base/thread_pool.h"

#if defined(__CUDACC__)
#include <cuda_runtime.h>
#endif

namespace gigalane {

enum class Over { worlds, agents, agent_blocks, agent_lanes };

/// Nanoseconds by phase, in the order of the phases of run_phases, summed over threads and calls.
struct PhaseTimes {
  static constexpr int kMaxPhases = 32;
  std::atomic<uint64_t> ns[kMaxPhases] = {};
  void clear() {
    for (auto& n : ns) n = 0;
  }
};

/// Where phases run. Null pool: on the calling thread. `stream` is a cudaStream_t, null for the default one;
/// run_phases does not wait for it (unless it measures): call synchronize(). With `times` each call adds to
/// them.
struct Executor {
  Device device = Device::cpu;
  ThreadPool* pool = nullptr;
  void* stream = nullptr;
  PhaseTimes* times = nullptr;
};

// Units that nvcc compiles and others have different bodies of the same templates: keep them apart.
#if defined(__CUDACC__)
inline namespace schedule_nvcc {
#else
inline namespace schedule_host {
#endif

namespace detail {

template <class Phase, class = void>
struct HasSwitch : std::false_type {};
template <class Phase>
struct HasSwitch<Phase, std::void_t<decltype(std::declval<const Phase&>().enabled)>> : std::true_type {};
template <class Phase>
bool is_enabled(const Phase& phase) {
  if constexpr (HasSwitch<Phase>::value) return phase.enabled;
  return true;
}

template <class L, class Phase>
inline void run_on_world(const Phase& phase, int world, int agents_per_world) {
  if (!is_enabled(phase)) return;
  if constexpr (Phase::over == Over::worlds) {
    phase(world);
  } else if constexpr (Phase::over == Over::agents) {
    for (int agent = 0; agent < agents_per_world; ++agent) phase(world, agent);
  } else if constexpr (Phase::over == Over::agent_blocks) {
    for (int first = 0; first < agents_per_world; first += L::width)
      in_lanes<L>([&]() { phase.template operator()<L>(world, first); });
  } else {
    typename Phase::Scratch scratch;
    for (int agent = 0; agent < agents_per_world; ++agent)
      in_lanes<L>([&]() { phase.template operator()<L>(world, agent, scratch); });
  }
}

template <class Run>
inline void timed(PhaseTimes* times, int index, const Run& run) {
  if (!times) return run();
  const auto start = std::chrono::steady_clock::now();
  run();
  const auto spent = std::chrono::steady_clock::now() - start;
  times->ns[index] += uint64_t(std::chrono::duration_cast<std::chrono::nanoseconds>(spent).count());
}

template <class L, class... Phases>
void run_on_cpu(const Executor& executor, int world_count, int agents_per_world, const Phases&... phases) {
  static_assert(sizeof...(Phases) <= PhaseTimes::kMaxPhases, "more phases than PhaseTimes holds");
  const auto run_worlds = [&](int begin, int end) {
    for (int world = begin; world < end; ++world) {
      int index = 0;
      (timed(executor.times, index++, [&] { run_on_world<L>(phases, world, agents_per_world); }), ...);
    }
    L::fence();
  };
  if (executor.pool)
    executor.pool->parallel_ranges(world_count, run_worlds);
  else
    run_worlds(0, world_count);
}

#if defined(__CUDACC__)
// kernels

/// Warps of a block that walk over agents with lanes: eight, or fewer where their scratch would not fit.
constexpr int kSharedBytes = 48 * 1024;
template <class Phase>
constexpr int warps_per_block() {
  const int fitting = kSharedBytes / int(sizeof(typename Phase::Scratch));
  return fitting < 8 ? fitting : 8;
}

template <class Phase>
__global__ void over_worlds(Phase phase, int world_count) {
  const int world = int(blockIdx.x * blockDim.x + threadIdx.x);
  if (world < world_count) phase(world);
}
template <class Phase>
__global__ void over_agents(Phase phase, int slot_count, int agents_per_world) {
  const int slot = int(blockIdx.x * blockDim.x + threadIdx.x);
  if (slot < slot_count) phase(slot / agents_per_world, slot % agents_per_world);
}
template <class Phase>
__global__ void over_agent_blocks(Phase phase, int warp_count, int warps_per_world) {
  const int warp = int(blockIdx.x * (blockDim.x / 32) + threadIdx.x / 32);
  if (warp < warp_count)
    phase.template operator()<WarpLanes>(warp / warps_per_world, warp % warps_per_world * 32);
}
template <class Phase>
__global__ void over_agent_lanes(Phase phase, int slot_count, int agents_per_world) {
  using Scratch = typename Phase::Scratch;
  __shared__ Scratch scratch[warps_per_block<Phase>()];
  const int warp = int(threadIdx.x / 32), slot = int(blockIdx.x) * warps_per_block<Phase>() + warp;
  if (slot < slot_count)
    phase.template operator()<WarpLanes>(slot / agents_per_world, slot % agents_per_world, scratch[warp]);
}

// launchers

template <class Phase>
void launch(const Phase& phase, int world_count, int agents_per_world, cudaStream_t stream) {
  static_assert(sizeof(Phase) <= 4000, "a phase is passed as a kernel's parameters");
  static_assert(std::is_trivially_copyable_v<Phase>, "a phase is copied to the device as it is");
  const int slot_count = world_count * agents_per_world;
  if constexpr (Phase::over == Over::worlds) {
    over_worlds<<<(world_count + 31) / 32, 32, 0, stream>>>(phase, world_count);
  } else if constexpr (Phase::over == Over::agents) {
    over_agents<<<(slot_count + 127) / 128, 128, 0, stream>>>(phase, slot_count, agents_per_world);
  } else if constexpr (Phase::over == Over::agent_blocks) {
    const int warps_per_world = (agents_per_world + 31) / 32, warp_count = world_count * warps_per_world;
    over_agent_blocks<<<(warp_count + 3) / 4, 128, 0, stream>>>(phase, warp_count, warps_per_world);
  } else {
    static_assert(std::is_trivially_default_constructible_v<typename Phase::Scratch>,
                  "shared memory has no constructor");
    static_assert(sizeof(typename Phase::Scratch) <= size_t(kSharedBytes),
                  "scratch beyond the shared memory of a block");
    constexpr int kWarps = warps_per_block<Phase>();
    over_agent_lanes<<<(slot_count + kWarps - 1) / kWarps, kWarps * 32, 0, stream>>>(phase, slot_count,
                                                                                     agents_per_world);
  }
  check_cuda(int(cudaGetLastError()), "launch of a phase");
}

template <class... Phases>
void run_on_cuda(const Executor& executor, int world_count, int agents_per_world, const Phases&... phases) {
  static_assert(sizeof...(Phases) <= PhaseTimes::kMaxPhases, "more phases than PhaseTimes holds");
  if (world_count <= 0 || agents_per_world <= 0) return;
  int index = 0;
  const auto run_phase = [&](const auto& phase) {
    if (!is_enabled(phase)) return;
    launch(phase, world_count, agents_per_world, static_cast<cudaStream_t>(executor.stream));
    if (executor.times) synchronize(Device::cuda, executor.stream);
  };
  if (executor.times) synchronize(Device::cuda, executor.stream);
  (timed(executor.times, index++, [&] { run_phase(phases); }), ...);
}
#endif

}  // namespace detail

/// Runs phases in order over worlds [0, world_count) with a chosen CPU back end: for tests at other widths,
/// WarpLanes included, which then runs on EmulatedWarp. executor.device must be the CPU.
template <class L, class... Phases>
void run_phases_with(const Executor& executor, int world_count, int agents_per_world,
                     const Phases&... phases) {
  require(executor.device == Device::cpu, "run_phases_with: device = ", device_name(executor.device),
          ", expected cpu");
#if !defined(__CUDA_ARCH__)  // nvcc's device pass need not look at the host's lanes
  detail::run_on_cpu<L>(executor, world_count, agents_per_world, phases...);
#endif
}

/// Runs phases in order over worlds [0, world_count), each with agents [0, agents_per_world), on the
/// executor's device. Throws Error on a failed launch, or for CUDA from a unit that nvcc did not compile.
template <class... Phases>
void run_phases(const Executor& executor, int world_count, int agents_per_world, const Phases&... phases) {
  if (executor.device == Device::cuda) {
#if defined(__CUDACC__)
    return detail::run_on_cuda(executor, world_count, agents_per_world, phases...);
#else
    fail("run_phases: device = cuda, but this program's phases are compiled for the CPU alone");
#endif
  }
  run_phases_with<CpuLanes>(executor, world_count, agents_per_world, phases...);
}

}  // inline namespace
}  // namespace gigalane
