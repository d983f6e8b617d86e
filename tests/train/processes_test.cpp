/// Two processes of a run, here as two threads that meet through the loopback device: what they learn is what
/// one process learns from all their worlds.
#include "train/processes.h"

#include "tests/train/reference_update.h"

#include <doctest/doctest.h>  // after LibTorch, whose log has a CHECK too
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cmath>
#include <csignal>
#include <cstring>
#include <map>
#include <thread>

#include "base/error.h"
#include "maps/generate.h"
#include "tests/train/noisy_rollout.h"
#include "train/advantage.h"
#include "train/own_address.h"
#include "train/tensor_learner.h"
#include "train/threaded_learner.h"
#include "train/trainer.h"

using namespace gigalane;

namespace {

ProcessPlace place_of(const std::map<std::string, std::string>& variables) {
  return find_process_place([&](const char* name) {
    const auto found = variables.find(name);
    return found == variables.end() ? std::string() : found->second;
  });
}

/// Runs work(processes) as each of `count` processes and waits for all.
template <class Work>
void run_together(int count, const Work& work) {
  static int meetings = 0;
  const int port = 20000 + (int(getpid()) * 7 + 13 * meetings++) % 12000;
  std::vector<std::thread> threads;
  std::vector<std::string> errors(size_t(count), "");
  for (int rank = 0; rank < count; ++rank)
    threads.emplace_back([&, rank] {
      try {
        ProcessPlace place;
        place.rank = rank, place.count = count, place.address = "127.0.0.1", place.port = port;
        const Processes processes(place);
        work(processes);
      } catch (const std::exception& error) {
        errors[size_t(rank)] = error.what();
      }
    });
  for (std::thread& thread : threads) thread.join();
  for (const std::string& error : errors) CHECK(error == "");
}

TrainConfig config_of(int worlds) {
  TrainConfig config;
  config.transitions = 1e6;
  config.threads = 1;
  config.precision = "float32";  // sums over processes are compared to 1e-6
  config.simulation.maps = {"generated"};
  config.simulation.worlds = worlds;
  config.simulation.agents_per_world = 5;
  config.simulation.episode_steps = 40;
  config.simulation.stagger_episodes = true;
  for (NetworkConfig* network : {&config.actor, &config.critic}) {
    network->encoder_width = 16;
    network->trunk = {32};
  }
  config.ppo.rollout_steps = 16;
  config.ppo.epochs = 3;
  config.ppo.minibatch = 100000;  // one an epoch: cut in the same way by one process and by two
  config.ppo.filter = 0.2f;
  config.ppo.normalise_advantage = true;
  return config;
}

Checkpoint trained(int worlds, float keep_share, const Processes& processes,
                   std::vector<TrainMetrics>& metrics) {
  static const auto map = std::make_shared<const CompiledMap>(generate_crossing());
  TrainConfig config = config_of(worlds);
  config.ppo.keep_share = keep_share;
  Trainer trainer(config, {map}, processes);
  for (int iteration = 0; iteration < 5; ++iteration) metrics.push_back(trainer.iterate());
  return trainer.checkpoint();
}

double largest_difference(const Checkpoint& a, const Checkpoint& b) {
  double largest = 0;
  for (const auto& [name, tensor] : a.tensors) {
    if (name.find("_adam_") != std::string::npos) continue;
    const std::vector<float>& other = b.tensors.at(name).values;
    for (size_t i = 0; i < other.size(); ++i)
      largest = std::max(largest, std::fabs(double(tensor.values[i]) - double(other[i])));
  }
  return largest;
}

/// Of the samples by the filter, or where `keep_share` is not 0 that share of them.
void compare_one_with_two(float keep_share) {
  std::vector<TrainMetrics> of_one;
  const Checkpoint one = trained(6, keep_share, one_process(), of_one);
  Checkpoint two[2];
  std::vector<TrainMetrics> of_two[2];
  run_together(2, [&](const Processes& p) { two[p.rank()] = trained(3, keep_share, p, of_two[p.rank()]); });
  CHECK(largest_difference(one, two[0]) < 1e-6);
  CHECK(largest_difference(two[0], two[1]) == 0);
  CHECK(two[0].blobs.at("worlds") != two[0].blobs.at("worlds.1"));
  for (int iteration = 0; iteration < 5; ++iteration) {
    const TrainMetrics &a = of_one[size_t(iteration)], &b = of_two[0][size_t(iteration)];
    CHECK(a.iteration_transitions == b.iteration_transitions);
    CHECK(a.samples_trained == b.samples_trained);
    CHECK(a.kept_fraction < 0.95);  // some are dropped, and not as many in each process
    if (keep_share > 0) CHECK(a.kept_fraction == doctest::Approx(double(keep_share)).epsilon(0.01));
    CHECK(a.counts.goals_given == b.counts.goals_given);
    CHECK(a.counts.metres == doctest::Approx(b.counts.metres));
    CHECK(a.advantage_deviation == doctest::Approx(b.advantage_deviation));
    CHECK(a.explained_variance == doctest::Approx(b.explained_variance));
    CHECK(a.update.kl == doctest::Approx(b.update.kl).epsilon(1e-3));
    CHECK(a.update.value_loss == doctest::Approx(b.update.value_loss));
  }
}

}  // namespace

