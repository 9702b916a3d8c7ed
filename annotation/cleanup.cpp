#include "annotation/cleanup.h"

#include <algorithm>
#include <unordered_map>

#include "annotation/label_runs.h"
#include "annotation/object_crop.h"
#include "annotation/pieces.h"
#include "core/labels/object_stats.h"

namespace karyo {
namespace {

/// The pieces of an object that is to be changed; for id 0 of all objects.
Result<Pieces> pieces_to_change(const LabelVolume& labels, const ObjectAt& object,
                                const PaintRule& rule) {
  if (object.id == 0) return find_pieces(labels, Box3::of_shape(labels.shape()));
  KARYO_TRY(const Box3 box, box_to_change(labels, object, rule));
  return find_pieces(labels, box, object.id);
}

/// For each piece, whether it is the largest of its object.
std::vector<bool> largest_pieces(const Pieces& found) {
  std::unordered_map<std::uint32_t, std::size_t> largest;
  for (std::size_t i = 0; i < found.pieces.size(); ++i) {
    const auto [entry, first] = largest.emplace(found.pieces[i].id, i);
    if (!first && found.pieces[i].voxels > found.pieces[entry->second].voxels) entry->second = i;
  }
  std::vector<bool> is_largest(found.pieces.size(), false);
  for (const auto& [id, piece] : largest) is_largest[piece] = true;
  return is_largest;
}

/// Gives each piece its new id.
Box3 write_pieces(LabelWriter& writer, const Pieces& found, const std::vector<std::uint32_t>& ids) {
  Changes changes(writer);
  for (const PieceRun& run : found.runs) {
    if (ids[run.piece] == found.pieces[run.piece].id) continue;
    changes.set_row(run.begin, run.end_x - run.begin.x, ids[run.piece],
                    [](std::uint32_t) { return true; });
  }
  return changes.box();
}

/// Deletes the pieces that are not kept.
template <typename Keep>
Box3 delete_pieces(LabelWriter& writer, const Pieces& found, const PaintRule& rule,
                   const Keep& keep) {
  std::vector<std::uint32_t> ids;
  for (std::size_t i = 0; i < found.pieces.size(); ++i) {
    const std::uint32_t id = found.pieces[i].id;
    ids.push_back(keep(i) || !may_change(rule, id) ? id : 0);
  }
  return write_pieces(writer, found, ids);
}

/// Deletes the objects of which `wanted` says so, by id.
template <typename Wanted>
ObjectChange delete_objects(LabelWriter& writer, const LabelVolume& labels, const PaintRule& rule,
                            const Wanted& wanted) {
  std::vector<ObjectAt> objects;
  for (const auto& [id, stats] : object_stats(labels)) {
    if (may_change(rule, id) && wanted(stats)) objects.push_back({id, stats.box});
  }
  std::sort(objects.begin(), objects.end(),
            [](const ObjectAt& a, const ObjectAt& b) { return a.id < b.id; });
  Changes changes(writer);
  ObjectChange change;
  for (const ObjectAt& object : objects) {
    changes.replace(object.within, object.id, 0);
    change.ids.push_back(object.id);
  }
  change.box = changes.box();
  return change;
}

}  // namespace

Result<Box3> keep_largest_piece(LabelWriter& writer, const LabelVolume& labels,
                                const ObjectAt& object, const PaintRule& rule) {
  KARYO_TRY(const Pieces found, pieces_to_change(labels, object, rule));
  const std::vector<bool> largest = largest_pieces(found);
  return delete_pieces(writer, found, rule, [&](std::size_t piece) { return largest[piece]; });
}

Result<Box3> delete_small_pieces(LabelWriter& writer, const LabelVolume& labels,
                                 const ObjectAt& object, std::int64_t least_voxels,
                                 const PaintRule& rule) {
  KARYO_TRY(const Pieces found, pieces_to_change(labels, object, rule));
  return delete_pieces(writer, found, rule, [&](std::size_t piece) {
    return found.pieces[piece].voxels >= least_voxels;
  });
}

Result<ObjectChange> split_pieces(LabelWriter& writer, const LabelVolume& labels,
                                  const ObjectAt& object, std::uint32_t new_id,
                                  const PaintRule& rule) {
  KARYO_TRY(const Pieces found, pieces_to_change(labels, object, rule));
  const std::vector<bool> largest = largest_pieces(found);
  FreeIds free_ids(labels, new_id);
  ObjectChange change;
  std::vector<std::uint32_t> ids;
  for (std::size_t i = 0; i < found.pieces.size(); ++i) {
    ids.push_back(found.pieces[i].id);
    if (largest[i] || !may_change(rule, ids.back())) continue;
    KARYO_TRY(ids.back(), free_ids.next());
    change.ids.push_back(ids.back());
  }
  change.box = write_pieces(writer, found, ids);
  return change;
}

Renumbered renumber_objects(LabelWriter& writer, const LabelVolume& labels, const PaintRule& rule) {
  struct Run {
    Index3 begin;
    std::int64_t end_x;
    std::uint32_t id;
  };
  std::vector<Run> runs;
  std::vector<std::uint32_t> order, kept;
  std::unordered_map<std::uint32_t, std::uint32_t> new_ids;
  for_each_run(labels, Box3::of_shape(labels.shape()),
               [&](Index3 begin, std::int64_t end_x, std::uint32_t id) {
                 if (id == kIgnoredLabel) return;
                 if (new_ids.emplace(id, id).second) {
                   (may_change(rule, id) ? order : kept).push_back(id);
                 }
                 runs.push_back({begin, end_x, id});
               });
  std::sort(kept.begin(), kept.end());
  Renumbered renumbered;
  std::uint32_t next = 0;
  for (const std::uint32_t id : order) {
    do {
      ++next;
    } while (std::binary_search(kept.begin(), kept.end(), next));
    new_ids[id] = next;
    if (id != next) renumbered.ids.emplace_back(id, next);
  }
  Changes changes(writer);
  for (const Run& run : runs) {
    changes.set_row(run.begin, run.end_x - run.begin.x, new_ids[run.id],
                    [](std::uint32_t) { return true; });
  }
  renumbered.box = changes.box();
  return renumbered;
}

ObjectChange delete_border_objects(LabelWriter& writer, const LabelVolume& labels,
                                   BorderSides sides, const PaintRule& rule) {
  const Index3 shape = labels.shape();
  return delete_objects(writer, labels, rule, [&](const ObjectStats& object) {
    const Box3& box = object.box;
    const bool rows =
        box.begin.y == 0 || box.begin.x == 0 || box.end.y == shape.y || box.end.x == shape.x;
    const bool slices = shape.z > 1 && (box.begin.z == 0 || box.end.z == shape.z);
    return rows || (sides == BorderSides::kAll && slices);
  });
}

ObjectChange delete_objects_by_size(LabelWriter& writer, const LabelVolume& labels,
                                    std::int64_t least, const PaintRule& rule, std::int64_t most) {
  return delete_objects(writer, labels, rule, [&](const ObjectStats& object) {
    return object.voxels < least || object.voxels > most;
  });
}

}  // namespace karyo
