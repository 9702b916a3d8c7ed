#pragma once

/// The metadata that a written TIFF carries: what tiff_metadata.h reads, the other way.

#include <cstddef>
#include <string>
#include <vector>

#include "core/image/volume.h"

namespace karyo::io {

/// What a file says about its voxels.
struct StackHeader {
  VoxelType type = VoxelType::kUInt8;
  VolumeShape shape;
  VoxelGrid grid = {};
  bool rgb = false;                        ///< the channels are red, green, blue (and alpha)
  std::vector<ChannelInfo> channels = {};  ///< empty, or one a channel
};

StackHeader header_of(const Volume& volume);
/// The same with the range of the values there are for channels that have no display range, where
/// ImageJ needs one: it guesses none for types of more than 8 bits.
StackHeader header_with_ranges(const Volume& volume);

/// ImageJ's description, without the final NUL.
std::string imagej_description(const StackHeader& header);

/// ImageJ's tags 50838 and 50839, little-endian: names, display ranges, look-up tables. Both empty
/// when there is nothing to say.
struct ImageJTags {
  std::vector<std::uint32_t> counts;
  std::vector<std::byte> bytes;
};
ImageJTags imagej_tags(const StackHeader& header);

/// OME-XML of one image whose planes follow one another in this file.
std::string ome_xml(const StackHeader& header);

/// Shortest text that reads back as the same number, in no one's locale.
std::string number_text(double value);

}  // namespace karyo::io