TEST_CASE("The place of a process as torchrun, mpirun and srun tell it") {
  CHECK(place_of({}).count == 1);
  const ProcessPlace torchrun = place_of({{"RANK", "3"},
                                          {"WORLD_SIZE", "8"},
                                          {"LOCAL_RANK", "1"},
                                          {"LOCAL_WORLD_SIZE", "2"},
                                          {"MASTER_ADDR", "10.0.0.7"},
                                          {"MASTER_PORT", "4321"},
                                          {"TORCHELASTIC_USE_AGENT_STORE", "True"},
                                          {"TORCHELASTIC_RESTART_COUNT", "2"}});
  CHECK(torchrun.rank == 3);
  CHECK(torchrun.count == 8);
  CHECK(torchrun.local_rank == 1);
  CHECK(torchrun.local_count == 2);
  CHECK(!torchrun.may_be_bound);
  CHECK(torchrun.address == "10.0.0.7");
  CHECK(torchrun.port == 4321);
  CHECK(torchrun.launcher_listens);
  CHECK(torchrun.attempt == "2");
  const ProcessPlace mpirun = place_of({{"OMPI_COMM_WORLD_RANK", "1"},
                                        {"OMPI_COMM_WORLD_SIZE", "2"},
                                        {"OMPI_COMM_WORLD_LOCAL_RANK", "1"},
                                        {"OMPI_COMM_WORLD_LOCAL_SIZE", "2"}});
  CHECK(mpirun.rank == 1);
  CHECK(mpirun.local_count == 2);
  CHECK(mpirun.may_be_bound);
  CHECK(mpirun.local_rank == 1);
  CHECK(mpirun.address == "127.0.0.1");
  CHECK(!mpirun.launcher_listens);
  CHECK(place_of({{"PMI_RANK", "2"}, {"PMI_SIZE", "4"}}).rank == 2);
  const ProcessPlace srun = place_of({{"SLURM_PROCID", "5"},
                                      {"SLURM_STEP_NUM_TASKS", "16"},
                                      {"SLURM_LOCALID", "1"},
                                      {"SLURM_STEP_NODELIST", "gpu[014-017,020]"},
                                      {"SLURM_JOB_ID", "123456"}});
  CHECK(srun.rank == 5);
  CHECK(srun.count == 16);
  CHECK(srun.address == "gpu014");
  CHECK(srun.port == 20000 + 123456 % 12000);
  CHECK(place_of({{"SLURM_PROCID", "0"}, {"SLURM_NTASKS", "4"}}).count ==
        1);  // a job's shell, no step of srun
}

TEST_CASE("srun that serves MPICH's programs is srun, and MPICH's mpiexec under srun is MPICH's") {
  std::map<std::string, std::string> both{{"SLURM_PROCID", "9"},
                                          {"SLURM_STEP_NUM_TASKS", "16"},
                                          {"SLURM_LOCALID", "1"},
                                          {"SLURM_STEP_NODELIST", "gpu[014-015]"},
                                          {"SLURM_STEP_TASKS_PER_NODE", "8(x2)"},
                                          {"SLURM_JOB_ID", "7"},
                                          {"PMI_RANK", "9"},
                                          {"PMI_SIZE", "16"}};
  const ProcessPlace srun = place_of(both);
  CHECK(srun.rank == 9);
  CHECK(srun.local_rank == 1);
  CHECK(srun.local_count == 8);
  CHECK(srun.address == "gpu014");
  CHECK(srun.port == 20007);
  both["SLURM_PROCID"] = "1", both["SLURM_STEP_NUM_TASKS"] = "2";  // one helper a machine
  both["MPI_LOCALRANKID"] = "3", both["MPI_LOCALNRANKS"] = "8";
  const ProcessPlace mpich = place_of(both);
  CHECK(mpich.rank == 9);
  CHECK(mpich.count == 16);
  CHECK(mpich.local_rank == 3);
  CHECK(mpich.local_count == 8);
  CHECK(mpich.address == "127.0.0.1");
}

