#include "base/thread_pool.h"

#include <doctest/doctest.h>
#include <time.h>

#include <atomic>
#include <chrono>
#include <mutex>
#include <set>
#include <thread>
#include <vector>

#include "base/error.h"

namespace gigalane {

TEST_CASE("every index is visited once, whatever the count and the threads") {
  for (const int threads : {1, 2, 3, 8}) {
    ThreadPool pool(threads);
    CHECK(pool.thread_count() == threads);
    for (const int count : {0, 1, 2, 7, 64, 1000, 4097}) {
      std::vector<std::atomic<int>> visits(static_cast<size_t>(count));
      pool.parallel_for(count, [&](int i) { ++visits[size_t(i)]; });
      int wrong = 0;
      for (const auto& n : visits) wrong += n != 1;
      CHECK(wrong == 0);
    }
  }
}

TEST_CASE("ranges are contiguous and cover everything") {
  ThreadPool pool(3);
  std::mutex mutex;
  std::set<std::pair<int, int>> ranges;
  pool.parallel_ranges(1000, [&](int begin, int end) {
    const std::lock_guard<std::mutex> lock(mutex);
    ranges.insert({begin, end});
  });
  int next = 0;
  for (const auto& [begin, end] : ranges) {
    CHECK(begin == next);
    CHECK(end > begin);
    next = end;
  }
  CHECK(next == 1000);
}

TEST_CASE("one thread works inline and in order") {
  ThreadPool pool(1);
  std::vector<int> order;
  const auto caller = std::this_thread::get_id();
  pool.parallel_for(5, [&](int i) {
    CHECK(std::this_thread::get_id() == caller);
    order.push_back(i);
  });
  CHECK(order == std::vector<int>{0, 1, 2, 3, 4});
}

TEST_CASE("two threads do work at the same time") {
  // each waits for the other: alone, neither would go on
  ThreadPool pool(2);
  std::atomic<int> arrived{0};
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  pool.parallel_for(2, [&](int) {
    ++arrived;
    while (arrived < 2 && std::chrono::steady_clock::now() < deadline) std::this_thread::yield();
    CHECK(arrived == 2);
  });
}

TEST_CASE("a caller that waits for the others leaves its core to those who work") {
  ThreadPool pool(2);
  const auto caller = std::this_thread::get_id();
  const auto used_s = [] {
    timespec t{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return double(t.tv_sec) + 1e-9 * double(t.tv_nsec);
  };
  const double before = used_s();
  std::atomic<bool> begun{false};
  pool.parallel_for(2, [&](int) {
    if (std::this_thread::get_id() == caller) {
      while (!begun) std::this_thread::sleep_for(std::chrono::milliseconds(1));
      return;
    }
    begun = true;
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
  });
  CHECK(used_s() - before < 0.1);
}

TEST_CASE("workers that slept take part again") {
  ThreadPool pool(4);
  int total = 0;
  for (int round = 0; round < 5; ++round) {
    std::this_thread::sleep_for(std::chrono::milliseconds(3));
    std::atomic<int> sum{0};
    pool.parallel_for(100, [&](int i) { sum += i; });
    total += sum;
  }
  CHECK(total == 5 * 4950);
}

TEST_CASE("many short loops") {
  ThreadPool pool(4);
  std::atomic<int64_t> sum{0};
  for (int round = 0; round < 3000; ++round) pool.parallel_for(8, [&](int i) { sum += i; });
  CHECK(sum == 3000 * 28);
}

TEST_CASE("an exception reaches the caller, and the pool still works") {
  for (const int threads : {1, 3}) {
    ThreadPool pool(threads);
    CHECK_THROWS_WITH_AS(pool.parallel_for(100, [](int i) { require(i != 42, "index ", i); }), "index 42",
                         Error);
    std::atomic<int> count{0};
    pool.parallel_for(100, [&](int) { ++count; });
    CHECK(count == 100);
  }
}

TEST_CASE("a loop within a loop runs inline") {
  ThreadPool pool(3);
  std::atomic<int> count{0};
  pool.parallel_for(10, [&](int) {
    const auto outer = std::this_thread::get_id();
    pool.parallel_for(10, [&](int) {
      if (std::this_thread::get_id() == outer) ++count;
    });
  });
  CHECK(count == 100);
}

TEST_CASE("loops from several threads do not mix") {
  ThreadPool pool(2);
  std::atomic<int> wrong{0};
  std::vector<std::thread> callers;
  for (int c = 0; c < 3; ++c)
    callers.emplace_back([&] {
      for (int round = 0; round < 200; ++round) {
        std::atomic<int> sum{0};
        pool.parallel_for(50, [&](int i) { sum += i; });
        wrong += sum != 1225;
      }
    });
  for (std::thread& caller : callers) caller.join();
  CHECK(wrong == 0);
}

TEST_CASE("a thread count out of range is an error") {
  CHECK_THROWS_WITH_AS(ThreadPool(-1), "threads = -1, expected 0 to 4096", Error);
  CHECK(ThreadPool(0).thread_count() >= 1);
}

}  // namespace gigalane
