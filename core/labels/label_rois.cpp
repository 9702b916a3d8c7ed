#include "core/labels/label_rois.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <limits>
#include <map>
#include <optional>
#include <unordered_set>

#include "core/base/parallel.h"
#include "core/io/limits.h"
#include "core/labels/label_volume.h"
#include "core/segment/wand.h"

namespace karyo {
namespace {

constexpr std::size_t kMostVertices = 65535;  // a traced ROI counts them in 16 bits

std::string padded(std::uint64_t number, std::size_t digits) {
  const std::string text = std::to_string(number);
  return text.size() < digits ? std::string(digits - text.size(), '0') + text : text;
}

Roi roi_of(std::uint32_t label, const std::vector<Outline>& outlines) {
  Corner low = outlines[0][0], high = low;
  std::size_t vertices = 0;
  for (const auto& outline : outlines) {
    vertices += outline.size();
    for (const Corner& corner : outline) {
      low = {std::min(low.x, corner.x), std::min(low.y, corner.y)};
      high = {std::max(high.x, corner.x), std::max(high.y, corner.y)};
    }
  }
  static constexpr std::int32_t kHeaderLimit = std::numeric_limits<std::int16_t>::max();
  const auto in_header = [](std::int32_t value) {
    return static_cast<std::int16_t>(std::min(value, kHeaderLimit));
  };
  Roi roi;
  roi.left = in_header(low.x);
  roi.top = in_header(low.y);
  roi.right = in_header(high.x);
  roi.bottom = in_header(high.y);
  roi.properties = "label: " + std::to_string(label) + "\n";
  // A composite's numbers are real and absolute, so it also serves where 16 bits do not reach.
  const bool traced = outlines.size() == 1 && vertices <= kMostVertices &&
                      std::max(high.x, high.y) <= kHeaderLimit;
  if (traced) {
    roi.type = RoiType::kTraced;
    for (const Corner& corner : outlines[0]) {
      roi.points.push_back({static_cast<double>(corner.x), static_cast<double>(corner.y)});
    }
    return roi;
  }
  roi.type = RoiType::kRectangle;
  roi.segments.reserve(vertices * 3 + outlines.size());
  for (const auto& outline : outlines) {
    float step = 0;
    for (const Corner& corner : outline) {
      roi.segments.insert(roi.segments.end(),
                          {step, static_cast<float>(corner.x), static_cast<float>(corner.y)});
      step = 1;
    }
    roi.segments.push_back(4);
  }
  return roi;
}

std::optional<std::uint32_t> whole_number(std::string_view text) {
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number == 0) return std::nullopt;
  return number;
}

/// 12 of "label-00012", "0007-label-00012" and "label-00012-1" (made unique by ImageJ).
std::optional<std::uint32_t> label_in_name(std::string_view name) {
  constexpr std::string_view kWord = "label-";
  const std::size_t at = name.find(kWord);
  if (at == std::string_view::npos || (at > 0 && name[at - 1] != '-')) return std::nullopt;
  name.remove_prefix(at + kWord.size());
  return whole_number(name.substr(0, name.find('-')));
}

std::optional<std::uint32_t> label_of(const Roi& roi) {
  if (const auto label = whole_number(roi.property("label"))) return label;
  return label_in_name(roi.name);
}

/// 12 of "0007-0012" in a ROI of slice 7: how sets with one number an object are often named.
std::optional<std::uint32_t> number_after_slice(const Roi& roi, std::int64_t slice) {
  const std::size_t dash = roi.name.find('-');
  if (dash == std::string::npos) return std::nullopt;
  const auto first = whole_number(std::string_view(roi.name).substr(0, dash));
  if (!first || static_cast<std::int64_t>(*first) != slice) return std::nullopt;
  return whole_number(std::string_view(roi.name).substr(dash + 1));
}

/// Slice of each ROI, from 1; 0: all slices. Frames stand for slices where there are no slices.
std::vector<std::int64_t> slices_of(std::span<const Roi> rois) {
  const bool by_frame =
      std::any_of(rois.begin(), rois.end(), [](const Roi& roi) { return roi.t > 1; }) &&
      std::none_of(rois.begin(), rois.end(), [](const Roi& roi) { return roi.z > 1; });
  std::vector<std::int64_t> slices;
  for (const Roi& roi : rois) {
    const bool hyperstack = roi.c > 0 || roi.z > 0 || roi.t > 0;
    slices.push_back(!hyperstack ? roi.position : by_frame ? roi.t : roi.z);
  }
  return slices;
}

void note(std::vector<std::string>& notes, std::int64_t count, const std::string& what) {
  if (count > 0) notes.push_back(std::to_string(count) + (count == 1 ? " ROI " : " ROIs ") + what);
}

}  // namespace

