#include "core/io/tiff_plan.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numeric>

#include "core/io/limits.h"

namespace karyo::io {
namespace {

constexpr int kXResolution = 282, kYResolution = 283, kResolutionUnit = 296;
constexpr int kExtrasCounts = 50838, kExtras = 50839;
constexpr std::uint64_t kTagLimit = 1024;
constexpr const char* kAgain = "Export the image again from the program that made it.";

/// A plan in the making: the file, and what is known of it.
struct Planner {
  TiffHandle& handle;
  const TiffStructure& structure;
  const TiffPage& first;

  /// A tag's bytes; empty when absent. A calibration that is cut off is an error: voxels of the
  /// wrong size would be believed.
  Result<TiffTag> tag(int number, std::uint64_t limit) const {
    KARYO_TRY(auto found,
              read_tiff_tag(handle.source(), structure, structure.pages[0], number, limit));
    return found ? *std::move(found) : TiffTag{};
  }

  std::uint32_t number(const std::vector<std::byte>& bytes, std::size_t at,
                       std::size_t size) const {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < size; ++i) {
      const std::size_t index = at + (structure.big_endian ? i : size - 1 - i);
      value = value << 8 | std::to_integer<std::uint32_t>(bytes[index]);
    }
    return value;
  }

  /// Pixels per unit, exactly (libtiff gives 32-bit floats); 0 when absent.
  Result<double> resolution(int which) const {
    constexpr int kRational = 5;
    KARYO_TRY(const TiffTag found, tag(which, kTagLimit));
    if (found.type != kRational || found.bytes.size() != 8) return 0.0;
    const double above = number(found.bytes, 0, 4);
    const double below = number(found.bytes, 4, 4);
    return above > 0 && below > 0 ? above / below : 0.0;
  }
  /// 1 none, 2 inch, 3 cm.
  Result<int> resolution_unit() const {
    KARYO_TRY(const TiffTag found, tag(kResolutionUnit, kTagLimit));
    return found.bytes.size() == 2 ? static_cast<int>(number(found.bytes, 0, 2)) : 2;
  }

