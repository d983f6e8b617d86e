#include "train/gpu_sum.h"

#include <ATen/cuda/CUDAContext.h>
#include <torch/csrc/cuda/nccl.h>

#include <cstring>

namespace gigalane {

namespace nccl = torch::cuda::nccl;

GpuSum::GpuSum(int rank, int count, const Share& share) {
  nccl::ncclUniqueId id{};
  if (rank == 0) nccl::get_unique_id(id);
  std::vector<uint8_t> bytes(sizeof id);
  std::memcpy(bytes.data(), &id, sizeof id);
  bytes = share(std::move(bytes));
  std::memcpy(&id, bytes.data(), sizeof id);
  communicator_ = nccl::comm_init_rank(count, id, rank);
}

GpuSum::~GpuSum() {
  try {
    nccl::comm_destroy(communicator_);
  } catch (const std::exception&) {  // the process ends anyway
  }
}

void GpuSum::sum(at::Tensor& values) const {
  std::vector<at::Tensor> all{values};
  nccl::all_reduce(all, all, int(nccl::ncclRedOp::Sum), {at::cuda::getCurrentCUDAStream()}, {communicator_});
}

}  // namespace gigalane
