// The tools of the plane views: one is chosen, or none.

#include <QHBoxLayout>
#include <QMenuBar>
#include <QScrollArea>
#include <QSplitter>
#include <QStackedWidget>
#include <QToolButton>
#include <QVBoxLayout>

#include "app/comparison.h"
#include "app/gui/annotate_panel.h"
#include "app/gui/compare_views.h"
#include "app/gui/controls.h"
#include "app/gui/dataset_strip.h"
#include "app/gui/draw_tool.h"
#include "app/gui/error_panel.h"
#include "app/gui/judge_panel.h"
#include "app/gui/main_window.h"
#include "app/gui/mark_tool.h"
#include "app/gui/measure_panel.h"
#include "app/gui/measured_panel.h"
#include "app/gui/menus.h"
#include "app/gui/model_tool.h"
#include "app/gui/object_picker.h"
#include "app/gui/paint_tool.h"
#include "app/gui/status_line.h"
#include "app/gui/theme.h"
#include "app/gui/tool_column.h"
#include "app/gui/track_panel.h"
#include "app/gui/track_tool.h"
#include "app/gui/use_panel.h"
#include "app/gui/view_grid.h"
#include "app/gui/volume_tool.h"
#include "app/gui/walk_panel.h"
#include "app/label_target.h"
#include "app/mask_preview.h"
#include "app/model_in_use.h"
#include "app/model_walk.h"