std::map<std::uint32_t, std::vector<Outline>> label_outlines(LabelView labels, std::int64_t z) {
  // One pass over the pixels; each outline is walked once.
  const auto height = static_cast<std::int32_t>(labels.shape().y);
  const auto width = static_cast<std::int32_t>(labels.shape().x);
  std::map<std::uint32_t, std::vector<Outline>> outlines;
  std::vector<bool> walked(static_cast<std::size_t>(height) * static_cast<std::size_t>(width));
  const auto place = [width](std::int32_t x, std::int32_t y) {
    return static_cast<std::size_t>(y) * static_cast<std::size_t>(width) +
           static_cast<std::size_t>(x);
  };
  for (std::int32_t y = 0; y < height; ++y) {
    const std::uint32_t* row = labels.row(z, y);
    for (std::int32_t x = 0; x < width; ++x) {
      const std::uint32_t label = row[x];
      if (label == 0 || label == kIgnoredLabel) continue;
      if ((x + 1 < width && row[x + 1] == label) || walked[place(x, y)]) continue;
      outlines[label].push_back(trace_outline(
          x, y,
          [&](std::int32_t px, std::int32_t py) {
            return px >= 0 && py >= 0 && px < width && py < height && labels(z, py, px) == label;
          },
          [&](std::int32_t px, std::int32_t py) { walked[place(px, py)] = true; }));
    }
  }
  return outlines;
}

std::vector<Roi> rois_from_labels(LabelView labels) {
  const std::int64_t slices = labels.shape().z;
  const std::size_t digits = std::max<std::size_t>(4, std::to_string(slices).size());
  std::vector<std::vector<Roi>> by_slice(static_cast<std::size_t>(slices));
  parallel_for(0, slices, 1, [&](std::int64_t first, std::int64_t last) {
    for (std::int64_t z = first; z < last; ++z) {
      for (const auto& [label, outlines] : label_outlines(labels, z)) {
        Roi roi = roi_of(label, outlines);
        roi.name = "label-" + padded(label, 5);
        if (slices > 1) {
          roi.position = static_cast<std::int32_t>(z + 1);
          roi.name = padded(static_cast<std::uint64_t>(z + 1), digits) + "-" + roi.name;
        }
        by_slice[static_cast<std::size_t>(z)].push_back(std::move(roi));
      }
    }
  });
  std::vector<Roi> rois;
  for (auto& slice : by_slice) {
    std::move(slice.begin(), slice.end(), std::back_inserter(rois));
  }
  return rois;
}

void place_in_time(std::vector<Roi>& rois, std::int64_t t, std::int64_t slices) {
  char prefix[32];
  std::snprintf(prefix, sizeof prefix, "t%04lld-", static_cast<long long>(t + 1));
  for (Roi& roi : rois) {
    roi.name = prefix + roi.name;
    roi.t = static_cast<std::int32_t>(t + 1);
    roi.z = slices > 1 ? roi.position : 1;
    roi.c = 1;
    roi.position = 0;
  }
}

std::vector<Roi> rois_from_frame(LabelView labels, std::int64_t t, std::int64_t frames) {
  std::vector<Roi> rois = rois_from_labels(labels);
  if (frames > 1) place_in_time(rois, t, labels.shape().z);
  return rois;
}