  Result<VoxelGrid> plain_grid() const;
  Result<VoxelGrid> imagej_grid(const ImageJDescription& text) const;
  Result<std::vector<ChannelInfo>> imagej_channels(const ImageJDescription& text,
                                                   const TiffPlan& plan) const;
  Result<TiffPlan> plain(const std::optional<ShapedDescription>& shaped);
  Result<TiffPlan> imagej(const ImageJDescription& text);
  Result<TiffPlan> ome(const OmeSet& set);
};

/// Resolution of a file without microscopy text is mostly a printer's 72 dpi. Only pixels below
/// 20 um are believed to be measured.
Result<VoxelGrid> Planner::plain_grid() const {
  VoxelGrid grid;
  KARYO_TRY(const double x, resolution(kXResolution));
  KARYO_TRY(const double y, resolution(kYResolution));
  KARYO_TRY(const int unit, resolution_unit());
  if (x <= 0 || y <= 0 || (unit != 2 && unit != 3)) return grid;
  constexpr double kLargestPixelUm = 20;
  const double um = unit == 2 ? 25400 : 10000;
  if (um / x >= kLargestPixelUm || um / y >= kLargestPixelUm) return grid;
  grid.spacing_x = um / x;
  grid.spacing_y = um / y;
  grid.spacing_z = 1;
  grid.unit = "um";
  return grid;
}

Result<VoxelGrid> Planner::imagej_grid(const ImageJDescription& text) const {
  VoxelGrid grid;
  grid.unit = text.unit;
  if (text.spacing > 0) grid.spacing_z = text.spacing;
  grid.frame_interval = text.frame_interval;
  grid.time_unit = text.time_unit;
  KARYO_TRY(const double x, resolution(kXResolution));
  KARYO_TRY(const double y, resolution(kYResolution));
  KARYO_TRY(const int unit, resolution_unit());
  double scale = 1;
  if (!grid.calibrated() && unit != 1) {
    // ImageJ itself takes inch or cm for the unit then; printers' 72 dpi is no measurement.
    if (unit != 3) return grid;
    grid.unit = "cm";
  } else if (unit == 3 && grid.unit == "um") {
    scale = 10000;  // as ImageJ: measured in cm, named in um
  }
  if (x > 0) grid.spacing_x = scale / x;
  if (y > 0) grid.spacing_y = scale / y;
  const auto in_unit_of_x = [&](double& spacing, const std::string& other) {
    const double from = unit_in_um(other);
    const double to = unit_in_um(grid.unit);
    if (!other.empty() && from > 0 && to > 0) spacing *= from / to;
  };
  in_unit_of_x(grid.spacing_y, text.unit_y);
  in_unit_of_x(grid.spacing_z, text.unit_z);
  return grid;
}

Result<std::vector<ChannelInfo>> Planner::imagej_channels(const ImageJDescription& text,
                                                          const TiffPlan& plan) const {
  const auto channels = static_cast<std::size_t>(plan.channels);
  std::vector<ChannelInfo> info(channels);
  constexpr std::uint64_t kMost = std::uint64_t{64} << 20;
  KARYO_TRY(const TiffTag counts, tag(kExtrasCounts, kMost));
  KARYO_TRY(const TiffTag bytes, tag(kExtras, kMost));
  const ImageJExtras extras = parse_imagej_extras(counts.bytes, bytes.bytes, structure.big_endian);
  const auto planes = static_cast<std::size_t>(plan.planes());
  for (std::size_t c = 0; c < channels; ++c) {
    if (text.has_range) {
      info[c].has_range = true;
      info[c].range_low = text.range_low;
      info[c].range_high = text.range_high;
    }
    if (c < extras.ranges.size() && std::isfinite(extras.ranges[c][0]) &&
        std::isfinite(extras.ranges[c][1]) && extras.ranges[c][0] < extras.ranges[c][1]) {
      info[c].has_range = true;
      info[c].range_low = extras.ranges[c][0];
      info[c].range_high = extras.ranges[c][1];
    }
    if (c < extras.luts.size()) info[c].lut = extras.luts[c];
    // A label that all slices of a channel share is the channel's name.
    if (channels > 1 && extras.slice_labels.size() == planes) {
      bool shared = true;
      for (std::size_t p = c; p < planes; p += channels) {
        shared = shared && extras.slice_labels[p] == extras.slice_labels[c];
      }
      if (shared) info[c].name = extras.slice_labels[c].substr(0, 256);
    }
  }
  return info;
}

Result<TiffPlan> Planner::plain(const std::optional<ShapedDescription>& shaped) {
  TiffPlan plan;
  KARYO_TRY(plan.grid, plain_grid());
  bool mixed = false;
  for (std::uint32_t number = 0; number < structure.pages.size(); ++number) {
    KARYO_CHECK_OK(handle.go_to(structure.pages[number]));
    if (number == 0) {
      plan.pages.push_back({0, number});
      continue;
    }
    const auto page = read_tiff_page(handle);
    if (page && page->reduced) continue;
    if (!page || !page->same_form_as(first)) {
      mixed = true;
      break;
    }
    plan.pages.push_back({0, number});
  }
  if (mixed) {
    plan.pages.resize(1);
    plan.notes.push_back("The file has " + std::to_string(structure.pages.size()) +
                         " pages of different size or type; only the first was read.");
  }
  plan.slices = static_cast<std::int64_t>(plan.pages.size());
  plan.order = "Z";
  if (!shaped || mixed) return plan;
  // tifffile's axes are taken when they account for each page.
  std::int64_t extents[3] = {1, 1, 1};
  std::string order;
  std::int64_t product = 1;
  for (std::size_t i = 0; i < shaped->axes.size(); ++i) {
    const std::size_t which = std::string("TCZ").find(shaped->axes[i]);
    if (which == std::string::npos) continue;
    if (order.find(shaped->axes[i]) != std::string::npos || shaped->shape[i] > kMaxExtent ||
        __builtin_mul_overflow(product, shaped->shape[i], &product)) {
      return plan;
    }
    order += shaped->axes[i];
    extents[which] = shaped->shape[i];
  }
  if (order.empty() || product != plan.slices) return plan;
  plan.frames = extents[0];
  plan.channels = extents[1];
  plan.slices = extents[2];
  plan.order = order;
  plan.grid.names = shaped->names;
  std::vector<TiffPlace> sorted(plan.pages.size());
  for (std::int64_t t = 0, i = 0; t < plan.frames; ++t) {
    for (std::int64_t c = 0; c < plan.channels; ++c) {
      for (std::int64_t z = 0; z < plan.slices; ++z, ++i) {
        sorted[static_cast<std::size_t>(i)] =
            plan.pages[static_cast<std::size_t>(plan.place_of(t, c, z))];
      }
    }
  }
  plan.pages = std::move(sorted);
  return plan;
}

Result<TiffPlan> Planner::imagej(const ImageJDescription& text) {
  TiffPlan plan;
  plan.format = "ImageJ TIFF";
  plan.frames = text.frames;
  plan.channels = text.channels;
  plan.slices = text.slices;
  std::int64_t product = 0;
  const bool over = __builtin_mul_overflow(text.frames, text.channels, &product) ||
                    __builtin_mul_overflow(product, text.slices, &product);
  // As ImageJ: sizes that do not multiply to the number of images are ignored.
  if (over || product != text.images) {
    plan.frames = 1;
    plan.channels = 1;
    plan.slices = text.images;
  }
  const auto pages = static_cast<std::int64_t>(structure.pages.size());
  if (pages == text.images) {
    plan.pages.resize(structure.pages.size());
    for (std::int64_t t = 0, i = 0; t < plan.frames; ++t) {
      for (std::int64_t c = 0; c < plan.channels; ++c) {
        for (std::int64_t z = 0; z < plan.slices; ++z, ++i) {
          plan.pages[static_cast<std::size_t>(i)] = {
              0, static_cast<std::uint32_t>(plan.place_of(t, c, z))};
        }
      }
    }
  } else if (pages == 1) {
    // One page and many images: ImageJ's form of stacks above 4 GB.
    plan.contiguous_at = contiguous_start(handle, first);
    const std::uint64_t room =
        plan.contiguous_at == 0
            ? 0
            : (handle.source().size() - std::min(plan.contiguous_at, handle.source().size())) /
                  first.stored_plane_bytes();
    if (room < static_cast<std::uint64_t>(text.images)) {
      return Error(ErrorCode::kBadFile,
                   "ImageJ's description claims " + std::to_string(text.images) +
                       " images, but the file has room for " +
                       std::to_string(std::max<std::uint64_t>(room, 1)),
                   "The file is truncated or damaged; copy or save it again.");
    }
  } else {
    KARYO_TRY(plan, plain(std::nullopt));
    plan.format = "ImageJ TIFF";
    plan.notes.push_back("ImageJ's description claims " + std::to_string(text.images) +
                         " images, the file has " + std::to_string(pages) +
                         " pages; they were read as one stack.");
  }
  KARYO_TRY(plan.grid, imagej_grid(text));
  KARYO_TRY(plan.channel_info, imagej_channels(text, plan));
  return plan;
}

/// Where each plane lies: TiffData elements, each naming a run of pages.
Result<void> place_planes(const OmeSet& set, TiffPlan& plan) {
  const OmeDescription& text = *set.ome;
  constexpr TiffPlace kAbsent{~std::uint32_t{0}, 0};
  const std::int64_t planes = plan.planes();
  plan.pages.assign(static_cast<std::size_t>(planes), kAbsent);
  const auto slot_of = [&](std::int64_t place) {
    // The plane at `place` in page order, as a plane number.
    std::int64_t at[3] = {0, 0, 0};
    for (int i = 2; i >= 0; --i) {
      const std::size_t which = std::string("TCZ").find(plan.order[static_cast<std::size_t>(i)]);
      const std::int64_t extent[3] = {plan.frames, plan.channels, plan.slices};
      at[which] = place % extent[which];
      place /= extent[which];
    }
    return static_cast<std::size_t>((at[0] * plan.channels + at[1]) * plan.slices + at[2]);
  };
  std::vector<OmeDescription::TiffData> data = text.data;
  if (data.empty()) data.emplace_back();
  std::int64_t named = 0;
  for (const auto& run : data) {
    const std::int64_t c = run.first_c / (text.size_c / plan.channels);
    if (run.first_t >= plan.frames || c >= plan.channels || run.first_z >= plan.slices) continue;
    const std::uint32_t file = set.file_of_run(run);
    const std::int64_t pages = set.pages[file];
    if (run.ifd >= pages) continue;
    const std::int64_t start = plan.place_of(run.first_t, c, run.first_z);
    const std::int64_t rest = std::min(planes - start, pages - run.ifd);
    const std::int64_t count = run.planes == 0 ? rest : std::min(run.planes, rest);
    // A plane named over and over would cost time without end.
    constexpr std::int64_t kMostTimes = 8;
    if ((named += count) / kMostTimes > planes) {
      return Error(ErrorCode::kBadFile, "the OME-XML names planes many times over", kAgain);
    }
    for (std::int64_t i = 0; i < count; ++i) {
      plan.pages[slot_of(start + i)] = {file, static_cast<std::uint32_t>(run.ifd + i)};
    }
  }
  const auto absent = std::count(plan.pages.begin(), plan.pages.end(), kAbsent);
  if (absent == 0) return {};
  return Error(ErrorCode::kBadFile,
               "the OME-XML does not say where " + std::to_string(absent) + " of " +
                   std::to_string(planes) + " planes lie, or its files lack them",
               kAgain);
}

Result<TiffPlan> Planner::ome(const OmeSet& set) {
  const OmeDescription& text = *set.ome;
  if (text.size_x != first.width || text.size_y != first.height) {
    return Error(ErrorCode::kBadFile,
                 "the OME-XML says " + std::to_string(text.size_x) + " x " +
                     std::to_string(text.size_y) + " pixels, the page has " +
                     std::to_string(first.width) + " x " + std::to_string(first.height),
                 kAgain);
  }
  TiffPlan plan;
  plan.format = "OME-TIFF";
  plan.grid = text.grid;
  plan.frames = text.size_t_;
  plan.slices = text.size_z;
  const std::int64_t samples = first.samples;
  plan.channels = text.size_c % samples == 0 ? text.size_c / samples : text.size_c;
  const std::int64_t pages = std::accumulate(set.pages.begin(), set.pages.end(), std::int64_t{0});
  std::int64_t planes = 0;
  const bool over = __builtin_mul_overflow(plan.frames, plan.channels, &planes) ||
                    __builtin_mul_overflow(planes, plan.slices, &planes);
  if (over || planes > pages) {
    return Error(ErrorCode::kBadFile,
                 "the OME-XML claims T " + std::to_string(plan.frames) + ", C " +
                     std::to_string(plan.channels) + ", Z " + std::to_string(plan.slices) +
                     " planes, the " + (set.several() ? "files of the set have " : "file has ") +
                     std::to_string(pages),
                 kAgain);
  }
  plan.order = {text.order[4], text.order[3], text.order[2]};  // the XML names the fastest first
  KARYO_CHECK_OK(place_planes(set, plan));
  if (samples == 1 && text.channels.size() == static_cast<std::size_t>(plan.channels)) {
    plan.channel_info = text.channels;
  }
  return plan;
}

}  // namespace

