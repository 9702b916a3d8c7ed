#include "viewer/scene/channel_table.h"

#include <algorithm>
#include <limits>
#include <type_traits>

#include "viewer/scene/blend.h"
#include "viewer/scene/rgba_image.h"

namespace karyo {
namespace {

/// Steps over the range in which gamma is tabled; finer than 16 bits can tell.
constexpr int kGammaSteps = 1 << 16;

template <typename T>
constexpr bool kTabled = sizeof(T) <= 2;

}  // namespace

void ChannelTable::prepare(VoxelType type, const ChannelDisplay& display, const Colormap& colors,
                           int opacity_alpha) {
  const bool same_values = ready_ && type == type_ && display.limits.low == limits_.low &&
                           display.limits.high == limits_.high && display.gamma == gamma_;
  const bool same_colors =
      ready_ && opacity_alpha == alpha_ && display.inverted == inverted_ &&
      (colors.table == table_ || *colors.table == *table_);
  if (same_values && same_colors) return;
  ready_ = true;
  type_ = type;
  limits_ = display.limits;
  gamma_ = display.gamma;
  table_ = colors.table;
  inverted_ = display.inverted;
  alpha_ = opacity_alpha;
  if (!same_colors) {
    const auto dim = [this](std::uint8_t part) {
      return static_cast<std::uint8_t>(mix_part(0, part, alpha_));
    };
    for (std::size_t i = 0; i < colors_.size(); ++i) {
      const Rgb color = (*table_)[inverted_ ? colors_.size() - 1 - i : i];
      colors_[i] = pack_rgba(dim(color.r), dim(color.g), dim(color.b));
    }
  }
  if (!same_values) {
    scale_ = 1 / (limits_.high - limits_.low);
    gamma_steps_.clear();
    if (gamma_ != 1) {
      gamma_steps_.resize(kGammaSteps + 1);
      const ChannelDisplay share{"", true, {0, kGammaSteps}, gamma_, display.colormap, false};
      for (int i = 0; i <= kGammaSteps; ++i) {
        gamma_steps_[static_cast<std::size_t>(i)] = table_entry(i, share);
      }
    }
    entries_.clear();
    visit_voxels(type_, [&](auto zero) {
      using T = decltype(zero);
      if constexpr (kTabled<T>) {
        constexpr int kLowest = std::numeric_limits<T>::min();
        entries_.resize(std::size_t{1} << (8 * sizeof(T)));
        for (std::size_t i = 0; i < entries_.size(); ++i) {
          entries_[i] = table_entry(static_cast<int>(i) + kLowest, display);
        }
      }
    });
  }
  if (entries_.size() == value_colors_.size()) {
    for (std::size_t i = 0; i < entries_.size(); ++i) value_colors_[i] = colors_[entries_[i]];
  }
}

std::uint8_t ChannelTable::entry_of(double value) const {
  double part = (value - limits_.low) * scale_;
  part = part > 0 ? std::min(part, 1.0) : 0.0;
  if (gamma_steps_.empty()) return static_cast<std::uint8_t>(part * 255 + 0.5);
  return gamma_steps_[static_cast<std::size_t>(part * kGammaSteps + 0.5)];
}

template <typename T>
void ChannelTable::look_up(const T* values, int n, std::uint32_t* colors) const {
  if constexpr (kTabled<T>) {
    using Unsigned = std::make_unsigned_t<T>;
    constexpr int kLowest = std::numeric_limits<T>::min();
    const auto number = [](T value) { return static_cast<Unsigned>(value - kLowest); };
    if constexpr (sizeof(T) == 1) {
      for (int i = 0; i < n; ++i) colors[i] = value_colors_[number(values[i])];
    } else {
      for (int i = 0; i < n; ++i) colors[i] = colors_[entries_[number(values[i])]];
    }
  } else {
    for (int i = 0; i < n; ++i) colors[i] = colors_[entry_of(static_cast<double>(values[i]))];
  }
}

void ChannelTable::look_up_between(const float* values, int n, std::uint32_t* colors) const {
  for (int i = 0; i < n; ++i) colors[i] = colors_[entry_of(static_cast<double>(values[i]))];
}

template void ChannelTable::look_up(const std::uint8_t*, int, std::uint32_t*) const;
template void ChannelTable::look_up(const std::int8_t*, int, std::uint32_t*) const;
template void ChannelTable::look_up(const std::uint16_t*, int, std::uint32_t*) const;
template void ChannelTable::look_up(const std::int16_t*, int, std::uint32_t*) const;
template void ChannelTable::look_up(const std::uint32_t*, int, std::uint32_t*) const;
template void ChannelTable::look_up(const std::int32_t*, int, std::uint32_t*) const;
template void ChannelTable::look_up(const float*, int, std::uint32_t*) const;
template void ChannelTable::look_up(const double*, int, std::uint32_t*) const;

}  // namespace karyo
