#include "core/track/listed_tracks.h"

#include <algorithm>
#include <cmath>
#include <unordered_map>

#include "core/track/point_grid.h"

namespace karyo {
namespace {

/// Rows from the leaves up: each leaf has one, a mother lies between her outer daughters.
/// `branches` in an order in which mothers come before daughters.
void put_in_rows(std::vector<LineageBranch>& branches) {
  std::vector<double> leaves(branches.size(), 0), next(branches.size(), 0);
  std::vector<double> top(branches.size(), INFINITY), bottom(branches.size(), -INFINITY);
  for (std::size_t i = branches.size(); i-- > 0;) {
    if (leaves[i] == 0) leaves[i] = 1;
    if (branches[i].parent >= 0) leaves[static_cast<std::size_t>(branches[i].parent)] += leaves[i];
  }
  double free_row = 0;
  for (std::size_t i = 0; i < branches.size(); ++i) {
    const std::int64_t parent = branches[i].parent;
    double& row = parent < 0 ? free_row : next[static_cast<std::size_t>(parent)];
    next[i] = row;
    if (leaves[i] == 1) branches[i].row = row;
    row += leaves[i];
  }
  std::vector<char> is_mother(branches.size(), 0);
  for (const LineageBranch& branch : branches) {
    if (branch.parent >= 0) is_mother[static_cast<std::size_t>(branch.parent)] = 1;
  }
  for (std::size_t i = branches.size(); i-- > 0;) {
    if (is_mother[i] != 0) branches[i].row = (top[i] + bottom[i]) / 2;
    if (branches[i].parent < 0) continue;
    const auto parent = static_cast<std::size_t>(branches[i].parent);
    top[parent] = std::min(top[parent], branches[i].row);
    bottom[parent] = std::max(bottom[parent], branches[i].row);
  }
}

}  // namespace

TrackIndex::TrackIndex(const TrackList& list) : list_(list) {
  const auto& points = list.points;
  for (std::size_t i = 0; i < points.size(); ++i) {
    if (i == 0 || points[i - 1].id != points[i].id) {
      spans_.push_back({points[i].id, i, i, points[i].t, points[i].t, -1, {}});
    }
    spans_.back().end = i + 1;
    spans_.back().ends = points[i].t;
  }
  for (const auto& [child, parent] : list.parents) {
    const TrackSpan* daughter = find(child);
    const TrackSpan* mother = find(parent);
    if (daughter == nullptr || mother == nullptr || mother->ends >= daughter->begins) continue;
    const auto of = [this](const TrackSpan* span) {
      return static_cast<std::size_t>(span - spans_.data());
    };
    spans_[of(daughter)].parent = static_cast<std::int64_t>(of(mother));
    spans_[of(mother)].children.push_back(of(daughter));
  }
}

const TrackSpan* TrackIndex::find(std::int64_t id) const {
  const auto at =
      std::lower_bound(spans_.begin(), spans_.end(), id,
                       [](const TrackSpan& span, std::int64_t n) { return span.id < n; });
  return at == spans_.end() || at->id != id ? nullptr : &*at;
}

const TrackPoint* TrackIndex::find(const TrackPlace& place) const {
  const TrackSpan* span = find(place.track);
  if (span == nullptr) return nullptr;
  const TrackPoint& at = nearest(*span, place.frame);
  return at.t == place.frame ? &at : nullptr;
}

const TrackPoint& TrackIndex::nearest(const TrackSpan& span, std::int64_t frame) const {
  const auto first = list_.points.begin() + static_cast<std::ptrdiff_t>(span.first);
  const auto end = list_.points.begin() + static_cast<std::ptrdiff_t>(span.end);
  const auto after = std::upper_bound(
      first, end, frame, [](std::int64_t t, const TrackPoint& point) { return t < point.t; });
  return after == first ? *first : *std::prev(after);
}

ListedTracks listed_tracks(const TrackList& list, const VoxelGrid& grid, bool split_gaps) {
  const TrackIndex index(list);
  ListedTracks out;
  std::int64_t last = -1;
  for (const TrackSpan& span : index.spans()) last = std::max(last, span.ends);
  const auto count = static_cast<std::size_t>(last + 1);
  out.frames.resize(count);
  out.tracking.links.resize(count);
  out.tracking.tracks.resize(count);
  std::vector<std::int64_t> last_number(index.spans().size(), 0);  // of the last piece of each
  std::vector<std::size_t> last_object(index.spans().size(), 0);
  // Mothers end before daughters begin, so by first frame each mother comes before hers.
  std::vector<std::size_t> order(index.spans().size());
  for (std::size_t k = 0; k < order.size(); ++k) order[k] = k;
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return index.spans()[a].begins < index.spans()[b].begins;
  });
  for (const std::size_t k : order) {
    const TrackSpan& span = index.spans()[k];
    TrackLink link;
    std::int64_t parent = 0;
    if (span.parent >= 0) {
      const auto mother = static_cast<std::size_t>(span.parent);
      parent = last_number[mother];
      link = {index.spans()[mother].ends, static_cast<std::int64_t>(last_object[mother]),
              index.spans()[mother].children.size() > 1, 1};
    }
    for (std::size_t i = span.first; i < span.end; ++i) {
      const TrackPoint& point = list.points[i];
      if (i > span.first && point.t == list.points[i - 1].t) continue;  // a file may say it twice
      const bool gap = i > span.first && point.t > list.points[i - 1].t + 1;
      if (i == span.first || (gap && split_gaps)) {
        out.ids.push_back(span.id);
        out.tracking.parents.push_back(i == span.first ? parent : last_number[k]);
        last_number[k] = static_cast<std::int64_t>(out.ids.size());
      }
      const auto t = static_cast<std::size_t>(point.t);
      out.tracking.links[t].push_back(link);
      out.tracking.tracks[t].push_back(last_number[k]);
      last_object[k] = out.frames[t].size();
      out.frames[t].push_back({(point.at.z - 0.5) * grid.spacing_z,
                               (point.at.y - 0.5) * grid.spacing_y,
                               (point.at.x - 0.5) * grid.spacing_x, 0, 0});
      link = {point.t, static_cast<std::int64_t>(last_object[k]), false, 1};
    }
  }
  return out;
}