TEST_CASE("Processes of one machine share its cores, unless each is bound to its own") {
  ProcessPlace place;
  CHECK(cores_of(place, 16, 16) == 16);
  CHECK(cores_of(place, 16, 4) == 4);
  place.local_count = 4;  // as torchrun's, in a container of eight cores: all may use the same ones
  CHECK(cores_of(place, 16, 16) == 4);
  CHECK(cores_of(place, 16, 8) == 2);
  CHECK(cores_of(place, 16, 2) == 1);
  place.may_be_bound = true;
  CHECK(cores_of(place, 16, 4) == 4);
  CHECK(cores_of(place, 16, 16) == 4);
}

TEST_CASE("The way to a machine, and whether it stays on this one") {
  CHECK(way_to("127.0.0.1").to == "127.0.0.1");
  CHECK(is_loopback(way_to("127.0.0.1").from));
  CHECK(way_to("no-such-host.invalid").to == "");
  CHECK(is_loopback("127.0.1.1"));
  CHECK(is_loopback("::1"));
  CHECK(!is_loopback("10.0.0.1"));
}

TEST_CASE("An environment that says half is refused, with the variable's name") {
  CHECK_THROWS_WITH_AS(place_of({{"RANK", "1"}}), doctest::Contains("WORLD_SIZE = (not set)"), Error);
  CHECK_THROWS_WITH_AS(place_of({{"RANK", "4"}, {"WORLD_SIZE", "4"}}), doctest::Contains("RANK = 4"), Error);
  CHECK_THROWS_WITH_AS(place_of({{"RANK", "x"}, {"WORLD_SIZE", "4"}}), doctest::Contains("RANK = x"), Error);
  CHECK_THROWS_WITH_AS(place_of({{"RANK", "0"}, {"WORLD_SIZE", "2"}, {"MASTER_PORT", "99999"}}),
                       doctest::Contains("MASTER_PORT"), Error);
}

TEST_CASE("The first host of Slurm's list") {
  CHECK(first_host("n1") == "n1");
  CHECK(first_host("n1,n2") == "n1");
  CHECK(first_host("n[03-07,9],other") == "n03");
  CHECK(first_host("n[5]") == "n5");
  CHECK(first_host("login,n[1-2]") == "login");
}

TEST_CASE("Processes add up, compare and gather") {
  run_together(3, [](const Processes& p) {
    double values[2] = {double(p.rank()), 1};
    p.sum(values, 2);
    CHECK(values[0] == 3);
    CHECK(values[1] == 3);
    CHECK(p.largest(double(-p.rank())) == 0);
    CHECK(p.any(p.rank() == 2));
    CHECK(!p.any(false));
    CHECK(p.each(10 + p.rank()) == std::vector<int64_t>{10, 11, 12});
    std::vector<torch::Tensor> tensors{torch::full({2, 2}, double(p.rank())), torch::full({3}, 1.0)};
    const void* where = tensors[0].data_ptr();
    p.sum(tensors);
    CHECK(tensors[0].equal(torch::full({2, 2}, 3.0)));
    CHECK(tensors[1].equal(torch::full({3}, 3.0)));
    CHECK(tensors[0].data_ptr() == where);
    const auto all = p.gather({uint8_t(p.rank()), 7});
    CHECK(all.size() == 3);
    CHECK(all[2] == std::vector<uint8_t>{2, 7});
    const auto in_first = p.gather_in_first({uint8_t(p.rank()), 8});
    CHECK(in_first.size() == (p.is_first() ? 3 : 0));
    if (p.is_first()) CHECK(in_first[2] == std::vector<uint8_t>{2, 8});
  });
}

TEST_CASE("A process that waits for something else ends when another one dies, or fails") {
  static int meetings = 0;
  enum Fate { dies, fails, stops };
  for (const Fate fate : {dies, fails, stops}) {
    CAPTURE(int(fate));
    const int port = 20000 + (int(getpid()) * 7 + 5000 + 13 * meetings++) % 12000;
    pid_t child[2];
    for (int rank = 0; rank < 2; ++rank) {
      child[rank] = fork();
      if (child[rank] != 0) continue;
      ProcessPlace place;
      place.rank = rank, place.count = 2, place.address = "127.0.0.1", place.port = port;
      try {
        const Processes processes(place);
        if (rank == 0) std::this_thread::sleep_for(std::chrono::seconds(90));  // as for a GPU
        if (fate == stops) raise(SIGSTOP);  // as when its machine has lost power
        if (fate == dies) _exit(0);
        throw Error("out of luck");
      } catch (const std::exception&) {
      }
      _exit(7);
    }
    const auto begin = std::chrono::steady_clock::now();
    int status[2];
    REQUIRE(waitpid(child[0], &status[0], 0) == child[0]);
    if (fate == stops) kill(child[1], SIGKILL);
    REQUIRE(waitpid(child[1], &status[1], 0) == child[1]);
    CHECK(WIFEXITED(status[0]));
    CHECK(WEXITSTATUS(status[0]) == 1);
    if (fate == stops)
      CHECK(WIFSIGNALED(status[1]));
    else
      CHECK(WEXITSTATUS(status[1]) == (fate == dies ? 0 : 7));
    CHECK(std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count() < 60);
  }
}

