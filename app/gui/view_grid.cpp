#include "app/gui/view_grid.h"

#include <QGridLayout>
#include <QKeyEvent>
#include <QVBoxLayout>
#include <algorithm>

#include "app/gui/slice_tool.h"
#include "app/gui/theme.h"

namespace karyo::gui {
namespace {

constexpr double kFill = 0.96;  // of a view, so that the picture's edges are seen

/// What the file calls the axis, else the usual word.
void name_slider(AxisSlider& slider, const std::string& said, const QString& usual) {
  slider.set_name(said.empty() ? usual : QString::fromStdString(said));
}

}  // namespace

ViewGrid::ViewGrid(Workspace& workspace, QWidget* parent)
    : QWidget(parent), workspace_(workspace) {
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(0);
  views_ = new QWidget(this);
  views_->setProperty("role", "gaps");
  grid_ = new QGridLayout(views_);
  grid_->setContentsMargins(0, 0, 0, 0);
  grid_->setSpacing(2);
  column->addWidget(views_, 1);
  for (const Plane plane : kPlanes) {
    auto* view = new SliceView(plane, workspace_, views_);
    slices_[static_cast<std::size_t>(plane)] = view;
    view->on_maximise = [this, plane] { toggle_plane(plane); };
    prepare(*view);
  }
  volume_ = new VolumeView(workspace_, views_);
  volume_->on_maximise = [this] { toggle_volume(); };
  volume_->on_hover = [this](const std::optional<WorldPoint>& place) {
    if (on_hover) on_hover(place);
  };
  cells_ = new CellGrid(workspace_, this);
  cells_->prepare = [this](SliceView& view) {
    prepare(view);
    view.on_maximise = [this] { leave_cells(); };
    if (on_cell) on_cell(view);
  };
  column->addWidget(cells_, 1);
  channel_ = new AxisSlider(QStringLiteral("channel"),
                            tr("All channels together, or one after the other."));
  plane_ = new AxisSlider(QStringLiteral("plane"), tr("The plane that is shown (wheel)."));
  time_ = new AxisSlider(QStringLiteral("time"), tr("The time point that is shown (, and .)."));
  for (AxisSlider* slider : {channel_, plane_, time_}) {
    slider->setProperty("role", "panel");
    column->addWidget(slider);
  }
  time_->on_change = [this](int value) { workspace_.view().set_time(value); };
  plane_->on_change = [this](int value) {
    auto& view = workspace_.view();
    const auto& grid = workspace_.layers().grid();
    WorldPoint cursor = view.cursor();
    const Axis axis = normal_axis(view.maximised());
    cursor[axis] = centre_of({value, value, value}, grid)[axis];
    view.set_cursor(cursor);
  };
  channel_->on_change = [this](int value) { show_one_channel(value); };
  connections_.push_back(workspace_.view().layout_changed.connect([this] { arrange(); }));
  connections_.push_back(workspace_.view().time_changed.connect([this] { update_time(); }));
  connections_.push_back(workspace_.view().cursor_changed.connect([this] { update_plane(); }));
  connections_.push_back(
      workspace_.layers().selection_changed.connect([this](Layer*) { update_channel(); }));
  connections_.push_back(workspace_.layers().list_changed.connect([this] {
    show_preview({}, {});
    if (cells_->isVisible()) show_cells(workspace_.view().layout());
    update_sliders();
    if (fitted_) fit_planes();
  }));
  connections_.push_back(workspace_.first_layer_opened.connect([this] {
    // A flat image needs one view; a stack brings the others back.
    workspace_.view().set_layout(
        workspace_.has_depth() ? ViewLayoutKind::kFour : ViewLayoutKind::kPlane, Plane::kXY);
    reset();
  }));
  connections_.push_back(workspace_.arranged.connect([this] { fitted_ = false; }));
  arrange();
}

/// What every plane view of the window needs.
void ViewGrid::prepare(SliceView& view) {
  view.share_time(drawing_time_);
  view.set_tool(tool_);
  view.on_active = [this, &view] { active_ = view.plane(); };
  view.on_moved = [this] { fitted_ = false; };
  view.on_resized = [this] {
    if (fitted_) fit_planes();
  };
  view.on_hover = [this](const std::optional<WorldPoint>& place) {
    if (on_hover) on_hover(place);
  };
}

void ViewGrid::arrange() {
  const auto layout = workspace_.view().layout();
  const bool four = layout == ViewLayoutKind::kFour;
  const bool in_cells = layout == ViewLayoutKind::kColumns || layout == ViewLayoutKind::kGrid;
  views_->setVisible(!in_cells);
  cells_->setVisible(in_cells);
  cell_layers_ = -1;
  in_cells ? show_cells(layout) : cells_->clear();
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
  update_sliders();
  if (in_cells && fitted_) fit_planes();
}

void ViewGrid::show_cells(ViewLayoutKind layout) {
  const Plane plane = workspace_.view().maximised();
  // Columns keep what a person chose in them; a grid follows the layers.
  if (layout == ViewLayoutKind::kColumns) {
    if (cell_layers_ < 0 && chosen_.empty()) cells_->show_columns(plane, columns_);
    if (cell_layers_ < 0 && !chosen_.empty()) {
      cells_->show(plane, chosen_columns_, chosen_);
      if (on_chosen_shown) on_chosen_shown();
    }
  } else if (cell_layers_ != workspace_.layers().count()) {
    cells_->show_one_layer_each(plane);
  }
  cell_layers_ = workspace_.layers().count();
}

void ViewGrid::show_columns(int count) {
  const bool same = workspace_.view().layout() == ViewLayoutKind::kColumns && columns_ == count &&
                    chosen_.empty();
  chosen_.clear();
  if (same) {
    leave_cells();
    return;
  }
  columns_ = count;
  const bool already = workspace_.view().layout() == ViewLayoutKind::kColumns;
  workspace_.view().set_layout(ViewLayoutKind::kColumns, active_);
  if (already) arrange();
}

void ViewGrid::show_chosen(std::vector<LayerChoice> choices, int columns) {
  chosen_ = std::move(choices);
  chosen_columns_ = columns;
  const bool already = workspace_.view().layout() == ViewLayoutKind::kColumns;
  workspace_.view().set_layout(ViewLayoutKind::kColumns, workspace_.view().maximised());
  if (already) arrange();
}

void ViewGrid::show_layer_grid() {
  if (workspace_.view().layout() == ViewLayoutKind::kGrid) {
    leave_cells();
  } else {
    workspace_.view().set_layout(ViewLayoutKind::kGrid, active_);
  }
}

void ViewGrid::leave_cells() {
  workspace_.view().set_layout(
      workspace_.has_depth() ? ViewLayoutKind::kFour : ViewLayoutKind::kPlane,
      workspace_.has_depth() ? workspace_.view().maximised() : Plane::kXY);
}

void ViewGrid::roll_planes() {
  auto& view = workspace_.view();
  const int next = (static_cast<int>(view.maximised()) + 1) % 3;
  active_ = static_cast<Plane>(next);
  view.set_layout(view.layout() == ViewLayoutKind::kFour || view.layout() == ViewLayoutKind::kVolume
                      ? ViewLayoutKind::kPlane
                      : view.layout(),
                  active_);
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
  volume_->set_crosshair_shown(choice.crosshair);
  overlays_ = choice;
  for (auto* view : slices_) view->set_overlays(choice);
  cells_->set_overlays(choice);
}

void ViewGrid::show_preview(const std::shared_ptr<Layer>& source, std::shared_ptr<Layer> shown) {
  std::unique_ptr<LayerList> list;
  const LayerList& layers = workspace_.layers();
  if (shown && layers.find(source.get()) >= 0) {
    list = std::make_unique<LayerList>();
    for (int i = 0; i < layers.count(); ++i) {
      list->insert(i, layers.shared_at(i) == source ? shown : layers.shared_at(i));
    }
  }
  slices_[0]->set_shown_instead(list.get());
  preview_ = std::move(list);
}

void ViewGrid::update_planes() {
  for (auto* view : slices_) view->update();
  for (auto* view : cells_->cells()) view->update();
}

void ViewGrid::set_tool(SliceTool* tool) {
  tool_ = tool;
  for (auto* view : slices_) view->set_tool(tool);
  for (auto* view : cells_->cells()) view->set_tool(tool);
}

/// Delete goes to a tool that has a use for it, or to the selected object, before the window's
/// shortcut takes it.
bool ViewGrid::event(QEvent* event) {
  const bool key = event->type() == QEvent::ShortcutOverride || event->type() == QEvent::KeyPress;
  if (!key || !static_cast<QKeyEvent*>(event)->matches(QKeySequence::Delete)) {
    return QWidget::event(event);
  }
  const bool of_tool = tool_ != nullptr && tool_->removes();
  if (!of_tool && !(removes && removes())) return QWidget::event(event);
  // A key that is held down does it once: the next object is chosen first.
  if (event->type() == QEvent::KeyPress && !static_cast<QKeyEvent*>(event)->isAutoRepeat()) {
    of_tool ? tool_->remove() : on_remove();
  }
  event->accept();
  return true;
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
  std::vector<SliceView*> shown(slices_.begin(), slices_.end());
  if (!cells_->cells().empty()) shown = {cells_->cells().front()};  // all of one size
  for (SliceView* view : shown) {
    view->fit();
    if (!view->isVisible()) continue;
    const double own = workspace_.view().view(view->plane()).zoom;
    if (zoom == 0 || own < zoom) {
      zoom = own;
      tightest = view->plane();
    }
  }
  if (zoom > 0 && workspace_.view().linked()) {
    workspace_.view().set_zoom(tightest, zoom * kFill);
  }
}

void ViewGrid::update_sliders() {
  update_time();
  update_plane();
  update_channel();
}

void ViewGrid::update_time() {
  name_slider(*time_, workspace_.layers().grid().names.t, tr("Time"));
  const std::int64_t count = workspace_.layers().time_count();
  const std::int64_t time = workspace_.view().time();
  time_->set_count(static_cast<int>(count));
  time_->set_value(static_cast<int>(time));
  const auto& grid = workspace_.layers().grid();
  const QString text = QStringLiteral("%1/%2").arg(time + 1).arg(count);
  const double passed = grid.frame_interval * static_cast<double>(time);
  time_->set_text(grid.frame_interval > 0
                      ? text + QStringLiteral("  %1 %2")
                                   .arg(short_number(passed),
                                        QString::fromStdString(grid.time_unit))
                      : text);
}

/// With all three planes on screen each is scrolled in its own view.
void ViewGrid::update_plane() {
  const auto& view = workspace_.view();
  const bool alone = view.layout() != ViewLayoutKind::kFour &&
                     view.layout() != ViewLayoutKind::kVolume;
  const Axis axis = normal_axis(view.maximised());
  const auto& grid = workspace_.layers().grid();
  const std::string name = name_along(grid.names, axis);
  name_slider(*plane_, name.size() > 1 ? name : "", tr("Plane"));
  const std::int64_t count = alone ? along(workspace_.layers().extent(), axis) : 1;
  const std::int64_t plane = along(view.cursor_voxel(grid), axis);
  plane_->set_count(static_cast<int>(count));
  plane_->set_value(static_cast<int>(plane));
  const QString text = QStringLiteral("%1/%2").arg(plane + 1).arg(count);
  plane_->set_text(grid.calibrated()
                       ? text + QStringLiteral("  %1 %2")
                                    .arg(short_number(static_cast<double>(plane) *
                                                      spacing_along(grid, axis)),
                                         unit_text(grid.unit))
                       : text);
}

/// Of the selected image: place 0 is all channels, place n the nth alone.
void ViewGrid::update_channel() {
  const auto* image = dynamic_cast<const ImageLayer*>(workspace_.layers().selected());
  const bool several = image != nullptr && image->channel_count() > 1 && !image->rgb();
  name_slider(*channel_, image != nullptr ? image->grid().names.c : "", tr("Channel"));
  channel_->set_count(several ? static_cast<int>(image->channel_count()) + 1 : 1);
  if (!several) return;
  int alone = 0, visible = 0;
  for (std::int64_t c = 0; c < image->channel_count(); ++c) {
    if (!image->channel(c).visible) continue;
    ++visible;
    alone = static_cast<int>(c) + 1;
  }
  if (visible != 1) alone = 0;
  channel_->set_value(alone);
  channel_->set_text(alone == 0 ? tr("all")
                                : QString::fromStdString(image->channel(alone - 1).name));
}

void ViewGrid::show_one_channel(int number) {
  auto* image = dynamic_cast<ImageLayer*>(workspace_.layers().selected());
  if (image == nullptr) return;
  for (std::int64_t c = 0; c < image->channel_count(); ++c) {
    image->set_channel_visible(c, number == 0 || c == number - 1);
  }
  update_channel();
}

bool ViewGrid::settled() const {
  const auto drawn = [](const SliceView* view) { return !view->isVisible() || view->drawn(); };
  const auto& cells = cells_->cells();
  return std::all_of(slices_.begin(), slices_.end(), drawn) &&
         std::all_of(cells.begin(), cells.end(), drawn) &&
         (!volume_->isVisible() || volume_->settled());
}

const LayerList& ViewGrid::layers() const {
  return workspace_.layers();
}

void ViewGrid::hurry() {
  for (auto* view : slices_) view->hurry();
  for (auto* view : cells_->cells()) view->hurry();
}

}  // namespace karyo::gui
