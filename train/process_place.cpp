#include "train/process_place.h"

#include <cstdlib>

#include "base/error.h"

namespace gigalane {

namespace {

constexpr int kUsualPort = 29500;

/// A variable as a number in [low, high]; `otherwise` where it is not set, unless that is negative.
int number_of(const Environment& environment, const char* name, int low, int high, int otherwise) {
  const std::string text = environment(name);
  if (text.empty() && otherwise >= 0) return otherwise;
  char* end = nullptr;
  const long value = std::strtol(text.c_str(), &end, 10);
  require(!text.empty() && *end == '\0' && value >= low && value <= high, "environment: ", name, " = ",
          text.empty() ? "(not set)" : text, ", expected a number from ", low, " to ", high);
  return int(value);
}

/// The names that a launcher gives to rank, count and rank on this machine.
struct Names {
  const char *rank, *count, *local_rank;
};
constexpr Names kLaunchers[] = {
    {"RANK", "WORLD_SIZE", "LOCAL_RANK"},
    {"OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_LOCAL_RANK"},
    {"PMI_RANK", "PMI_SIZE", "MPI_LOCALRANKID"},
    {"SLURM_PROCID", "SLURM_STEP_NUM_TASKS", "SLURM_LOCALID"}};
constexpr int kMostProcesses = 100000;

/// The launcher whose variables are set. A job's own shell has SLURM_PROCID too, but no step's tasks.
const Names* find_launcher(const Environment& environment) {
  for (const Names& names : kLaunchers) {
    const bool slurm = std::string(names.rank) == "SLURM_PROCID";
    if (!environment(slurm ? names.count : names.rank).empty()) return &names;
  }
  return nullptr;
}

}  // namespace

std::string process_environment(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

std::string first_host(const std::string& list) {
  const size_t bracket = list.find('['), comma = list.find(',');
  if (bracket == std::string::npos || comma < bracket) return list.substr(0, comma);
  return list.substr(0, bracket) + list.substr(bracket + 1, list.find_first_of("-,]", bracket) - bracket - 1);
}

ProcessPlace find_process_place(const Environment& environment) {
  ProcessPlace place;
  const Names* names = find_launcher(environment);
  if (!names) return place;
  place.count = number_of(environment, names->count, 1, kMostProcesses, -1);
  place.rank = number_of(environment, names->rank, 0, place.count - 1, -1);
  place.local_rank = number_of(environment, names->local_rank, 0, kMostProcesses, 0);
  place.share_of_cores = number_of(environment, "LOCAL_WORLD_SIZE", 1, kMostProcesses, 1);

  const std::string nodes = environment("SLURM_STEP_NODELIST");
  const bool by_slurm = names == &kLaunchers[3];
  place.address = environment("MASTER_ADDR");
  if (place.address.empty()) place.address = by_slurm && !nodes.empty() ? first_host(nodes) : "127.0.0.1";
  const int job = by_slurm ? number_of(environment, "SLURM_JOB_ID", 0, 2147483647, 0) : 0;
  place.port = number_of(environment, "MASTER_PORT", 1, 65535, by_slurm ? 20000 + job % 20000 : kUsualPort);
  place.launcher_listens = environment("TORCHELASTIC_USE_AGENT_STORE") == "True";
  place.attempt = environment("TORCHELASTIC_RESTART_COUNT");
  return place;
}

}  // namespace gigalane
