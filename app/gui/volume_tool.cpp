#include "app/gui/volume_tool.h"

#include <QPainter>
#include <QPainterPath>
#include <algorithm>

#include "app/gui/drawn_outline.h"
#include "app/gui/theme.h"

namespace karyo::gui {
namespace {

constexpr double kBeside = 14;  // pixels from the pointer to the hint

bool locked(const LabelsLayer& layer, std::uint32_t label) {
  return layer.notes()->of(label).locked;
}

}  // namespace

void VolumeTool::set_kind(std::optional<VolumeToolKind> kind) {
  kind_ = kind;
  cancel();
}

void VolumeTool::select(const Seen& seen) {
  workspace_.layers().select(seen.layer.get());
  seen.layer->set_selected(seen.label);
}

bool VolumeTool::press(VolumeView& view, QPointF position) {
  if (kind_ != VolumeToolKind::kMerge) return false;
  first_ = view.object_at(position);
  second_.reset();
  from_ = to_ = position;
  changed.emit();
  return first_.has_value();
}

void VolumeTool::drag(VolumeView& view, QPointF position) {
  if (!first_) return;
  to_ = position;
  second_ = view.object_at(position);
  if (second_ && second_->layer == first_->layer && second_->label == first_->label) {
    second_.reset();
  }
  changed.emit();
}

void VolumeTool::release(VolumeView& view, QPointF position) {
  if (!first_) return;
  drag(view, position);
  const auto first = std::exchange(first_, {}), second = std::exchange(second_, {});
  changed.emit();
  select(*first);
  if (!second) return;
  if (second->layer != first->layer) {
    workspace_.failed.emit(Error(ErrorCode::kInvalidArgument,
                                 "the two objects are of different layers of labels",
                                 "Drag between objects of one layer."));
    return;
  }
  nlohmann::json arguments{{"layer", first->layer->name()},
                           {"objects", {first->label, second->label}}};
  if (first->layer->shape().t > 1) arguments["frame"] = workspace_.view().time();
  run_("labels.merge_objects", arguments);
}

bool VolumeTool::click(VolumeView& view, QPointF position) {
  if (!kind_) return false;
  if (const auto seen = view.object_at(position)) {
    select(*seen);
  } else if (auto* labels = dynamic_cast<LabelsLayer*>(workspace_.layers().selected())) {
    labels->set_selected(0);
  }
  return true;
}

bool VolumeTool::cancel() {
  const bool was_drawing = drawing();
  first_.reset();
  second_.reset();
  changed.emit();
  return was_drawing;
}

QString VolumeTool::obstacle() const {
  if (second_ && second_->layer != first_->layer) return QObject::tr("of another layer");
  if (first_->layer->locked()) return QObject::tr("the layer is locked");
  if (locked(*first_->layer, first_->label)) {
    return QObject::tr("object %1 is locked").arg(first_->label);
  }
  if (second_ && locked(*second_->layer, second_->label)) {
    return QObject::tr("object %1 is locked").arg(second_->label);
  }
  return {};
}

QString VolumeTool::hint() const {
  if (!first_) return {};
  const QString wrong = obstacle();
  if (!wrong.isEmpty()) return QObject::tr("cannot be merged: %1").arg(wrong);
  return second_ ? QObject::tr("object %1 becomes part of object %2")
                       .arg(second_->label)
                       .arg(first_->label)
                 : QObject::tr("object %1: drag to another one").arg(first_->label);
}

void VolumeTool::paint(QPainter& painter, const VolumeView& view) const {
  if (!first_) return;
  QPainterPath path(from_);
  path.lineTo(to_);
  paint_drawn_outline(painter, path);
  QPolygonF ends({from_});
  if (second_) ends.append(to_);
  paint_drawn_dots(painter, ends);
  const QString text = hint();
  QRectF box = painter.fontMetrics().boundingRect(text);
  box.setSize(QSizeF(painter.fontMetrics().horizontalAdvance(text), box.height()));
  box.adjust(-kGrid, -kGrid / 2.0, kGrid, kGrid / 2.0);
  box.moveTopLeft(to_ + QPointF(kBeside, kBeside));
  // Kept in the view.
  box.moveLeft(std::clamp(box.left(), 0.0, std::max(0.0, view.width() - box.width())));
  if (box.bottom() > view.height()) box.moveBottom(to_.y() - kBeside);
  painter.fillRect(box, QColor(0, 0, 0, 190));
  painter.setPen(kOverPicture);
  painter.drawText(box, Qt::AlignCenter, text);
}

}  // namespace karyo::gui
