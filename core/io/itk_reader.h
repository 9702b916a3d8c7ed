#pragma once

/// NRRD, NIfTI and MetaImage by ITK, after itk_header.h has checked what the header claims.
/// The only part of the library that ITK's readers are linked for; a build by another compiler than
/// GCC, for which Debian's ITK has no headers, answers kUnsupported.

#include "core/io/image_reader.h"

namespace karyo::io {

/// `path` must name the same file as `source`: ITK opens it by name.
Result<std::unique_ptr<ImageReader>> open_itk(std::shared_ptr<const ByteSource> source,
                                              const std::filesystem::path& path);

}  // namespace karyo::io
