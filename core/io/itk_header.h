#pragma once

/// What a NRRD, NIfTI or MetaImage header claims, read by hand.
///
/// ITK's readers are not fuzzed, so they only get files whose sizes have been found to fit: a
/// dimension that overflows or pixel data in some other folder never reaches them.
/// Sources: NRRD file format (Teem), NIfTI-1.1, MetaIO documentation.

#include <filesystem>
#include <vector>

#include "core/image/volume.h"
#include "core/io/byte_source.h"

namespace karyo::io {

enum class ItkFormat { kNone, kNrrd, kNifti, kMetaImage };

/// By the first bytes; compressed NIfTI by what the gzip stream begins with.
ItkFormat itk_format(const ByteSource& source);

struct ItkHeader {
  ItkFormat format = ItkFormat::kNone;
  std::vector<std::int64_t> sizes;  ///< fastest first, as stored; components not among them
  std::int64_t components = 1;
  int bytes_per_value = 1;
  bool compressed = false;
  std::uint64_t stored = 0;  ///< bytes there are for pixels, headers included
  std::string unit;          ///< of the spacing, as the file names it; "" when it does not
  std::vector<std::string> labels;  ///< of the axes, one each of `sizes`; empty when not said
  std::string channel_label;        ///< of the components
  std::string time_unit;     ///< of the fourth axis's spacing; "" when the file does not say
};

/// Errors: kBadFile, kUnsupported, kTooLarge. `path` finds the pixel file of a MetaImage.
Result<ItkHeader> read_itk_header(const ByteSource& source, const std::filesystem::path& path);

}  // namespace karyo::io
