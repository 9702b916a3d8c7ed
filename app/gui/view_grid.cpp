#include "app/gui/view_grid.h"

#include <QGridLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QSignalBlocker>
#include <QSlider>
#include <QVBoxLayout>
#include <algorithm>

#include "app/gui/theme.h"

namespace karyo::gui {
namespace {

constexpr double kFill = 0.96;  // of a view, so that the picture's edges are seen

}  // namespace

ViewGrid::ViewGrid(Workspace& workspace, QWidget* parent)
    : QWidget(parent), workspace_(workspace) {
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(0);
  auto* views = new QWidget(this);
  grid_ = new QGridLayout(views);
  grid_->setContentsMargins(0, 0, 0, 0);
  grid_->setSpacing(2);
  column->addWidget(views, 1);
  for (const Plane plane : kPlanes) {
    auto* view = new SliceView(plane, workspace_, views);
    slices_[static_cast<std::size_t>(plane)] = view;
    view->on_maximise = [this, plane] { toggle_plane(plane); };
    view->on_active = [this, plane] { active_ = plane; };
    view->on_moved = [this] { fitted_ = false; };
    view->on_resized = [this] {
      if (fitted_) fit_planes();
    };
    view->on_hover = [this](const std::optional<WorldPoint>& place) {
      if (on_hover) on_hover(place);
    };
  }
  volume_ = new VolumeView(workspace_, views);
  volume_->on_maximise = [this] { toggle_volume(); };
  time_row_ = new QWidget(this);
  time_row_->setProperty("role", "panel");
  auto* row = new QHBoxLayout(time_row_);
  row->setContentsMargins(kGrid, 2, kGrid, 2);
  row->setSpacing(kGrid);
  auto* name = new QLabel(tr("Time"), time_row_);
  name->setProperty("role", "quiet");
  time_slider_ = new QSlider(Qt::Horizontal, time_row_);
  time_slider_->setObjectName(QStringLiteral("time"));
  time_text_ = new QLabel(time_row_);
  row->addWidget(name);
  row->addWidget(time_slider_, 1);
  row->addWidget(time_text_);
  column->addWidget(time_row_);
  QObject::connect(time_slider_, &QSlider::valueChanged, this,
                   [this](int value) { workspace_.view().set_time(value); });
  connections_.push_back(workspace_.view().layout_changed.connect([this] { arrange(); }));
  connections_.push_back(workspace_.view().time_changed.connect([this] { update_time(); }));
  connections_.push_back(workspace_.layers().list_changed.connect([this] {
    update_time();
    if (fitted_) fit_planes();
  }));
  connections_.push_back(workspace_.first_layer_opened.connect([this] {
    // A flat image needs one view; a stack brings the others back.
    workspace_.view().set_layout(
        workspace_.has_depth() ? ViewLayoutKind::kFour : ViewLayoutKind::kPlane, Plane::kXY);
    reset();
  }));
  arrange();
  update_time();
}

void ViewGrid::arrange() {
  const auto layout = workspace_.view().layout();
  const bool four = layout == ViewLayoutKind::kFour;
  for (auto* view : slices_) grid_->removeWidget(view);
  grid_->removeWidget(volume_);
  const auto place = [this](QWidget* view, bool shown, int row, int column) {
    if (shown) grid_->addWidget(view, row, column);
    view->setVisible(shown);
  };
  const auto alone = [&](Plane plane) {
    return layout == ViewLayoutKind::kPlane && workspace_.view().maximised() == plane;
  };
  place(slices_[0], four || alone(Plane::kXY), 0, 0);
  place(slices_[2], four || alone(Plane::kYZ), 0, four ? 1 : 0);
  place(slices_[1], four || alone(Plane::kXZ), four ? 1 : 0, 0);
  place(volume_, four || layout == ViewLayoutKind::kVolume, four ? 1 : 0, four ? 1 : 0);
  for (int i = 0; i < 2; ++i) {
    grid_->setRowStretch(i, four || i == 0 ? 1 : 0);
    grid_->setColumnStretch(i, four || i == 0 ? 1 : 0);
  }
  for (auto* view : slices_) view->set_maximised(!four);
  volume_->set_maximised(!four);
}

void ViewGrid::toggle_plane(Plane plane) {
  const bool four = workspace_.view().layout() == ViewLayoutKind::kFour;
  workspace_.view().set_layout(four ? ViewLayoutKind::kPlane : ViewLayoutKind::kFour, plane);
}

void ViewGrid::toggle_volume() {
  const bool four = workspace_.view().layout() == ViewLayoutKind::kFour;
  workspace_.view().set_layout(four ? ViewLayoutKind::kVolume : ViewLayoutKind::kFour, active_);
}

void ViewGrid::toggle_maximised() {
  if (volume_->underMouse()) {
    toggle_volume();
  } else {
    toggle_plane(active_);
  }
}

void ViewGrid::set_overlays(const OverlayChoice& choice) {
  overlays_ = choice;
  for (auto* view : slices_) view->set_overlays(choice);
}

void ViewGrid::reset() {
  fitted_ = true;
  fit_planes();
  volume_->reset_camera();
}

void ViewGrid::fit_planes() {
  if (workspace_.layers().empty()) return;
  // Linked planes share one zoom, the one at which all of them fit, so that shared axes line up.
  double zoom = 0;
  Plane tightest = Plane::kXY;
  for (const Plane plane : kPlanes) {
    slice(plane).fit();
    if (!slice(plane).isVisible()) continue;
    const double own = workspace_.view().view(plane).zoom;
    if (zoom == 0 || own < zoom) {
      zoom = own;
      tightest = plane;
    }
  }
  if (zoom > 0 && workspace_.view().linked()) {
    workspace_.view().set_zoom(tightest, zoom * kFill);
  }
}

void ViewGrid::update_time() {
  const std::int64_t count = workspace_.layers().time_count();
  time_row_->setVisible(count > 1);
  const QSignalBlocker quiet(time_slider_);
  time_slider_->setRange(0, static_cast<int>(count - 1));
  time_slider_->setValue(static_cast<int>(workspace_.view().time()));
  const QString text =
      QStringLiteral("%1/%2").arg(workspace_.view().time() + 1).arg(count);
  const auto& grid = workspace_.layers().grid();
  const double seconds = grid.frame_interval * static_cast<double>(workspace_.view().time());
  time_text_->setText(grid.frame_interval > 0
                          ? text + QStringLiteral("  %1 %2")
                                       .arg(short_number(seconds),
                                            QString::fromStdString(grid.time_unit))
                          : text);
}

bool ViewGrid::settled() const { return !volume_->isVisible() || volume_->settled(); }

}  // namespace karyo::gui
