#include "core/io/image_reader.h"

#include <algorithm>
#include <array>
#include <new>

#include "core/io/itk_header.h"
#include "core/io/itk_reader.h"
#include "core/io/jpeg_reader.h"
#include "core/io/limits.h"
#include "core/io/ome_set.h"
#include "core/io/png_reader.h"
#include "core/io/tiff_reader.h"
#include "core/io/tiff_structure.h"
#include "core/io/zarr_reader.h"
#include "core/io/zarr_source.h"

namespace karyo::io {

Result<Volume> zeroed_volume(VoxelType type, const VolumeShape& shape, const VoxelGrid& grid) {
  KARYO_TRY(const std::uint64_t bytes, volume_bytes(shape, type));
  try {
    return Volume(type, shape, grid);
  } catch (const std::bad_alloc&) {
    return Error(ErrorCode::kTooLarge,
                 "the image needs " + readable_bytes(bytes) + " of memory, which is not free",
                 "Close other programs, or open a cropped copy of the image.");
  }
}

Result<Volume> ImageReader::empty_volume() const {
  KARYO_TRY(Volume volume, zeroed_volume(description_.type, description_.shape, description_.grid));
  volume.rgb = description_.rgb;
  volume.channels = description_.channels;
  return volume;
}

Result<void> WholeImageReader::read_plane(std::int64_t t, std::int64_t c, std::int64_t z,
                                          std::byte* to) {
  if (whole_.size_bytes() == 0) {
    KARYO_TRY(whole_, read());
  }
  const VolumeShape shape = whole_.shape();
  const auto bytes = static_cast<std::size_t>(shape.y * shape.x) * bytes_of(whole_.type());
  const auto plane = static_cast<std::size_t>((t * shape.c + c) * shape.z + z);
  std::copy_n(whole_.data() + plane * bytes, bytes, to);
  return {};
}

Result<std::unique_ptr<ImageReader>> open_image(std::shared_ptr<const ByteSource> source,
                                                const std::filesystem::path& path) {
  if (source->size() == 0) {
    return Error(ErrorCode::kBadFile, "the file is empty",
                 "The program that wrote it did not finish; copy or export it again.");
  }
  std::array<std::byte, 16> raw{};
  const auto head = std::span(raw).first(source->read_some(0, raw));
  auto opened = [&]() -> Result<std::unique_ptr<ImageReader>> {
    if (looks_like_tiff(head) || looks_like_companion(*source)) {
      return open_tiff(std::move(source), path.empty() ? no_neighbours() : neighbours_of(path));
    }
    if (looks_like_png(head)) return open_png(std::move(source));
    if (looks_like_jpeg(head)) return open_jpeg(std::move(source));
    if (itk_format(*source) != ItkFormat::kNone) return open_itk(std::move(source), path);
    return Error(ErrorCode::kUnsupported, "this is no image of a form that is read here",
                 "TIFF, PNG, JPEG, NRRD, NIfTI and MetaImage are read; convert it to one of "
                 "them, for example in Fiji.");
  }();
  if (opened) (*opened)->describe_path(path);
  return opened;
}

Result<std::unique_ptr<ImageReader>> open_image(const std::filesystem::path& path) {
  if (is_zarr(path)) {
    auto opened = open_zarr_image(path);
    if (opened) (*opened)->describe_path(path);
    return opened;
  }
  KARYO_TRY(auto source, open_file(path));
  return open_image(std::move(source), path);
}

}  // namespace karyo::io
