#include "core/io/tiff_file.h"

#include <algorithm>

namespace karyo::io {
namespace {

/// Axes as stored: page axes longer than 1, then Y, X and S where the samples lie.
void describe_axes(const TiffPlan& plan, const TiffPage& page, ImageDescription& description) {
  const auto add = [&](char axis, std::int64_t extent) {
    description.axes += axis;
    description.file_shape.push_back(extent);
  };
  for (const char axis : plan.order) {
    const std::int64_t extent = axis == 'T'   ? plan.frames
                                : axis == 'C' ? plan.channels
                                              : plan.slices;
    if (extent > 1) add(axis, extent);
  }
  if (page.samples > 1 && page.planar) add('S', page.samples);
  add('Y', page.height);
  add('X', page.width);
  if (page.samples > 1 && !page.planar) add('S', page.samples);
}

}  // namespace

Result<TiffPage> go_to_page_like(TiffHandle& handle, const TiffPage& first, std::uint64_t offset) {
  KARYO_CHECK_OK(handle.go_to(offset));
  KARYO_TRY(TiffPage page, read_tiff_page(handle));
  if (!page.same_form_as(first)) {
    return Error(ErrorCode::kBadFile,
                 "the page at byte " + std::to_string(offset) + " (" + std::to_string(page.width) +
                     " x " + std::to_string(page.height) + ", " + page.dtype() +
                     ") differs from the first (" + std::to_string(first.width) + " x " +
                     std::to_string(first.height) + ", " + first.dtype() + ")",
                 "Save pages of different form as separate files.");
  }
  return page;
}

Result<TiffFile> open_tiff_file(std::shared_ptr<const ByteSource> source) {
  KARYO_TRY(TiffStructure structure, read_tiff_structure(*source));
  KARYO_TRY(TiffHandle handle, TiffHandle::open(source, structure));
  KARYO_CHECK_OK(handle.go_to(structure.pages[0]));
  KARYO_TRY(const TiffPage first, read_tiff_page(handle));
  const std::vector<Rgb> lut = tiff_page_lut(handle, first);
  std::uint64_t stored = 0;
  KARYO_CHECK_OK(check_tiff_chunks(handle, first, stored));
  KARYO_TRY(TiffPlan plan, plan_tiff(handle, structure, first));

  ImageDescription description;
  description.format = plan.format;
  description.type = first.type();
  description.dtype = first.dtype();
  description.compression = tiff_compression_name(first.compression);
  description.rgb = first.rgb() && plan.channels == 1;
  description.grid = plan.grid;
  description.notes = plan.notes;
  description.shape = {plan.frames, plan.channels * first.samples, plan.slices, first.height,
                       first.width};
  describe_axes(plan, first, description);
  if (first.samples == 1) description.channels = plan.channel_info;
  if (!lut.empty()) {
    description.channels.resize(static_cast<std::size_t>(description.shape.c));
    for (auto& channel : description.channels) {
      if (channel.lut.empty()) channel.lut = lut;
    }
  }
  // Only what says something is kept.
  const bool silent = std::all_of(
      description.channels.begin(), description.channels.end(), [](const ChannelInfo& channel) {
        return channel.name.empty() && !channel.has_range && channel.lut.empty();
      });
  if (silent) description.channels.clear();
  return TiffFile{std::move(description), std::move(structure), std::move(handle), first,
                  std::move(plan)};
}

}  // namespace karyo::io
