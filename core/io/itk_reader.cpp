#include "core/io/itk_reader.h"

#include <itkMetaImageIO.h>
#include <itkNiftiImageIO.h>
#include <itkNrrdImageIO.h>

#include <cmath>
#include <cstring>

#include "core/io/axis_places.h"
#include "core/io/itk_header.h"
#include "core/io/limits.h"
#include "core/io/tiff_metadata.h"
#include "core/io/tiff_samples.h"

namespace karyo::io {
namespace {

Error itk_error(const std::string& doing, const char* reason) {
  return {ErrorCode::kBadFile, doing + ": " + std::string(reason).substr(0, 300),
          "The file is truncated or damaged; copy or export it again."};
}

itk::ImageIOBase::Pointer make_io(ItkFormat format) {
  if (format == ItkFormat::kNrrd) return itk::NrrdImageIO::New().GetPointer();
  if (format == ItkFormat::kNifti) return itk::NiftiImageIO::New().GetPointer();
  return itk::MetaImageIO::New().GetPointer();
}

/// Type in memory; 64-bit whole numbers become float64.
Result<VoxelType> type_of(itk::ImageIOBase::IOComponentType type) {
  using Base = itk::ImageIOBase;
  switch (type) {
    case Base::UCHAR:
      return VoxelType::kUInt8;
    case Base::CHAR:
      return VoxelType::kInt8;
    case Base::USHORT:
      return VoxelType::kUInt16;
    case Base::SHORT:
      return VoxelType::kInt16;
    case Base::UINT:
      return VoxelType::kUInt32;
    case Base::INT:
      return VoxelType::kInt32;
    case Base::FLOAT:
      return VoxelType::kFloat32;
    case Base::DOUBLE:
    case Base::LONG:
    case Base::LONGLONG:
    case Base::ULONG:
    case Base::ULONGLONG:
      return VoxelType::kFloat64;
    default:
      break;
  }
  return Error(ErrorCode::kUnsupported, "a pixel type that is not read here",
               "Save it as 8-, 16- or 32-bit TIFF.");
}

class ItkReader final : public WholeImageReader {
 public:
  ItkReader(itk::ImageIOBase::Pointer io, ImageDescription description)
      : WholeImageReader(std::move(description)), io_(std::move(io)) {}

  Result<Volume> read() override {
    KARYO_TRY(Volume volume, empty_volume());
    const VolumeShape shape = volume.shape();
    using Base = itk::ImageIOBase;
    const auto component = io_->GetComponentType();
    const bool whole64 = component == Base::LONG || component == Base::LONGLONG ||
                         component == Base::ULONG || component == Base::ULONGLONG;
    const auto bytes = static_cast<std::size_t>(io_->GetImageSizeInBytes());
    if (bytes != volume.size_bytes()) {
      return itk_error("the pixels do not have the size of the header", "");
    }
    std::vector<std::byte> mixed;
    std::byte* to = volume.data();
    if (shape.c > 1) {
      mixed.resize(bytes);
      to = mixed.data();
    }
    try {
      itk::ImageIORegion region(io_->GetNumberOfDimensions());
      for (unsigned i = 0; i < io_->GetNumberOfDimensions(); ++i) {
        region.SetIndex(i, 0);
        region.SetSize(i, io_->GetDimensions(i));
      }
      io_->SetIORegion(region);
      io_->Read(to);
    } catch (const itk::ExceptionObject& e) {
      return itk_error("the pixels cannot be read", e.GetDescription());
    } catch (const std::exception& e) {
      return itk_error("the pixels cannot be read", e.what());
    }
    if (whole64) {
      const bool is_signed = component == Base::LONG || component == Base::LONGLONG;
      for (std::size_t at = 0; at < bytes; at += 8) {
        std::int64_t value;
        std::memcpy(&value, to + at, 8);
        const double number = is_signed ? static_cast<double>(value)
                                        : static_cast<double>(static_cast<std::uint64_t>(value));
        std::memcpy(to + at, &number, 8);
      }
    }
    if (shape.c == 1) return volume;
    // Components lie pixel by pixel; a time point is one such block.
    const std::size_t voxel = bytes_of(volume.type());
    const auto plane = static_cast<std::size_t>(shape.zyx().count()) * voxel;
    std::vector<std::byte*> planes(static_cast<std::size_t>(shape.c));
    for (std::int64_t t = 0; t < shape.t; ++t) {
      const std::size_t start = static_cast<std::size_t>(t * shape.c) * plane;
      for (std::size_t c = 0; c < planes.size(); ++c) planes[c] = volume.data() + start + c * plane;
      deinterleave(voxel, mixed.data() + start, shape.zyx().count(), planes);
    }
    return volume;
  }