Result<DrawnRois> labels_from_rois(std::span<const Roi> rois, Index3 shape) {
  if (!io::volume_bytes({1, 1, shape.z, shape.y, shape.x}, VoxelType::kUInt32)) {
    return Error(ErrorCode::kInvalidArgument,
                 "a label image of shape " + std::to_string(shape.z) + "," +
                     std::to_string(shape.y) + "," + std::to_string(shape.x) +
                     " is empty or does not fit into memory",
                 "Give the shape of the image the ROIs belong to (--shape z,y,x).");
  }
  const auto slices = slices_of(rois);
  std::vector<std::optional<std::uint32_t>> ids;
  bool all_after_slice = !rois.empty();
  for (std::size_t i = 0; i < rois.size(); ++i) {
    ids.push_back(label_of(rois[i]));
    all_after_slice = all_after_slice && !ids[i] && number_after_slice(rois[i], slices[i]);
  }
  if (all_after_slice) {
    for (std::size_t i = 0; i < rois.size(); ++i) ids[i] = number_after_slice(rois[i], slices[i]);
  }
  std::uint32_t next = 0;
  for (const auto& id : ids) next = std::max(next, id.value_or(0));

  DrawnRois result;
  result.labels = LabelArray(shape);
  std::int64_t without_area = 0, outside = 0, later_frames = 0, all_slices = 0, numbered = 0;
  const bool frames_left_out =
      std::any_of(rois.begin(), rois.end(), [](const Roi& roi) { return roi.z > 1; });
  for (std::size_t i = 0; i < rois.size(); ++i) {
    const auto paths = roi_paths(rois[i]);
    if (paths.empty()) {
      ++without_area;
      continue;
    }
    if (frames_left_out && rois[i].t > 1) {
      ++later_frames;
      continue;
    }
    std::int64_t first = slices[i] - 1, last = slices[i];
    // In a single plane a slice number says nothing.
    if (slices[i] == 0 || shape.z == 1) {
      first = 0;
      last = shape.z;
      all_slices += shape.z > 1 ? 1 : 0;
    }
    std::uint32_t id = ids[i].value_or(0);
    if (id == 0) {
      if (next == std::numeric_limits<std::uint32_t>::max()) {
        return Error(ErrorCode::kTooLarge, "there are no free label numbers left",
                     "Rename the ROI with the largest label number.");
      }
      id = ++next;
      ++numbered;
    }
    bool any = false;
    if (last <= shape.z) {
      fill_paths(paths, shape.y, shape.x,
                 [&](std::int64_t y, std::int64_t begin, std::int64_t end) {
                   any = true;
                   for (std::int64_t z = first; z < last; ++z) {
                     std::fill_n(&result.labels(z, y, begin), end - begin, id);
                   }
                 });
    }
    if (any) {
      ++result.drawn;
    } else {
      ++outside;
    }
  }
  std::unordered_set<std::uint32_t> present;
  std::uint32_t previous = 0;
  for (const std::uint32_t id : result.labels) {
    if (id != previous && id != 0) present.insert(id);
    previous = id;
  }
  result.objects = static_cast<std::int64_t>(present.size());
  note(result.notes, without_area, "without an area (lines, points, text) left out");
  note(result.notes, outside, "outside the image or smaller than a pixel left out");
  note(result.notes, later_frames, "of later frames left out");
  note(result.notes, all_slices, "tied to no slice drawn in every slice");
  note(result.notes, numbered, "without a label number numbered in the order of the set");
  return result;
}

Index3 shape_holding(std::span<const Roi> rois) {
  Index3 shape{1, 1, 1};
  for (const std::int64_t slice : slices_of(rois)) shape.z = std::max(shape.z, slice);
  for (const Roi& roi : rois) {
    for (const auto& path : roi_paths(roi)) {
      for (const PointF& point : path) {
        const auto up = [](double value) {
          return static_cast<std::int64_t>(std::ceil(std::clamp(value, 1.0, 1e9)));
        };
        shape.y = std::max(shape.y, up(point.y));
        shape.x = std::max(shape.x, up(point.x));
      }
    }
  }
  return shape;
}

}  // namespace karyo
