#include "core/io/zarr_source.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <list>
#include <mutex>
#include <utility>

#include "core/io/axis_places.h"
#include "core/io/limits.h"
#include "core/io/zarr_array.h"
#include "core/io/zarr_ome.h"

namespace karyo::io {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr std::string_view kOrder = "tczyx";
/// Of file chunks that hold several of ours: enough for one and its neighbours.
constexpr std::size_t kKeptBytes = std::size_t{64} << 20;

/// For t, c, z, y, x the array's axis, or -1.
using AxisPlaces = std::array<int, 5>;

Result<AxisPlaces> places_of(const std::string& axes, std::size_t rank) {
  const std::string named = !axes.empty() ? axes
                            : rank <= 3
                                ? std::string("zyx").substr(3 - std::min<std::size_t>(rank, 3))
                                : std::string(kOrder).substr(5 - std::min<std::size_t>(rank, 5));
  const std::string said = rank == 4 && axes.empty() ? "czyx" : named;
  if (said.size() != rank || rank < 2) {
    return Error(ErrorCode::kUnsupported,
                 "the array has " + std::to_string(rank) + " axes, named \"" + said + "\"",
                 "Images have two to five axes: t, c, z, y, x.");
  }
  AxisPlaces places{};
  for (std::size_t i = 0; i < kOrder.size(); ++i) {
    const auto at = said.find(kOrder[i]);
    places[i] = at == std::string::npos ? -1 : static_cast<int>(at);
  }
  return places;
}

std::int64_t extent_at(const ZarrIndex& extents, int axis) {
  return axis < 0 ? 1 : extents[static_cast<std::size_t>(axis)];
}

Result<VolumeShape> shape_of(const ZarrArray& array, const AxisPlaces& places) {
  const VolumeShape shape{extent_at(array.shape, places[0]), extent_at(array.shape, places[1]),
                          extent_at(array.shape, places[2]), extent_at(array.shape, places[3]),
                          extent_at(array.shape, places[4])};
  std::int64_t count = static_cast<std::int64_t>(bytes_of(array.type));
  for (const std::int64_t extent : array.shape) {
    if (__builtin_mul_overflow(count, extent, &count)) {
      return Error(ErrorCode::kBadFile, "the array claims an absurd size",
                   "The metadata are damaged; export the image again.");
    }
  }
  return shape;
}

class ZarrSource final : public PixelSource {
 public:
  ZarrSource(PixelInfo info, std::vector<ZarrArray> arrays, AxisPlaces places)
      : PixelSource(std::move(info)), arrays_(std::move(arrays)), places_(places) {}

  Result<void> read_chunk(const ChunkKey& key, std::byte* to) const override {
    const ZarrArray& array = arrays_[static_cast<std::size_t>(key.level)];
    const std::array<std::int64_t, 5> at{key.t, key.c, key.number.z, key.number.y, key.number.x};
    ZarrIndex number(array.chunk.size(), 0);
    std::array<std::int64_t, 2> inside{0, 0};  // of the file's chunk, along t and c
    for (std::size_t i = 0; i < at.size(); ++i) {
      if (places_[i] < 0) continue;
      const auto axis = static_cast<std::size_t>(places_[i]);
      number[axis] = i < 2 ? at[i] / array.chunk[axis] : at[i];
      if (i < 2) inside[i] = at[i] % array.chunk[axis];
    }
    KARYO_TRY(const Bytes chunk, file_chunk(key.level, number));
    copy_out(array, *chunk, inside,
             info().levels[static_cast<std::size_t>(key.level)].box_of_chunk(key.number), to);
    return {};
  }

 private:
  using Bytes = std::shared_ptr<const std::vector<std::byte>>;

  Result<Bytes> file_chunk(int level, const ZarrIndex& number) const {
    const ZarrArray& array = arrays_[static_cast<std::size_t>(level)];
    const bool several =
        extent_at(array.chunk, places_[0]) * extent_at(array.chunk, places_[1]) > 1;
    if (several) {
      const std::lock_guard lock(mutex_);
      const auto kept = std::find_if(kept_.begin(), kept_.end(), [&](const Kept& k) {
        return k.level == level && k.number == number;
      });
      if (kept != kept_.end()) {
        kept_.splice(kept_.begin(), kept_, kept);
        return kept->bytes;
      }
    }
    KARYO_TRY(auto read, array.read(number));
    auto bytes = std::make_shared<const std::vector<std::byte>>(std::move(read));
    if (several) {
      const std::lock_guard lock(mutex_);
      kept_.push_front({level, number, bytes});
      std::size_t total = 0;
      for (auto i = kept_.begin(); i != kept_.end();) {
        total += i->bytes->size();
        i = total > kKeptBytes && i != kept_.begin() ? kept_.erase(i) : std::next(i);
      }
    }
    return bytes;
  }

