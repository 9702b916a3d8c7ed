#include "app/gui/walk_panel.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>
#include <cmath>

#include "app/gui/selection_overlay.h"
#include "app/gui/slice_view.h"
#include "app/gui/theme.h"
#include "app/gui/view_grid.h"
#include "app/model_in_use.h"
#include "app/model_walk.h"

namespace karyo::gui {

WalkPanel::WalkPanel(Workspace& workspace, const CommandTable& commands, Run run, ViewGrid& views,
                     QWidget* parent)
    : QFrame(parent), workspace_(workspace), commands_(commands), views_(views) {
  setObjectName(QStringLiteral("walk"));
  setProperty("role", "offer");
  auto* row = new QHBoxLayout(this);
  row->setContentsMargins(2 * kGrid, kGrid, kGrid, kGrid);
  row->setSpacing(kGrid);
  auto* words = new QVBoxLayout;
  words->setSpacing(2);
  which_ = new QLabel(this);
  which_->setObjectName(QStringLiteral("walk_which"));
  words->addWidget(which_);
  how_ = new QLabel(this);
  how_->setObjectName(QStringLiteral("walk_how"));
  how_->setProperty("role", "quiet");
  how_->setWordWrap(true);
  words->addWidget(how_);
  row->addLayout(words, 1);
  for (const char* id : {"walk.back", "walk.next", "walk.reject", "walk.accept", "walk.leave"}) {
    auto* button = new QPushButton(this);
    button->setObjectName(QLatin1String(id));
    button->setToolTip(QString::fromStdString(commands.find(id)->help));
    button->setFocusPolicy(Qt::TabFocus);  // a click leaves the keys to the picture
    QObject::connect(button, &QPushButton::clicked, this,
                     [run, name = std::string(id)] { run(name, nlohmann::json::object()); });
    row->addWidget(button);
    buttons_.emplace_back(id, button);
  }
  buttons_[3].second->setProperty("primary", true);
  connections_.push_back(workspace_.model().walk().changed.connect([this] { refresh(); }));
  hide();
}

void WalkPanel::refresh() {
  const ModelWalk& walk = workspace_.model().walk();
  if (walk.on() && isHidden()) views_.setFocus();
  setVisible(walk.on());
  if (!walk.on()) {
    seen_.reset();
    return;
  }
  const QStringList words{tr("Back"), tr("Next"), tr("Reject"), tr("Accept"), tr("Leave")};
  for (qsizetype i = 0; i < words.size(); ++i) {
    const auto& [id, button] = buttons_[static_cast<std::size_t>(i)];
    const std::string& keys = commands_.find(id)->shortcut;
    button->setText(keys.empty() ? words[i]
                                 : tr("%1 (%2)").arg(words[i], QString::fromStdString(keys)));
  }
  const TrialObject* const at_hand = walk.current();
  buttons_[2].second->setEnabled(at_hand != nullptr);
  buttons_[3].second->setEnabled(at_hand != nullptr);
  const ModelWalk::Progress progress = walk.progress();
  const QString decided =
      tr("%1 accepted, %2 rejected").arg(progress.accepted).arg(progress.rejected);
  if (at_hand != nullptr) {
    which_->setText(tr("Suggestion %1 of %2: the model is %3 % sure")
                        .arg(progress.number)
                        .arg(progress.count)
                        .arg(std::lround(100 * at_hand->sure)));
    how_->setText(tr("%1. Draw on it to accept and correct it.").arg(decided));
    bring_into_view(*at_hand);
  } else if (progress.accepted > 0 && progress.count > 0) {
    which_->setText(tr("Accepted: correct it, then go on to the next"));
    how_->setText(decided);
  } else {
    which_->setText(tr("Looking for suggestions …"));
    how_->setText(decided);
  }
}

/// Views that show all of it stay as they are.
void WalkPanel::bring_into_view(const TrialObject& object) {
  if (seen_ == object.centre) return;  // a person may look elsewhere then
  seen_ = object.centre;
  const VoxelGrid grid =
      workspace_.layers().grid_of(*workspace_.model().walk().wanted().target.layer);
  for (const Plane plane : kPlanes) {
    const SliceView& view = views_.slice(plane);
    if (!view.isVisible()) continue;
    if (QRectF(view.rect()).contains(rectangle_of(object.box, view, grid))) continue;
    workspace_.view().set_centre(plane, centre_of(object.centre, grid));
  }
}

}  // namespace karyo::gui