std::int64_t TiffPlan::place_of(std::int64_t t, std::int64_t c, std::int64_t z) const {
  std::int64_t place = 0;
  for (const char axis : order) {
    if (axis == 'T') place = place * frames + t;
    if (axis == 'C') place = place * channels + c;
    if (axis == 'Z') place = place * slices + z;
  }
  return place;
}

Result<TiffPlace> first_place(const OmeSet& set) {
  if (!set.ome || !set.several()) return TiffPlace{};
  const auto& data = set.ome->data;
  const auto run = std::find_if(data.begin(), data.end(), [&](const auto& candidate) {
    return candidate.first_t == 0 && candidate.first_c == 0 && candidate.first_z == 0 &&
           candidate.ifd < set.pages[set.file_of_run(candidate)];
  });
  if (run == data.end()) {
    return Error(ErrorCode::kBadFile, "the OME-XML does not say where the first plane lies",
                 kAgain);
  }
  return TiffPlace{set.file_of_run(*run), static_cast<std::uint32_t>(run->ifd)};
}

Result<TiffPlan> plan_tiff(OpenTiff& open, const TiffPage& first, std::string_view text,
                           const OmeSet& set) {
  Planner planner{open.handle, *open.structure, first};
  auto plan = [&]() -> Result<TiffPlan> {
    if (set.ome) return planner.ome(set);
    if (const auto imagej = parse_imagej_description(text)) return planner.imagej(*imagej);
    return planner.plain(parse_shaped_description(text));
  }();
  if (plan) plan->notes.insert(plan->notes.end(), set.notes.begin(), set.notes.end());
  return plan;
}

}  // namespace karyo::io
