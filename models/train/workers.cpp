#include "models/train/workers.h"

#define USE_C10D_GLOO  // says LibTorch's header: this LibTorch has the backend
#include <torch/csrc/distributed/c10d/PrefixStore.hpp>
#include <torch/csrc/distributed/c10d/ProcessGroupGloo.hpp>
#include <torch/csrc/distributed/c10d/TCPStore.hpp>

#include <cstdlib>
#include <utility>

#include "core/base/sha256.h"

namespace karyo {
namespace {

using Gloo = c10d::ProcessGroupGloo;

constexpr auto kWaitForOthers = std::chrono::minutes(5);
constexpr auto kWaitForAnswer = std::chrono::minutes(10);

/// The first line of what LibTorch says, which goes on with its own stack.
std::string reason_of(const std::exception& failure) {
  const std::string text = failure.what();
  return text.substr(0, text.find('\n'));
}

/// The network of the machine that GLOO_SOCKET_IFNAME names, as for PyTorch itself.
c10::intrusive_ptr<Gloo::Options> options_of_gloo() {
  auto options = Gloo::Options::create(kWaitForAnswer);
  const char* const interface = std::getenv("GLOO_SOCKET_IFNAME");
  options->devices.push_back(interface != nullptr ? Gloo::createDeviceForInterface(interface)
                                                  : Gloo::createDefaultDevice());
  return options;
}

torch::Tensor view_of(std::span<double> numbers) {
  return torch::from_blob(numbers.data(), {static_cast<std::int64_t>(numbers.size())},
                          torch::kFloat64);
}

/// All values one after the other, in main memory.
torch::Tensor flat(const std::vector<torch::Tensor>& tensors) {
  std::vector<torch::Tensor> parts;
  parts.reserve(tensors.size());
  for (const auto& tensor : tensors) parts.push_back(tensor.detach().reshape(-1));
  return torch::cat(parts).to(torch::kCPU).contiguous();
}

/// The other way round.
void take_flat(const torch::Tensor& all, const std::vector<torch::Tensor>& tensors) {
  const torch::NoGradGuard no_grad;
  std::int64_t at = 0;
  for (const auto& tensor : tensors) {
    tensor.detach().copy_(all.narrow(0, at, tensor.numel()).reshape(tensor.sizes()));
    at += tensor.numel();
  }
}

}  // namespace

Error worker_lost(const std::string& reason) {
  return {ErrorCode::kIo, "another process of this training was lost: " + reason,
          "What it said itself tells why. The last checkpoint is whole: start all processes again "
          "with --resume."};
}

struct Workers::Group {
  c10::intrusive_ptr<c10d::TCPStore> store;  // its server lives as long as the group
  c10::intrusive_ptr<Gloo> gloo;
};

Workers::Workers() = default;
Workers::~Workers() = default;
Workers::Workers(Workers&&) noexcept = default;

Result<Workers> Workers::join(const WorkerPlace& place) {
  Workers workers;
  if (place.alone()) return workers;
  workers.place_ = place;
  try {
    c10d::TCPStoreOptions where;
    where.port = place.port;
    where.isServer = place.first() && !place.agent_listens;
    where.waitWorkers = false;
    where.timeout = kWaitForOthers;
    auto group = std::make_unique<Group>();
    group->store = c10::make_intrusive<c10d::TCPStore>(place.address, where);
    auto own = c10::make_intrusive<c10d::PrefixStore>("karyoscope/" + place.attempt, group->store);
    group->gloo = c10::make_intrusive<Gloo>(own, place.rank, place.count, options_of_gloo());
    workers.group_ = std::move(group);
  } catch (const std::exception& failure) {
    return Error(
        ErrorCode::kNotFound,
        "the " + std::to_string(place.count) + " processes of this training did not meet at " +
            place.address + ":" + std::to_string(place.port) + ": " + reason_of(failure),
        "Check that all of them were started, that MASTER_ADDR and MASTER_PORT are the same "
        "for all and free, and that machines reach each other (GLOO_SOCKET_IFNAME names "
        "the network to use).");
  }
  return workers;
}

Result<Device> Workers::device(const std::string& wanted) const {
  KARYO_TRY(auto device, choose_device(wanted));
  if (alone() || !device.cuda || wanted.find(':') != std::string::npos) return device;
  const auto gpus = static_cast<int>(torch::cuda::device_count());
  return choose_device("cuda:" + std::to_string(place_.local_rank % gpus));
}

void Workers::add_up(torch::Tensor& tensor) {
  if (alone()) return;
  try {
    std::vector<torch::Tensor> one{
        tensor.is_cpu() && tensor.is_contiguous() ? tensor : tensor.to(torch::kCPU).contiguous()};
    group_->gloo->allreduce(one)->wait();
    if (!one[0].is_same(tensor)) tensor.copy_(one[0]);
  } catch (const std::exception& failure) {
    throw WorkerLost(reason_of(failure));
  }
}

Result<void> Workers::sum(std::span<double> numbers) {
  try {
    auto view = view_of(numbers);
    add_up(view);
  } catch (const WorkerLost& failure) {
    return worker_lost(failure.what());
  }
  return {};
}

Result<void> Workers::average(std::span<double> numbers) {
  if (alone()) return {};
  KARYO_CHECK_OK(sum(numbers));
  for (double& number : numbers) number /= place_.count;
  return {};
}

Result<bool> Workers::any(bool here) {
  if (alone()) return here;
  double count = here ? 1 : 0;
  KARYO_CHECK_OK(sum({&count, 1}));
  return count > 0;
}

Result<void> Workers::average_gradients(const std::vector<torch::Tensor>& parameters) {
  if (alone()) return {};
  std::vector<torch::Tensor> gradients;
  gradients.reserve(parameters.size());
  for (const auto& parameter : parameters) {
    if (!parameter.grad().defined()) parameter.mutable_grad() = torch::zeros_like(parameter);
    gradients.push_back(parameter.grad());
  }
  try {
    auto all = flat(gradients);
    add_up(all);
    take_flat(all.div_(place_.count), gradients);
  } catch (const WorkerLost& failure) {
    return worker_lost(failure.what());
  }
  return {};
}

Result<void> Workers::take_first(const std::vector<torch::Tensor>& tensors) {
  if (alone() || tensors.empty()) return {};
  try {
    std::vector<torch::Tensor> one{flat(tensors)};
    group_->gloo->broadcast(one)->wait();
    take_flat(one[0], tensors);
  } catch (const std::exception& failure) {
    return worker_lost(reason_of(failure));
  }
  return {};
}

Result<void> Workers::check_same(const std::string& text, const std::string& what) {
  if (alone()) return {};
  // Digits of a fingerprint: each process's against the mean.
  std::vector<double> own, mean;
  for (const char digit : sha256(text)) own.push_back(static_cast<double>(digit));
  mean = own;
  KARYO_CHECK_OK(average(mean));
  KARYO_TRY(const bool differ, any(mean != own));
  if (!differ) return {};
  return Error(
      ErrorCode::kInvalidArgument, "the processes of this training differ in " + what,
      "Start all of them with the same command on the same files; give --patch and --batch "
      "numbers instead of auto.");
}

}  // namespace karyo
