#include "core/io/png_reader.h"

#include <png.h>

#include <algorithm>
#include <array>
#include <bit>
#include <csetjmp>

#include "core/io/limits.h"
#include "core/io/tiff_samples.h"

namespace karyo::io {
namespace {

struct Header {
  png_uint_32 width = 0, height = 0;
  int depth = 0, color = 0;
  std::size_t row_bytes = 0;  ///< after unpacking
  int samples = 0;            ///< after unpacking
  std::vector<Rgb> lut;
};

/// libpng reports errors by longjmp, so nothing with a destructor may live in a function that calls
/// it; everything is kept here instead.
class Decoder {
 public:
  explicit Decoder(const ByteSource& source) : source_(source) {
    png_ = png_create_read_struct(PNG_LIBPNG_VER_STRING, this, on_error, on_warning);
    if (png_ == nullptr) return;
    info_ = png_create_info_struct(png_);
    png_set_read_fn(png_, this, on_read);
    png_set_user_limits(png_, static_cast<png_uint_32>(kMaxExtent),
                        static_cast<png_uint_32>(kMaxExtent));
  }
  ~Decoder() { png_destroy_read_struct(&png_, &info_, nullptr); }
  Decoder(const Decoder&) = delete;
  Decoder& operator=(const Decoder&) = delete;

  const char* message() const { return message_.data(); }

  bool read_header(Header& header) {
    if (info_ == nullptr) return false;
    if (setjmp(png_jmpbuf(png_)) != 0) return false;
    png_read_info(png_, info_);
    png_get_IHDR(png_, info_, &header.width, &header.height, &header.depth, &header.color, nullptr,
                 nullptr, nullptr);
    png_set_packing(png_);
    if constexpr (std::endian::native == std::endian::little) png_set_swap(png_);
    if (header.color == PNG_COLOR_TYPE_GRAY_ALPHA) png_set_strip_alpha(png_);
    png_set_interlace_handling(png_);
    png_read_update_info(png_, info_);
    header.row_bytes = png_get_rowbytes(png_, info_);
    header.samples = png_get_channels(png_, info_);
    return true;
  }

  void palette(std::vector<Rgb>& lut) {
    png_colorp colors = nullptr;
    int count = 0;
    if (png_get_PLTE(png_, info_, &colors, &count) == 0 || count < 1) return;
    for (int i = 0; i < 256; ++i) {
      const png_color& color = colors[std::min(i, count - 1)];
      lut.push_back({color.red, color.green, color.blue});
    }
  }

  /// `rows` holds one pointer a row.
  bool read_pixels(png_bytepp rows) {
    if (setjmp(png_jmpbuf(png_)) != 0) return false;
    png_read_image(png_, rows);
    png_read_end(png_, nullptr);
    return true;
  }

 private:
  [[noreturn]] static void on_error(png_structp png, png_const_charp text) {
    auto* self = static_cast<Decoder*>(png_get_error_ptr(png));
    const std::size_t length =
        std::min(std::char_traits<char>::length(text), self->message_.size() - 1);
    std::copy_n(text, length, self->message_.data());
    png_longjmp(png, 1);
  }
  static void on_warning(png_structp, png_const_charp) {}
  static void on_read(png_structp png, png_bytep to, std::size_t count) {
    auto* self = static_cast<Decoder*>(png_get_io_ptr(png));
    const std::size_t had =
        self->source_.read_some(self->position_, {reinterpret_cast<std::byte*>(to), count});
    self->position_ += had;
    if (had != count) png_error(png, "the file ends too early");
  }

  const ByteSource& source_;
  std::uint64_t position_ = 0;
  png_structp png_ = nullptr;
  png_infop info_ = nullptr;
  std::array<char, 200> message_{};
};

Error broken(const Decoder& decoder) {
  return {ErrorCode::kBadFile, "the PNG is broken: " + std::string(decoder.message()),
          "The file is truncated or damaged; copy or export it again."};
}

class PngReader final : public WholeImageReader {
 public:
  PngReader(std::shared_ptr<const ByteSource> source, ImageDescription description)
      : WholeImageReader(std::move(description)), source_(std::move(source)) {}

  Result<Volume> read() override {
    Decoder decoder(*source_);
    Header header;
    if (!decoder.read_header(header)) return broken(decoder);
    KARYO_TRY(Volume volume, empty_volume());
    std::vector<png_bytep> rows(header.height);
    std::vector<png_byte> mixed;
    png_bytep pixels = reinterpret_cast<png_bytep>(volume.data());
    if (header.samples > 1) {
      mixed.resize(header.row_bytes * header.height);
      pixels = mixed.data();
    }
    for (std::size_t y = 0; y < rows.size(); ++y) rows[y] = pixels + y * header.row_bytes;
    if (!decoder.read_pixels(rows.data())) return broken(decoder);
    if (header.samples > 1) {
      const std::int64_t count = description_.shape.y * description_.shape.x;
      const std::size_t voxel = bytes_of(description_.type);
      std::vector<std::byte*> planes;
      for (int s = 0; s < header.samples; ++s) {
        planes.push_back(volume.data() +
                         static_cast<std::size_t>(s) * static_cast<std::size_t>(count) * voxel);
      }
      deinterleave(voxel, reinterpret_cast<const std::byte*>(mixed.data()), count, planes);
    }
    return volume;
  }

 private:
  std::shared_ptr<const ByteSource> source_;
};

}  // namespace

Result<std::unique_ptr<ImageReader>> open_png(std::shared_ptr<const ByteSource> source) {
  Decoder decoder(*source);
  Header header;
  if (!decoder.read_header(header)) return broken(decoder);
  KARYO_CHECK_OK(check_claim("the PNG", std::uint64_t{header.row_bytes} * header.height,
                             source->size(), kDeflateRatio));
  ImageDescription description;
  description.format = "PNG";
  description.compression = "deflate";
  description.type = header.depth == 16 ? VoxelType::kUInt16 : VoxelType::kUInt8;
  description.dtype = header.depth == 1 ? "bool" : std::string(name_of(description.type));
  description.rgb = header.samples >= 3;
  description.shape = {1, header.samples, 1, header.height, header.width};
  description.axes = header.samples > 1 ? "YXS" : "YX";
  description.file_shape = {header.height, header.width};
  if (header.samples > 1) description.file_shape.push_back(header.samples);
  if (header.color == PNG_COLOR_TYPE_PALETTE) {
    description.channels.resize(1);
    decoder.palette(description.channels[0].lut);
  }
  return std::unique_ptr<ImageReader>(
      std::make_unique<PngReader>(std::move(source), std::move(description)));
}

}  // namespace karyo::io
