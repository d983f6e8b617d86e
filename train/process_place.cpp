#include "train/process_place.h"

#include <algorithm>
#include <cstdlib>

#include "base/error.h"

namespace gigalane {

namespace {

constexpr int kUsualPort = 29500;
/// A port by the job's number, below those that systems give to clients (from 32768 on): one of these that is
/// tried before the first process listens may be the one that the trying is done from, and then answers
/// itself.
constexpr int kFirstJobPort = 20000, kJobPorts = 12000;

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

/// The names that a launcher gives to rank, count, rank on this machine and count on this machine.
struct Names {
  const char *rank, *count, *local_rank, *local_count;
};
constexpr Names kTorchrun{"RANK", "WORLD_SIZE", "LOCAL_RANK", "LOCAL_WORLD_SIZE"};
constexpr Names kOpenMpi{"OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_LOCAL_RANK",
                         "OMPI_COMM_WORLD_LOCAL_SIZE"};
constexpr Names kSlurm{"SLURM_PROCID", "SLURM_STEP_NUM_TASKS", "SLURM_LOCALID", "SLURM_STEP_TASKS_PER_NODE"};
constexpr Names kMpich{"PMI_RANK", "PMI_SIZE", "MPI_LOCALRANKID", "MPI_LOCALNRANKS"};
constexpr int kMostProcesses = 100000;

/// The launcher whose variables are set. A job's own shell has SLURM_PROCID too, but no step's tasks. srun
/// sets PMI_* as well where it serves MPICH's programs; where their number is not the step's, MPICH's mpiexec
/// started one helper a machine by srun, and those started this.
const Names* find_launcher(const Environment& environment) {
  if (!environment(kTorchrun.rank).empty()) return &kTorchrun;
  if (!environment(kOpenMpi.rank).empty()) return &kOpenMpi;
  const std::string step = environment(kSlurm.count), mpich = environment(kMpich.count);
  if (!step.empty() && (mpich.empty() || mpich == step)) return &kSlurm;
  return environment(kMpich.rank).empty() ? nullptr : &kMpich;
}

/// Of Slurm's "2(x3),1", tasks by machine, the first.
std::string first_number(const std::string& list) { return list.substr(0, list.find_first_of("(,")); }

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
  const Environment first = [&](const char* name) { return first_number(environment(name)); };
  place.local_count = number_of(first, names->local_count, 1, kMostProcesses, 1);
  place.may_be_bound = names != &kTorchrun;

  const std::string nodes = environment("SLURM_STEP_NODELIST");
  const bool by_slurm = names == &kSlurm;
  place.address = environment("MASTER_ADDR");
  if (place.address.empty()) place.address = by_slurm && !nodes.empty() ? first_host(nodes) : "127.0.0.1";
  const int job = by_slurm ? number_of(environment, "SLURM_JOB_ID", 0, 2147483647, 0) : 0;
  place.port = number_of(environment, "MASTER_PORT", 1, 65535,
                         by_slurm ? kFirstJobPort + job % kJobPorts : kUsualPort);
  place.launcher_listens = environment("TORCHELASTIC_USE_AGENT_STORE") == "True";
  place.attempt = environment("TORCHELASTIC_RESTART_COUNT");
  return place;
}

int cores_of(const ProcessPlace& place, int cores, int usable) {
  const bool bound = place.may_be_bound && usable < cores;
  return std::max(1, bound ? usable : usable / place.local_count);
}

}  // namespace gigalane
