#include "core/io/png_writer.h"

#include <png.h>

#include <cstring>
#include <string>

#include "core/base/atomic_file.h"

namespace karyo {
namespace {

/// libpng's simple interface: errors come back as a message, not by longjmp.
png_image header_of(const RgbPicture& picture) {
  png_image image;
  std::memset(&image, 0, sizeof image);
  image.version = PNG_IMAGE_VERSION;
  image.width = static_cast<png_uint_32>(picture.width);
  image.height = static_cast<png_uint_32>(picture.height);
  image.format = PNG_FORMAT_RGB;
  return image;
}

Result<void> check_pixels(const RgbPicture& picture) {
  if (picture.width > 0 && picture.height > 0) return {};
  return Error(ErrorCode::kInvalidArgument, "a picture without pixels cannot be written",
               "Give an image with at least one pixel on each axis.");
}

}  // namespace

Result<void> write_png(const std::filesystem::path& path, const RgbPicture& picture) {
  if (const auto checked = check_pixels(picture); !checked)
    return checked.error().in(path.string());
  KARYO_TRY(auto file, AtomicFile::create(path));
  png_image image = header_of(picture);
  const int written = png_image_write_to_file(&image, file.temporary_path().c_str(), 0,
                                              picture.bytes.data(), 0, nullptr);
  if (written == 0) {
    return Error(ErrorCode::kIo, path.string() + ": cannot write the picture: " + image.message,
                 "Check that the folder can be written to and the disk has room.");
  }
  return file.commit();
}

Result<std::string> encode_png(const RgbPicture& picture) {
  KARYO_CHECK_OK(check_pixels(picture));
  png_image image = header_of(picture);
  png_alloc_size_t size = PNG_IMAGE_PNG_SIZE_MAX(image);
  std::string bytes(size, '\0');
  if (png_image_write_to_memory(&image, bytes.data(), &size, 0, picture.bytes.data(), 0, nullptr) ==
      0) {
    return Error(ErrorCode::kInternal, std::string("a picture cannot be packed: ") + image.message,
                 "Please report this as a defect.");
  }
  bytes.resize(size);
  return bytes;
}

}  // namespace karyo
