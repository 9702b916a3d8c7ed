#include "core/layers/label_colors.h"

#include "core/labels/label_volume.h"

namespace karyo {
namespace {

constexpr Rgb kGrey{0x9a, 0x9e, 0xa4};

}  // namespace

const std::array<Rgb, kLabelColorCount> kLabelColors{{
    {75, 255, 180}, {195, 0, 135}, {225, 150, 75}, {240, 240, 0}, {45, 180, 195},
    {105, 75, 210}, {150, 240, 135}, {120, 240, 255}, {240, 150, 0}, {240, 120, 135},
    {165, 90, 195}, {120, 255, 225}, {150, 105, 60}, {135, 195, 255}, {135, 15, 255},
    {255, 75, 165}, {150, 105, 0}, {240, 240, 105}, {165, 75, 90}, {0, 165, 255},
}};

Rgb LabelColors::of(std::uint32_t id) const {
  if (id == kIgnoredLabel) return kGrey;
  if (classes) {
    const int number = classes->of(id).object_class;
    const bool known = number >= 0 && number < static_cast<int>(classes->classes.size());
    return known ? classes->classes[static_cast<std::size_t>(number)].color : kGrey;
  }
  if (!own.empty()) {
    const auto found = own.find(id);
    if (found != own.end()) return found->second;
  }
  static constexpr std::array<int, 8> kSteps{1, 3, 7, 9, 11, 13, 17, 19};  // no factor of 20
  const int step = kSteps[static_cast<std::size_t>(shuffle) % kSteps.size()];
  const int number = (label_color_number(id) * step + shuffle) % kLabelColorCount;
  return kLabelColors[static_cast<std::size_t>(number)];
}

}  // namespace karyo
