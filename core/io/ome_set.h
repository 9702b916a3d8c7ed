#pragma once

/// Which files an OME-TIFF image lies in: the one that was opened, or a set of them that its
/// OME-XML, or that of a companion file, names.
///
/// Only plain names of files in the same folder are followed. Source: OME-TIFF specification,
/// "Distribution of planes across multiple files", and tifffile 2026.3, which pairs files by UUID.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/io/tiff_metadata.h"
#include "core/io/tiff_pool.h"

namespace karyo::io {

struct OmeSet {
  std::optional<OmeDescription> ome;   ///< nullopt: the text is no OME-XML, or says too little
  std::vector<std::string> names{""};  ///< of files; the first is the opened one
  std::vector<std::uint32_t> file_of;  ///< for each of ome->files, its place in `names`
  std::vector<std::int64_t> pages{0};  ///< that each file has; 0 for the first
  std::string metadata_file;           ///< followed for `ome`; mostly empty
  std::vector<std::string> notes;

  bool several() const { return names.size() > 1; }
  std::uint32_t file_of_run(const OmeDescription::TiffData& run) const {
    return run.file < 0 ? 0 : file_of[static_cast<std::size_t>(run.file)];
  }
};

/// The text of a TIFF's first page; "" when it has none. Errors: kBadFile, kTooLarge.
Result<std::string> tiff_description(const ByteSource& source, const TiffStructure& structure);
/// Whether the first bytes are those of a companion file: OME-XML and nothing else.
bool looks_like_companion(const ByteSource& source);
/// All of a companion file (*.companion.ome). Errors: kTooLarge, kIo.
Result<std::string> companion_text(const ByteSource& source);

/// `text` is the opened file's description, or all of it where it is a companion (`companion`).
/// Every other file is opened once, to know that it is there and how many pages it has.
/// Errors: kNotFound naming a file that is missing; kBadFile for broken XML and for names that lead
/// out of the folder; kTooLarge for too many files; those of opening a file.
Result<OmeSet> find_ome_set(std::string_view text, bool companion, const Neighbours& beside);

}  // namespace karyo::io
