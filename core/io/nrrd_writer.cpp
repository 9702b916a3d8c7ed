#include "core/io/nrrd_writer.h"

#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <fstream>

#include "core/base/atomic_file.h"
#include "core/io/tiff_text.h"

namespace karyo::io {
namespace {

/// Channels become components: pixel by pixel, one block a time point.
std::vector<std::byte> as_components(const Volume& volume) {
  const VolumeShape shape = volume.shape();
  const std::size_t voxel = bytes_of(volume.type());
  const auto channels = static_cast<std::size_t>(shape.c);
  const auto count = static_cast<std::size_t>(shape.zyx().count());
  std::vector<std::byte> mixed(volume.size_bytes());
  for (std::size_t t = 0; t < static_cast<std::size_t>(shape.t); ++t) {
    const std::size_t start = t * channels * count * voxel;
    for (std::size_t c = 0; c < channels; ++c) {
      for (std::size_t i = 0; i < count; ++i) {
        std::memcpy(mixed.data() + start + (i * channels + c) * voxel,
                    volume.data() + start + (c * count + i) * voxel, voxel);
      }
    }
  }
  return mixed;
}

Result<void> write_nrrd_pixels(AtomicFile& file, const std::string& header, const Volume& volume,
                               bool compress) {
  std::vector<std::byte> mixed;
  if (volume.shape().c > 1) mixed = as_components(volume);
  const std::byte* pixels = mixed.empty() ? volume.data() : mixed.data();
  const std::string name = file.temporary_path().string();
  errno = 0;
  bool good = false;
  {
    std::ofstream out(name, std::ios::binary);
    out << header;
    if (!compress) {
      out.write(reinterpret_cast<const char*>(pixels),
                static_cast<std::streamsize>(volume.size_bytes()));
    }
    out.close();
    good = out.good();
  }
  if (good && compress) {
    gzFile stream = gzopen(name.c_str(), "ab");
    good = stream != nullptr;
    constexpr std::size_t kPiece = 1 << 26;
    for (std::size_t at = 0; good && at < volume.size_bytes(); at += kPiece) {
      const auto count = static_cast<unsigned>(std::min(kPiece, volume.size_bytes() - at));
      good = gzwrite(stream, pixels + at, count) == static_cast<int>(count);
    }
    if (stream != nullptr && gzclose(stream) != Z_OK) good = false;
  }
  if (!good) {
    return Error(ErrorCode::kIo,
                 std::string("writing the NRRD: ") + std::strerror(errno != 0 ? errno : EIO),
                 "Free some disk space or save to another folder.");
  }
  return file.commit();
}

}  // namespace

Result<void> write_nrrd(const std::filesystem::path& path, const Volume& volume, bool compress) {
  KARYO_TRY(auto file, AtomicFile::create(path));
  const VolumeShape shape = volume.shape();
  std::string text = "NRRD0004\n# Written by Karyoscope\ntype: ";
  const std::string type(name_of(volume.type()));
  text += (type == "float32" ? "float" : type == "float64" ? "double" : type) + "\n";
  std::vector<std::int64_t> sizes;
  std::string kinds;
  if (shape.c > 1) {
    sizes.push_back(shape.c);
    kinds = volume.rgb && shape.c == 3 ? " RGB-color" : " vector";
  }
  const bool spatial3 = shape.z > 1 || shape.t > 1;
  for (const std::int64_t extent : {shape.x, shape.y}) sizes.push_back(extent);
  kinds += " domain domain";
  if (spatial3) sizes.push_back(shape.z), kinds += " domain";
  if (shape.t > 1) sizes.push_back(shape.t), kinds += " time";
  text += "dimension: " + std::to_string(sizes.size()) + "\nsizes:";
  for (const std::int64_t extent : sizes) text += " " + std::to_string(extent);
  text += "\nkinds:" + kinds + "\nspacings:";
  std::string units, labels;
  const auto quote = [](std::string safe) {
    std::erase_if(safe, [](char c) { return c == '"' || static_cast<unsigned char>(c) < 0x20; });
    return " \"" + safe + "\"";
  };
  const auto axis = [&](double spacing, const std::string& unit, const std::string& name) {
    text += std::isnan(spacing) ? " nan" : " " + number_text(spacing);
    units += quote(unit);
    labels += quote(name);
  };
  const std::string unit = volume.grid.calibrated() ? volume.grid.unit : "";
  const bool timed = shape.t > 1 && volume.grid.frame_interval > 0;
  const AxisNames& names = volume.grid.names;
  if (shape.c > 1) axis(NAN, "", names.c);
  axis(volume.grid.spacing_x, unit, names.x);
  axis(volume.grid.spacing_y, unit, names.y);
  if (spatial3) axis(volume.grid.spacing_z, unit, names.z);
  if (shape.t > 1) {
    axis(timed ? volume.grid.frame_interval : 1, timed ? volume.grid.time_unit : "", names.t);
  }
  text += "\n";
  if (!(names == AxisNames{})) text += "labels:" + labels + "\n";
  if (!unit.empty() || timed) text += "units:" + units + "\n";
  if (bytes_of(volume.type()) > 1) text += "endian: little\n";
  text += compress ? "encoding: gzip\n\n" : "encoding: raw\n\n";
  return write_nrrd_pixels(file, text, volume, compress);
}

}  // namespace karyo::io
