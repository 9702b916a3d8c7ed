#include "core/io/png_writer.h"

#include <png.h>

#include <cstring>
#include <string>

#include "core/base/atomic_file.h"

namespace karyo {

Result<void> write_png(const std::filesystem::path& path, const RgbPicture& picture) {
  if (picture.width <= 0 || picture.height <= 0) {
    return Error(ErrorCode::kInvalidArgument,
                 path.string() + ": a picture without pixels cannot be written",
                 "Give an image with at least one pixel on each axis.");
  }
  KARYO_TRY(auto file, AtomicFile::create(path));
  // libpng's simple interface: errors come back as a message, not by longjmp.
  png_image image;
  std::memset(&image, 0, sizeof image);
  image.version = PNG_IMAGE_VERSION;
  image.width = static_cast<png_uint_32>(picture.width);
  image.height = static_cast<png_uint_32>(picture.height);
  image.format = PNG_FORMAT_RGB;
  const int written = png_image_write_to_file(&image, file.temporary_path().c_str(), 0,
                                              picture.bytes.data(), 0, nullptr);
  if (written == 0) {
    return Error(ErrorCode::kIo, path.string() + ": cannot write the picture: " + image.message,
                 "Check that the folder can be written to and the disk has room.");
  }
  return file.commit();
}

}  // namespace karyo
