// The tools of the plane views: one is chosen, or none.

#include <QHBoxLayout>
#include <QSplitter>

#include "app/gui/main_window.h"
#include "app/gui/mark_tool.h"
#include "app/gui/measure_panel.h"
#include "app/gui/paint_controls.h"
#include "app/gui/paint_tool.h"
#include "app/gui/tool_column.h"
#include "app/gui/view_grid.h"

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
  paint_tool_ = std::make_unique<PaintTool>(
      workspace_, run_it, [this](const std::string& id, const nlohmann::json& arguments) {
        commands_.did(id, arguments);
      });
  connections_.push_back(paint_tool_->changed.connect(draw_again));
  connections_.push_back(workspace_.paint().changed.connect(draw_again));
  // Undo in the middle of a stroke would take away what the stroke stands on.
  connections_.push_back(commands_.starts.connect([this](const Command&) {
    if (paint_tool_->drawing()) paint_tool_->cancel();
  }));
}

void MainWindow::build_tool_column() {
  tools_ = new ToolColumn(
      commands_,
      {{"tool.move", LineIcon::kHand},
       {"tool.line", LineIcon::kLine},
       {"tool.rectangle", LineIcon::kRectangle},
       {"tool.angle", LineIcon::kAngle},
       {"tool.area", LineIcon::kArea},
       {"tool.brush", LineIcon::kBrush, true},
       {"tool.eraser", LineIcon::kEraser},
       {"tool.fill", LineIcon::kFill},
       {"tool.pick", LineIcon::kPick},
       {"tool.points", LineIcon::kDrawPoint, true},
       {"tool.shape_rectangle", LineIcon::kDrawRectangle},
       {"tool.shape_ellipse", LineIcon::kDrawEllipse},
       {"tool.shape_polygon", LineIcon::kDrawPolygon},
       {"tool.shape_line", LineIcon::kDrawLine},
       {"tool.shape_freehand", LineIcon::kDrawFreehand}},
      [this](const Command& command) { run(command); }, splitter_->parentWidget());
  tools_row_->insertWidget(0, tools_);
}

void MainWindow::put_tools_away() {
  mark_tool_->set_kind({});
  paint_tool_->set_kind({});
  views_->set_tool(nullptr);
  measure_panel_->hide();
  paint_controls_->hide();
}

void MainWindow::set_marking(std::optional<MarkKind> kind) {
  put_tools_away();
  mark_tool_->set_kind(kind);
  if (kind) views_->set_tool(mark_tool_.get());
  tools_->refresh();
}

void MainWindow::set_painting(std::optional<PaintKind> kind) {
  put_tools_away();
  paint_tool_->set_kind(kind);
  if (kind) views_->set_tool(paint_tool_.get());
  paint_controls_->setVisible(kind.has_value());
  tools_->refresh();
}

void MainWindow::set_measuring(std::optional<MeasureKind> kind) {
  put_tools_away();
  if (kind) measure_tool_->set_kind(*kind);
  if (kind) views_->set_tool(measure_tool_.get());
  measure_panel_->setVisible(kind.has_value());
  tools_->refresh();
}

bool MainWindow::cancel_drawing() {
  return (measuring() && measure_tool_->cancel()) || (mark_tool_->kind() && mark_tool_->cancel()) ||
         (paint_tool_->kind() && paint_tool_->cancel());
}

std::optional<MeasureKind> MainWindow::measuring() const {
  if (measure_panel_ == nullptr || measure_panel_->isHidden()) return {};
  return measure_tool_->kind();
}

}  // namespace karyo::gui