  /// The voxels of one time and channel, in z, y, x order and clipped to the array.
  void copy_out(const ZarrArray& array, const std::vector<std::byte>& chunk,
                const std::array<std::int64_t, 2>& inside, const Box3& box, std::byte* to) const {
    std::array<std::int64_t, 5> strides{};
    for (std::size_t i = 0; i < strides.size(); ++i) {
      if (places_[i] < 0) continue;
      std::int64_t stride = 1;
      for (std::size_t axis = static_cast<std::size_t>(places_[i]) + 1; axis < array.chunk.size();
           ++axis) {
        stride *= array.chunk[axis];
      }
      strides[i] = stride;
    }
    const std::size_t voxel = bytes_of(array.type);
    const Index3 shape = box.shape();
    const std::int64_t start = inside[0] * strides[0] + inside[1] * strides[1];
    for (std::int64_t z = 0; z < shape.z; ++z) {
      for (std::int64_t y = 0; y < shape.y; ++y) {
        const std::int64_t row = start + z * strides[2] + y * strides[3];
        if (strides[4] == 1) {
          const auto bytes = static_cast<std::size_t>(shape.x) * voxel;
          std::memcpy(to, chunk.data() + static_cast<std::size_t>(row) * voxel, bytes);
          to += bytes;
          continue;
        }
        for (std::int64_t x = 0; x < shape.x; ++x, to += voxel) {
          std::memcpy(to, chunk.data() + static_cast<std::size_t>(row + x * strides[4]) * voxel,
                      voxel);
        }
      }
    }
  }

  struct Kept {
    int level;
    ZarrIndex number;
    Bytes bytes;
  };
  std::vector<ZarrArray> arrays_;  ///< one a level
  AxisPlaces places_;
  mutable std::mutex mutex_;
  mutable std::list<Kept> kept_;  ///< last used first
};

double sensible(double number, double otherwise) {
  return std::isfinite(number) && number > 0 ? number : otherwise;
}

/// An array of v3 may name its axes; what cannot be an image's is as if it did not.
void take_names_of(const ZarrArray& array, std::string& axes, AxisNames& names) {
  if (array.axis_names.size() != array.shape.size()) return;
  std::vector<NamedAxis> named;
  for (const std::string& name : array.axis_names) {
    if (name.empty()) return;
    named.push_back({name, ""});
  }
  auto placed = place_axes(named);
  if (!placed) return;
  axes = std::move(placed->letters);
  names = std::move(placed->names);
}

Result<std::shared_ptr<const PixelSource>> open_levels(const fs::path& folder, OmeZarr image) {
  PixelInfo info;
  info.labels = image.labels;
  info.grid = image.grid;
  info.notes = std::move(image.notes);
  std::vector<ZarrArray> arrays;
  AxisPlaces places{};
  std::array<double, 3> first_scale{1, 1, 1};  // z, y, x
  for (const OmeZarr::Level& said : image.levels) {
    auto array = read_zarr_array(folder / said.path);
    const bool first = arrays.empty();
    if (!array && first) return array.error();
    if (!array || (!first && (array->type != arrays[0].type ||
                              array->shape.size() != arrays[0].shape.size()))) {
      info.notes.push_back(
          "The level \"" + said.path + "\" was left out: " +
          (array ? "it differs from the first in type or axes" : array.error().what) + ".");
      continue;
    }
    if (first) {
      if (image.axes.empty()) take_names_of(*array, image.axes, info.grid.names);
      KARYO_TRY(places, places_of(image.axes, array->shape.size()));
    }
    KARYO_TRY(const VolumeShape shape, shape_of(*array, places));
    if (!first && (shape.t != info.shape().t || shape.c != info.shape().c)) continue;
    PixelLevel level;
    level.shape = shape;
    level.chunk = {extent_at(array->chunk, places[2]), extent_at(array->chunk, places[3]),
                   extent_at(array->chunk, places[4])};
    const bool scaled = said.scale.size() == array->shape.size();
    const auto scale_at = [&](std::size_t which) {
      const int axis = places[which];
      return scaled && axis >= 0 ? sensible(said.scale[static_cast<std::size_t>(axis)], 1) : 1.0;
    };
    if (first) {
      first_scale = {scale_at(2), scale_at(3), scale_at(4)};
      if (info.grid.calibrated()) {
        info.grid.spacing_z = first_scale[0];
        info.grid.spacing_y = first_scale[1];
        info.grid.spacing_x = first_scale[2];
      }
      if (places[0] >= 0 && scaled && scale_at(0) != 1) info.grid.frame_interval = scale_at(0);
      info.type = array->type;
    } else {
      const Index3 full = info.shape().zyx(), own = shape.zyx();
      const auto ratio = [&](std::size_t which, std::int64_t large, std::int64_t small) {
        const double extents = static_cast<double>(large) / static_cast<double>(small);
        const double said_ratio = scaled ? scale_at(which) / first_scale[which - 2] : extents;
        // What is said must be about what the extents say, or a level lies beside the image.
        const bool plausible = said_ratio > 0.5 * extents && said_ratio < 2 * extents;
        return std::max(1.0, plausible ? said_ratio : extents);
      };
      level.scale_z = ratio(2, full.z, own.z);
      level.scale_y = ratio(3, full.y, own.y);
      level.scale_x = ratio(4, full.x, own.x);
    }
    info.levels.push_back(level);
    arrays.push_back(*std::move(array));
  }
  if (image.channels.size() == static_cast<std::size_t>(info.shape().c)) {
    info.channels = std::move(image.channels);
  }
  return std::shared_ptr<const PixelSource>(
      std::make_shared<ZarrSource>(std::move(info), std::move(arrays), places));
}

/// Wells of a plate, for the message that a plate is no image.
std::string some_wells(const json& plate) {
  std::string names;
  const auto wells = plate.find("wells");
  if (wells == plate.end() || !wells->is_array()) return names;
  for (std::size_t i = 0; i < std::min<std::size_t>(3, wells->size()); ++i) {
    const json& well = (*wells)[i];
    if (!well.is_object() || !well.contains("path") || !well["path"].is_string()) continue;
    names += (names.empty() ? "" : ", ") + well["path"].get<std::string>().substr(0, 40);
  }
  return names;
}

bool is_folder(const fs::path& path) {
  std::error_code ignored;
  return fs::is_directory(path, ignored);
}

}  // namespace

