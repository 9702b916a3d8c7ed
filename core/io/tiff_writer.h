#pragma once

/// TIFF as ImageJ writes it, and OME-TIFF.
///
/// Pixels first, plane after plane (C fastest, then Z, then T) without a gap, then the directories:
/// ImageJ and tifffile read such a stack in one go, and any other reader page by page. libtiff puts
/// each directory between two pages, so the file is laid out here. Little-endian.
///
/// Above 4 GB an uncompressed stack is written as ImageJ does: one directory in front, the other
/// planes said in words ("images=N"), so that ImageJ itself opens it. What cannot be said that way
/// (deflate, OME) becomes BigTIFF. Sources: TIFF 6.0, BigTIFF, ImageJ 1.54 TiffEncoder, OME model
/// 2016-06.

#include <cstdint>
#include <filesystem>
#include <limits>
#include <memory>

#include "core/image/volume.h"
#include "core/io/tiff_text.h"

namespace karyo::io {

struct TiffWriteOptions {
  bool deflate = false;  ///< strips of about 256 KiB, which ImageJ reads page by page
  bool ome = false;      ///< OME-XML in place of ImageJ's text
  /// Bytes a file with 32-bit offsets may have; tests lower it.
  std::uint64_t classic_limit = std::numeric_limits<std::uint32_t>::max();
};

/// A stack written plane by plane, so that it need not fit in memory.
///
///   KARYO_TRY(auto file, TiffStackWriter::create(path, header, {}));
///   ... file.add_plane(voxels) for each plane: channels fastest, then z, then t ...
///   KARYO_CHECK_OK(file.finish());
///
/// Dropping it without finish() leaves what stood under the name before. One thread at a time.
class TiffStackWriter {
 public:
  /// Display ranges are the header's; without one ImageJ shows what it finds. Errors: kIo.
  static Result<TiffStackWriter> create(const std::filesystem::path& path, StackHeader header,
                                        const TiffWriteOptions& options);
  ~TiffStackWriter();
  TiffStackWriter(TiffStackWriter&&) noexcept;
  TiffStackWriter(const TiffStackWriter&) = delete;

  /// header.shape.y rows of shape.x voxels of the header's type; of RGB all samples of a pixel
  /// after one another. Errors are told by finish(); failed() says that there is one.
  void add_plane(const std::byte* voxels);
  bool failed() const;
  /// After the last plane. Errors: kIo.
  Result<void> finish();

 private:
  class Writer;
  explicit TiffStackWriter(std::unique_ptr<Writer> writer);
  std::unique_ptr<Writer> writer_;
};

/// Atomically. Errors: kIo.
Result<void> write_tiff(const std::filesystem::path& path, const Volume& volume,
                        const TiffWriteOptions& options);

}  // namespace karyo::io
