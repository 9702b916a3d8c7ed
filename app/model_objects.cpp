#include "app/model_objects.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "app/mask_preview.h"
#include "app/model_placing.h"
#include "app/model_walk.h"
#include "app/picture_part.h"
#include "app/workspace.h"
#include "core/io/limits.h"
#include "core/labels/label_rois.h"
#include "models/stardist/nms.h"
#include "models/stardist/nms_3d.h"
#include "models/stardist/pointed_object.h"
#include "models/stardist/rasterize.h"
#include "models/stardist/render_3d.h"

namespace karyo {
namespace {

template <int Axes>
stardist::CandidatesOf<Axes> those_above(const stardist::CandidatesOf<Axes>& seen, double prob) {
  stardist::CandidatesOf<Axes> probable;
  probable.rays = seen.rays;
  for (std::size_t i = 0; i < seen.size(); ++i) {
    if (seen.prob[i] > prob) probable.add(seen, i);
  }
  return probable;
}

/// Which points lie in a region of an image of `shape`.
template <int Axes>
std::vector<bool> in_region(const stardist::CandidatesOf<Axes>& objects, const PathF& region,
                            const Index3& shape) {
  std::vector<bool> in(objects.size(), true);
  if (region.empty()) return in;
  const Mask inside = filled(region, shape);
  for (std::size_t i = 0; i < objects.size(); ++i) {
    const auto& point = objects.points[i];
    const auto y = std::lround(point[Axes - 2]), x = std::lround(point[Axes - 1]);
    const bool on = y >= 0 && y < shape.y && x >= 0 && x < shape.x;
    in[i] = on && inside(0, y, x) != 0;
  }
  return in;
}

template <int Axes>
stardist::CandidatesOf<Axes> chosen(const stardist::CandidatesOf<Axes>& objects,
                                    const std::vector<bool>& in) {
  stardist::CandidatesOf<Axes> some;
  some.rays = objects.rays;
  for (std::size_t i = 0; i < objects.size(); ++i) {
    if (in[i]) some.add(objects, i);
  }
  return some;
}

/// Those of them that are in, numbered from 1 on; label n + 1 is of object[n], in slice `z` of a
/// flat one.
template <int Axes>
std::vector<TrialObject> told_of(const stardist::CandidatesOf<Axes>& seen,
                                 const std::vector<std::int64_t>& object,
                                 const std::vector<bool>& in, std::int64_t z) {
  std::vector<TrialObject> told;
  for (const std::int64_t number : object) {
    const auto i = static_cast<std::size_t>(number);
    if (!in[i]) continue;
    const auto& point = seen.points[i];
    Index3 centre{z, std::lround(point[Axes - 2]), std::lround(point[Axes - 1])};
    if (Axes == 3) centre.z = std::lround(point[0]);
    told.push_back({static_cast<std::uint32_t>(told.size() + 1), seen.prob[i], centre});
  }
  return told;
}

/// Leaves those alone, numbered anew; label n + 1 is of object[n]. All were drawn, so that each is
/// as it is beside its neighbours.
void leave_those_in(LabelArray& labels, const std::vector<std::int64_t>& object,
                    const std::vector<bool>& in) {
  std::vector<std::uint32_t> number(object.size() + 1, 0);
  std::uint32_t count = 0;
  for (std::size_t n = 0; n < object.size(); ++n) {
    if (in[static_cast<std::size_t>(object[n])]) number[n + 1] = ++count;
  }
  for (std::uint32_t& id : labels) id = number[id];
}

/// Without the margins in which nothing is.
PlacedLabels cut_to_objects(LabelArray labels, const Index3& origin) {
  Box3 box;
  const Index3 shape = labels.shape();
  for (std::int64_t z = 0; z < shape.z; ++z) {
    for (std::int64_t y = 0; y < shape.y; ++y) {
      const std::uint32_t* const row = &labels(z, y, 0);
      const auto on = [](std::uint32_t id) { return id != 0; };
      const std::int64_t first = std::find_if(row, row + shape.x, on) - row;
      if (first == shape.x) continue;
      std::int64_t last = shape.x;
      while (row[last - 1] == 0) --last;
      box = box.united_with({{z, y, first}, {z + 1, y + 1, last}});
    }
  }
  if (box == Box3::of_shape(shape)) return {std::move(labels), origin, {}};
  PlacedLabels cut{LabelArray(box.shape()), origin + box.begin, {}};
  for (std::int64_t z = box.begin.z; z < box.end.z; ++z) {
    for (std::int64_t y = box.begin.y; y < box.end.y; ++y) {
      std::copy_n(&labels(z, y, box.begin.x), box.shape().x,
                  &cut.labels(z - box.begin.z, y - box.begin.y, 0));
    }
  }
  return cut;
}

Result<void> room_for(const Index3& shape) {
  const auto bytes = io::volume_bytes({1, 1, shape.z, shape.y, shape.x}, VoxelType::kUInt32);
  if (bytes) return {};
  return Error(ErrorCode::kTooLarge,
               "there is no room for the objects' labels: " + bytes.error().what,
               "Draw a region, and have the model find the objects in it alone.");
}

/// The outline of the voxels of a flat mask, along the axes of its plane.
PathF outline_of(const stardist::DrawnPolyhedron& drawn, Plane plane) {
  const Index3 size = drawn.voxels.shape(), origin = drawn.origin;
  Index3 flat{1, size.y, size.x};
  PointF corner{static_cast<double>(origin.x), static_cast<double>(origin.y)};
  if (plane == Plane::kXZ) {
    flat = {1, size.z, size.x};
    corner = {static_cast<double>(origin.x), static_cast<double>(origin.z)};
  } else if (plane == Plane::kYZ) {
    flat = {1, size.y, size.z};
    corner = {static_cast<double>(origin.z), static_cast<double>(origin.y)};
  }
  LabelArray section(flat);
  for (std::int64_t z = 0; z < size.z; ++z) {
    for (std::int64_t y = 0; y < size.y; ++y) {
      for (std::int64_t x = 0; x < size.x; ++x) {
        const std::int64_t row = plane == Plane::kXZ ? z : y, column = plane == Plane::kYZ ? z : x;
        section(0, row, column) = drawn.voxels(z, y, x) != 0 ? 1 : 0;
      }
    }
  }
  PathF path;
  const auto outlines = label_outlines(section.view(), 0);
  const auto found = outlines.find(1);
  if (found == outlines.end()) return path;
  for (const Corner& at : found->second.front()) path.push_back({corner.x + at.x, corner.y + at.y});
  return path;
}

Error nothing_here() {
  return {ErrorCode::kNotFound, "the model sees no nucleus here",
          "Click nearer to its middle, or draw it."};
}

/// What the network has to look at for the objects of a region.
Result<Box3> part_around(const PathF& region, const Index3& shape) {
  if (region.empty()) return Box3{};
  const auto [left, right] = std::minmax_element(
      region.begin(), region.end(), [](const PointF& a, const PointF& b) { return a.x < b.x; });
  const auto [top, bottom] = std::minmax_element(
      region.begin(), region.end(), [](const PointF& a, const PointF& b) { return a.y < b.y; });
  const auto low = [](double at) { return static_cast<std::int64_t>(std::floor(at)); };
  const auto high = [](double at) { return static_cast<std::int64_t>(std::ceil(at)); };
  const Box3 part =
      Box3{{0, low(top->y), low(left->x)}, {shape.z, high(bottom->y), high(right->x)}}.clipped_to(
          Box3::of_shape(shape));
  if (part.empty()) {
    return Error(ErrorCode::kInvalidArgument, "the region covers no pixel of the image",
                 "Draw an area over the picture.");
  }
  return part;
}

}  // namespace

Result<PlacedMask> model_object_at(const ModelSight& seen, const Index3& voxel,
                                   const Index3& shape) {
  if (seen.in_3d()) {
    const auto found = stardist::candidate_at(seen.bodies, seen.rays, voxel, seen.reach);
    if (!found) return nothing_here();
    auto drawn = stardist::draw_polyhedron(seen.bodies, seen.rays, *found, Box3::of_shape(shape));
    return PlacedMask{std::move(drawn.voxels), drawn.origin};
  }
  const auto found = stardist::candidate_at(seen.outlines, static_cast<float>(voxel.y),
                                            static_cast<float>(voxel.x));
  if (!found) return nothing_here();
  auto drawn = stardist::draw_polygon(seen.outlines, *found, shape.y, shape.x);
  return PlacedMask{std::move(drawn.pixels), {voxel.z, drawn.y, drawn.x}};
}

PathF model_outline_at(const ModelSight& seen, const Index3& voxel, Plane plane,
                       const Index3& shape) {
  if (seen.in_3d()) {
    const auto found = stardist::candidate_at(seen.bodies, seen.rays, voxel, seen.reach);
    if (!found) return {};
    Box3 section = Box3::of_shape(shape);
    if (plane == Plane::kXY) section.begin.z = voxel.z, section.end.z = voxel.z + 1;
    if (plane == Plane::kXZ) section.begin.y = voxel.y, section.end.y = voxel.y + 1;
    if (plane == Plane::kYZ) section.begin.x = voxel.x, section.end.x = voxel.x + 1;
    return outline_of(stardist::draw_polyhedron(seen.bodies, seen.rays, *found, section), plane);
  }
  PathF path;
  if (plane != Plane::kXY) return path;
  const auto found = stardist::candidate_at(seen.outlines, static_cast<float>(voxel.y),
                                            static_cast<float>(voxel.x));
  if (!found) return path;
  // Its places are middles of pixels at whole numbers; a plane's corners are.
  for (const auto& [y, x] : stardist::polygon_of(seen.outlines, *found)) {
    path.push_back({x + 0.5, y + 0.5});
  }
  return path;
}

Result<PlacedLabels> model_objects(const ModelSight& seen, const Thresholds& thresholds,
                                   const Index3& shape, std::int64_t z, const PathF& region) {
  const auto overlap = static_cast<float>(thresholds.nms);
  if (seen.in_3d()) {
    const auto bodies =
        stardist::nms_3d(those_above(seen.bodies, thresholds.prob), seen.rays, overlap);
    const auto in = in_region(bodies, region, shape);
    const Box3 box = stardist::box_around(chosen(bodies, in), seen.rays, shape);
    if (box.empty()) return PlacedLabels{};
    KARYO_CHECK_OK(room_for(box.shape()));
    auto drawn = stardist::render_3d_in(bodies, seen.rays, box);
    if (!region.empty()) leave_those_in(drawn.labels, drawn.visible, in);
    return PlacedLabels{std::move(drawn.labels), box.begin, told_of(bodies, drawn.visible, in, z)};
  }
  KARYO_CHECK_OK(room_for({1, shape.y, shape.x}));
  const auto outlines = stardist::nms_2d(those_above(seen.outlines, thresholds.prob), overlap);
  LabelArray drawn = stardist::render_2d(outlines, {1, shape.y, shape.x});
  std::vector<std::int64_t> all(outlines.size());
  std::iota(all.begin(), all.end(), 0);
  const auto in = in_region(outlines, region, shape);
  auto told = told_of(outlines, all, in, z);
  if (region.empty()) return PlacedLabels{std::move(drawn), {z, 0, 0}, std::move(told)};
  leave_those_in(drawn, all, in);
  PlacedLabels cut = cut_to_objects(std::move(drawn), {z, 0, 0});
  cut.objects = std::move(told);
  return cut;
}

Result<ModelObjectsWanted> model_objects_in_view(Workspace& workspace) {
  ModelObjectsWanted wanted;
  KARYO_TRY(wanted.target, label_target(workspace, nlohmann::json::object()));
  const LabelsLayer& labels = *wanted.target.layer;
  KARYO_TRY(const ImageLayer* const image,
            image_under(workspace, nlohmann::json::object(), labels));
  const Index3 at = voxel_at(workspace.view().cursor(), workspace.layers().grid_of(labels));
  wanted.slice = {
      image, wanted.target.time, std::clamp<std::int64_t>(at.z, 0, labels.shape().z - 1), {}};
  wanted.thresholds = workspace.model().thresholds();
  return wanted;
}

Result<void> show_model_objects(Workspace& workspace, const ModelObjectsWanted& wanted,
                                std::function<void()> shown) {
  const Index3 shape = wanted.target.layer->shape().zyx();
  ImageSlice slice = wanted.slice;
  KARYO_TRY(slice.part, part_around(wanted.region, shape));
  workspace.model().walk().shows(wanted);
  workspace.model().look_at(slice, [&workspace, wanted, shape,
                                    shown = std::move(shown)](const ModelInUse::Sight& seen) {
    const LabelTarget& target = wanted.target;
    const ModelWalk& walk = workspace.model().walk();
    const ModelPlacing placing{wanted.replace, wanted.region,
                               walk.accepted_in(*target.layer, target.time),
                               walk.rejected_in(*target.layer, target.time)};
    // All that the labels hold is made anew.
    const bool anew = wanted.replace && wanted.region.empty() && (shape.z == 1 || seen->in_3d()) &&
                      !walk.on() && placing.accepted.empty();
    const auto objects = std::make_shared<std::vector<TrialObject>>();
    workspace.preview().show(
        target.layer, target.time, {!wanted.replace, anew, objects},
        [seen, thresholds = wanted.thresholds, z = wanted.slice.z, shape, placing, objects](
            TaskControl& control, const LabelVolume& there,
            const PutLabels& put) -> Result<PagedSteps> {
          KARYO_TRY(PlacedLabels made, model_objects(*seen, thresholds, shape, z, placing.region));
          if (control.cancelled()) return cancelled_error("making objects");
          const Box3 all =
              seen->in_3d() ? Box3::of_shape(shape) : Box3{{z, 0, 0}, {z + 1, shape.y, shape.x}};
          KARYO_TRY(const std::int64_t kept, place(made, there, all, placing));
          PagedSteps outcome;
          outcome.counts.kept = kept;
          *objects = std::move(made.objects);
          if (made.labels.count() > 0) put(std::move(made.labels), made.origin);
          return outcome;
        });
    shown();
  });
  return {};
}

PathF joined_path(const std::vector<PathF>& paths) {
  PathF all;
  std::vector<PointF> starts;
  for (const PathF& path : paths) {
    if (path.empty()) continue;
    all.insert(all.end(), path.begin(), path.end());
    all.push_back(path.front());
    starts.push_back(path.front());
  }
  if (starts.size() == 1) all.pop_back();
  for (std::size_t i = starts.size(); i-- > 1;) all.push_back(starts[i - 1]);
  return all;
}

}  // namespace karyo