bool is_zarr(const fs::path& path) {
  if (!is_folder(path)) return false;
  std::error_code ignored;
  for (const char* name : {".zgroup", ".zarray", "zarr.json", ".zattrs"}) {
    if (fs::is_regular_file(path / name, ignored)) return true;
  }
  return false;
}

Result<std::shared_ptr<const PixelSource>> open_zarr(const fs::path& folder) {
  if (holds_zarr_array(folder)) {
    OmeZarr bare;
    bare.levels.push_back({".", {}});
    return open_levels(folder, std::move(bare));
  }
  KARYO_TRY(const json attributes, zarr_attributes(folder));
  if (attributes.contains("multiscales")) {
    auto image = parse_ome_zarr(attributes);
    if (!image) return image.error().in(folder.string());
    return open_levels(folder, *std::move(image));
  }
  if (attributes.contains("plate")) {
    return Error(ErrorCode::kUnsupported, folder.string() + " is a plate of many images",
                 "Open one of its wells, for example " + some_wells(attributes["plate"]) + ".");
  }
  // A well's first field, or the first series of a converted file.
  for (const char* series : {"0", "1"}) {
    if (is_zarr(folder / series) && zarr_attributes(folder / series)) {
      const auto inner = zarr_attributes(folder / series);
      if (inner && inner->contains("multiscales")) return open_zarr(folder / series);
    }
  }
  return Error(ErrorCode::kBadFile, folder.string() + " holds no image",
               "Open the folder that has \"multiscales\" in its attributes.");
}

std::vector<std::string> zarr_labels(const fs::path& folder) {
  std::vector<std::string> names;
  if (!is_zarr(folder / "labels")) return names;
  const auto attributes = zarr_attributes(folder / "labels");
  if (!attributes || !attributes->contains("labels") || !(*attributes)["labels"].is_array()) {
    return names;
  }
  for (const json& name : (*attributes)["labels"]) {
    if (!name.is_string()) continue;
    const fs::path inside(name.get<std::string>());
    const bool plain =
        std::distance(inside.begin(), inside.end()) == 1 && inside != ".." && inside.is_relative();
    if (plain && is_zarr(folder / "labels" / inside)) names.push_back(inside.string());
  }
  return names;
}

}  // namespace karyo::io