namespace karyo::gui {

void MainWindow::make_tools() {
  const auto draw_again = [this] { views_->update_planes(); };
  const auto run_it = [this](const std::string& id, const nlohmann::json& arguments) {
    return run(id, arguments);
  };
  measure_tool_ = std::make_unique<MeasureTool>(workspace_);
  connections_.push_back(measure_tool_->changed.connect(draw_again));
  mark_tool_ = std::make_unique<MarkTool>(workspace_, run_it);
  connections_.push_back(mark_tool_->changed.connect(draw_again));
  track_tool_ = std::make_unique<TrackTool>(
      workspace_, *track_desk_, [this](const std::string& id, const nlohmann::json& arguments) {
        return run(id, arguments);
      });
  connections_.push_back(track_tool_->changed.connect(draw_again));
  connections_.push_back(track_desk_->selection_changed.connect(draw_again));
  const auto did = [this](const std::string& id, const nlohmann::json& arguments) {
    commands_.did(id, arguments);
  };
  paint_tool_ = std::make_unique<PaintTool>(workspace_, run_it, did);
  draw_tool_ = std::make_unique<DrawTool>(workspace_, run_it, did);
  volume_tool_ = std::make_unique<VolumeTool>(workspace_, run_it);
  connections_.push_back(
      volume_tool_->changed.connect([this] { views_->volume().surface().update(); }));
  views_->removes = [this] {
    return mode_ != Mode::kSee && labels_in_hand(workspace_.layers()) != nullptr;
  };
  views_->on_remove = [this] {
    if (workspace_.model().walk().current() != nullptr) {
      run("walk.reject", nlohmann::json::object());
      return;
    }
    run("labels.delete_object", {{"layer", labels_in_hand(workspace_.layers())->name()}});
  };
  ObjectPicker::Host host;
  host.actions.run = run_it;
  host.actions.show_table = [this] {
    set_mode(Mode::kAnnotate);
    annotate_panel_->show_tab(QStringLiteral("objects"));
  };
  host.picks = [this] { return paint_tool_->kind() == PaintKind::kPick; };
  host.looks = [this, picks = host.picks] {
    const bool others =
        measuring() || mark_tool_->kind() || draw_tool_->kind() ||
                        model_tool_->in_use() || track_tool_->in_use();
    return !others && (!paint_tool_->kind() || picks());
  };
  new ObjectPicker(workspace_, *views_, std::move(host), this);
  connections_.push_back(draw_tool_->changed.connect(draw_again));
  model_tool_ = std::make_unique<ModelTool>(workspace_, run_it, did);
  connections_.push_back(model_tool_->changed.connect(draw_again));
  connections_.push_back(paint_tool_->changed.connect(draw_again));
  connections_.push_back(workspace_.paint().changed.connect(draw_again));
  workspace_.paint().set_pen_pressure(settings_.get().pen_pressure);
  connections_.push_back(workspace_.paint().changed.connect([this] {
    const bool on = workspace_.paint().pen_pressure();
    if (on != settings_.get().pen_pressure) {
      keep([on](Settings& settings) { settings.pen_pressure = on; });
    }
  }));
  // Undo in the middle of a stroke would take away what the stroke stands on.
  connections_.push_back(commands_.starts.connect([this](const Command&) {
    if (paint_tool_->drawing()) paint_tool_->cancel();
    if (volume_tool_->drawing()) volume_tool_->cancel();
  }));
  connections_.push_back(settle_before(commands_, workspace_));
  auto* walk = new WalkPanel(workspace_, commands_, run_it, *views_, errors_->parentWidget());
  qobject_cast<QVBoxLayout*>(errors_->parentWidget()->layout())->insertWidget(1, walk);
  connections_.push_back(workspace_.model().walk().changed.connect(
      [this] { menus_->set_key_place(workspace_.model().walk().on() ? "walk" : std::string()); }));
}

void MainWindow::build_tool_columns() {
  const auto column = [this](std::vector<ToolColumn::Entry> entries) {
    auto* tools = new ToolColumn(
        commands_, std::move(entries), [this](const Command& command) { run(command); },
        splitter_->parentWidget());
    tools_row_->insertWidget(0, tools);
    return tools;
  };
  see_tools_ = column({{"tool.move", LineIcon::kHand},
                       {"tool.line", LineIcon::kLine},
                       {"tool.rectangle", LineIcon::kRectangle},
                       {"tool.angle", LineIcon::kAngle},
                       {"tool.area", LineIcon::kArea},
                       {"tool.track", LineIcon::kTracks},
                       {"tool.points", LineIcon::kDrawPoint, true},
                       {"tool.shape_rectangle", LineIcon::kDrawRectangle},
                       {"tool.shape_ellipse", LineIcon::kDrawEllipse},
                       {"tool.shape_polygon", LineIcon::kDrawPolygon},
                       {"tool.shape_line", LineIcon::kDrawLine},
                       {"tool.shape_polyline", LineIcon::kDrawPolyline},
                       {"tool.shape_freehand", LineIcon::kDrawFreehand}});
  annotate_tools_ = column({{"tool.move", LineIcon::kHand},
                            {"tool.pick", LineIcon::kPick},
                            {"tool.one_click", LineIcon::kOneClick, true},
                            {"tool.model_click", LineIcon::kModelClick},
                            {"tool.brush", LineIcon::kBrush},
                            {"tool.eraser", LineIcon::kEraser},
                            {"tool.fill", LineIcon::kFill},
                            {"tool.area_polygon", LineIcon::kAreaPolygon, true},
                            {"tool.area_lasso", LineIcon::kLasso},
                            {"tool.area_ellipse", LineIcon::kAreaEllipse},
                            {"tool.area_rectangle", LineIcon::kAreaRectangle},
                            {"tool.smart_outline", LineIcon::kSmartOutline},
                            {"tool.wand", LineIcon::kWand},
                            {"tool.cut", LineIcon::kCut, true},
                            {"tool.seeds", LineIcon::kSeeds},
                            {"tool.merge", LineIcon::kMerge},
                            {"tool.move_object", LineIcon::kMoveObject}});
  look_tools_ = column({{"tool.move", LineIcon::kHand}, {"tool.rectangle", LineIcon::kRectangle}});
}

void MainWindow::set_comparison(std::shared_ptr<Comparison> comparison) {
  comparison_ = std::move(comparison);
}

/// The panel, what the views show, and what is said of the object under the pointer.
void MainWindow::build_judge() {
  judge_panel_ = new JudgePanel(
      workspace_, *comparison_, *measure_tool_,
      [this](const std::string& id, const nlohmann::json& arguments) { return run(id, arguments); },
      nullptr);
  mode_pages_->addWidget(scrolled(judge_panel_, mode_pages_));
  compare_views_ =
      std::make_unique<CompareViews>(workspace_, *comparison_, *views_, [this](double at) {
        comparison_->set_wipe_at(at);
        commands_.did("compare.wipe", {{"at", at}});
      });
  status_->remark = [this](const WorldPoint& place) { return judge_panel_->remark_at(place); };
  connections_.push_back(comparison_->changed.connect([this] {
    if (comparison_->working() || comparison_->is_open()) set_mode(Mode::kJudge);
  }));
}

void MainWindow::set_track_desk(std::shared_ptr<TrackDesk> desk) {
  track_desk_ = std::move(desk);
}

/// Under the picture; what makes tracks shows it.
void MainWindow::build_tracks() {
  track_panel_ = new TrackPanel(
      workspace_, *track_desk_, commands_,
      [this](const std::string& id, const nlohmann::json& arguments) { return run(id, arguments); },
      errors_->parentWidget());
  track_panel_->hide();
  errors_->parentWidget()->layout()->addWidget(track_panel_);
  connections_.push_back(
      commands_.ran.connect([this](const Command& command, const nlohmann::json&) {
        if (command.id == "tracks.track" || command.id == "tracks.open_ctc") show_tracks(true);
      }));
}

void MainWindow::show_tracks(bool on) {
  below_ = on ? Below::kTracks : Below::kNothing;
  show_or_hide_panels();
  if (on != track_tool_->in_use()) set_tracking(on);
}

void MainWindow::set_tracking(bool on) {
  put_tools_away();
  track_tool_->set_in_use(on);
  if (on) views_->set_tool(track_tool_.get());
  if (on && !tracks_shown()) {
    below_ = Below::kTracks;
    show_or_hide_panels();
  }
  refresh_tools();
}

void MainWindow::set_measured_objects(std::shared_ptr<MeasuredObjects> objects) {
  measured_objects_ = std::move(objects);
}

void MainWindow::build_measured() {
  measured_panel_ = new MeasuredPanel(
      workspace_, *measured_objects_,
      [this](const std::string& id, const nlohmann::json& arguments) { return run(id, arguments); },
      errors_->parentWidget());
  measured_panel_->hide();
  errors_->parentWidget()->layout()->addWidget(measured_panel_);
  connections_.push_back(
      commands_.ran.connect([this](const Command& command, const nlohmann::json&) {
        if (command.id == "measure.objects") show_measured(true);
      }));
}

void MainWindow::show_measured(bool on) {
  if (track_tool_->in_use()) set_tracking(false);
  below_ = on ? Below::kMeasured : Below::kNothing;
  show_or_hide_panels();
}

bool MainWindow::tracking() const {
  return track_tool_ && track_tool_->in_use();
}

/// Under the picture; it needs the commands, which come after the panels.
void MainWindow::build_strip() {
  strip_ = new DatasetStrip(
      workspace_.dataset(), commands_,
      [this](const std::string& id, const nlohmann::json& arguments) { run(id, arguments); },
      errors_->parentWidget());
  strip_->hide();
  errors_->parentWidget()->layout()->addWidget(strip_);
}

void MainWindow::refresh_tools() {
  see_tools_->refresh();
  annotate_tools_->refresh();
  look_tools_->refresh();
}

void MainWindow::put_tools_away() {
  mark_tool_->set_kind({});
  paint_tool_->set_kind({});
  draw_tool_->set_kind({});
  model_tool_->set_in_use(false);
  track_tool_->set_in_use(false);
  volume_tool_->set_kind({});
  views_->set_tool(nullptr);
  views_->volume().set_tool(nullptr);
  measure_panel_->hide();
}

void MainWindow::use_in_3d(VolumeToolKind kind) {
  volume_tool_->set_kind(kind);
  views_->volume().set_tool(volume_tool_.get());
}

void MainWindow::set_marking(std::optional<MarkKind> kind) {
  put_tools_away();
  mark_tool_->set_kind(kind);
  if (kind) views_->set_tool(mark_tool_.get());
  if (kind) set_mode(Mode::kSee);
  refresh_tools();
}

void MainWindow::set_painting(std::optional<PaintKind> kind) {
  put_tools_away();
  paint_tool_->set_kind(kind);
  if (kind) views_->set_tool(paint_tool_.get());
  if (kind == PaintKind::kPick) use_in_3d(VolumeToolKind::kPick);
  if (kind) show_annotating();
  refresh_tools();
}

void MainWindow::set_drawing(std::optional<DrawKind> kind) {
  put_tools_away();
  draw_tool_->set_kind(kind);
  if (kind) views_->set_tool(draw_tool_.get());
  if (kind == DrawKind::kMerge) use_in_3d(VolumeToolKind::kMerge);
  if (kind) show_annotating();
  refresh_tools();
}

void MainWindow::set_model_clicking(bool on) {
  put_tools_away();
  model_tool_->set_in_use(on);
  if (on) views_->set_tool(model_tool_.get());
  if (on) show_annotating();
  refresh_tools();
}

/// Labels can be drawn in the other modes as well, while a model trains or is judged.
void MainWindow::show_annotating() {
  if (mode_ != Mode::kAnnotate && mode_ != Mode::kTrain) set_mode(Mode::kAnnotate);
}

void MainWindow::set_mode(Mode mode) {
  keep_split();
  if (const QByteArray& split = splits_[static_cast<std::size_t>(mode)]; !split.isEmpty()) {
    splitter_->restoreState(split);
  }
  mode_ = mode;
  mode_pages_->setCurrentIndex(static_cast<int>(mode));
  // The panel of the mode needs the room.
  layer_panel_->setMaximumHeight(mode == Mode::kSee ? QWIDGETSIZE_MAX
                                                    : layer_panel_->minimumSizeHint().height());
  if (mode == Mode::kUse) use_panel_->suggest(false);
  show_or_hide_panels();
  for (std::size_t i = 0; i < mode_buttons_.size(); ++i) {
    mode_buttons_[i]->setChecked(i == static_cast<std::size_t>(mode));
  }
}

void MainWindow::show_applying() {
  set_mode(Mode::kUse);
  use_panel_->suggest(true);
}

/// The modes at the right end of the menu bar.
void MainWindow::build_mode_switch() {
  auto* corner = new QWidget(menuBar());
  auto* row = new QHBoxLayout(corner);
  row->setContentsMargins(0, 2, kGrid, 2);
  row->setSpacing(2);
  for (const char* id : {"mode.see", "mode.annotate", "mode.train", "mode.judge", "mode.use"}) {
    const Command& command = *commands_.find(id);
    auto* button = new QToolButton(corner);
    button->setObjectName(QLatin1String(id));
    button->setText(QString::fromStdString(command.title));
    button->setToolTip(QString::fromStdString(command.help + " (" + command.shortcut + ")"));
    button->setProperty("flat", true);
    button->setCheckable(true);
    button->setFocusPolicy(Qt::TabFocus);
    QObject::connect(button, &QToolButton::clicked, this,
                     [this, name = command.id] { run(name, nlohmann::json::object()); });
    row->addWidget(button);
    mode_buttons_.push_back(button);
  }
  menuBar()->setCornerWidget(corner, Qt::TopRightCorner);
}

void MainWindow::set_measuring(std::optional<MeasureKind> kind) {
  put_tools_away();
  if (kind) measure_tool_->set_kind(*kind);
  if (kind) views_->set_tool(measure_tool_.get());
  measure_panel_->setVisible(kind.has_value());
  const bool of_a_part = (mode_ == Mode::kJudge && kind == MeasureKind::kRectangle) ||
                         (mode_ == Mode::kAnnotate && workspace_.model().is_open() &&
                          (kind == MeasureKind::kRectangle || kind == MeasureKind::kArea));
  if (kind && !of_a_part) set_mode(Mode::kSee);
  refresh_tools();
}

bool MainWindow::cancel_drawing() {
  return (measuring() && measure_tool_->cancel()) || (mark_tool_->kind() && mark_tool_->cancel()) ||
         (paint_tool_->kind() && paint_tool_->cancel()) ||
         (draw_tool_->kind() && draw_tool_->cancel()) || track_tool_->cancel() ||
         (volume_tool_->kind() && volume_tool_->cancel());
}

std::optional<MeasureKind> MainWindow::measuring() const {
  if (measure_panel_ == nullptr || measure_panel_->isHidden()) return {};
  return measure_tool_->kind();
}

}  // namespace karyo::gui
