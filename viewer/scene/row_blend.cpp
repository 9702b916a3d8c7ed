#include "viewer/scene/row_blend.h"

#include <algorithm>

namespace karyo {
namespace {

using Byte = std::uint8_t;

/// Applies f to each part of n pixels. 16-bit arithmetic holds 255 x 256 + 128.
template <typename F>
void for_parts(std::uint32_t* below, const std::uint32_t* above, int n, F&& f) {
  auto* under = reinterpret_cast<Byte*>(below);
  const auto* over = reinterpret_cast<const Byte*>(above);
  for (int i = 0; i < 4 * n; ++i) under[i] = f(under[i], over[i]);
}

}  // namespace

void blend_row(std::uint32_t* below, const std::uint32_t* above, int n, Blending blending,
               int alpha) {
  const auto share = static_cast<std::uint16_t>(alpha);
  const auto rest = static_cast<std::uint16_t>(256 - alpha);
  const auto mix = [share, rest](Byte under, Byte over) {
    return static_cast<Byte>(static_cast<std::uint16_t>(under * rest + over * share + 128) >> 8);
  };
  switch (blending) {
    case Blending::kTranslucent:
      for_parts(below, above, n, mix);
      return;
    case Blending::kAdditive:
      for_parts(below, above, n, [share](Byte under, Byte over) {
        const auto more = static_cast<Byte>(static_cast<std::uint16_t>(over * share + 128) >> 8);
        const auto sum = static_cast<Byte>(under + more);
        return sum < under ? Byte{255} : sum;
      });
      return;
    case Blending::kMinimum:
      for_parts(below, above, n, [mix](Byte under, Byte over) {
        return mix(under, std::min(under, over));
      });
      return;
    case Blending::kOpaque:
      std::copy_n(above, n, below);
      return;
  }
}

void add_row(std::uint32_t* sum, const std::uint32_t* more, int n) {
  for_parts(sum, more, n, [](Byte under, Byte over) {
    const auto total = static_cast<Byte>(under + over);
    return total < under ? Byte{255} : total;
  });
}

}  // namespace karyo
