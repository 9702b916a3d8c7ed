#include "app/stroke.h"

#include <utility>

namespace karyo {

Stroke::Stroke(std::shared_ptr<LabelsLayer> layer, std::int64_t time, StrokeSettings settings)
    : grid_(layer->place()),
      settings_(std::move(settings)),
      editor_(std::move(layer), time),
      adaptive_(grid_) {}

void Stroke::add(const WorldPoint& voxel, double size) {
  const WorldPoint place = world_place({voxel.z + 0.5, voxel.y + 0.5, voxel.x + 0.5}, grid_);
  Brush brush;
  brush.radius = size / 2 * grid_.spacing_x;
  if (last_) brush.first_radius = last_radius_;
  brush.ball = settings_.ball;
  brush.plane = settings_.plane;
  brush.label = settings_.label;
  brush.rule = settings_.rule;
  const WorldPoint from = last_.value_or(place);
  const auto changed = paint_piece(from, place, brush);
  if (changed) editor_.changed(*changed);
  if (!changed && !problem_) problem_ = changed.error();
  last_ = place;
  last_radius_ = brush.radius;
}

Result<Box3> Stroke::paint_piece(const WorldPoint& from, const WorldPoint& to, const Brush& brush) {
  if (!settings_.picture) {
    return paint(editor_.writer(), editor_.labels(), grid_, from, to, brush);
  }
  KARYO_TRY(const PicturePart picture, settings_.picture(adaptive_box(grid_, from, to, brush)));
  return adaptive_.paint(editor_.writer(), editor_.labels(), picture.part(), from, to, brush);
}

void Stroke::finish(Workspace& workspace) {
  keep_edit(workspace, editor_);
}

void keep_edit(Workspace& workspace, LabelEditor& editor) {
  if (auto edit = editor.commit()) workspace.edited(*std::move(edit));
}

}  // namespace karyo
