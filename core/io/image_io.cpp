#include "core/io/image_io.h"

#include "core/base/text.h"
#include "core/io/image_reader.h"
#include "core/io/nrrd_writer.h"
#include "core/io/tiff_writer.h"

namespace karyo {

Result<ImageDescription> describe_image(const std::filesystem::path& path) {
  auto reader = io::open_image(path);
  if (!reader) return reader.error().in(path.string());
  return (*reader)->description();
}

Result<Volume> read_image(const std::filesystem::path& path) {
  auto reader = io::open_image(path);
  if (!reader) return reader.error().in(path.string());
  auto volume = (*reader)->read();
  if (!volume) return volume.error().in(path.string());
  return volume;
}

Result<void> visit_planes(const std::filesystem::path& path,
                          const std::function<void(const Volume& plane)>& visitor) {
  const auto visit = [&]() -> Result<void> {
    KARYO_TRY(const auto reader, io::open_image(path));
    const VolumeShape shape = reader->description().shape;
    KARYO_TRY(Volume plane,
              io::zeroed_volume(reader->description().type, {1, 1, 1, shape.y, shape.x}));
    for (std::int64_t t = 0; t < shape.t; ++t) {
      for (std::int64_t z = 0; z < shape.z; ++z) {
        for (std::int64_t c = 0; c < shape.c; ++c) {
          KARYO_CHECK_OK(reader->read_plane(t, c, z, plane.data()));
          visitor(plane);
        }
      }
    }
    return {};
  };
  const auto visited = visit();
  if (!visited) return visited.error().in(path.string());
  return {};
}

Result<LabelArray> read_labels(const std::filesystem::path& path, VoxelGrid* grid) {
  KARYO_TRY(const Volume volume, read_image(path));
  auto labels = to_labels(volume);
  if (!labels) return labels.error().in(path.string());
  if (grid != nullptr) *grid = volume.grid;
  return labels;
}

Result<void> write_image(const std::filesystem::path& path, const Volume& volume,
                         const WriteOptions& options) {
  const std::string name = lower_ascii(path.filename().string());
  if (volume.shape().count() < 1) {
    return Error(ErrorCode::kInvalidArgument, path.string() + ": there are no voxels to write",
                 "Write an image of at least one voxel.");
  }
  if (name.ends_with(".tif") || name.ends_with(".tiff")) {
    io::TiffWriteOptions tiff;
    tiff.deflate = options.compress;
    tiff.ome = options.ome || name.ends_with(".ome.tif") || name.ends_with(".ome.tiff");
    return io::write_tiff(path, volume, tiff);
  }
  if (name.ends_with(".nrrd") && !options.ome) {
    return io::write_nrrd(path, volume, options.compress);
  }
  return Error(ErrorCode::kInvalidArgument,
               path.string() + ": images are not written in the form that its ending names",
               "Use .tif, .ome.tif or .nrrd.");
}

Result<void> write_labels(const std::filesystem::path& path, const LabelArray& labels,
                          const VoxelGrid& grid) {
  WriteOptions options;
  options.compress = true;
  return write_image(path, from_labels(labels, grid), options);
}

}  // namespace karyo
