#include "core/io/jpeg_reader.h"

#include <cstdio>  // jpeglib.h needs it before

#include <jerror.h>
#include <jpeglib.h>

#include <array>
#include <csetjmp>

#include "core/io/limits.h"
#include "core/io/tiff_samples.h"

namespace karyo::io {
namespace {

/// libjpeg reports errors through a function that must not return: a longjmp to whichever method is
/// running. Nothing with a destructor lives in those methods.
class Decoder {
 public:
  explicit Decoder(std::span<const std::byte> file) {
    state_.err = jpeg_std_error(&errors_);
    state_.client_data = this;
    errors_.error_exit = [](j_common_ptr state) {
      auto* self = static_cast<Decoder*>(state->client_data);
      errors_text(state, self->message_.data());
      std::longjmp(self->jump_, 1);
    };
    // Warnings at -1 mean damaged data; a stream that stops would otherwise become grey.
    errors_.emit_message = [](j_common_ptr state, int level) {
      auto* self = static_cast<Decoder*>(state->client_data);
      const int code = state->err->msg_code;
      if (level < 0 && (code == JWRN_JPEG_EOF || code == JWRN_HIT_MARKER)) {
        errors_text(state, self->message_.data());
        std::longjmp(self->jump_, 1);
      }
    };
    progress_.progress_monitor = [](j_common_ptr state) {
      // Each scan of a progressive picture is work over all of it; sound ones have about ten.
      constexpr int kMostScans = 200;
      auto* decoding = reinterpret_cast<j_decompress_ptr>(state);
      if (decoding->input_scan_number > kMostScans) ERREXIT(state, JERR_BAD_PROGRESSION);
    };
    if (setjmp(jump_) != 0) return;
    jpeg_create_decompress(&state_);
    state_.progress = &progress_;
    jpeg_mem_src(&state_, reinterpret_cast<const unsigned char*>(file.data()), file.size());
  }
  ~Decoder() { jpeg_destroy_decompress(&state_); }
  Decoder(const Decoder&) = delete;
  Decoder& operator=(const Decoder&) = delete;

  const char* message() const { return message_.data(); }
  std::int64_t width() const { return state_.image_width; }
  std::int64_t height() const { return state_.image_height; }
  int samples() const { return state_.num_components == 1 ? 1 : 3; }
  int stored_samples() const { return state_.num_components; }

  bool read_header() {
    if (setjmp(jump_) != 0) return false;
    jpeg_read_header(&state_, TRUE);
    if (samples() == 3) state_.out_color_space = JCS_RGB;
    return true;
  }

  bool read_pixels(unsigned char* to) {
    if (setjmp(jump_) != 0) return false;
    jpeg_start_decompress(&state_);
    const std::size_t row_bytes = static_cast<std::size_t>(state_.output_width) *
                                  static_cast<std::size_t>(state_.output_components);
    while (state_.output_scanline < state_.output_height) {
      JSAMPROW row = to + state_.output_scanline * row_bytes;
      jpeg_read_scanlines(&state_, &row, 1);
    }
    jpeg_finish_decompress(&state_);
    return true;
  }

 private:
  static void errors_text(j_common_ptr state, char* to) { state->err->format_message(state, to); }

  jpeg_decompress_struct state_{};
  jpeg_error_mgr errors_{};
  jpeg_progress_mgr progress_{};
  std::jmp_buf jump_{};
  std::array<char, JMSG_LENGTH_MAX> message_{};
};

Error broken(const Decoder& decoder) {
  return {ErrorCode::kBadFile, "the JPEG is broken: " + std::string(decoder.message()),
          "The file is truncated or damaged; copy or export it again."};
}

class JpegReader final : public WholeImageReader {
 public:
  JpegReader(std::vector<std::byte> file, ImageDescription description)
      : WholeImageReader(std::move(description)), file_(std::move(file)) {}

  Result<Volume> read() override {
    Decoder decoder(file_);
    if (!decoder.read_header()) return broken(decoder);
    KARYO_TRY(Volume volume, empty_volume());
    const auto samples = static_cast<std::size_t>(description_.shape.c);
    if (samples == 1) {
      if (!decoder.read_pixels(reinterpret_cast<unsigned char*>(volume.data()))) {
        return broken(decoder);
      }
      return volume;
    }
    std::vector<unsigned char> mixed(volume.size_bytes());
    if (!decoder.read_pixels(mixed.data())) return broken(decoder);
    const std::size_t count = volume.size_bytes() / samples;
    const std::array<std::byte*, 3> planes{volume.data(), volume.data() + count,
                                           volume.data() + 2 * count};
    deinterleave(1, reinterpret_cast<const std::byte*>(mixed.data()),
                 static_cast<std::int64_t>(count), planes);
    return volume;
  }

 private:
  std::vector<std::byte> file_;
};

}  // namespace

Result<std::unique_ptr<ImageReader>> open_jpeg(std::shared_ptr<const ByteSource> source) {
  constexpr std::uint64_t kLargest = std::uint64_t{1} << 30;
  if (source->size() > kLargest) {
    return Error(ErrorCode::kTooLarge, "JPEG files of more than 1 GB are not read",
                 "Save the picture as TIFF.");
  }
  std::vector<std::byte> file(static_cast<std::size_t>(source->size()));
  KARYO_CHECK_OK(source->read_at(0, file));
  ImageDescription description;
  {
    Decoder decoder(file);
    if (!decoder.read_header()) return broken(decoder);
    if (decoder.stored_samples() != 1 && decoder.stored_samples() != 3) {
      return Error(
          ErrorCode::kUnsupported,
          "the JPEG has " + std::to_string(decoder.stored_samples()) + " colour components (CMYK?)",
          "Save the picture as RGB or grey.");
    }
    description.shape = {1, decoder.samples(), 1, decoder.height(), decoder.width()};
  }
  const VolumeShape& shape = description.shape;
  KARYO_CHECK_OK(check_claim("the JPEG", static_cast<std::uint64_t>(shape.c * shape.y * shape.x),
                             source->size(), kJpegRatio));
  description.format = "JPEG";
  description.compression = "jpeg";
  description.dtype = "uint8";
  description.rgb = shape.c == 3;
  description.axes = shape.c == 3 ? "YXS" : "YX";
  description.file_shape = {shape.y, shape.x};
  if (shape.c == 3) description.file_shape.push_back(3);
  return std::unique_ptr<ImageReader>(
      std::make_unique<JpegReader>(std::move(file), std::move(description)));
}

}  // namespace karyo::io
