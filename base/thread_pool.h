/// Persistent worker threads for loops whose iterations do not depend on each other.
#pragma once
#include <memory>

namespace gigalane {

/// The cores that this process may run on: those of the machine, or of its affinity (taskset, a launcher).
int usable_cores();

class ThreadPool {
 public:
  /// `thread_count` threads work on a loop, the calling one included; 0 means usable_cores(). Throws Error if
  /// it is negative or above 4096.
  explicit ThreadPool(int thread_count = 0);
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  int thread_count() const { return thread_count_; }

  /// Calls body(index) for each index in [0, count), in any order and on any thread, and returns when all are
  /// done. Results may not depend on the order. The first exception is rethrown here once all threads have
  /// stopped; iterations not yet begun are left out. With one thread, or called from within a loop, it runs
  /// inline, in order.
  template <class Body>
  void parallel_for(int count, const Body& body) {
    parallel_ranges(count, [&body](int begin, int end) {
      for (int index = begin; index < end; ++index) body(index);
    });
  }
  /// The same with body(begin, end) for contiguous ranges that cover [0, count), claimed one after another.
  template <class Body>
  void parallel_ranges(int count, const Body& body) {
    run(
        count, [](const void* b, int begin, int end) { (*static_cast<const Body*>(b))(begin, end); }, &body);
  }

 private:
  using RangeFunction = void (*)(const void* body, int begin, int end);
  void run(int count, RangeFunction function, const void* body);

  struct Shared;
  int thread_count_;
  std::unique_ptr<Shared> shared_;
};

}  // namespace gigalane
