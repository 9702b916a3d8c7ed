#pragma once

/// From a channel's values to screen colours by table: contrast, gamma and colours in one.

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "core/layers/image_layer.h"

namespace karyo {

class ChannelTable {
 public:
  /// Makes the tables anew where anything differs from the last call. `opacity_alpha` (0 .. 256)
  /// is worked into the colours, for a layer that lies on black; 256 leaves them.
  void prepare(VoxelType type, const ChannelDisplay& display, const Colormap& colors,
               int opacity_alpha);

  /// Colours of n values of the type given above.
  template <typename T>
  void look_up(const T* values, int n, std::uint32_t* colors) const;
  /// Colours of values between voxels, whatever the type.
  void look_up_between(const float* values, int n, std::uint32_t* colors) const;

 private:
  /// Entry of the colour table by arithmetic, for types with too many values for a table.
  std::uint8_t entry_of(double value) const;

  bool ready_ = false;
  VoxelType type_ = VoxelType::kUInt8;
  ValueRange limits_;
  double gamma_ = 1;
  std::shared_ptr<const ColorTable> table_;
  bool inverted_ = false;
  int alpha_ = 256;

  double scale_ = 1;
  std::vector<std::uint8_t> entries_;              // by value, for 8 and 16 bits
  std::vector<std::uint8_t> gamma_steps_;          // by share of the range; empty when gamma is 1
  std::array<std::uint32_t, 256> colors_{};        // by entry
  std::array<std::uint32_t, 256> value_colors_{};  // by value, for 8 bits
};

}  // namespace karyo
