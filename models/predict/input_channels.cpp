#include "models/predict/input_channels.h"

#include <algorithm>
#include <string>

namespace karyo {

Result<std::vector<std::int64_t>> input_channels(std::int64_t channels, bool rgb,
                                                 std::int64_t chosen, std::int64_t wanted) {
  const std::int64_t has = rgb ? std::min<std::int64_t>(3, channels) : channels;
  const std::string choose = "Choose one with --channel 1 to " + std::to_string(has) + ".";
  if (chosen >= has) {
    return Error(ErrorCode::kInvalidArgument,
                 "channel " + std::to_string(chosen + 1) + " was asked for, the image has " +
                     std::to_string(has),
                 choose);
  }
  std::vector<std::int64_t> taken;
  for (std::int64_t c = 0; c < has; ++c) {
    if (chosen < 0 || chosen == c) taken.push_back(c);
  }
  const auto count = static_cast<std::int64_t>(taken.size());
  if (count == wanted) return taken;
  return Error(
      ErrorCode::kUnsupported,
      "the model takes " + std::to_string(wanted) + (wanted == 1 ? " channel" : " channels") +
          ", the image gives " + std::to_string(count),
      wanted == 1 ? choose : "Give an image with " + std::to_string(wanted) + " channels.");
}

}  // namespace karyo
