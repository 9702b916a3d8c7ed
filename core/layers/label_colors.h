#pragma once

/// Colours of labels: twenty that stay apart for colour-blind eyes and on grey, in a fixed cycle.

#include <array>
#include <cstdint>
#include <map>
#include <memory>

#include "core/image/volume.h"
#include "core/labels/object_notes.h"

namespace karyo {

inline constexpr int kLabelColorCount = 20;

/// Chosen by search: for normal, protanope and deuteranope eyes (Machado et al. 2009) every two
/// differ by at least 18 (CIE76) and consecutive ones by at least 38; each has a chroma of at least
/// 32, its difference from grey, and differs from the accent.
extern const std::array<Rgb, kLabelColorCount> kLabelColors;

/// The contour of the selected object, and of what runs.
inline constexpr Rgb kAccent{0x2b, 0xb3, 0xa3};

/// Place in the cycle of an id >= 1. Ids with the same colour are at least 13 apart, so objects
/// numbered side by side, and those twenty numbers on, look different.
constexpr int label_color_number(std::uint32_t id) {
  const std::uint32_t n = id - 1;
  return static_cast<int>((n % 20 + n / 20 % 20 * 7) % 20);
}

/// The colour of an id >= 1, the same always. Id 0 has none (it is transparent).
inline Rgb label_color(std::uint32_t id) {
  return kLabelColors[static_cast<std::size_t>(label_color_number(id))];
}

/// A layer's colours: the cycle, in some order, and a person's own for single objects. A value: may
/// be copied to where drawing goes on beside the layer.
struct LabelColors {
  /// Another order of the cycle; 0 is the usual one. A turn of the cycle and a step through it that
  /// visits every colour, so numbers whose colours differ go on to differ.
  int shuffle = 0;
  std::map<std::uint32_t, Rgb> own;
  /// Set: colours say the class of an object, grey that it has none.
  std::shared_ptr<const ObjectNotes> classes;

  /// Of an id >= 1.
  Rgb of(std::uint32_t id) const;
  friend bool operator==(const LabelColors&, const LabelColors&) = default;
};

}  // namespace karyo
