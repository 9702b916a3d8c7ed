#pragma once

/// What may be painted over.

#include <algorithm>
#include <cstdint>
#include <vector>

namespace karyo {

enum class PaintOver {
  kEverything,
  kBackground,  ///< other objects stay as they are (napari: preserve labels)
  kInside,      ///< nothing but one object changes
};

struct PaintRule {
  PaintOver over = PaintOver::kEverything;
  std::uint32_t inside = 0;           ///< for kInside
  std::vector<std::uint32_t> locked;  ///< never changed, whatever `over` says; sorted

  /// Whether a voxel of `now` may become `next`. With kBackground erasing (next 0) is allowed
  /// everywhere: there would be nothing to erase.
  bool allows(std::uint32_t now, std::uint32_t next) const {
    if (now == next || std::binary_search(locked.begin(), locked.end(), now)) return false;
    switch (over) {
      case PaintOver::kEverything:
        return true;
      case PaintOver::kBackground:
        return now == 0 || next == 0;
      case PaintOver::kInside:
        return now == inside;
    }
    return false;
  }
};

}  // namespace karyo
