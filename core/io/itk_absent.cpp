// Stands in for itk_reader.cpp where ITK is missing, or its headers refuse the compiler (clang: the
// fuzzers).

#include "core/base/left_out.h"
#include "core/io/itk_header.h"
#include "core/io/itk_reader.h"

namespace karyo::io {

Result<std::unique_ptr<ImageReader>> open_itk(std::shared_ptr<const ByteSource> source,
                                              const std::filesystem::path& path) {
  KARYO_TRY([[maybe_unused]] const ItkHeader header, read_itk_header(*source, path));
  return left_out("read NRRD, NIfTI and MetaImage", "libinsighttoolkit5-dev");
}

}  // namespace karyo::io
