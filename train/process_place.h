/// Which process of how many this is, from the environment that torchrun, mpirun and srun set.
#pragma once
#include <functional>
#include <string>

namespace gigalane {

struct ProcessPlace {
  int rank = 0, count = 1;
  int local_rank = 0;         ///< on this machine: which GPU
  int local_count = 1;        ///< processes on this machine
  bool may_be_bound = false;  ///< the launcher may have given each of them cores of its own
  std::string address;        ///< of the first process
  int port = 0;
  bool launcher_listens = false;  ///< torchrun itself serves at address and port, for the attempt named here
  std::string attempt;
};

/// The value of a variable of the environment, "" where it is not set.
using Environment = std::function<std::string(const char* name)>;
std::string process_environment(const char* name);

/// Looks for torchrun's RANK and WORLD_SIZE, then Open MPI's OMPI_COMM_WORLD_*, Slurm's SLURM_PROCID and
/// SLURM_STEP_NUM_TASKS, MPICH's PMI_* (before Slurm's where these count other processes: the step that
/// started MPICH's own); without any: one process. MASTER_ADDR and MASTER_PORT say where the first process is
/// met; where mpirun does not set them they default to this machine, for srun to the step's first node and a
/// port of the job's number. Throws Error naming the variable that is missing or no number in its range.
ProcessPlace find_process_place(const Environment& = process_environment);

/// How many of this machine's `cores` a process of the run uses, which may itself run on `usable` of them.
int cores_of(const ProcessPlace&, int cores, int usable);

/// The first host of Slurm's compressed list: "node[03-07,9],other" is node03.
std::string first_host(const std::string& slurm_node_list);

}  // namespace gigalane
