#pragma once

/// Colour tables: 256 entries from dark to bright.

#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/image/volume.h"

namespace karyo {

using ColorTable = std::array<Rgb, 256>;

/// A named table; cheap to copy. `table` is never null.
struct Colormap {
  std::string name;
  std::shared_ptr<const ColorTable> table;

  /// The same name means the same colours.
  friend bool operator==(const Colormap& a, const Colormap& b) {
    return a.name == b.name && (a.table == b.table || *a.table == *b.table);
  }
};

/// gray, magma, viridis, inferno, cyan, magenta, yellow, red, green, blue, fire, hilo: in the order
/// of a menu.
const std::vector<std::string>& colormap_names();

/// A colour table by its name. Errors: kInvalidArgument.
Result<Colormap> colormap(std::string_view name);
/// The same colours from bright to dark.
ColorTable reversed(const ColorTable& table);
/// The plain grey ramp.
Colormap gray_colormap();
/// The table a file brought along, named "file"; grey where it has no 256 entries.
Colormap colormap_of(const ChannelInfo& channel);
/// The colour to start a channel with: the file's own; grey for a single channel; for several
/// cyan, magenta, yellow, red, green, blue in turn.
Colormap default_colormap(const Volume& volume, std::int64_t channel);

}  // namespace karyo
