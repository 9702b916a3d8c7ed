#pragma once

/// Any image file in, ImageJ-readable files out. The one door to core/io.
///
/// Reads TIFF (ImageJ hyperstack, OME-TIFF, BigTIFF), PNG, JPEG, NRRD, NIfTI and MetaImage; the
/// format is told by content, not by name. Every size a header claims is checked against the file
/// and against limits.h before memory is asked for. Nothing in a file is executed.

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "core/image/volume.h"

namespace karyo {

/// What a file says about itself, without reading its pixels.
struct ImageDescription {
  std::filesystem::path path;
  std::string format;                    ///< "TIFF", "ImageJ TIFF", "OME-TIFF", "PNG", ...
  std::string axes;                      ///< as stored, slowest first: "TZCYX", "YXS", "ZYX"
  std::vector<std::int64_t> file_shape;  ///< one extent a letter of `axes`
  VolumeShape shape;                     ///< the same as T, C, Z, Y, X; S counts as C
  VoxelType type = VoxelType::kUInt8;    ///< type in memory
  std::string dtype;                     ///< type in the file; "bool" for 1 bit
  std::string compression;               ///< "none", "deflate", "lzw", ...
  bool rgb = false;
  VoxelGrid grid;
  std::vector<ChannelInfo> channels;  ///< empty, or one a channel
  std::vector<std::string> notes;     ///< what was left out, for people
  /// Names of all files of an OME-TIFF set, its companion included; empty for other images.
  std::vector<std::string> files;
};

/// Cheap: headers only. Errors: kNotFound, kBadFile, kUnsupported, kTooLarge.
Result<ImageDescription> describe_image(const std::filesystem::path& path);

/// The whole image. Errors as describe_image, and kBadFile for broken pixel data.
Result<Volume> read_image(const std::filesystem::path& path);

/// Calls `visitor` with one plane after another (frames, slices, channels; channels fastest), as a
/// volume of one plane of the type that read_image gives. For one pass over what may be larger
/// than memory: of a TIFF one page is held at a time; the other formats are decoded whole. Errors
/// as read_image.
Result<void> visit_planes(const std::filesystem::path& path,
                          const std::function<void(const Volume& plane)>& visitor);

/// A label image: first time point, one channel, whole numbers (see to_labels).
/// `grid`, where given, receives the file's spacing.
Result<LabelArray> read_labels(const std::filesystem::path& path, VoxelGrid* grid = nullptr);

struct WriteOptions {
  bool compress = false;  ///< deflate; always on for labels
  bool ome = false;       ///< OME-TIFF whatever the name; also chosen by ".ome.tif"
};

/// Writes TIFF (.tif, .tiff: ImageJ's; .ome.tif: OME) or NRRD (.nrrd), by the ending, atomically.
/// BigTIFF where the file would pass 4 GB. Errors: kInvalidArgument (ending), kIo.
Result<void> write_image(const std::filesystem::path& path, const Volume& volume,
                         const WriteOptions& options = {});

/// Deflate-compressed, uint16 where the ids fit, else uint32.
Result<void> write_labels(const std::filesystem::path& path, const LabelArray& labels,
                          const VoxelGrid& grid = {});

}  // namespace karyo
