/// CUDA's warp, emulated on the CPU to test WarpLanes itself: 32 fibers, one for each thread. A fiber runs
/// until it meets a warp-wide function; when all have met it, the warp goes on, now in rising, now in falling
/// order of lanes, so that a missing sync or a branch that is not uniform shows.
#pragma once
#include <ucontext.h>

#include <cstring>
#include <exception>
#include <memory>

#include "base/error.h"

namespace gigalane {

class EmulatedWarp {
 public:
  /// Runs body() in each of the 32 fibers. Throws Error if they part (one meets another function than the
  /// rest, or ends early), and what the body throws.
  template <class Body>
  static void run(const Body& body) {
    EmulatedWarp warp;
    warp.body_ = [](const void* b) { (*static_cast<const Body*>(b))(); };
    warp.argument_ = &body;
    warp.run_all();
  }
  /// The lane of the calling fiber.
  static int lane() { return current()->lane_; }

  enum class Meeting { finished, ballot, shuffle, reduce, sync };
  /// Waits for all lanes; returns what each of them brought along.
  static const unsigned* meet(Meeting what, unsigned brought) {
    EmulatedWarp& warp = *current();
    const int lane = warp.lane_;
    warp.brought_[lane] = brought;
    warp.met_[lane] = what;
    swapcontext(&warp.fibers_[lane], &warp.scheduler_);
    return warp.result_;
  }

 private:
  static constexpr int kLanes = 32, kStackBytes = 256 * 1024;

  static EmulatedWarp*& current() {
    static thread_local EmulatedWarp* warp = nullptr;
    return warp;
  }
  static char* stacks() {
    static thread_local std::unique_ptr<char[]> memory(new char[size_t(kLanes) * kStackBytes]);
    return memory.get();
  }
  static void start() {
    EmulatedWarp& warp = *current();
    try {
      warp.body_(warp.argument_);
    } catch (...) {
      warp.thrown_ = std::current_exception();
    }
    warp.met_[warp.lane_] = Meeting::finished;
  }

  /// Not inlined: getcontext may return twice as far as the compiler knows, and would warn of its caller's
  /// variables.
  __attribute__((noinline)) void prepare(ucontext_t& fiber, char* stack) {
    getcontext(&fiber);
    fiber.uc_stack.ss_sp = stack;
    fiber.uc_stack.ss_size = kStackBytes;
    fiber.uc_link = &scheduler_;
    makecontext(&fiber, &EmulatedWarp::start, 0);
  }

  void run_all() {
    for (int i = 0; i < kLanes; ++i) prepare(fibers_[i], stacks() + size_t(i) * kStackBytes);
    EmulatedWarp* const outer = current();
    current() = this;
    for (bool falling = false;; falling = !falling) {
      for (int i = 0; i < kLanes; ++i) {
        lane_ = falling ? kLanes - 1 - i : i;
        swapcontext(&scheduler_, &fibers_[lane_]);
      }
      if (thrown_ || parted() || met_[0] == Meeting::finished) break;
      memcpy(result_, brought_, sizeof result_);
    }
    current() = outer;
    if (thrown_) std::rethrow_exception(thrown_);
    require(!parted(), "emulated warp: the lanes have parted");
  }
  bool parted() const {
    for (int i = 1; i < kLanes; ++i)
      if (met_[i] != met_[0]) return true;
    return false;
  }

  ucontext_t scheduler_, fibers_[kLanes];
  unsigned brought_[kLanes], result_[kLanes];
  Meeting met_[kLanes];
  int lane_ = 0;
  void (*body_)(const void*) = nullptr;
  const void* argument_ = nullptr;
  std::exception_ptr thrown_;
};

}  // namespace gigalane
