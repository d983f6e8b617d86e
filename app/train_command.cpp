#include "app/train_command.h"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>

#include "app/training_hooks.h"
#include "base/device_buffer.h"
#include "base/error.h"
#include "base/log.h"
#include "base/progress.h"
#include "base/state_hash.h"
#include "policy/actor.h"
#include "sim/simulator.h"
#include "train/config.h"
#include "train/processes.h"
#include "train/run_folder.h"
#include "train/trainer.h"
#include "train/training_run.h"

namespace gigalane {

namespace {

struct Arguments {
  std::string config, resume, from, out, device;
  std::vector<std::string> overrides;
  uint64_t seed = 0;
  int threads = -1;
  CLI::Option *seed_option = nullptr, *device_option = nullptr, *threads_option = nullptr;
};

/// What started this process, as a line.
std::string command_line() {
  std::ifstream file("/proc/self/cmdline", std::ios::binary);
  std::string line((std::istreambuf_iterator<char>(file)), {});
  while (!line.empty() && line.back() == '\0') line.pop_back();
  for (char& c : line)
    if (c == '\0') c = ' ';
  return line;
}

/// Options of the command line go over what the configuration says.
void apply_options(const Arguments& a, TrainConfig& config) {
  if (a.seed_option->count() > 0) config.seed = a.seed;
  if (a.device_option->count() > 0) config.device = a.device;
  if (a.threads_option->count() > 0) config.threads = a.threads;
}

/// The checkpoint that a path names: a file, or a run's folder with its newest.
std::string checkpoint_of(const std::string& path) {
  if (!std::filesystem::is_directory(path)) return path;
  std::string warning;
  const std::string file = newest_checkpoint(path, &warning);
  if (!warning.empty()) log_warning(warning);
  return file;
}

/// Weights to start from. A .safetensors file has the actor's alone.
Checkpoint weights_of(const std::string& path) {
  if (std::filesystem::path(path).extension() != ".safetensors") return load_checkpoint(checkpoint_of(path));
  Checkpoint weights;
  const Actor actor = load_actor(path);
  for (const auto& [name, tensor] : actor.tensors) weights.tensors["actor." + name] = tensor;
  weights.numbers["observation_version"] = actor.card.observation_version;
  return weights;
}

/// The log of a process: the first one's is the run's, the others go on without where they may not write.
void open_log(const std::string& folder, const Processes& processes) {
  if (processes.is_first()) return open_log_file(folder + "/train.log");
  try {
    open_log_file(folder + "/train-" + std::to_string(processes.rank()) + ".log");
  } catch (const Error& error) {
    log_warning(error.what());
  }
}

/// Where a process trains, as a line.
std::string describe(const Trainer& trainer) {
  const bool on_gpu = trainer.device() == Device::cuda;
  std::string where =
      on_gpu ? device_model(Device::cuda) : std::to_string(trainer.thread_count()) + " threads";
  if (!on_gpu && trainer.config().device == "auto") where += " (" + why_no_cuda() + ")";
  const int count = trainer.processes().count();
  if (count > 1) where = std::to_string(count) + " processes, each on " + where;
  if (trainer.precision() == Precision::bfloat16) where += ", hidden layers in bfloat16";
  return where + ", " + format_count(double(trainer.parameter_count())) + " parameters, " +
         format_count(trainer.rollout_bytes_per_agent_step()) + " bytes of rollout and " +
         format_count(trainer.update_bytes_per_agent_step()) +
         " to learn from it an agent-step; worlds: " + describe(trainer.simulator().memory());
}

/// Says so where the time step is not the one that discounts are given for.
void log_discounts(const TrainConfig& config) {
  const float step_s = config.simulation.time_step_s;
  if (step_s == kDiscountStepS) return;
  const Discounts used = discounts_of(config);
  char line[200];
  std::snprintf(line, sizeof line, "a step is %g s: gamma %g and lambda %g of %g s are %.6g and %.6g a step",
                double(step_s), double(config.ppo.gamma), double(config.ppo.lambda), double(kDiscountStepS),
                double(used.gamma), double(used.lambda));
  log_info(line);
}

void run_and_report(Trainer& trainer, RunFolder* folder, const std::string& path) {
  const bool first = trainer.processes().is_first();
  const TrainHooks hooks =
      first ? make_training_hooks(trainer.config(), path, trainer.thread_count()) : TrainHooks{};
  const bool finished = run_training(trainer, folder, hooks);
  if (first && finished)
    log_info("trained on " + format_count(trainer.transitions()) + " transitions in " +
             format_duration(trainer.seconds()) + ": " + path);
  else if (first)
    log_warning("interrupted; go on with: gigalane train --resume " + path);
  close_log_file();
}

/// Of many processes each takes the GPU of its rank on its machine.
void choose_gpu(const Processes& processes, const TrainConfig& config) {
  if (processes.count() > 1 && parse_device(config.device) == Device::cuda)
    choose_cuda_device(processes.place().local_rank);
}

/// Throws Error where another process of the run is about to train something else than this one.
void require_agreement(const Trainer& trainer, const std::string& yaml) {
  const Processes& processes = trainer.processes();
  const std::string here = std::string(device_name(trainer.device())) + " in " +
                           (trainer.precision() == Precision::bfloat16 ? "bfloat16" : "float32") +
                           " from iteration " + std::to_string(trainer.iteration());
  const std::string hash = sha256_hex(here + "\n" + yaml);
  const auto all = processes.gather({hash.begin(), hash.end()});
  for (int rank = 1; rank < processes.count(); ++rank)
    require(all[size_t(rank)] == all[0], "process ", rank, " would train something else than process 0: ",
            "expected the same configuration, device, precision and checkpoint in both; process ",
            processes.rank(), " trains on ", here);
}

void start(const Arguments& a) {
  const Processes processes(find_process_place());
  TrainConfig config;
  load_config(a.config, a.overrides, config);
  apply_options(a, config);
  choose_gpu(processes, config);
  const std::string path = a.out.empty() ? default_run_folder(a.config, config.seed) : a.out;
  if (processes.is_first()) RunFolder::check_free(path);

  Trainer trainer(config, processes);
  if (!a.from.empty()) trainer.start_from(weights_of(a.from));
  require_agreement(trainer, to_yaml(config));
  std::optional<RunFolder> folder;
  if (processes.is_first())
    folder = RunFolder::create(path, to_yaml(config),
                               {device_name(trainer.device()), config.seed, command_line()});
  processes.sum(0);  // the folder is there
  if (processes.is_first() || !a.out.empty()) open_log(path, processes);
  if (processes.is_first()) log_info("training in " + path + " on " + describe(trainer));
  if (processes.is_first()) log_discounts(config);
  run_and_report(trainer, folder ? &*folder : nullptr, path);
}

void resume(const Arguments& a) {
  const Processes processes(find_process_place());
  require(std::filesystem::is_directory(a.resume), a.resume, ": no such folder, expected a run's");
  const std::string file = checkpoint_of(a.resume);
  const Checkpoint checkpoint = load_checkpoint(file);
  const auto yaml = checkpoint.text.find("config");
  require(yaml != checkpoint.text.end(), file, ": holds no configuration, it cannot be resumed");
  TrainConfig config;
  parse_config(yaml->second, file, a.overrides, config);
  apply_options(a, config);
  choose_gpu(processes, config);

  Trainer trainer(config, processes);
  const bool same_worlds = trainer.restore(checkpoint);
  require_agreement(trainer, to_yaml(config));
  std::optional<RunFolder> folder;
  if (processes.is_first())
    folder = RunFolder::resume(a.resume, trainer.iteration(), to_yaml(config),
                               {device_name(trainer.device()), config.seed, command_line()});
  open_log(a.resume, processes);
  if (processes.is_first()) {
    log_info("resumed from " + file + " on " + describe(trainer));
    log_discounts(trainer.config());
    if (!same_worlds)
      log_info(
          "its worlds were of another number of processes or worlds, another seed or simulation: they "
          "begin anew");
  }
  run_and_report(trainer, folder ? &*folder : nullptr, a.resume);
}

void run(const Arguments& a) {
  if (!a.resume.empty()) return resume(a);
  if (a.config.empty()) throw CLI::RequiredError("CONFIG.yaml or --resume DIR");
  start(a);
}

}  // namespace

void add_train_command(CLI::App& app) {
  auto a = std::make_shared<Arguments>();
  CLI::App* command = app.add_subcommand("train", "Let cars teach themselves to drive");
  command->footer(
      "Examples: gigalane train configs/first_drive.yaml\n"
      "          gigalane train configs/first_drive.yaml --set minutes=30 --set ppo.gamma=0.995 --seed 2\n"
      "          gigalane train --resume runs/first_drive-20260131T123456Z-seed1");
  auto* config =
      command->add_option("config", a->config, "configuration, a YAML file")->type_name("CONFIG.yaml");
  auto* resume = command->add_option("--resume", a->resume, "go on with a run from its newest checkpoint")
                     ->type_name("DIR");
  auto* from = command
                   ->add_option("--from", a->from,
                                "start from a policy's weights: a checkpoint, a run's folder or .safetensors")
                   ->type_name("POLICY");
  auto* out = command->add_option("--out", a->out, "the run's folder; runs/CONFIG-UTC-seedS by default")
                  ->type_name("DIR");
  command->add_option("--set", a->overrides, "override a key of the configuration; may be repeated")
      ->type_name("key.path=value")
      ->allow_extra_args(false);
  a->seed_option = command->add_option("--seed", a->seed, "of all randomness");
  a->device_option = command->add_option("--device", a->device, "where to train")
                         ->check(CLI::IsMember({"auto", "cpu", "cuda"}));
  a->threads_option = command->add_option("--threads", a->threads, "CPU threads; 0: one for each core")
                          ->check(CLI::Range(0, 4096));
  resume->excludes(config)->excludes(from)->excludes(out)->excludes(a->seed_option);
  command->callback([a] { run(*a); });
}

}  // namespace gigalane