 private:
  itk::ImageIOBase::Pointer io_;
};

/// "" where the label says no more than the axis's letter.
std::string name_from(const std::string& label, const std::string& letter) {
  const std::string name = axis_name_from(label);
  return name == letter ? "" : name;
}

VoxelGrid grid_of(const itk::ImageIOBase& io, const ItkHeader& header) {
  const auto spacing = [&](unsigned axis) {
    const double value = axis < header.sizes.size() ? std::abs(io.GetSpacing(axis)) : 1;
    return std::isfinite(value) && value > 0 ? value : 1;
  };
  VoxelGrid grid;
  grid.spacing_x = spacing(0);
  grid.spacing_y = spacing(1);
  grid.spacing_z = spacing(2);
  if (header.format == ItkFormat::kNifti && header.unit == "um") {
    // ITK has turned them into mm.
    grid.spacing_x *= 1000;
    grid.spacing_y *= 1000;
    grid.spacing_z *= 1000;
  }
  if (!header.time_unit.empty() && header.sizes.size() > 3) {
    grid.frame_interval = spacing(3);
    grid.time_unit = header.time_unit;
  }
  grid.names.c = name_from(header.channel_label, "c");
  for (std::size_t i = 0; i < std::min<std::size_t>(4, header.labels.size()); ++i) {
    std::string AxisNames::*const kNames[] = {&AxisNames::x, &AxisNames::y, &AxisNames::z,
                                              &AxisNames::t};
    grid.names.*kNames[i] = name_from(header.labels[i], std::string(1, "xyzt"[i]));
  }
  const bool plain = grid.spacing_x == 1 && grid.spacing_y == 1 && grid.spacing_z == 1;
  if (!header.unit.empty()) {
    grid.unit = normal_unit(header.unit);
  } else if (!plain) {
    grid.unit = "mm";  // what ITK and its relatives mean where nothing is said
  }
  return grid;
}

}  // namespace

Result<std::unique_ptr<ImageReader>> open_itk(std::shared_ptr<const ByteSource> source,
                                              const std::filesystem::path& path) {
  KARYO_TRY(const ItkHeader header, read_itk_header(*source, path));
  itk::Object::GlobalWarningDisplayOff();
  const auto io = make_io(header.format);
  try {
    io->SetFileName(path.string());
    io->ReadImageInformation();
  } catch (const itk::ExceptionObject& e) {
    return itk_error("the header cannot be read", e.GetDescription());
  } catch (const std::exception& e) {
    return itk_error("the header cannot be read", e.what());
  }
  // What ITK found must be what was checked.
  const unsigned dimensions = io->GetNumberOfDimensions();
  std::vector<std::int64_t> sizes;
  for (unsigned i = 0; i < dimensions; ++i) {
    sizes.push_back(static_cast<std::int64_t>(io->GetDimensions(i)));
  }
  std::vector<std::int64_t> checked = header.sizes;
  const auto shorten = [](std::vector<std::int64_t>& extents) {
    while (extents.size() > 1 && extents.back() == 1) extents.pop_back();
  };
  std::vector<std::int64_t> found = sizes;
  shorten(found);
  shorten(checked);
  const auto components = static_cast<std::int64_t>(io->GetNumberOfComponents());
  if (found != checked || components != header.components) {
    return Error(ErrorCode::kUnsupported, "the header's axes are of a kind that is not read here",
                 "Save it as TIFF, for example with Fiji or 3D Slicer.");
  }
  if (found.size() > 4) {
    return Error(ErrorCode::kUnsupported,
                 "the image has " + std::to_string(found.size()) +
                     " axes; up to X, Y, Z and time "
                     "are read",
                 "Save its parts as separate files.");
  }
  found.resize(4, 1);
  ImageDescription description;
  KARYO_TRY(description.type, type_of(io->GetComponentType()));
  description.shape = {found[3], components, found[2], found[1], found[0]};
  KARYO_TRY(const std::uint64_t bytes, volume_bytes(description.shape, description.type));
  if (bytes > static_cast<std::uint64_t>(io->GetImageSizeInBytes())) {
    return itk_error("the header's sizes do not fit together", "");
  }
  description.format = header.format == ItkFormat::kNrrd    ? "NRRD"
                       : header.format == ItkFormat::kNifti ? "NIfTI"
                                                            : "MetaImage";
  description.dtype = std::string(name_of(description.type));
  if (description.type == VoxelType::kFloat64 &&
      io->GetComponentType() != itk::ImageIOBase::DOUBLE) {
    const bool is_signed = io->GetComponentType() == itk::ImageIOBase::LONG ||
                           io->GetComponentType() == itk::ImageIOBase::LONGLONG;
    description.dtype = is_signed ? "int64" : "uint64";
  }
  description.compression = header.compressed ? "deflate" : "none";
  description.rgb = io->GetPixelType() == itk::ImageIOBase::RGB && components == 3;
  const auto add = [&](char axis, std::int64_t extent) {
    description.axes += axis;
    description.file_shape.push_back(extent);
  };
  if (found[3] > 1) add('T', found[3]);
  if (sizes.size() > 2 && (found[2] > 1 || found[3] > 1)) add('Z', found[2]);
  add('Y', found[1]);
  add('X', found[0]);
  if (components > 1) add('S', components);
  description.grid = grid_of(*io, header);
  return std::unique_ptr<ImageReader>(std::make_unique<ItkReader>(io, std::move(description)));
}

}  // namespace karyo::io
