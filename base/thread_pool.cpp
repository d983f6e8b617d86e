#include "base/thread_pool.h"

#include <sched.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

#include "base/error.h"

namespace gigalane {

namespace {

constexpr int kSpins =
    2000;  ///< about 20 us, then who waits sleeps: yielding loses its share to any busy neighbour

void pause() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#endif
}

/// Whether this thread works on a loop already: loops within loops run inline.
thread_local bool inside_loop = false;

}  // namespace

int usable_cores() {
  // std::thread::hardware_concurrency() counts the machine's, whatever the affinity, with glibc from 2.35 on
  cpu_set_t cores;
  if (sched_getaffinity(0, sizeof cores, &cores) == 0) return std::max(1, CPU_COUNT(&cores));
  return std::max(1, int(std::thread::hardware_concurrency()));  // more than 1,024 cores
}

/// A loop is entered through a door: bit 0 says open, the next 15 bits how many workers are inside, the rest
/// which loop it is. The caller closes it when nothing is left to claim and waits for those inside only.
struct ThreadPool::Shared {
  std::atomic<uint64_t> door{0};
  static constexpr uint64_t kOpen = 1, kInside = 2, kNextLoop = 1 << 16;

  // the loop
  RangeFunction function = nullptr;
  const void* body = nullptr;
  int count = 0, grain = 1;
  std::atomic<int64_t> next{0};
  std::atomic<bool> failed{false};
  std::exception_ptr thrown;

  std::mutex callers;  ///< one loop at a time
  std::mutex mutex;    ///< of wake, left, thrown
  std::condition_variable wake, left;
  std::atomic<bool> closing{false};  ///< the caller sleeps until all have left
  std::atomic<int> sleepers{0};
  std::atomic<bool> stop{false};
  std::vector<std::thread> workers;

  void work() {
    inside_loop = true;
    while (!failed.load(std::memory_order_relaxed)) {
      const int64_t begin = next.fetch_add(grain, std::memory_order_relaxed);
      if (begin >= count) break;
      const int64_t end = begin + grain < count ? begin + grain : count;
      try {
        function(body, int(begin), int(end));
      } catch (...) {
        const std::lock_guard<std::mutex> lock(mutex);
        if (!failed.exchange(true)) thrown = std::current_exception();
      }
    }
    inside_loop = false;
  }

  /// Waits for a loop other than `seen`; returns the door.
  uint64_t wait_for_loop(uint64_t seen) {
    const auto is_new = [&] { return door.load() / kNextLoop != seen || stop.load(); };
    for (int spin = 0; spin < kSpins; ++spin) {
      if (is_new()) return door.load();
      pause();
    }
    std::unique_lock<std::mutex> lock(mutex);
    ++sleepers;
    wake.wait(lock, is_new);
    --sleepers;
    return door.load();
  }

  void serve() {
    uint64_t seen = 0;
    for (;;) {
      uint64_t state = wait_for_loop(seen);
      if (stop.load()) return;
      seen = state / kNextLoop;
      while ((state & kOpen) && state / kNextLoop == seen) {
        if (!door.compare_exchange_weak(state, state + kInside)) continue;
        work();
        door.fetch_sub(kInside);
        if (closing.load()) {
          const std::lock_guard<std::mutex> lock(mutex);
          left.notify_one();
        }
        break;
      }
    }
  }

  void wake_sleepers() {
    if (sleepers.load() == 0) return;
    const std::lock_guard<std::mutex> lock(mutex);
    wake.notify_all();
  }

  void close_door() {
    door.fetch_and(~kOpen);
    const auto is_empty = [&] { return door.load() % kNextLoop == 0; };
    for (int spin = 0; spin < kSpins; ++spin) {
      if (is_empty()) return;
      pause();
    }
    std::unique_lock<std::mutex> lock(mutex);
    closing = true;
    left.wait(lock, is_empty);
    closing = false;
  }
};

ThreadPool::ThreadPool(int thread_count) : thread_count_(thread_count), shared_(new Shared) {
  require(thread_count >= 0 && thread_count <= 4096, "threads = ", thread_count, ", expected 0 to 4096");
  if (thread_count_ == 0) thread_count_ = usable_cores();
  for (int i = 1; i < thread_count_; ++i) shared_->workers.emplace_back([s = shared_.get()] { s->serve(); });
}

ThreadPool::~ThreadPool() {
  {
    const std::lock_guard<std::mutex> lock(shared_->mutex);
    shared_->stop = true;
    shared_->wake.notify_all();
  }
  for (std::thread& worker : shared_->workers) worker.join();
}

void ThreadPool::run(int count, RangeFunction function, const void* body) {
  if (count <= 0) return;
  if (thread_count_ == 1 || count == 1 || inside_loop) return function(body, 0, count);
  Shared& s = *shared_;
  const std::lock_guard<std::mutex> caller(s.callers);
  s.function = function;
  s.body = body;
  s.count = count;
  s.grain = count / (thread_count_ * 8) > 1 ? count / (thread_count_ * 8) : 1;
  s.next = 0;
  s.failed = false;
  s.thrown = nullptr;
  s.door = (s.door.load() / Shared::kNextLoop + 1) * Shared::kNextLoop + Shared::kOpen;
  s.wake_sleepers();
  s.work();
  s.close_door();
  if (s.thrown) std::rethrow_exception(s.thrown);
}

}  // namespace gigalane
