#pragma once

/// What a file's header may claim before it is believed.
///
/// A header is a few bytes that can ask for any amount of memory. So every claim is checked here
/// against what the stored bytes could decode to and against the memory there is, before any of it
/// is allocated. All functions may be called from any thread.

#include <cstdint>
#include <string>

#include "core/base/result.h"
#include "core/image/volume.h"

namespace karyo::io {

inline constexpr std::int64_t kMaxExtent = (std::int64_t{1} << 31) - 1;  ///< voxels along an axis
inline constexpr std::int64_t kMaxSamples = 1024;                        ///< values a pixel
inline constexpr std::size_t kMaxPages = std::size_t{1} << 22;           ///< pages of one TIFF
inline constexpr std::size_t kMaxSetFiles = 100000;  ///< files of an OME-TIFF set
inline constexpr std::uint64_t kMaxTextBytes = std::uint64_t{64} << 20;  ///< OME-XML is the longest

/// The most bytes one stored byte can become, by compression.
inline constexpr std::uint64_t kStoredRatio = 1;
inline constexpr std::uint64_t kPackBitsRatio = 64;   ///< two bytes repeat one up to 128 times
inline constexpr std::uint64_t kDeflateRatio = 1040;  ///< 1032 (zlib's manual), and the header
inline constexpr std::uint64_t kLzwRatio = 2740;      ///< a 12-bit code of up to 4096 bytes
inline constexpr std::uint64_t kJpegRatio = 1024;     ///< two bits an 8 x 8 block, chroma halved
inline constexpr std::uint64_t kZstdRatio = 44000;    ///< 3-byte blocks of 128 KiB
inline constexpr std::uint64_t kLzmaRatio = 8192;     ///< about 7000 for a constant run

/// Memory that may be taken for one image now: four fifths of what the system has free.
std::uint64_t memory_budget_bytes();

/// Bytes a volume of this shape takes. Errors: kBadFile for an empty or absurd extent, kTooLarge
/// when it passes the memory budget.
Result<std::uint64_t> volume_bytes(const VolumeShape& shape, VoxelType type);

/// Errors: kBadFile when `stored` bytes cannot become `claimed` at `ratio`. `what` is the subject
/// of the message: "the image", "strip 3".
Result<void> check_claim(const std::string& what, std::uint64_t claimed, std::uint64_t stored,
                         std::uint64_t ratio);

/// "12.3 MB", for messages.
std::string readable_bytes(std::uint64_t bytes);

}  // namespace karyo::io
