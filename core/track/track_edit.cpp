#include "core/track/track_edit.h"

#include <algorithm>
#include <iterator>
#include <string>

namespace karyo {
namespace {

/// A list that is being changed. Points are renumbered where they stand and put in order at the
/// end.
class Draft {
 public:
  explicit Draft(const TrackList& list) : list_(list) {
    for (const TrackPoint& point : list_.points) free_ = std::max(free_, point.id + 1);
  }
  /// The list, in its order again.
  TrackList take() {
    const auto before = [](const TrackPoint& a, const TrackPoint& b) {
      return a.id != b.id ? a.id < b.id : a.t < b.t;
    };
    auto& points = list_.points;
    std::vector<TrackPoint> kept, moved, all;
    for (std::size_t i = 0; i < points.size(); ++i) {
      const bool was_moved = std::binary_search(moved_ids_.begin(), moved_ids_.end(), points[i].id);
      (was_moved ? moved : kept).push_back(points[i]);
    }
    std::sort(moved.begin(), moved.end(), before);
    all.reserve(points.size());
    std::merge(kept.begin(), kept.end(), moved.begin(), moved.end(), std::back_inserter(all),
               before);
    points = std::move(all);
    return std::move(list_);
  }

  std::int64_t new_number() { return free_++; }
  /// Places of track `from` in frames `first` to `last` get another number. True if there were any.
  bool renumber(std::int64_t from, std::int64_t to, std::int64_t first = 0,
                std::int64_t last = kMostFrame) {
    bool any = false;
    for (TrackPoint& point : list_.points) {
      if (point.id != from || point.t < first || point.t > last) continue;
      point.id = to;
      any = true;
    }
    if (any) {
      moved_ids_.insert(std::upper_bound(moved_ids_.begin(), moved_ids_.end(), to), to);
    }
    return any;
  }
  bool exists(std::int64_t id) const {
    return std::any_of(list_.points.begin(), list_.points.end(),
                       [id](const TrackPoint& point) { return point.id == id; });
  }
  template <typename Which>
  void erase(const Which& which) {
    std::erase_if(list_.points, which);
  }

  std::vector<std::int64_t> children_of(std::int64_t mother) const {
    std::vector<std::int64_t> children;
    for (const auto& [child, parent] : list_.parents) {
      if (parent == mother) children.push_back(child);
    }
    return children;
  }
  void set_parent(std::int64_t child, std::int64_t mother) { list_.parents[child] = mother; }
  void hand_children(std::int64_t from, std::int64_t to) {
    for (const std::int64_t child : children_of(from)) list_.parents[child] = to;
  }
  void free_children(std::int64_t mother) {
    for (const std::int64_t child : children_of(mother)) list_.parents.erase(child);
  }
  /// Takes a daughter from her mother, who goes on as the other where one alone is left.
  void leave_mother(std::int64_t child) {
    const auto found = list_.parents.find(child);
    if (found == list_.parents.end()) return;
    const std::int64_t mother = found->second;
    list_.parents.erase(found);
    const auto left = children_of(mother);
    if (left.size() != 1 || !exists(mother)) return;
    list_.parents.erase(left.front());
    renumber(left.front(), mother);
    hand_children(left.front(), mother);
  }

