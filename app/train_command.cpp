#include "app/train_command.h"

#include <CLI/CLI.hpp>
#include <filesystem>
#include <fstream>
#include <memory>

#include "app/training_hooks.h"
#include "base/device_buffer.h"
#include "base/error.h"
#include "base/log.h"
#include "base/progress.h"
#include "policy/actor.h"
#include "train/config.h"
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

void run_and_report(Trainer& trainer, RunFolder& folder) {
  const TrainHooks hooks = make_training_hooks(trainer.config(), folder.path(), trainer.thread_count());
  const bool finished = run_training(trainer, folder, hooks);
  if (finished)
    log_info("trained on " + format_count(trainer.transitions()) + " transitions in " +
             format_duration(trainer.seconds()) + ": " + folder.path());
  else
    log_warning("interrupted; go on with: gigalane train --resume " + folder.path());
  close_log_file();
}

void start(const Arguments& a) {
  TrainConfig config;
  load_config(a.config, a.overrides, config);
  apply_options(a, config);
  const std::string path = a.out.empty() ? default_run_folder(a.config, config.seed) : a.out;
  RunFolder::check_free(path);

  Trainer trainer(config);
  if (!a.from.empty()) trainer.start_from(weights_of(a.from));
  RunFolder folder =
      RunFolder::create(path, to_yaml(config), {device_name(trainer.device()), config.seed, command_line()});
  open_log_file(path + "/train.log");
  const std::string where = trainer.device() == Device::cuda
                                ? device_model(Device::cuda)
                                : std::to_string(trainer.thread_count()) + " threads" +
                                      (config.device == "auto" ? " (" + why_no_cuda() + ")" : "");
  log_info("training in " + path + " on " + where + ", " + format_count(double(trainer.parameter_count())) +
           " parameters");
  run_and_report(trainer, folder);
}

void resume(const Arguments& a) {
  require(std::filesystem::is_directory(a.resume), a.resume, ": no such folder, expected a run's");
  const std::string file = checkpoint_of(a.resume);
  const Checkpoint checkpoint = load_checkpoint(file);
  const auto yaml = checkpoint.text.find("config");
  require(yaml != checkpoint.text.end(), file, ": holds no configuration, it cannot be resumed");
  TrainConfig config;
  parse_config(yaml->second, file, a.overrides, config);
  apply_options(a, config);

  Trainer trainer(config);
  trainer.restore(checkpoint);
  RunFolder folder = RunFolder::resume(a.resume, trainer.iteration(),
                                       {device_name(trainer.device()), config.seed, command_line()});
  open_log_file(a.resume + "/train.log");
  log_info("resumed from " + file);
  run_and_report(trainer, folder);
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
