#pragma once

/// Sets of ImageJ regions: RoiSet.zip, or a single .roi file.
///
/// Entry names are names only: nothing of an archive is ever written to disk under them.

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/io/imagej_roi.h"

namespace karyo {

struct RoiSet {
  /// In the order of the file. Each has a name: its own, else that of its entry.
  std::vector<Roi> rois;
  /// What was left out, and why, for people: "broken.roi: the ROI is cut within its header".
  std::vector<std::string> problems;
};

/// What an archive may claim before it is believed.
struct RoiSetLimits {
  std::uint64_t entries = 1'000'000;
  std::uint64_t entry_bytes = std::uint64_t{16} << 20;   ///< unpacked; a million vertices
  std::uint64_t total_bytes = std::uint64_t{512} << 20;  ///< unpacked
};

/// Reads an archive or a single .roi, told by its content. Broken entries are left out and
/// reported; a file in `path` that is no ROI too.
/// Errors: kNotFound, kBadFile (no archive, or not one good ROI in it), kTooLarge.
Result<RoiSet> read_rois(const std::filesystem::path& path, const RoiSetLimits& limits = {});

/// The same from memory, for archives and single files.
Result<RoiSet> parse_rois(std::span<const std::byte> bytes, const std::string& name,
                          const RoiSetLimits& limits = {});

/// Writes a RoiSet.zip, or a .roi where the name ends so and there is one. Entries are called as
/// the ROIs, made unique with "-1", "-2"; atomically; the same ROIs give the same bytes. No ROIs
/// make an empty archive whose comment says so; other archives without ROIs are refused in reading.
/// Errors: kInvalidArgument (ending, or several ROIs for one .roi), kIo.
Result<void> write_rois(const std::filesystem::path& path, std::span<const Roi> rois);

}  // namespace karyo
