#pragma once

/// The files that one image's pages lie in: mostly one, many for an OME-TIFF set. Opened when asked
/// for; only a few stay open.

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "core/image/pixel_source.h"
#include "core/io/tiff_page.h"

namespace karyo::io {

/// Where an image was opened, for the files that belong to it.
struct Neighbours {
  std::string own_name;  ///< of the file that was opened
  /// Opens a file of the same folder by its plain name. Errors: kNotFound, kIo, kBadFile.
  std::function<Result<std::shared_ptr<const ByteSource>>(const std::string& name)> open;
};
/// Those of a file on disk.
Neighbours neighbours_of(const std::filesystem::path& path);
/// None: for bytes that come from no folder.
Neighbours no_neighbours();

/// A page of one of an image's files. Both count from 0.
struct TiffPlace {
  std::uint32_t file = 0;
  std::uint32_t page = 0;
  friend auto operator<=>(const TiffPlace&, const TiffPlace&) = default;
};

/// An open file, in the state in which its last user left it.
struct OpenTiff {
  TiffHandle handle;
  std::shared_ptr<const TiffStructure> structure;
  std::uint32_t file = 0;
  std::uint64_t at = 0;  ///< directory that `handle` stands on, whose layout is `page`; 0: unknown
  TiffPage page;
  /// Decoded last where pixels have several values: the next channel asked for is mostly another
  /// of them.
  ChunkKey decoded{-1, 0, 0, {}};
  std::vector<std::byte> values;

  /// Where a page's directory lies. Errors: kBadFile when the file has no such page.
  Result<std::uint64_t> page_at(std::uint32_t page) const;
};
/// Errors: kBadFile, kTooLarge.
Result<std::unique_ptr<OpenTiff>> open_one_tiff(std::shared_ptr<const ByteSource> source,
                                                std::uint32_t file = 0);

/// Lends open files, each to one user at a time. Any thread.
class TiffPool {
 public:
  /// `names`: one a file, all but the first opened through `beside`. The first is `own`; where none
  /// of the pages lie in it, `structure` may be null.
  TiffPool(std::shared_ptr<const ByteSource> own, std::shared_ptr<const TiffStructure> structure,
           std::vector<std::string> names, Neighbours beside);

  /// A file of its own for the caller. Errors: those of opening, naming the file.
  Result<std::unique_ptr<OpenTiff>> take(std::uint32_t file) const;
  /// One that failed is not given back.
  void give_back(std::unique_ptr<OpenTiff> open) const;
  /// An error in a file of a set, saying in which.
  Error in_file(const Error& error, std::uint32_t file) const;

 private:
  std::shared_ptr<const ByteSource> own_;
  std::shared_ptr<const TiffStructure> structure_;
  std::vector<std::string> names_;
  Neighbours beside_;
  mutable std::mutex mutex_;
  mutable std::vector<std::unique_ptr<OpenTiff>> open_;  ///< last used last
};

}  // namespace karyo::io
