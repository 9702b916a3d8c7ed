#include "models/train/memory_need.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>

#include "core/base/text.h"

namespace karyo {
namespace {

constexpr double kMib = 1 << 20;
constexpr std::int64_t kLeastCacheMib = 64;

struct Factors {
  double base_mib, a_weight, a_value;  ///< bytes a weight; times 4 bytes a value
};

/// Fitted by tests/benchmarks/training_memory.py on the CPU. In bfloat16 outputs of layers are half
/// as large; heads, gradients of weights and batches are not.
Factors factors_of(const TrainConfig& config, bool bfloat16) {
  const bool volume = config.dims == 3;
  if (config.model == "stardist") {
    if (bfloat16) return volume ? Factors{200, 16, 2.913} : Factors{186, 16, 1.689};
    return volume ? Factors{229, 16, 3.279} : Factors{165, 24, 2.289};
  }
  if (config.model == "care") {
    if (bfloat16) return volume ? Factors{150, 16, 2.05} : Factors{170, 16, 1.675};
    return volume ? Factors{137, 72, 2.977} : Factors{146, 16, 2.236};
  }
  if (bfloat16) return volume ? Factors{144, 16, 2.431} : Factors{152, 32, 2.079};
  return volume ? Factors{82, 16, 4.827} : Factors{158, 72, 2.997};
}

double power(double base, std::int64_t exponent) {
  return std::pow(base, static_cast<double>(exponent));
}

/// Of a voxel of the image, what the grid leaves; and halvings that lead to it.
struct ToGrid {
  double share = 1;
  std::int64_t steps = 0;
};
ToGrid to_grid(const TrainConfig& config) {
  if (config.model != "stardist") return {};
  const std::int64_t largest = std::max({config.grid.z, config.grid.y, config.grid.x});
  ToGrid to{1 / static_cast<double>(config.grid.count()), 0};
  for (std::int64_t step = 1; step < largest; step *= 2) ++to.steps;
  return to;
}

double heads_per_voxel(const TrainConfig& config, const DataSize& data) {
  if (config.model != "stardist") {
    return static_cast<double>(data.channels_out) * (config.probabilistic ? 2 : 1);
  }
  const auto features = static_cast<double>(config.features);
  const auto classes = static_cast<double>(data.classes);
  return features + 1 + static_cast<double>(config.rays) +
         (data.classes > 0 ? features + classes + 1 : 0);
}

std::string size_option(const TrainConfig& config, Index3 patch) {
  const std::string plane = std::to_string(patch.y) + "," + std::to_string(patch.x);
  return config.dims == 2 ? plane : std::to_string(patch.z) + "," + plane;
}

/// The largest patch that is no larger than `most`, as the network divides; 0 where there is none.
Index3 fitting_patch(const TrainConfig& config, Index3 most) {
  const Index3 by = patch_divisor(config);
  return {most.z / by.z * by.z, most.y / by.y * by.y, most.x / by.x * by.x};
}

bool is_patch(Index3 patch) {
  return patch.z > 0 && patch.y > 0 && patch.x > 0;
}

/// A step smaller: half the batch, then the longest axis of the patch. False at the end.
bool shrink(TrainConfig& config) {
  if (config.batch > 1) {
    config.batch = (config.batch + 1) / 2;
    return true;
  }
  const Index3 by = patch_divisor(config);
  const Index3 p = config.patch;
  Index3 smaller = p;
  if (p.y >= p.x && p.y > by.y) {
    smaller.y = p.y - by.y;
  } else if (p.x > by.x) {
    smaller.x = p.x - by.x;
  } else if (config.dims == 3 && p.z > by.z) {
    smaller.z = p.z - by.z;
  } else {
    return false;
  }
  config.patch = smaller;
  return true;
}

}  // namespace

double values_per_voxel(const TrainConfig& config, const DataSize& data) {
  const auto filters = static_cast<double>(config.filters);
  const double shrink = config.dims == 3 ? 8 : 4;
  const ToGrid grid = to_grid(config);
  double before = 0, scale = 1;
  if (config.model == "stardist" && config.backbone == "resnet") {
    double width = filters, sum = 2 * filters;
    for (std::int64_t block = 0; block < config.blocks; ++block) {
      if (block < grid.steps) {
        scale = std::max(grid.share, scale / shrink);
        width *= 2;
      }
      sum += 3 * width * scale;
    }
    return sum + heads_per_voxel(config, data) * grid.share;
  }
  for (std::int64_t step = 0; step < grid.steps; ++step) {
    before += 2 * filters * scale;
    scale = std::max(grid.share, scale / shrink);
  }
  double unet = 0;
  for (std::int64_t level = 0; level < config.unet_depth; ++level) {
    unet += 4 * filters * power(2, level) / power(shrink, level);
  }
  unet += filters * (power(2, config.unet_depth) + power(2, config.unet_depth - 1)) /
          power(shrink, config.unet_depth);
  return before + (unet + heads_per_voxel(config, data)) * grid.share;
}

double weight_count(const TrainConfig& config, const DataSize& data) {
  const bool stardist = config.model == "stardist";
  const double taps = power(stardist ? 3 : static_cast<double>(config.kernel), config.dims);
  const auto filters = static_cast<double>(config.filters);
  const auto features = static_cast<double>(config.features);
  double in = static_cast<double>(data.channels), sum = 0;
  const auto conv = [&](double out) {
    sum += taps * in * out;
    in = out;
  };
  if (stardist && config.backbone == "resnet") {
    sum += power(7, config.dims) * in * filters;
    in = filters;
    conv(filters);
    double width = filters;
    for (std::int64_t block = 0; block < config.blocks; ++block) {
      if (block < to_grid(config).steps) width *= 2;
      for (int i = 0; i < 3; ++i) conv(width);
    }
  } else {
    for (std::int64_t step = 0; step < to_grid(config).steps; ++step) {
      conv(filters);
      conv(filters);
    }
    for (std::int64_t level = 0; level < config.unet_depth; ++level) {
      conv(filters * power(2, level));
      conv(filters * power(2, level));
    }
    conv(filters * power(2, config.unet_depth));
    conv(filters * power(2, config.unet_depth - 1));
    for (std::int64_t level = config.unet_depth; level-- > 0;) {
      in += filters * power(2, level);
      conv(filters * power(2, level));
      conv(filters * power(2, std::max<std::int64_t>(0, level - 1)));
    }
  }
  if (!stardist) return sum + in * heads_per_voxel(config, data);
  const double heads = data.classes > 0 ? 2 : 1;
  sum += heads * taps * in * features;
  return sum +
         (features > 0 ? features : in) * (1 + static_cast<double>(config.rays + data.classes));
}

std::int64_t training_bytes(const TrainConfig& config, const DataSize& data, bool bfloat16) {
  const Factors factors = factors_of(config, bfloat16);
  const double values =
      values_per_voxel(config, data) * static_cast<double>(config.patch.count() * config.batch);
  const double cache = std::min(data.bytes, static_cast<double>(config.cache_mib) * kMib);
  const double value_bytes = 4 * factors.a_value;
  return static_cast<std::int64_t>(factors.base_mib * kMib +
                                   factors.a_weight * weight_count(config, data) +
                                   value_bytes * values + cache);
}

std::string memory_text(std::int64_t bytes) {
  char text[32];
  const auto value = static_cast<double>(bytes);
  if (value >= 1024 * kMib) {
    std::snprintf(text, sizeof text, "%.1f GiB", value / (1024 * kMib));
  } else {
    std::snprintf(text, sizeof text, "%.0f MiB", value / kMib);
  }
  return text;
}

Result<std::int64_t> parse_memory(const std::string& text) {
  char* rest = nullptr;
  const double number = std::strtod(text.c_str(), &rest);
  std::string unit = lower_ascii(rest);
  std::erase(unit, ' ');
  double factor = 0;
  if (unit == "g" || unit == "gib" || unit.empty()) factor = 1024 * kMib;
  if (unit == "gb") factor = 1e9;
  if (unit == "m" || unit == "mib") factor = kMib;
  if (unit == "mb") factor = 1e6;
  const double bytes = number * factor;
  if (rest == text.c_str() || !(bytes >= 1e6) || bytes > 1e15) {
    return Error(ErrorCode::kInvalidArgument, "\"" + text + "\" is no amount of memory",
                 "Give it as 8GiB, 500MiB or, in GiB, as 8.");
  }
  return static_cast<std::int64_t>(bytes);
}

Result<void> resolve_auto(TrainConfig& config, const DataSize& data, Index3 smallest, bool bfloat16,
                          std::int64_t limit_bytes) {
  const TrainConfig usual = TrainConfig::defaults(config.model, config.dims);
  const bool patch = config.patch.y == 0, batch = config.batch == 0;
  if (patch) {
    const Index3 most{std::min(usual.patch.z, smallest.z), std::min(usual.patch.y, smallest.y),
                      std::min(usual.patch.x, smallest.x)};
    config.patch = fitting_patch(config, most);
    if (!is_patch(config.patch)) {
      const Index3 by = patch_divisor(config);
      return Error(ErrorCode::kInvalidArgument,
                   "the smallest image (" + size_option(config, smallest) +
                       ") holds no patch of this network, which takes multiples of " +
                       size_option(config, by),
                   "Choose a smaller --unet-depth or --grid, or take that image out.");
    }
  }
  if (batch) config.batch = usual.batch;
  if (!patch && !batch) return {};
  TrainConfig smaller = config;
  while (training_bytes(smaller, data, bfloat16) > limit_bytes) {
    TrainConfig next = smaller;
    if (!batch) next.batch = 1;  // only the patch may change
    const bool can = shrink(next) && (patch || next.patch == config.patch);
    if (!can) {
      return check_memory(config, data, bfloat16, limit_bytes,
                          "it may take " + memory_text(limit_bytes));
    }
    if (!batch) next.batch = config.batch;
    smaller = next;
  }
  config = smaller;
  return {};
}

Result<void> check_memory(const TrainConfig& config, const DataSize& data, bool bfloat16,
                          std::int64_t limit_bytes, const std::string& whence) {
  const std::int64_t needed = training_bytes(config, data, bfloat16);
  if (needed <= limit_bytes) return {};
  TrainConfig smaller = config;
  // Files that are read again cost least.
  if (data.bytes > kLeastCacheMib * kMib) {
    smaller.cache_mib = std::min(smaller.cache_mib, kLeastCacheMib);
  }
  while (training_bytes(smaller, data, bfloat16) > limit_bytes) {
    if (shrink(smaller)) continue;
    return Error(ErrorCode::kTooLarge,
                 "this training needs about " + memory_text(needed) + "; " + whence,
                 "Close other programs, choose a smaller --filters or --cache-mib, or use a "
                 "computer with more memory.");
  }
  std::string fix = "Choose --batch " + std::to_string(smaller.batch);
  if (smaller.cache_mib != config.cache_mib) {
    fix += " --cache-mib " + std::to_string(smaller.cache_mib);
  }
  if (smaller.patch != config.patch) fix += " --patch " + size_option(config, smaller.patch);
  return Error(ErrorCode::kTooLarge,
               "this training needs about " + memory_text(needed) + "; " + whence,
               fix + " (about " + memory_text(training_bytes(smaller, data, bfloat16)) +
                   "), a smaller --filters, or close other programs.");
}

}  // namespace karyo
