// Stands in for png_reader.cpp where libpng is missing.

#include "core/base/left_out.h"
#include "core/io/png_reader.h"

namespace karyo::io {

Result<std::unique_ptr<ImageReader>> open_png(std::shared_ptr<const ByteSource>) {
  return left_out("read PNG", "libpng-dev");
}

}  // namespace karyo::io
