#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <limits>
#include <memory>
#include <optional>
#include <vector>

#include "app/cli/commands.h"
#include "app/cli/option_text.h"
#include "core/io/image_io.h"

namespace karyo::cli {
namespace {

struct Options {
  std::string in, out, axes, dtype, crop, spacing;
  bool to_ome = false;
  bool compress = false;
};

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts(1);
  for (const char c : text) {
    if (c == separator) {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  return parts;
}

template <typename T>
bool parse_number(const std::string& text, T& value) {
  const char* end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, value);
  return parsed.ec == std::errc() && parsed.ptr == end;
}

Volume like(const Volume& volume, VoxelType type, VolumeShape shape) {
  Volume result(type, shape, volume.grid);
  result.rgb = volume.rgb;
  result.channels = volume.channels;
  return result;
}

/// The file's axes under other names: a plain stack that is a movie, samples that are channels.
Result<Volume> rename_axes(Volume volume, const ImageDescription& file, const std::string& axes) {
  const auto wrong = [&](const std::string& reason) {
    return Error(ErrorCode::kInvalidArgument, "--axes " + axes + ": " + reason,
                 "The file's axes are " + file.axes +
                     "; name each once, of T, C, Z, Y, X and S, with Y and X where they are.");
  };
  if (axes.size() != file.axes.size()) return wrong("it names another number of axes");
  const std::string letters = "TCZ";
  VolumeShape shape{1, 1, 1, file.shape.y, file.shape.x};
  int from[3] = {-1, -1, -1};  // which old axis each new one takes
  for (std::size_t i = 0; i < axes.size(); ++i) {
    const bool fixed = file.axes[i] == 'Y' || file.axes[i] == 'X';
    if ((fixed || axes[i] == 'Y' || axes[i] == 'X') && axes[i] != file.axes[i]) {
      return wrong("Y and X are elsewhere in the file");
    }
    if (fixed) continue;
    const auto now = letters.find(axes[i] == 'S' ? 'C' : axes[i]);
    const auto before = letters.find(file.axes[i] == 'S' ? 'C' : file.axes[i]);
    if (now == std::string::npos) return wrong(std::string("unknown axis ") + axes[i]);
    if (from[now] >= 0 || before == std::string::npos) return wrong("an axis is named twice");
    from[now] = static_cast<int>(before);
    (now == 0 ? shape.t : now == 1 ? shape.c : shape.z) = file.file_shape[i];
  }
  Volume result = like(volume, volume.type(), shape);
  result.rgb = axes.find('S') != std::string::npos && (shape.c == 3 || shape.c == 4);
  if (shape.c != volume.shape().c) result.channels.clear();
  const std::size_t bytes = static_cast<std::size_t>(shape.y * shape.x) * bytes_of(volume.type());
  const VolumeShape old = volume.shape();
  for (std::int64_t t = 0; t < shape.t; ++t) {
    for (std::int64_t c = 0; c < shape.c; ++c) {
      for (std::int64_t z = 0; z < shape.z; ++z) {
        std::int64_t at[3] = {0, 0, 0};
        const std::int64_t now[3] = {t, c, z};
        for (int i = 0; i < 3; ++i) {
          if (from[i] >= 0) at[from[i]] = now[i];
        }
        const auto source = static_cast<std::size_t>((at[0] * old.c + at[1]) * old.z + at[2]);
        const auto target = static_cast<std::size_t>((t * shape.c + c) * shape.z + z);
        std::memcpy(result.data() + target * bytes, volume.data() + source * bytes, bytes);
      }
    }
  }
  return result;
}

/// "z0:z1,y0:y1,x0:x1" or "y0:y1,x0:x1", half-open; a bound left out is the image's.
Result<Box3> parse_crop(const std::string& text, Index3 shape) {
  const Error wrong(ErrorCode::kInvalidArgument,
                    "--crop " + text + " is no region of an image of " + std::to_string(shape.z) +
                        " x " + std::to_string(shape.y) + " x " + std::to_string(shape.x) +
                        " (z, y, x) voxels",
                    "Write it as z0:z1,y0:y1,x0:x1 (or y0:y1,x0:x1), counted from 0, the end not "
                    "included.");
  const auto parts = split(text, ',');
  if (parts.size() != 2 && parts.size() != 3) return wrong;
  std::int64_t begin[3] = {0, 0, 0};
  std::int64_t end[3] = {shape.z, shape.y, shape.x};
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const std::size_t axis = i + 3 - parts.size();
    const auto bounds = split(parts[i], ':');
    const std::int64_t extent = end[axis];
    if (bounds.size() != 2) return wrong;
    if (!bounds[0].empty() && !parse_number(bounds[0], begin[axis])) return wrong;
    if (!bounds[1].empty() && !parse_number(bounds[1], end[axis])) return wrong;
    if (begin[axis] < 0 || end[axis] > extent || begin[axis] >= end[axis]) return wrong;
  }
  return Box3{{begin[0], begin[1], begin[2]}, {end[0], end[1], end[2]}};
}

Volume crop(const Volume& volume, const Box3& box) {
  const VolumeShape old = volume.shape();
  const Index3 size = box.shape();
  Volume result = like(volume, volume.type(), {old.t, old.c, size.z, size.y, size.x});
  const std::size_t voxel = bytes_of(volume.type());
  std::byte* to = result.data();
  for (std::int64_t block = 0; block < old.t * old.c; ++block) {
    for (std::int64_t z = box.begin.z; z < box.end.z; ++z) {
      for (std::int64_t y = box.begin.y; y < box.end.y; ++y) {
        const auto at =
            static_cast<std::size_t>(((block * old.z + z) * old.y + y) * old.x + box.begin.x);
        const std::size_t bytes = static_cast<std::size_t>(size.x) * voxel;
        std::memcpy(to, volume.data() + at * voxel, bytes);
        to += bytes;
      }
    }
  }
  return result;
}

/// Values stay what they are (fractions are rounded to whole numbers); one that does not fit is an
/// error, because a clipped id would be another object.
Result<Volume> convert_type(const Volume& volume, VoxelType type) {
  Volume result = like(volume, type, volume.shape());
  std::optional<double> unfit;
  visit_voxels(volume.type(), [&](auto from_zero) {
    using From = decltype(from_zero);
    visit_voxels(type, [&](auto to_zero) {
      using To = decltype(to_zero);
      const From* from = volume.view<From>().data();
      To* to = result.view<To>().data();
      for (std::int64_t i = 0; i < volume.shape().count(); ++i) {
        if constexpr (std::is_floating_point_v<To>) {
          to[i] = static_cast<To>(from[i]);
          // A whole number may be an id, and float32 holds them all only up to 2^24.
          if (std::is_integral_v<From> &&
              static_cast<double>(to[i]) != static_cast<double>(from[i])) {
            unfit = static_cast<double>(from[i]);
            return;
          }
        } else {
          const double value = std::nearbyint(static_cast<double>(from[i]));
          if (!(value >= static_cast<double>(std::numeric_limits<To>::lowest()) &&
                value <= static_cast<double>(std::numeric_limits<To>::max()))) {
            unfit = static_cast<double>(from[i]);
            return;
          }
          to[i] = static_cast<To>(value);
        }
      }
    });
  });
  if (unfit) {
    return Error(ErrorCode::kInvalidArgument,
                 "the value " +
                     (std::isfinite(*unfit) ? nlohmann::json(*unfit).dump()
                                            : std::isnan(*unfit) ? "NaN" : "infinity") +
                     " does not fit into " +
                     std::string(name_of(type)),
                 "Choose a --dtype that holds all values, for example float64.");
  }
  return result;
}

Result<void> set_spacing(Volume& volume, const std::string& text) {
  const auto parts = split(text, ',');
  std::vector<double> values;
  for (const std::string& part : parts) {
    double value = 0;
    if (!parse_number(part, value) || !std::isfinite(value) || value <= 0) break;
    values.push_back(value);
  }
  if (values.size() != parts.size() || values.size() < 2 || values.size() > 3) {
    return Error(ErrorCode::kInvalidArgument, "--spacing " + text + " is no voxel size",
                 "Give the distance between voxels as z,y,x or y,x, for example 2,0.5,0.5.");
  }
  if (values.size() == 3) volume.grid.spacing_z = values.front();
  volume.grid.spacing_y = values[values.size() - 2];
  volume.grid.spacing_x = values.back();
  if (!volume.grid.calibrated()) volume.grid.unit = "um";
  return {};
}

Result<void> run_convert(const Options& options, Console& console) {
  KARYO_CHECK_OK(check_no_input(options.out, {options.in}));
  std::optional<VoxelType> type;
  if (!options.dtype.empty()) {
    KARYO_TRY(type, voxel_type_from(options.dtype));
  }
  KARYO_TRY(const ImageDescription description, describe_image(options.in));
  KARYO_TRY(Volume volume, read_image(options.in));
  if (!options.axes.empty()) {
    KARYO_TRY(volume, rename_axes(std::move(volume), description, options.axes));
  }
  if (!options.crop.empty()) {
    KARYO_TRY(const Box3 box, parse_crop(options.crop, volume.shape().zyx()));
    volume = crop(volume, box);
  }
  if (type && *type != volume.type()) {
    KARYO_TRY(volume, convert_type(volume, *type));
  }
  if (!options.spacing.empty()) KARYO_CHECK_OK(set_spacing(volume, options.spacing));
  WriteOptions write;
  write.ome = options.to_ome;
  write.compress = options.compress;
  KARYO_CHECK_OK(write_image(options.out, volume, write));
  for (const std::string& note : description.notes) console.note(note);
  KARYO_TRY(const ImageDescription written, describe_image(options.out));
  console.say(options.out + ": " + written.axes + ", " + written.dtype + ", " + written.format);
  nlohmann::json result;
  result["path"] = options.out;
  result["axes"] = written.axes;
  result["shape"] = written.file_shape;
  result["dtype"] = written.dtype;
  console.result(result);
  return {};
}

}  // namespace

void add_convert_command(Cli& cli) {
  auto options = std::make_shared<Options>();
  CLI::App* command =
      cli.add_command("convert", "Any image to ImageJ TIFF, OME-TIFF or NRRD, by the ending of OUT",
                      [options](Console& console) { return run_convert(*options, console); });
  command->add_option("in", options->in, "Image to read")->required();
  command->add_option("out", options->out, "File to write: .tif, .ome.tif or .nrrd")->required();
  command->add_option("--axes", options->axes,
                      "What the file's axes are, in its order, where it does not say (TYX)");
  command->add_option("--dtype", options->dtype, "Type of the voxels: uint8, uint16, float32 ...");
  command->add_option("--crop", options->crop, "z0:z1,y0:y1,x0:x1 or y0:y1,x0:x1, in voxels");
  command->add_option("--spacing", options->spacing,
                      "Voxel size z,y,x or y,x; in um where the file names no unit");
  command->add_flag("--to-ome", options->to_ome, "Write OME-TIFF whatever the name");
  command->add_flag("--compress", options->compress, "Compress without loss (deflate)");
}

}  // namespace karyo::cli
