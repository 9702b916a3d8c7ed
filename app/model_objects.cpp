#include "app/model_objects.h"

#include <algorithm>
#include <set>

#include "app/mask_preview.h"
#include "app/picture_part.h"
#include "app/workspace.h"
#include "models/stardist/nms.h"
#include "models/stardist/pointed_object.h"
#include "models/stardist/rasterize.h"

namespace karyo {
namespace {

/// Of an object, the part that others may have already for it to be a new one.
constexpr double kMostCovered = 0.5;

/// Takes objects out of a slice that are mostly where others are already.
void leave_new_ones(LabelArray& made, const LabelVolume& there, std::int64_t z) {
  std::uint32_t highest = 0;
  for (const std::uint32_t id : made) highest = std::max(highest, id);
  std::vector<std::int64_t> all(highest + 1, 0), covered(highest + 1, 0);
  const auto each = [&](auto&& visit) {
    for (std::int64_t y = 0; y < made.shape().y; ++y) {
      for (std::int64_t x = 0; x < made.shape().x; ++x) visit(made(0, y, x), there.at({z, y, x}));
    }
  };
  each([&](std::uint32_t id, std::uint32_t old) {
    ++all[id];
    if (old != 0) ++covered[id];
  });
  for (std::uint32_t& id : made) {
    const bool is_new =
        static_cast<double>(covered[id]) <= kMostCovered * static_cast<double>(all[id]);
    if (!is_new) id = 0;
  }
}

}  // namespace

Result<PlacedMask> model_object_at(const stardist::Candidates& seen, const Index3& voxel,
                                   const Index3& shape) {
  const auto found =
      stardist::candidate_at(seen, static_cast<float>(voxel.y), static_cast<float>(voxel.x));
  if (!found) {
    return Error(ErrorCode::kNotFound, "the model sees no nucleus here",
                 "Click nearer to its middle, or draw it.");
  }
  auto drawn = stardist::draw_polygon(seen, *found, shape.y, shape.x);
  return PlacedMask{std::move(drawn.pixels), {voxel.z, drawn.y, drawn.x}};
}

PathF model_outline_at(const stardist::Candidates& seen, const Index3& voxel) {
  const auto found =
      stardist::candidate_at(seen, static_cast<float>(voxel.y), static_cast<float>(voxel.x));
  PathF path;
  if (!found) return path;
  // Its places are middles of pixels at whole numbers; a plane's corners are.
  for (const auto& [y, x] : stardist::polygon_of(seen, *found)) path.push_back({x + 0.5, y + 0.5});
  return path;
}

LabelArray model_objects(const stardist::Candidates& seen, const Thresholds& thresholds,
                         const Index3& shape) {
  stardist::Candidates probable;
  probable.rays = seen.rays;
  for (std::size_t i = 0; i < seen.size(); ++i) {
    if (seen.prob[i] > thresholds.prob) probable.add(seen, i);
  }
  const auto survivors = stardist::nms_2d(probable, static_cast<float>(thresholds.nms));
  return stardist::render_2d(survivors, {1, shape.y, shape.x});
}

Result<ModelObjectsWanted> model_objects_in_view(Workspace& workspace) {
  ModelObjectsWanted wanted;
  KARYO_TRY(wanted.target, label_target(workspace, nlohmann::json::object()));
  const LabelsLayer& labels = *wanted.target.layer;
  KARYO_TRY(const ImageLayer* const image,
            image_under(workspace, nlohmann::json::object(), labels));
  const Index3 at = voxel_at(workspace.view().cursor(), workspace.layers().grid_of(labels));
  wanted.slice = {image, wanted.target.time,
                  std::clamp<std::int64_t>(at.z, 0, labels.shape().z - 1)};
  wanted.thresholds = workspace.model().thresholds();
  return wanted;
}

void show_model_objects(Workspace& workspace, const ModelObjectsWanted& wanted,
                        std::function<void()> shown) {
  workspace.model().look_at(wanted.slice, [&workspace, wanted, shown = std::move(shown)](
                                              const ModelInUse::Candidates& seen) {
    const LabelTarget& target = wanted.target;
    const Index3 shape = target.layer->shape().zyx();
    const MaskPreview::Placing placing{!wanted.replace, wanted.replace && shape.z == 1};
    workspace.preview().show(target.layer, target.time, placing,
                             [seen, thresholds = wanted.thresholds, replace = wanted.replace,
                              z = wanted.slice.z, shape, there = target.layer->labels(target.time)](
                                 TaskControl&, const PutLabels& put) -> Result<PagedSteps> {
                               LabelArray made = model_objects(*seen, thresholds, shape);
                               if (!replace) leave_new_ones(made, there, z);
                               const std::set<std::uint32_t> ids(made.begin(), made.end());
                               PagedSteps outcome;
                               outcome.counts.kept =
                                   static_cast<std::int64_t>(ids.size() - ids.count(0));
                               put(std::move(made), {z, 0, 0});
                               return outcome;
                             });
    shown();
  });
}

}  // namespace karyo
