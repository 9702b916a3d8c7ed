// Stands in for itk_reader.cpp where ITK's headers refuse the compiler (clang: the fuzzers).

#include "core/io/itk_header.h"
#include "core/io/itk_reader.h"

namespace karyo::io {

Result<std::unique_ptr<ImageReader>> open_itk(std::shared_ptr<const ByteSource> source,
                                              const std::filesystem::path& path) {
  KARYO_TRY([[maybe_unused]] const ItkHeader header, read_itk_header(*source, path));
  return Error(ErrorCode::kUnsupported, "this build reads no NRRD, NIfTI and MetaImage",
               "Use a build made with GCC, or convert the image to TIFF.");
}

}  // namespace karyo::io
