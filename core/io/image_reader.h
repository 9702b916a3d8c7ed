#pragma once

/// One open image file of any format; chosen by its first bytes, never by its name.

#include <memory>

#include "core/io/byte_source.h"
#include "core/io/image_io.h"

namespace karyo::io {

/// Voxels of 0. Errors: kBadFile for an absurd extent, kTooLarge.
Result<Volume> zeroed_volume(VoxelType type, const VolumeShape& shape, const VoxelGrid& grid = {});

/// Opening reads headers only and checks every size they claim against the file. One thread at a
/// time.
class ImageReader {
 public:
  virtual ~ImageReader() = default;

  const ImageDescription& description() const { return description_; }
  void describe_path(const std::filesystem::path& path) { description_.path = path; }

  /// Everything. Errors: kBadFile, kTooLarge, kIo.
  virtual Result<Volume> read() = 0;

  /// One plane as shape.y x shape.x voxels of the description's type. t, c and z must lie within
  /// its shape. Errors as read().
  virtual Result<void> read_plane(std::int64_t t, std::int64_t c, std::int64_t z,
                                  std::byte* to) = 0;

 protected:
  explicit ImageReader(ImageDescription description) : description_(std::move(description)) {}
  /// Zeroed voxels for everything, with grid and channels. Errors: kTooLarge.
  Result<Volume> empty_volume() const;

  ImageDescription description_;
};

/// For formats that can only be decoded whole: the volume is kept from the first read_plane() on.
class WholeImageReader : public ImageReader {
 public:
  Result<void> read_plane(std::int64_t t, std::int64_t c, std::int64_t z, std::byte* to) override;

 protected:
  using ImageReader::ImageReader;

 private:
  Volume whole_;
};

/// Errors of the format's own reader; kUnsupported when none knows the first bytes.
/// `path` is for messages, for readers that need a name, and for the other files of a set; empty:
/// there are none.
Result<std::unique_ptr<ImageReader>> open_image(std::shared_ptr<const ByteSource> source,
                                                const std::filesystem::path& path);

Result<std::unique_ptr<ImageReader>> open_image(const std::filesystem::path& path);

}  // namespace karyo::io
