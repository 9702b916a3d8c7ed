#include "core/io/tiff_pyramid.h"

#include <algorithm>
#include <cmath>

namespace karyo::io {
namespace {

constexpr int kSubIfds = 330;
constexpr std::size_t kMostLevels = 32;
constexpr double kSameAspect = 0.02;  // halving rounds: 1001 x 500 becomes 501 x 250

/// The same kind of picture in fewer pixels.
bool smaller_copy(const TiffPage& page, const TiffPage& of, const TiffPage& before) {
  if (page.samples != of.samples || page.bits != of.bits || page.format != of.format ||
      page.photometric != of.photometric || page.width >= before.width ||
      page.height > before.height) {
    return false;
  }
  const double across = static_cast<double>(of.width) / static_cast<double>(page.width);
  const double down = static_cast<double>(of.height) / static_cast<double>(page.height);
  // A side of few pixels rounds by more.
  const double slack = kSameAspect + 1.0 / static_cast<double>(std::min(page.width, page.height));
  return std::abs(across / down - 1) <= slack;
}

}  // namespace

Result<std::vector<std::uint64_t>> sub_directories(const ByteSource& source,
                                                   const TiffStructure& structure,
                                                   std::uint64_t page) {
  KARYO_TRY(const auto tag,
            read_tiff_tag(source, structure, page, kSubIfds, kMostLevels * sizeof(std::uint64_t)));
  std::vector<std::uint64_t> offsets;
  if (!tag) return offsets;
  const std::size_t size = tag->type == 16 || tag->type == 17 || tag->type == 18 ? 8 : 4;
  for (std::size_t at = 0; at + size <= tag->bytes.size(); at += size) {
    std::uint64_t offset = 0;
    for (std::size_t i = 0; i < size; ++i) {
      const std::size_t index = at + (structure.big_endian ? i : size - 1 - i);
      offset = offset << 8 | std::to_integer<std::uint64_t>(tag->bytes[index]);
    }
    offsets.push_back(offset);
  }
  return offsets;
}

std::vector<TiffLevel> tiff_levels(TiffFile& file) {
  std::vector<TiffLevel> levels;
  if (file.plan.pages.empty()) return levels;
  TiffHandle& handle = file.open->handle;
  const TiffStructure& structure = *file.open->structure;
  TiffPage before = file.first;
  const auto add = [&](std::uint64_t offset, bool of_each_page) {
    if (levels.size() >= kMostLevels || !handle.go_to(offset)) return false;
    const auto page = read_tiff_page(handle);
    if (!page || !smaller_copy(*page, file.first, before)) return false;
    before = *page;
    levels.push_back({*page, of_each_page ? 0 : offset});
    return true;
  };
  const auto first = file.open->page_at(file.plan.pages.front().page);
  if (!first) return levels;
  const auto subs = sub_directories(handle.source(), structure, *first);
  if (subs && !subs->empty()) {
    for (const std::uint64_t offset : *subs) {
      if (!add(offset, true)) break;
    }
    return levels;
  }
  if (file.plan.planes() > 1) return levels;
  for (std::size_t i = 1; i < std::min(structure.pages.size(), kMostLevels); ++i) {
    if (!add(structure.pages[i], false)) break;
  }
  return levels;
}

}  // namespace karyo::io
