#pragma once

/// What the text inside a TIFF says about its pages: ImageJ's, OME's and tifffile's.
///
/// Pure functions over text and bytes; nothing is believed about the file here, the reader compares
/// every number with the pages there are. Sources: ImageJ 1.54 (TiffEncoder, TiffDecoder), OME
/// model 2016-06, tifffile's "shaped" description.

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/image/volume.h"

namespace karyo::io {

/// "\u00B5m", "micron", "micrometers" ... become "um"; the empty word and "pixels" become "pixel".
std::string normal_unit(std::string_view unit);
/// Length of `unit` in um; 0 when it is no known length.
double unit_in_um(std::string_view unit);
/// Time unit in seconds; 0 when unknown.
double unit_in_seconds(std::string_view unit);

/// ImageJ's description. Numbers that are absent or make no sense keep their default.
struct ImageJDescription {
  std::int64_t images = 1, channels = 1, slices = 1, frames = 1;
  std::string unit = "pixel", unit_y, unit_z;  ///< normalised; y and z empty: as x
  double spacing = 0;                          ///< between slices; 0 when absent
  double frame_interval = 0;
  std::string time_unit = "sec";
  bool has_range = false;
  double range_low = 0, range_high = 0;
};
/// nullopt when the text is not ImageJ's.
std::optional<ImageJDescription> parse_imagej_description(std::string_view text);

/// The binary part of ImageJ's metadata, tags 50838 (`counts`) and 50839 (`bytes`).
struct ImageJExtras {
  std::vector<std::string> slice_labels;
  std::vector<std::array<double, 2>> ranges;  ///< one a channel
  std::vector<std::vector<Rgb>> luts;         ///< one a channel, 256 entries
};
/// What is broken is left out.
ImageJExtras parse_imagej_extras(std::span<const std::byte> counts,
                                 std::span<const std::byte> bytes, bool big_endian);

/// How OME-XML names a file; either may be empty.
struct OmeFile {
  std::string name;  ///< as written, not checked
  std::string uuid;
};

/// One image of an OME-XML text.
struct OmeDescription {
  struct TiffData {
    std::int64_t first_t = 0, first_c = 0, first_z = 0;
    std::int64_t ifd = 0;
    std::int64_t planes = 0;  ///< 0: all that remain
    std::int32_t file = -1;   ///< in `files`; -1: the one that holds the text
  };
  std::string uuid;           ///< of the file that holds the text
  std::string metadata_file;  ///< where the text says only where the metadata are: nothing else is
                              ///< said then
  std::int64_t images = 1;    ///< that the text describes
  std::string order = "XYCZT";  ///< fastest first
  std::int64_t size_x = 0, size_y = 0, size_z = 1, size_c = 1, size_t_ = 1;
  std::int64_t samples = 1;  ///< of the first channel
  VoxelGrid grid;
  std::vector<ChannelInfo> channels;
  std::vector<TiffData> data;
  std::vector<OmeFile> files;  ///< that `data` name, each once
};
/// True when the text is OME-XML, sound or not.
bool is_ome_xml(std::string_view text);
/// Of several images the first that has a plane in `own`; where none has, the first. `own` is the
/// file that was opened; without a uuid it is known by that of the text as well.
/// Errors: kBadFile when it is not well-formed or lacks what it must have; kTooLarge when it names
/// more than kMaxSetFiles files.
Result<OmeDescription> parse_ome_xml(std::string_view text, const OmeFile& own = {});
/// Whether a file that OME-XML names is `own`: by its uuid, else by its name.
bool same_file(const OmeFile& named, const OmeFile& own);

/// tifffile's {"shape": [...], "axes": "..."}.
struct ShapedDescription {
  std::vector<std::int64_t> shape;
  std::string axes;  ///< letters of T C Z Y X S; empty when the file's say nothing
  AxisNames names;
};
std::optional<ShapedDescription> parse_shaped_description(std::string_view text);

}  // namespace karyo::io
