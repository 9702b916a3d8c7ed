#include "core/io/tiff_page.h"

#include <tiffio.h>

#include <algorithm>
#include <array>
#include <limits>

#include "core/io/limits.h"
#include "core/io/tiff_chunks.h"

namespace karyo::io {
namespace {

constexpr const char* kAgain = "The file is damaged; copy or export it again.";

struct Codec {
  int number;
  const char* name;
  std::uint64_t ratio;
};
constexpr std::array<Codec, 9> kCodecs{{{COMPRESSION_NONE, "none", kStoredRatio},
                                        {COMPRESSION_LZW, "lzw", kLzwRatio},
                                        {COMPRESSION_JPEG, "jpeg", kJpegRatio},
                                        {COMPRESSION_ADOBE_DEFLATE, "deflate", kDeflateRatio},
                                        {COMPRESSION_DEFLATE, "deflate", kDeflateRatio},
                                        {COMPRESSION_PACKBITS, "packbits", kPackBitsRatio},
                                        {COMPRESSION_ZSTD, "zstd", kZstdRatio},
                                        {COMPRESSION_LZMA, "lzma", kLzmaRatio},
                                        {34926, "zstd", kZstdRatio}}};  // its old number

const Codec* codec_of(int compression) {
  const auto* found = std::find_if(kCodecs.begin(), kCodecs.end(),
                                   [&](const Codec& codec) { return codec.number == compression; });
  return found == kCodecs.end() ? nullptr : found;
}

std::uint16_t short_field(TIFF* tiff, std::uint32_t tag) {
  std::uint16_t value = 0;
  TIFFGetFieldDefaulted(tiff, tag, &value);
  return value;
}

Error unsupported(const std::string& what) {
  return {ErrorCode::kUnsupported, what,
          "Open it in the program that wrote it and save as 8-, 16- or 32-bit TIFF."};
}

}  // namespace

bool TiffPage::same_form_as(const TiffPage& other) const {
  return width == other.width && height == other.height && samples == other.samples &&
         bits == other.bits && format == other.format && rgb() == other.rgb();
}

VoxelType TiffPage::type() const {
  switch (format) {
    case TiffSample::kFloat:
      return bits == 64 ? VoxelType::kFloat64 : VoxelType::kFloat32;
    case TiffSample::kSigned:
      return bits == 8    ? VoxelType::kInt8
             : bits == 16 ? VoxelType::kInt16
             : bits == 32 ? VoxelType::kInt32
                          : VoxelType::kFloat64;
    case TiffSample::kUnsigned:
      break;
  }
  return bits <= 8    ? VoxelType::kUInt8
         : bits <= 16 ? VoxelType::kUInt16
         : bits == 32 ? VoxelType::kUInt32
                      : VoxelType::kFloat64;
}

std::string TiffPage::dtype() const {
  if (bits == 1) return "bool";
  const char* kind = format == TiffSample::kFloat    ? "float"
                     : format == TiffSample::kSigned ? "int"
                                                     : "uint";
  return kind + std::to_string(bits <= 8 ? 8 : bits <= 16 ? 16 : bits);
}

bool TiffPage::rgb() const {
  const bool colours = photometric == PHOTOMETRIC_RGB || photometric == PHOTOMETRIC_YCBCR;
  return colours && (samples == 3 || samples == 4);
}

std::uint64_t TiffPage::stored_plane_bytes() const {
  const auto row = (static_cast<std::uint64_t>(width) *
                        static_cast<std::uint64_t>((planar ? 1 : samples) * bits) +
                    7) /
                   8;
  std::uint64_t bytes = 0;
  const bool over =
      __builtin_mul_overflow(row, static_cast<std::uint64_t>(height), &bytes) ||
      __builtin_mul_overflow(bytes, static_cast<std::uint64_t>(planar ? samples : 1), &bytes);
  return over ? std::numeric_limits<std::uint64_t>::max() : bytes;
}

std::string tiff_compression_name(int compression) {
  const Codec* codec = codec_of(compression);
  return codec == nullptr ? "" : codec->name;
}

Result<TiffPage> read_tiff_page(TiffHandle& handle) {
  TIFF* tiff = handle.raw();
  TiffPage page;
  std::uint32_t width = 0;
  std::uint32_t height = 0;
  if (TIFFGetField(tiff, TIFFTAG_IMAGEWIDTH, &width) == 0 ||
      TIFFGetField(tiff, TIFFTAG_IMAGELENGTH, &height) == 0) {
    return Error(ErrorCode::kBadFile, "the page does not say its width and height", kAgain);
  }
  page.width = width;
  page.height = height;
  if (width == 0 || height == 0 || width > kMaxExtent || height > kMaxExtent) {
    return Error(
        ErrorCode::kBadFile,
        "the page claims " + std::to_string(width) + " x " + std::to_string(height) + " pixels",
        kAgain);
  }
  page.samples = short_field(tiff, TIFFTAG_SAMPLESPERPIXEL);
  page.bits = short_field(tiff, TIFFTAG_BITSPERSAMPLE);
  page.compression = short_field(tiff, TIFFTAG_COMPRESSION);
  page.planar =
      page.samples > 1 && short_field(tiff, TIFFTAG_PLANARCONFIG) == PLANARCONFIG_SEPARATE;
  std::uint16_t photometric = PHOTOMETRIC_MINISBLACK;
  TIFFGetField(tiff, TIFFTAG_PHOTOMETRIC, &photometric);
  page.photometric = photometric;
  std::uint32_t subfile = 0;
  page.reduced = TIFFGetField(tiff, TIFFTAG_SUBFILETYPE, &subfile) != 0 &&
                 (subfile & FILETYPE_REDUCEDIMAGE) != 0;
  if (page.samples < 1 || page.samples > kMaxSamples) {
    return Error(ErrorCode::kBadFile,
                 "the page claims " + std::to_string(page.samples) + " values a pixel", kAgain);
  }
  if (codec_of(page.compression) == nullptr ||
      TIFFIsCODECConfigured(static_cast<std::uint16_t>(page.compression)) == 0) {
    return unsupported("compression number " + std::to_string(page.compression) +
                       " is not read here");
  }
  const auto format = short_field(tiff, TIFFTAG_SAMPLEFORMAT);
  if (format == SAMPLEFORMAT_IEEEFP) {
    page.format = TiffSample::kFloat;
  } else if (format == SAMPLEFORMAT_INT) {
    page.format = TiffSample::kSigned;
  } else if (format != SAMPLEFORMAT_UINT && format != SAMPLEFORMAT_VOID) {
    return unsupported("complex pixel values are not read here");
  }
  const std::array<int, 4> whole{8, 16, 32, 64};
  const std::array<int, 4> packed{1, 2, 4, 12};
  const bool known = (std::count(whole.begin(), whole.end(), page.bits) > 0 &&
                      !(page.format == TiffSample::kFloat && page.bits == 8)) ||
                     (page.format == TiffSample::kUnsigned &&
                      std::count(packed.begin(), packed.end(), page.bits) > 0);
  if (!known) return unsupported(std::to_string(page.bits) + " bits a value are not read here");
  if (page.compression == COMPRESSION_JPEG) {
    if (page.bits != 8 || page.format != TiffSample::kUnsigned) {
      return unsupported("JPEG with " + std::to_string(page.bits) + " bits is not read here");
    }
    // libjpeg turns YCbCr into RGB.
    if (photometric == PHOTOMETRIC_YCBCR && !page.planar) {
      TIFFSetField(tiff, TIFFTAG_JPEGCOLORMODE, JPEGCOLORMODE_RGB);
    }
  } else if (photometric == PHOTOMETRIC_YCBCR) {
    return unsupported("YCbCr colours without JPEG are not read here");
  }
  page.tiled = TIFFIsTiled(tiff) != 0;
  std::uint32_t chunk_width = width;
  std::uint32_t chunk_height = height;
  if (page.tiled) {
    TIFFGetField(tiff, TIFFTAG_TILEWIDTH, &chunk_width);
    TIFFGetField(tiff, TIFFTAG_TILELENGTH, &chunk_height);
  } else {
    TIFFGetFieldDefaulted(tiff, TIFFTAG_ROWSPERSTRIP, &chunk_height);
    chunk_height = std::min(chunk_height, height);
  }
  if (chunk_width == 0 || chunk_height == 0 || chunk_width > kMaxExtent ||
      chunk_height > kMaxExtent) {
    return Error(ErrorCode::kBadFile,
                 page.tiled ? "the page claims tiles of " + std::to_string(chunk_width) + " x " +
                                  std::to_string(chunk_height) + " pixels"
                            : "the page claims strips of 0 rows",
                 kAgain);
  }
  page.chunk_width = chunk_width;
  page.chunk_height = chunk_height;
  handle.take_message();
  return page;
}

std::vector<Rgb> tiff_page_lut(TiffHandle& handle, const TiffPage& page) {
  std::vector<Rgb> lut;
  if (page.samples != 1) return lut;
  if (page.photometric == PHOTOMETRIC_MINISWHITE) {
    for (int i = 0; i < 256; ++i) {
      const auto grey = static_cast<std::uint8_t>(255 - i);
      lut.push_back({grey, grey, grey});
    }
  }
  std::uint16_t *red = nullptr, *green = nullptr, *blue = nullptr;
  if (page.photometric == PHOTOMETRIC_PALETTE && page.bits <= 8 &&
      TIFFGetField(handle.raw(), TIFFTAG_COLORMAP, &red, &green, &blue) != 0) {
    const std::size_t entries = std::size_t{1} << page.bits;
    for (std::size_t i = 0; i < 256; ++i) {
      const std::size_t at = std::min(i, entries - 1);
      const auto byte = [&](const std::uint16_t* map) {
        return static_cast<std::uint8_t>(map[at] >> 8);
      };
      lut.push_back({byte(red), byte(green), byte(blue)});
    }
  }
  return lut;
}

std::int64_t Chunks::count() const {
  std::int64_t product = 0;
  const bool over = __builtin_mul_overflow(across, down, &product) ||
                    __builtin_mul_overflow(product, planes, &product);
  return over ? std::numeric_limits<std::int64_t>::max() : product;
}

Chunks chunks_of(const TiffPage& page) {
  Chunks chunks{};
  chunks.across = (page.width + page.chunk_width - 1) / page.chunk_width;
  chunks.down = (page.height + page.chunk_height - 1) / page.chunk_height;
  chunks.planes = page.planar ? page.samples : 1;
  chunks.samples = page.planar ? 1 : page.samples;
  chunks.row_bytes = (static_cast<std::uint64_t>(page.chunk_width) *
                          static_cast<std::uint64_t>(chunks.samples * page.bits) +
                      7) /
                     8;
  return chunks;
}

std::int64_t stored_rows(const TiffPage& page, std::int64_t down) {
  return page.tiled ? page.chunk_height
                    : std::min(page.chunk_height, page.height - down * page.chunk_height);
}

std::string name_of_chunk(const TiffPage& page, std::int64_t number) {
  return (page.tiled ? "tile " : "strip ") + std::to_string(number + 1);
}

Result<void> check_tiff_chunks(TiffHandle& handle, const TiffPage& page, std::uint64_t& stored) {
  TIFF* tiff = handle.raw();
  const Chunks chunks = chunks_of(page);
  const std::uint64_t size = handle.source().size();
  const std::uint64_t ratio = codec_of(page.compression)->ratio;
  // Before the table is walked: each chunk takes at least a byte of the file.
  if (static_cast<std::uint64_t>(chunks.count()) > size) {
    return Error(ErrorCode::kBadFile,
                 "the page claims " + std::to_string(chunks.count()) +
                     (page.tiled ? " tiles" : " strips") + " in a file of " + readable_bytes(size),
                 kAgain);
  }
  const auto had = page.tiled ? TIFFNumberOfTiles(tiff) : TIFFNumberOfStrips(tiff);
  if (static_cast<std::int64_t>(had) != chunks.count()) {
    return Error(ErrorCode::kBadFile,
                 "the page needs " + std::to_string(chunks.count()) +
                     (page.tiled ? " tiles, but has " : " strips, but has ") + std::to_string(had),
                 kAgain);
  }
  for (std::int64_t number = 0; number < chunks.count(); ++number) {
    const std::string name = name_of_chunk(page, number);
    int failed = 0;
    int failed_too = 0;
    const auto index = static_cast<std::uint32_t>(number);
    const std::uint64_t offset = TIFFGetStrileOffsetWithErr(tiff, index, &failed);
    const std::uint64_t bytes = TIFFGetStrileByteCountWithErr(tiff, index, &failed_too);
    if (failed != 0 || failed_too != 0) {
      return Error(ErrorCode::kBadFile, "the table that says where " + name + " lies is broken",
                   kAgain);
    }
    const std::int64_t rows = stored_rows(page, number / chunks.across % chunks.down);
    std::uint64_t needed = 0;
    if (__builtin_mul_overflow(chunks.row_bytes, static_cast<std::uint64_t>(rows), &needed)) {
      return Error(ErrorCode::kBadFile, name + " claims an absurd size", kAgain);
    }
    if (offset == 0 || bytes == 0) {
      return Error(ErrorCode::kBadFile, name + " has no data",
                   "The program that wrote the file did not finish; export it again.");
    }
    if (offset > size || bytes > size - offset) {
      return Error(ErrorCode::kBadFile,
                   name + " is said to be " + std::to_string(bytes) + " bytes at byte " +
                       std::to_string(offset) + " of a file of " + std::to_string(size) + " bytes",
                   "The file is truncated or damaged; copy or export it again.");
    }
    KARYO_CHECK_OK(check_claim(name, needed, bytes, ratio));
    // Twice its pixels and a page of tables is more than any sound encoder makes.
    constexpr std::uint64_t kSlack = 4096;
    if (ratio != kStoredRatio && bytes / 2 > needed + kSlack / 2) {
      return Error(ErrorCode::kBadFile,
                   name + " stores " + readable_bytes(bytes) + " for " + readable_bytes(needed) +
                       " of pixels",
                   kAgain);
    }
    stored += bytes;
  }
  const std::string reason = handle.take_message();
  if (handle.doubtful_sizes() || !reason.empty()) {
    return Error(ErrorCode::kBadFile,
                 "the sizes of the strips (StripByteCounts) do not fit the page and the file",
                 kAgain);
  }
  return {};
}

std::uint64_t contiguous_start(TiffHandle& handle, const TiffPage& page) {
  if (page.compression != COMPRESSION_NONE || page.tiled) return 0;
  const Chunks chunks = chunks_of(page);
  if (chunks.count() > 1'000'000) return 0;
  std::uint64_t start = 0;
  std::uint64_t next = 0;
  for (std::int64_t number = 0; number < chunks.count(); ++number) {
    int failed = 0;
    const std::uint64_t offset =
        TIFFGetStrileOffsetWithErr(handle.raw(), static_cast<std::uint32_t>(number), &failed);
    if (failed != 0 || offset == 0 || (number > 0 && offset != next)) return 0;
    if (number == 0) start = offset;
    next = offset + chunks.row_bytes * static_cast<std::uint64_t>(
                                           stored_rows(page, number / chunks.across % chunks.down));
  }
  return start;
}

}  // namespace karyo::io
