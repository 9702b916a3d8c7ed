#include "core/track/ctc_result.h"

#include <algorithm>

namespace karyo {

std::string format_ctc_tracks(const Tracking& tracking) {
  struct Span {
    std::size_t first = 0, last = 0;
    bool seen = false;
  };
  std::vector<Span> spans(tracking.parents.size());
  for (std::size_t t = 0; t < tracking.tracks.size(); ++t) {
    for (const std::int64_t track : tracking.tracks[t]) {
      Span& span = spans[static_cast<std::size_t>(track) - 1];
      if (!span.seen) span.first = t;
      span.last = t;
      span.seen = true;
    }
  }
  std::string lines;
  for (std::size_t k = 0; k < spans.size(); ++k) {
    lines.append(std::to_string(k + 1)).append(" ").append(std::to_string(spans[k].first));
    lines.append(" ").append(std::to_string(spans[k].last)).append(" ");
    lines.append(std::to_string(tracking.parents[k])).append("\n");
  }
  return lines;
}

std::string ctc_mask_name(std::size_t frame) {
  std::string number = std::to_string(frame);
  number.insert(0, number.size() < 3 ? 3 - number.size() : 0, '0');
  return "mask" + number + ".tif";
}

TrackList track_list(std::span<const std::vector<TrackObject>> frames, const Tracking& tracking,
                     const VoxelGrid& grid) {
  TrackList list;
  for (std::size_t t = 0; t < frames.size(); ++t) {
    for (std::size_t i = 0; i < frames[t].size(); ++i) {
      const TrackObject& p = frames[t][i];
      list.points.push_back(
          {tracking.tracks[t][i],
           static_cast<std::int64_t>(t),
           {p.z / grid.spacing_z + 0.5, p.y / grid.spacing_y + 0.5, p.x / grid.spacing_x + 0.5}});
    }
  }
  std::sort(list.points.begin(), list.points.end(), [](const TrackPoint& a, const TrackPoint& b) {
    return a.id != b.id ? a.id < b.id : a.t < b.t;
  });
  for (std::size_t k = 0; k < tracking.parents.size(); ++k) {
    if (tracking.parents[k] > 0) {
      list.parents[static_cast<std::int64_t>(k) + 1] = tracking.parents[k];
    }
  }
  return list;
}

}  // namespace karyo
