#pragma once

/// One page of a TIFF file: its layout. Every offset, count and claim is checked here before
/// tiff_decode.h reads pixels.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/image/volume.h"
#include "core/io/byte_source.h"
#include "core/io/tiff_structure.h"

struct tiff;  // libtiff's TIFF

namespace karyo::io {

/// An open libtiff handle that reads from a ByteSource and keeps libtiff's messages to itself.
/// One thread at a time.
class TiffHandle {
 public:
  static Result<TiffHandle> open(std::shared_ptr<const ByteSource> source,
                                 const TiffStructure& structure);
  ~TiffHandle();
  TiffHandle(TiffHandle&&) noexcept;
  TiffHandle& operator=(TiffHandle&&) = delete;

  /// Makes the directory at `offset` the current one. Errors: kBadFile.
  Result<void> go_to(std::uint64_t offset);

  tiff* raw() const;
  const ByteSource& source() const;
  bool big_endian() const;
  /// The first error since the last call, or "" ; warnings that mean lost pixels count too.
  std::string take_message();
  /// The current page's strip sizes make no sense; libtiff put others in their place.
  bool doubtful_sizes() const;

 private:
  struct State;
  explicit TiffHandle(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

enum class TiffSample { kUnsigned, kSigned, kFloat };

struct TiffPage {
  std::int64_t width = 0, height = 0;
  std::int64_t samples = 1;  ///< values a pixel
  int bits = 8;              ///< bits a value
  TiffSample format = TiffSample::kUnsigned;
  int photometric = 1;
  int compression = 1;
  bool planar = false;  ///< samples in planes of their own
  bool tiled = false;
  std::int64_t chunk_width = 0, chunk_height = 0;  ///< of a tile or strip
  bool reduced = false;                            ///< a smaller copy of another page

  /// The same kind and size of picture, so that both can be planes of one stack.
  bool same_form_as(const TiffPage& other) const;

  /// In memory: 1 to 8 bits become uint8, 9 to 16 uint16, half floats float32, and 64-bit whole
  /// numbers float64 (exact to 2^53).
  VoxelType type() const;
  std::string dtype() const;  ///< in the file, as numpy names it
  bool rgb() const;
  /// Bytes of one value of each pixel as stored, without compression.
  std::uint64_t stored_plane_bytes() const;
};

/// "none", "deflate", ... ; "" for one that is not read.
std::string tiff_compression_name(int compression);

/// The page the handle stands on. Errors: kBadFile, kUnsupported.
Result<TiffPage> read_tiff_page(TiffHandle& handle);

/// 256 colours of a palette page, or of one that stores white as 0; else empty.
std::vector<Rgb> tiff_page_lut(TiffHandle& handle, const TiffPage& page);

/// Checks that each strip or tile of the page lies in the file and can hold the pixels it claims.
/// Adds the stored bytes to `stored`. Errors: kBadFile.
Result<void> check_tiff_chunks(TiffHandle& handle, const TiffPage& page, std::uint64_t& stored);

/// Where the page's pixels begin when they lie uncompressed in one piece; 0 otherwise.
std::uint64_t contiguous_start(TiffHandle& handle, const TiffPage& page);

}  // namespace karyo::io
