#include "core/io/tiff_file.h"

#include <algorithm>
#include <utility>

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

std::vector<std::string> files_of(const OmeSet& set, const std::string& own_name) {
  std::vector<std::string> files = set.names;
  files[0] = own_name;
  const bool known = std::find(files.begin(), files.end(), set.metadata_file) != files.end();
  if (!set.metadata_file.empty() && !known) files.push_back(set.metadata_file);
  return files;
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

Result<TiffFile> open_tiff_file(std::shared_ptr<const ByteSource> source,
                                const Neighbours& beside) {
  const bool tiff = !looks_like_companion(*source);
  std::unique_ptr<OpenTiff> open;
  std::string text;
  if (tiff) {
    KARYO_TRY(open, open_one_tiff(source));
    KARYO_TRY(text, tiff_description(*source, *open->structure));
  } else {
    KARYO_TRY(text, companion_text(*source));
  }
  KARYO_TRY(OmeSet set, find_ome_set(text, !tiff, beside));
  if (tiff) set.pages[0] = static_cast<std::int64_t>(open->structure->pages.size());
  auto files = std::make_unique<TiffPool>(std::move(source), tiff ? open->structure : nullptr,
                                          set.names, beside);
  KARYO_TRY(const TiffPlace at, first_place(set));
  if (at.file != 0) {
    if (open) files->give_back(std::move(open));
    KARYO_TRY(open, files->take(at.file));
  }
  TiffHandle& handle = open->handle;
  KARYO_TRY(const std::uint64_t offset, open->page_at(at.page));
  KARYO_CHECK_OK(handle.go_to(offset));
  KARYO_TRY(const TiffPage first, read_tiff_page(handle));
  const std::vector<Rgb> lut = tiff_page_lut(handle, first);
  std::uint64_t stored = 0;
  KARYO_CHECK_OK(check_tiff_chunks(handle, first, stored));
  KARYO_TRY(TiffPlan plan, plan_tiff(*open, first, text, set));
  // A plane that is named twice lies where it was named last.
  if (!plan.pages.empty() && plan.pages.front().file != open->file) {
    const std::uint32_t file = plan.pages.front().file;
    files->give_back(std::move(open));
    KARYO_TRY(open, files->take(file));
  }

  ImageDescription description;
  description.format = plan.format;
  description.type = first.type();
  description.dtype = first.dtype();
  description.compression = tiff_compression_name(first.compression);
  description.rgb = first.rgb() && plan.channels == 1;
  description.grid = plan.grid;
  description.notes = plan.notes;
  if (set.several()) description.files = files_of(set, beside.own_name);
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
  return TiffFile{std::move(description), std::move(files), std::move(open), first,
                  std::move(plan)};
}

}  // namespace karyo::io
