#include "models/io/unet_plan.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace karyo {
namespace {

/// Of (Z,) Y, X lists; an absent axis has `absent`.
std::array<std::int64_t, 3> zyx(const std::vector<int>& values, int absent) {
  std::array<std::int64_t, 3> all{absent, absent, absent};
  std::copy(values.begin(), values.end(), all.end() - static_cast<long>(values.size()));
  return all;
}

}  // namespace

std::int64_t UnetPlan::filters_at(int level) const {
  return static_cast<std::int64_t>(filters * std::pow(expansion, level));
}

std::vector<UnetConv> UnetPlan::down(int level) const {
  std::vector<UnetConv> convs;
  std::int64_t in = level == 0 ? channels_in : filters_at(level - 1);
  for (int i = 0; i < convs_per_level; ++i) {
    const std::string number = std::to_string(level) + "_no_" + std::to_string(i);
    convs.push_back({prefix + "down_level_" + number, in, filters_at(level)});
    in = filters_at(level);
  }
  return convs;
}

std::vector<UnetConv> UnetPlan::middle() const {
  std::vector<UnetConv> convs;
  std::int64_t in = depth == 0 ? channels_in : filters_at(depth - 1);
  for (int i = 0; i + 1 < convs_per_level; ++i) {
    convs.push_back({prefix + "middle_" + std::to_string(i), in, filters_at(depth)});
    in = filters_at(depth);
  }
  // The last of a level is numbered by the count of all; the file format has this gap.
  convs.push_back({prefix + "middle_" + std::to_string(convs_per_level), in,
                   filters_at(std::max(0, depth - 1))});
  return convs;
}

std::vector<UnetConv> UnetPlan::up(int level) const {
  std::vector<UnetConv> convs;
  const std::string name = prefix + "up_level_" + std::to_string(level) + "_no_";
  // What comes from below has the level's filters, as has what was kept.
  std::int64_t in = filters_at(level) * (has_skip(level) ? 2 : 1);
  const std::int64_t inner = narrow_up ? filters_at(0) : filters_at(level);
  for (int i = 0; i + 1 < convs_per_level; ++i) {
    convs.push_back({name + std::to_string(i), in, inner});
    in = inner;
  }
  convs.push_back({name + std::to_string(convs_per_level), in, filters_at(std::max(0, level - 1))});
  return convs;
}

std::vector<UnetConv> UnetPlan::all() const {
  std::vector<UnetConv> convs;
  const auto append = [&convs](const std::vector<UnetConv>& more) {
    convs.insert(convs.end(), more.begin(), more.end());
  };
  for (int level = 0; level < depth; ++level) append(down(level));
  append(middle());
  for (int level = depth - 1; level >= 0; --level) append(up(level));
  return convs;
}

Index3 UnetPlan::divisor() const {
  const auto step = zyx(pool, 1);
  Index3 all{1, 1, 1};
  for (int level = 0; level < depth; ++level) {
    all = {all.z * step[0], all.y * step[1], all.x * step[2]};
  }
  return all;
}

Index3 UnetPlan::receptive_radius() const {
  const auto size = zyx(kernel, 1), step = zyx(pool, 1);
  std::array<std::int64_t, 3> radius{};
  for (std::size_t axis = 0; axis < 3; ++axis) {
    // From the bottom up: what lies r pixels away below lies up to step * r + step - 1 away here.
    const std::int64_t convs = convs_per_level * (size[axis] / 2);
    const std::int64_t blur = blur_pool && step[axis] > 1 ? 2 : 0;  // it reaches beyond the window
    radius[axis] = convs;
    for (int level = 0; level < depth; ++level) {
      radius[axis] = step[axis] * radius[axis] + step[axis] - 1 + blur + 2 * convs;
    }
  }
  return {radius[0], radius[1], radius[2]};
}

Error too_large_network() {
  return {ErrorCode::kTooLarge, "a network with these settings has more than 512 million weights",
          "Lower the number of levels, the filters of the first level or their expansion; 2 or 3 "
          "levels and 32 filters are usual."};
}

Result<void> check_width(double widest) {
  if (widest > 1 << 20) return too_large_network();
  return {};
}

}  // namespace karyo
