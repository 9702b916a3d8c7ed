#include "models/train/worker_place.h"

#include <charconv>
#include <cstdlib>

namespace karyo {
namespace {

constexpr int kMostWorkers = 1 << 16;

Result<int> number_in(const Environment& environment, const char* name, int least, int most) {
  const std::string text = environment(name);
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (!text.empty() && error == std::errc{} && end == text.data() + text.size() && value >= least &&
      value <= most) {
    return value;
  }
  return Error(ErrorCode::kInvalidArgument,
               "WORLD_SIZE asks for a training by several processes, but " + std::string(name) +
                   (text.empty() ? " is not set" : " is \"" + text + "\""),
               "Start them with torchrun, or set RANK, WORLD_SIZE, MASTER_ADDR and MASTER_PORT for "
               "each; to train alone, unset WORLD_SIZE.");
}

}  // namespace

Result<WorkerPlace> worker_place(const Environment& environment) {
  WorkerPlace place;
  const std::string count = environment("WORLD_SIZE");
  if (count.empty() || count == "1") return place;
  KARYO_TRY(place.count, number_in(environment, "WORLD_SIZE", 1, kMostWorkers));
  KARYO_TRY(place.rank, number_in(environment, "RANK", 0, place.count - 1));
  KARYO_TRY(const int port, number_in(environment, "MASTER_PORT", 1, 65535));
  place.port = static_cast<std::uint16_t>(port);
  place.address = environment("MASTER_ADDR");
  if (place.address.empty()) place.address = "127.0.0.1";
  if (!environment("LOCAL_RANK").empty()) {
    KARYO_TRY(place.local_rank, number_in(environment, "LOCAL_RANK", 0, kMostWorkers));
  }
  if (!environment("LOCAL_WORLD_SIZE").empty()) {
    KARYO_TRY(place.local_count, number_in(environment, "LOCAL_WORLD_SIZE", 1, kMostWorkers));
  }
  place.agent_listens = environment("TORCHELASTIC_USE_AGENT_STORE") == "True";
  if (const auto attempt = environment("TORCHELASTIC_RESTART_COUNT"); !attempt.empty()) {
    place.attempt = attempt;
  }
  return place;
}

Result<WorkerPlace> worker_place() {
  return worker_place([](const char* name) {
    const char* const value = std::getenv(name);
    return std::string(value == nullptr ? "" : value);
  });
}

}  // namespace karyo