TEST_CASE("Two processes learn what one does from all their worlds") { compare_one_with_two(0); }

TEST_CASE("Two processes keep the share of all their samples that one would, whoever has them") {
  compare_one_with_two(0.2f);
}

TEST_CASE("A minibatch has its part of every process's samples, also of very unequal numbers") {
  PpoConfig config;
  config.minibatch = 25;  // in each process: three minibatches of the 160 samples of both
  config.epochs = 2;
  const NoisyObserver observer(small_shape());
  std::vector<int64_t> samples[2];  // 158 and 2: in one minibatch the second process has none
  for (int64_t k = 0; k < 160; ++k) samples[k < 158 ? 0 : 1].push_back(k);
  std::vector<float> advantage, target;
  for (int64_t k = 0; k < kSteps * kSlots; ++k) {
    advantage.push_back(std::sin(float(k)));
    target.push_back(std::cos(float(k)));
  }
  const RolloutBuffer rollout = noisy_rollout();
  const Network start_actor(small_network(), 12, 0.01, 1, torch::kCPU),
      start_critic(small_network(), 1, 1, 2, torch::kCPU);
  ReferenceNetwork actor(start_actor), critic(start_critic);
  std::vector<int64_t> shuffled[2] = {samples[0], samples[1]};
  Shuffler shuffler(7, {});
  for (int epoch = 0; epoch < config.epochs; ++epoch) {
    for (auto& list : shuffled) shuffler.shuffle(list.data(), int64_t(list.size()), 5, uint32_t(epoch));
    for (int m = 0; m < 3; ++m) {
      std::vector<int64_t> together;
      for (const auto& list : shuffled) {
        const SampleRange part = part_of(int64_t(list.size()), 3, m);
        together.insert(together.end(), list.begin() + part.begin, list.begin() + part.end);
      }
      reference_step(actor, critic, {rollout, observer, advantage, target, 1, 1e-3, 0.01}, config, together);
    }
  }
  for (const bool tensors : {false, true}) {
    CAPTURE(tensors);
    double difference[2] = {1, 1};
    run_together(2, [&](const Processes& p) {
      const Network a(small_network(), 12, 0.01, 1, torch::kCPU), c(small_network(), 1, 1, 2, torch::kCPU);
      RolloutBuffer own = noisy_rollout();
      std::vector<int64_t> list = samples[p.rank()];
      ThreadPool pool(1);
      std::unique_ptr<Learner> learner;
      if (tensors)
        learner = std::make_unique<TensorLearner>(a, c, config, 7, Executor{}, p);
      else
        learner = std::make_unique<ThreadedLearner>(a, c, config, 7, pool, p);
      const UpdateReport report = learner->update(
          {own, observer, list.data(), int64_t(list.size()), advantage.data(), target.data(), 1},
          {1e-3, 0.01}, 5);
      CHECK(report.minibatches == 6);
      difference[p.rank()] = std::max(largest_difference(a, actor), largest_difference(c, critic));
    });
    CHECK(difference[0] < 2e-5);
    CHECK(difference[1] == difference[0]);
  }
}

TEST_CASE("With another number of processes or worlds a run goes on, its worlds begin anew") {
  static const auto map = std::make_shared<const CompiledMap>(generate_crossing());
  Trainer first(config_of(3), {map});
  first.iterate();
  const Checkpoint saved = first.checkpoint();
  Trainer same(config_of(3), {map}), other(config_of(4), {map});
  CHECK(same.restore(saved));
  CHECK(!other.restore(saved));
  CHECK(other.iteration() == 1);
  CHECK(other.checkpoint().tensors.at("actor.head.weight").values ==
        saved.tensors.at("actor.head.weight").values);
  CHECK(other.iterate().iteration == 2);
  bool restored[2] = {true, true};
  run_together(2, [&](const Processes& p) {
    Trainer two(config_of(3), {map}, p);
    restored[p.rank()] = two.restore(saved);
    CHECK(two.iterate().iteration == 2);
  });
  CHECK(!restored[0]);
  CHECK(!restored[1]);
}
