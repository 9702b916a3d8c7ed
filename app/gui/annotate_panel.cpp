#include "app/gui/annotate_panel.h"

#include <QScrollArea>
#include <QTabBar>
#include <QTabWidget>
#include <QVBoxLayout>

#include "app/gui/controls.h"
#include "app/gui/history_panel.h"
#include "app/gui/layer_controls.h"
#include "app/gui/objects_panel.h"
#include "app/gui/paint_controls.h"
#include "app/gui/region_at_hand.h"
#include "app/gui/review_panel.h"
#include "app/gui/roi_panel.h"
#include "app/gui/steps_panel.h"
#include "app/gui/theme.h"

namespace karyo::gui {

AnnotatePanel::AnnotatePanel(Workspace& workspace, const CommandTable& commands, Run run,
                             std::unique_ptr<RegionAtHand> region, QWidget* parent)
    : QWidget(parent), region_(std::move(region)) {
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(0);
  column->addWidget(new PaintControls(workspace, commands, this));
  tabs_ = new QTabWidget(this);
  tabs_->setObjectName(QStringLiteral("annotate_tabs"));
  tabs_->setDocumentMode(true);
  tabs_->tabBar()->setDrawBase(false);
  tabs_->setUsesScrollButtons(true);
  add_tab(scrolled(new StepsPanel(workspace, commands, run, *region_, nullptr), tabs_), tr("Steps"),
          "steps", tr("From the picture to a mask in six steps."));
  add_tab(new ObjectsPanel(workspace, commands, tabs_), tr("Objects"), "objects",
          tr("All objects as a table."));
  add_tab(new ReviewPanel(workspace, commands, run, tabs_), tr("Review"), "review",
          tr("Objects that may have something wrong."));
  add_tab(new RoiPanel(workspace, run, tabs_), tr("ROIs"), "regions",
          tr("A list of regions, as ImageJ's ROI Manager keeps it."));
  add_tab(new HistoryPanel(
              workspace.history(),
              [run](std::size_t done) {
                run("edit.go_to_step", {{"done", done}});
              },
              tabs_),
          tr("History"), "history", tr("What was done; a click goes back to it."));
  auto* layer = new QWidget;
  auto* layer_column = new QVBoxLayout(layer);
  layer_column->setContentsMargins(0, 0, 0, 0);
  layer_column->addWidget(new LayerControls(workspace, commands, layer));
  layer_column->addStretch(1);
  add_tab(scrolled(layer, tabs_), tr("Layer"), "layer", tr("How the selected layer is shown."));
  column->addWidget(tabs_, 1);
}

void AnnotatePanel::add_tab(QWidget* page, const QString& title, const char* name,
                            const QString& help) {
  const int at = tabs_->addTab(page, title);
  tabs_->setTabToolTip(at, help);
  page->setProperty("tab", QLatin1String(name));
}

// The panels are told of the region as long as they are there.
AnnotatePanel::~AnnotatePanel() {
  delete tabs_;
}

void AnnotatePanel::show_tab(const QString& name) {
  for (int i = 0; i < tabs_->count(); ++i) {
    if (tabs_->widget(i)->property("tab").toString() == name) tabs_->setCurrentIndex(i);
  }
}

}  // namespace karyo::gui
