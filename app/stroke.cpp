#include "app/stroke.h"

#include "annotation/adaptive_brush.h"

#include <utility>

namespace karyo {

Stroke::Stroke(std::shared_ptr<LabelsLayer> layer, std::int64_t time, StrokeSettings settings)
    : grid_(layer->place()), settings_(std::move(settings)), editor_(std::move(layer), time) {}

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
  editor_.changed(settings_.picture
                      ? paint_adaptive(editor_.writer(), editor_.labels(),
                                       settings_.picture->part(), grid_, from, place, brush)
                      : paint(editor_.writer(), editor_.labels(), grid_, from, place, brush));
  last_ = place;
  last_radius_ = brush.radius;
}

void Stroke::finish(Workspace& workspace) {
  keep_edit(workspace, editor_);
}

void keep_edit(Workspace& workspace, LabelEditor& editor) {
  if (auto edit = editor.commit()) workspace.edited(*std::move(edit));
}

}  // namespace karyo
