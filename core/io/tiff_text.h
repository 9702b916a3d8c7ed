#pragma once

/// The metadata that a written TIFF carries: what tiff_metadata.h reads, the other way.

#include <cstddef>
#include <string>
#include <vector>

#include "core/image/volume.h"

namespace karyo::io {

/// ImageJ's description, without the final NUL.
std::string imagej_description(const Volume& volume);

/// ImageJ's tags 50838 and 50839, little-endian: names, display ranges, look-up tables. Both empty
/// when there is nothing to say.
struct ImageJTags {
  std::vector<std::uint32_t> counts;
  std::vector<std::byte> bytes;
};
ImageJTags imagej_tags(const Volume& volume);

/// OME-XML of one image whose planes follow one another in this file.
std::string ome_xml(const Volume& volume);

/// Shortest text that reads back as the same number, in no one's locale.
std::string number_text(double value);

}  // namespace karyo::io