std::vector<std::int64_t> objects_at(const std::vector<TrackObject>& places,
                                     const std::vector<TrackObject>& objects,
                                     const VoxelGrid& grid) {
  const double reach = 0.01 * std::min({grid.spacing_z, grid.spacing_y, grid.spacing_x});
  const PointGrid near(objects, 100 * reach);
  std::vector<std::int64_t> found(places.size(), -1);
  for (std::size_t i = 0; i < places.size(); ++i) {
    near.visit_near(places[i].z, places[i].y, places[i].x, reach,
                    [&](std::size_t j, double) { found[i] = static_cast<std::int64_t>(j); });
  }
  return found;
}

std::vector<LineageBranch> lineage_of(const TrackIndex& tracks) {
  const auto& spans = tracks.spans();
  std::vector<std::size_t> order(spans.size());
  for (std::size_t k = 0; k < order.size(); ++k) order[k] = k;
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return spans[a].begins < spans[b].begins; });
  std::vector<std::int64_t> place(spans.size(), -1);
  std::vector<LineageBranch> branches;
  branches.reserve(spans.size());
  for (const std::size_t k : order) {
    const TrackSpan& span = spans[k];
    place[k] = static_cast<std::int64_t>(branches.size());
    branches.push_back({span.id, span.begins, span.ends, 0,
                        span.parent < 0 ? -1 : place[static_cast<std::size_t>(span.parent)]});
  }
  put_in_rows(branches);
  return branches;
}

std::vector<LineageBranch> family_of(const std::vector<LineageBranch>& all, std::int64_t id) {
  std::vector<std::size_t> root(all.size());
  std::size_t wanted = all.size();
  for (std::size_t i = 0; i < all.size(); ++i) {
    root[i] = all[i].parent < 0 ? i : root[static_cast<std::size_t>(all[i].parent)];
    if (all[i].id == id) wanted = root[i];
  }
  std::vector<LineageBranch> family;
  std::vector<std::int64_t> place(all.size(), -1);
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (root[i] != wanted) continue;
    place[i] = static_cast<std::int64_t>(family.size());
    family.push_back(all[i]);
    if (all[i].parent >= 0) family.back().parent = place[static_cast<std::size_t>(all[i].parent)];
  }
  put_in_rows(family);
  return family;
}

}  // namespace karyo