 private:
  TrackList list_;
  std::int64_t free_ = 1;
  std::vector<std::int64_t> moved_ids_;  // numbers that points were given; sorted
};

std::string words_of(const TrackPlace& place) {
  return "track " + std::to_string(place.track) + " in frame " + std::to_string(place.frame + 1);
}

Result<void> check(const TrackIndex& index, const TrackPlace& place) {
  if (index.find(place) != nullptr) return {};
  return Error(ErrorCode::kNotFound, "there is no " + words_of(place),
               "Choose a cell of the Tracks layer.");
}

Result<void> check_later(const TrackPlace& from, const TrackPlace& to) {
  if (to.frame > from.frame) return {};
  return Error(ErrorCode::kInvalidArgument, words_of(to) + " is not after " + words_of(from),
               "Choose a cell of an earlier frame first, then one of a later frame.");
}

/// Cuts what lies after `from` off its track: a track of its own then, daughters included. Its
/// number; 0 where nothing lies there.
std::int64_t cut_rest(Draft& draft, const TrackPlace& from) {
  const std::int64_t rest = draft.new_number();
  if (!draft.renumber(from.track, rest, from.frame + 1)) return 0;
  draft.hand_children(from.track, rest);
  return rest;
}

}  // namespace

Result<TrackList> link_places(const TrackList& list, const TrackPlace& from, const TrackPlace& to) {
  const TrackIndex index(list);
  KARYO_CHECK_OK(check(index, from));
  KARYO_CHECK_OK(check(index, to));
  KARYO_CHECK_OK(check_later(from, to));
  Draft draft(list);
  if (from.track == to.track) {
    const std::int64_t between = draft.new_number();
    if (!draft.renumber(from.track, between, from.frame + 1, to.frame - 1)) {
      return Error(ErrorCode::kInvalidArgument,
                   words_of(to) + " is what " + words_of(from) + " goes on as already",
                   "Choose a cell of another track.");
    }
    return draft.take();
  }
  const TrackSpan& target = *index.find(to.track);
  if (target.begins == to.frame) {
    draft.leave_mother(to.track);
    // Her mother may have gone on as `from`'s track meanwhile, or `from` be her sister.
  }
  // After a sister was joined to her mother, `from` may have another number.
  TrackPlace now = from;
  if (!draft.exists(from.track)) now.track = list.parents.at(from.track);
  if (cut_rest(draft, now) == 0) draft.free_children(now.track);
  const bool whole = target.begins == to.frame;
  if (whole) {
    draft.renumber(to.track, now.track);
  } else {
    draft.renumber(to.track, now.track, to.frame);
  }
  draft.hand_children(to.track, now.track);
  return draft.take();
}

Result<TrackList> unlink_place(const TrackList& list, const TrackPlace& at) {
  const TrackIndex index(list);
  KARYO_CHECK_OK(check(index, at));
  const TrackSpan& span = *index.find(at.track);
  Draft draft(list);
  if (span.begins < at.frame) {
    cut_rest(draft, {at.track, at.frame - 1});
  } else if (list.parents.contains(at.track)) {
    draft.leave_mother(at.track);
  } else {
    return Error(ErrorCode::kInvalidArgument, "nothing leads to " + words_of(at),
                 "Choose a cell that a track or a division leads to.");
  }
  return draft.take();
}

Result<TrackList> add_division(const TrackList& list, const TrackPlace& mother,
                               const TrackPlace& daughter) {
  const TrackIndex index(list);
  KARYO_CHECK_OK(check(index, mother));
  KARYO_CHECK_OK(check(index, daughter));
  KARYO_CHECK_OK(check_later(mother, daughter));
  if (mother.track == daughter.track) {
    return Error(ErrorCode::kInvalidArgument,
                 "a cell cannot be the second daughter of what it goes on as itself",
                 "Choose the other daughter, which is of another track.");
  }
  const TrackSpan& span = *index.find(mother.track);
  const bool goes_on = span.ends > mother.frame;
  if (!goes_on && span.children.size() > 1) {
    return Error(ErrorCode::kInvalidArgument, words_of(mother) + " divides already",
                 "Cut one of its daughters off first.");
  }
  if (!goes_on && span.children.empty()) {
    return Error(ErrorCode::kInvalidArgument, words_of(mother) + " does not go on yet",
                 "Link it to its first daughter, then add the second.");
  }
  Draft draft(list);
  TrackPlace from = mother;
  std::int64_t second = daughter.track;
  if (index.find(daughter.track)->begins == daughter.frame) {
    draft.leave_mother(daughter.track);
    if (!draft.exists(mother.track)) from.track = list.parents.at(mother.track);
  } else {
    second = cut_rest(draft, {daughter.track, daughter.frame - 1});
  }
  if (goes_on) draft.set_parent(cut_rest(draft, from), from.track);
  draft.set_parent(second, from.track);
  return draft.take();
}

Result<TrackList> delete_track(const TrackList& list, std::int64_t track) {
  const TrackIndex index(list);
  const TrackSpan* span = index.find(track);
  KARYO_CHECK_OK(check(index, {track, span != nullptr ? span->begins : 0}));
  Draft draft(list);
  draft.free_children(track);
  draft.erase([track](const TrackPoint& point) { return point.id == track; });
  draft.leave_mother(track);
  return draft.take();
}

Result<TrackList> delete_place(const TrackList& list, const TrackPlace& place) {
  const TrackIndex index(list);
  KARYO_CHECK_OK(check(index, place));
  const TrackSpan& span = *index.find(place.track);
  if (span.begins == span.ends) return delete_track(list, place.track);
  Draft draft(list);
  draft.erase(
      [&](const TrackPoint& point) { return point.id == place.track && point.t == place.frame; });
  return draft.take();
}

Result<TrackList> number_track(const TrackList& list, std::int64_t track, std::int64_t number) {
  const TrackIndex index(list);
  const TrackSpan* span = index.find(track);
  KARYO_CHECK_OK(check(index, {track, span != nullptr ? span->begins : 0}));
  if (number < 1 || index.find(number) != nullptr) {
    return Error(ErrorCode::kInvalidArgument,
                 number < 1 ? "tracks are numbered from 1"
                            : "there is a track " + std::to_string(number) + " already",
                 "Choose a number that no track has; to join two tracks, link them.");
  }
  Draft draft(list);
  draft.renumber(track, number);
  draft.hand_children(track, number);
  TrackList numbered = draft.take();
  if (auto node = numbered.parents.extract(track)) {
    node.key() = number;
    numbered.parents.insert(std::move(node));
  }
  return numbered;
}

}  // namespace karyo
