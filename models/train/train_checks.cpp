// What must hold between settings, and between settings and images.

#include <algorithm>
#include <bit>
#include <set>
#include <string>

#include "models/n2v/blind_spots.h"
#include "models/stardist/anisotropy.h"
#include "models/train/train_config.h"

namespace karyo {
namespace {

constexpr std::size_t kMostClasses = 254;

std::string size_text(const TrainConfig& config, Index3 size) {
  const std::string plane = std::to_string(size.y) + "x" + std::to_string(size.x);
  return config.dims == 2 ? plane : std::to_string(size.z) + "x" + plane;
}

std::string option_text(const TrainConfig& config, Index3 size) {
  const std::string plane = std::to_string(size.y) + "," + std::to_string(size.x);
  return config.dims == 2 ? plane : std::to_string(size.z) + "," + plane;
}

std::int64_t rounded_down(std::int64_t value, std::int64_t to) {
  return value / to * to;
}

/// What CARE and Noise2Void ask for beside the ranges.
Result<void> validate_restoration(const TrainConfig& config) {
  const auto refuse = [](const std::string& what, const std::string& fix) {
    return Error(ErrorCode::kInvalidArgument, what, fix);
  };
  if (config.kernel % 2 == 0) {
    return refuse("the setting \"kernel\" cannot be " + std::to_string(config.kernel),
                  "Choose an odd number, 3, 5 or 7, for --kernel.");
  }
  const AugmentSet& augment = config.augment;
  if (augment.intensity > 0 || augment.noise > 0 || augment.blur > 0) {
    return refuse("intensity, noise and blur would change the noise that is to be learned",
                  "Choose --augment flip,rotate, one of them or none.");
  }
  if (config.model == "n2v" && augment.warps()) {
    return refuse(
        "zoom, turn and elastic mix neighbouring pixels, whose noise has to be independent",
        "Choose --augment flip,rotate, one of them or none.");
  }
  if (config.model == "care") {
    if (config.patches_per_image == 0) {
      return refuse("the setting \"patches_per_image\" cannot be 0 for care",
                    "Choose a whole number of at least 1 for --patches-per-image.");
    }
    if (config.probabilistic && config.loss != "auto") {
      return refuse("a probabilistic network has a loss of its own, not " + config.loss,
                    "Leave --loss or --probabilistic out.");
    }
    return {};
  }
  KARYO_TRY(const auto mask, parse_neighbour_mask(config.struct_mask, config.dims));
  if (!mask.empty() && augment.rotate) {
    return refuse("turned patches have lines of noise the other way; --struct-mask hides one way",
                  "Choose --augment flip or none.");
  }
  if (config.n2v2 && config.dims == 3) {
    return refuse("N2V2 is for planes (dims 2)", "Leave --n2v2 out, or choose --dims 2.");
  }
  const std::string manipulator = resolved_manipulator(config.manipulator, config.n2v2);
  if (!mask.empty() && manipulator != "uniform_withCP") {
    return refuse("--struct-mask does not go together with the manipulator " + manipulator,
                  "Choose --manipulator uniform_withCP, or leave --struct-mask out.");
  }
  return {};
}

/// Names once each, none empty.
Result<void> validate_classes(const TrainConfig& config) {
  if (config.classes == "none" || config.classes == "auto") return {};
  const auto names = class_names(config);
  const std::set<std::string> once(names.begin(), names.end());
  if (once.size() == names.size() && !names.empty() && !once.contains("") &&
      names.size() <= kMostClasses) {
    return {};
  }
  return Error(ErrorCode::kInvalidArgument,
               "the setting \"classes\" cannot be \"" + config.classes + "\"",
               "Give none, auto, or up to " + std::to_string(kMostClasses) +
                   " names with commas, each once, for example --classes interphase,mitotic.");
}

}  // namespace

std::vector<std::string> class_names(const TrainConfig& config) {
  if (config.classes == "none" || config.classes == "auto") return {};
  std::vector<std::string> names(1);
  for (const char c : config.classes) {
    if (c == ',') {
      names.emplace_back();
    } else {
      names.back() += c;
    }
  }
  return names;
}

Index3 patch_divisor(const TrainConfig& config) {
  const bool resnet = config.model == "stardist" && config.backbone == "resnet";
  const std::int64_t pool = resnet ? 1 : std::int64_t{1} << config.unet_depth;
  if (config.model != "stardist") return {config.dims == 2 ? 1 : pool, pool, pool};
  return {config.dims == 2 ? 1 : config.grid.z * pool, config.grid.y * pool, config.grid.x * pool};
}

Result<void> validate(const TrainConfig& config) {
  KARYO_CHECK_OK(validate_ranges(config));
  const bool stardist = config.model == "stardist";
  if (!stardist) KARYO_CHECK_OK(validate_restoration(config));
  if (is_auto(config.grid)) return {};  // the rest is known with the data
  for (const std::int64_t step : {config.grid.z, config.grid.y, config.grid.x}) {
    if (!std::has_single_bit(static_cast<std::uint64_t>(step))) {
      return Error(ErrorCode::kInvalidArgument,
                   "the setting \"grid\" cannot be " + size_text(config, config.grid),
                   "Choose 1, 2, 4, 8 or 16 for each axis of --grid.");
    }
  }
  if (config.dims == 2 &&
      ((config.patch.z != 1 && !is_auto(config.patch)) || (stardist && config.grid.z != 1))) {
    const bool patch = config.patch.z != 1 && !is_auto(config.patch);
    return Error(ErrorCode::kInvalidArgument,
                 std::string("the setting \"") + (patch ? "patch" : "grid") + "\" has " +
                     std::to_string(patch ? config.patch.z : config.grid.z) +
                     " planes, but the images are planes (dims 2)",
                 std::string("Give Y,X only: ") + (patch ? "--patch " : "--grid ") +
                     option_text(config, patch ? config.patch : config.grid) + ".");
  }
  if (config.anisotropy != "auto") {
    if (const auto known = stardist::parse_anisotropy(config.anisotropy); !known) {
      return known.error();
    }
  }
  const bool resnet = stardist && config.backbone == "resnet";
  if (resnet && config.dims == 2) {
    return Error(ErrorCode::kInvalidArgument, "a ResNet is for stacks (dims 3)",
                 "Leave --backbone out, or choose --dims 3.");
  }
  if (stardist) KARYO_CHECK_OK(validate_classes(config));
  if (is_auto(config.patch)) return {};
  const Index3 by = patch_divisor(config);
  const Index3 down{rounded_down(config.patch.z, by.z), rounded_down(config.patch.y, by.y),
                    rounded_down(config.patch.x, by.x)};
  if (down != config.patch) {
    const Index3 up{rounded_down(config.patch.z + by.z - 1, by.z),
                    rounded_down(config.patch.y + by.y - 1, by.y),
                    rounded_down(config.patch.x + by.x - 1, by.x)};
    const bool can_go_down = down.z > 0 && down.y > 0 && down.x > 0;
    return Error(ErrorCode::kInvalidArgument,
                 "patch " + size_text(config, config.patch) + " cannot be divided by " +
                     size_text(config, by) + " (" +
                     (stardist ? "grid " + size_text(config, config.grid) : "") +
                     (stardist && !resnet ? ", " : "") +
                     (resnet ? "" : "U-Net depth " + std::to_string(config.unet_depth)) + ")",
                 "Choose --patch " + option_text(config, up) +
                     (can_go_down ? " or --patch " + option_text(config, down) : "") + ".");
  }
  return {};
}

Result<void> validate_against(const TrainConfig& config, std::span<const ImageSize> images) {
  if (images.empty()) {
    return Error(
        ErrorCode::kInvalidArgument, "there are no images to train on",
        config.model == "n2v"
            ? "Put images or stacks into the folder."
            : "Put pairs with the same file names into " +
                  std::string(config.model == "care" ? "low/ and high/." : "images/ and masks/."));
  }
  const ImageSize* offender = nullptr;
  Index3 smallest = images.front().shape;
  std::int64_t too_small = 0;
  for (const ImageSize& image : images) {
    const Index3 s = image.shape;
    smallest = {std::min(smallest.z, s.z), std::min(smallest.y, s.y), std::min(smallest.x, s.x)};
    if (s.z >= config.patch.z && s.y >= config.patch.y && s.x >= config.patch.x) continue;
    ++too_small;
    if (offender == nullptr || s.count() < offender->shape.count()) offender = &image;
  }
  if (offender == nullptr) return {};
  const Index3 by = patch_divisor(config);
  const Index3 fit{std::min(config.patch.z, rounded_down(smallest.z, by.z)),
                   std::min(config.patch.y, rounded_down(smallest.y, by.y)),
                   std::min(config.patch.x, rounded_down(smallest.x, by.x))};
  std::string what = "patch " + size_text(config, config.patch) + " is larger than \"" +
                     offender->file + "\" (" + size_text(config, offender->shape) + ")";
  if (too_small > 1) what += " and " + std::to_string(too_small - 1) + " more";
  const std::string remove = too_small > 1 ? "take the smaller images out" : "take that image out";
  if (fit.z > 0 && fit.y > 0 && fit.x > 0) {
    return Error(ErrorCode::kInvalidArgument, what,
                 "Choose --patch " + option_text(config, fit) + ", the largest that fits, or " +
                     remove + ".");
  }
  return Error(ErrorCode::kInvalidArgument, what,
               "It is too small for any patch of this network (multiples of " +
                   size_text(config, by) + "): choose a smaller --unet-depth" +
                   (config.model == "stardist" ? " or --grid" : "") +
                   (config.dims == 3 && fit.z == 0 ? ", train plane by plane (--dims 2)" : "") +
                   ", or " + remove + ".");
}

}  // namespace karyo
