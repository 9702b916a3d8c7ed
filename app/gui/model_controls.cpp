#include "app/gui/model_controls.h"

#include <QCheckBox>
#include <QGridLayout>
#include <QLabel>
#include <QPushButton>
#include <QScrollArea>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>

#include "app/dataset_session.h"
#include "app/gui/controls.h"
#include "app/gui/line_icon.h"
#include "app/gui/region_at_hand.h"
#include "app/gui/theme.h"
#include "app/mask_preview.h"
#include "app/model_walk.h"
#include "app/workspace.h"

namespace karyo::gui {
namespace {

constexpr int kLaterMs = 80;

}  // namespace

ModelControls::ModelControls(Workspace& workspace, const CommandTable& commands, Run run,
                             RegionAtHand& region, QWidget* parent)
    : QWidget(parent), workspace_(workspace), run_(std::move(run)), region_(region) {
  setObjectName(QStringLiteral("model_controls"));
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(4);
  head_ = new QToolButton(this);
  head_->setObjectName(QStringLiteral("model_head"));
  head_->setCheckable(true);
  head_->setToolButtonStyle(Qt::ToolButtonTextOnly);
  head_->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
  head_->setToolTip(tr("A trained StarDist model finds nuclei: all at once, or one by a click."));
  column->addWidget(head_);
  body_ = new QWidget(this);
  auto* rows = new QVBoxLayout(body_);
  rows->setContentsMargins(0, 4, 0, kGrid);
  rows->setSpacing(4);
  about_ = new QLabel(body_);
  about_->setObjectName(QStringLiteral("model_about"));
  about_->setWordWrap(true);
  about_->setProperty("role", "quiet");
  rows->addWidget(about_);
  const auto button = [&](QWidget* in, const char* name, const QString& text, const QString& help,
                          std::function<void()> body) {
    auto* made = new QPushButton(text, in);
    made->setObjectName(QLatin1String(name));
    made->setToolTip(help);
    QObject::connect(made, &QPushButton::clicked, this, std::move(body));
    in->layout()->addWidget(made);
    return made;
  };
  choose_ = button(body_, "choose_model", tr("Choose a model…"),
                   tr("The folder of a StarDist model: one trained here, or with Python."),
                   [this] { run_("model.ask_open", nlohmann::json::object()); });
  in_use_ = new QWidget(body_);
  auto* using_it = new QVBoxLayout(in_use_);
  using_it->setContentsMargins(0, 0, 0, 0);
  using_it->setSpacing(4);
  auto* form = new QGridLayout;
  form->setHorizontalSpacing(kGrid);
  form->setVerticalSpacing(4);
  form->setColumnStretch(1, 1);
  const auto slider = [&](const char* name, const QString& label, const QString& help) {
    auto* made = new ValueSlider({0.05, 0.95, 0.5, 2, {}, false}, in_use_);
    made->setObjectName(QLatin1String(name));
    made->on_change = [this](double) {
      // A stack's less probable candidates were not asked for.
      const double least = workspace_.model().least_probability();
      if (probability_->value() < least) probability_->set_value(least);
      later_.start();
    };
    add_row(*form, label, made, help);
    return made;
  };
  probability_ = slider("model_probability", tr("Sure"),
                        tr("How sure the model has to be of an object: more leaves out more."));
  overlap_ = slider("model_overlap", tr("Overlap"),
                    tr("Of two that overlap by more than this, the less sure one goes."));
  using_it->addLayout(form);
  replace_ = new QCheckBox(tr("In place of the objects there"), in_use_);
  replace_->setObjectName(QStringLiteral("model_replace"));
  replace_->setToolTip(
      tr("Else the model adds nuclei only where there are none. Locked objects "
         "always stay."));
  QObject::connect(replace_, &QCheckBox::clicked, this, [this] { later_.start(); });
  using_it->addWidget(replace_);
  add_where(*using_it);
  auto* both = new QWidget(in_use_);
  auto* beside = new QHBoxLayout(both);
  beside->setContentsMargins(0, 0, 0, 0);
  beside->setSpacing(4);
  button(both, "model_show", tr("Show its objects"),
         tr("What the model finds in this slice, a 3D model in the stack, on trial."),
         [this] { show_objects(); });
  button(both, "model_keep", tr("Keep its objects"),
         tr("Makes what the model finds objects. Can be undone."), [this] { keep(); })
      ->setProperty("primary", true);
  using_it->addWidget(both);
  const Command& walk = *commands.find("model.ask_walk");
  walk_ = button(in_use_, "model_walk", QString(),
                 QString::fromStdString(walk.help + " (" + walk.shortcut + ")"),
                 [this] { one_by_one(); });
  const Command& again = *commands.find("model.suggest_again");
  again_ = button(in_use_, "model_again", QString(), QString::fromStdString(again.help),
                  [this] { run_("model.suggest_again", nlohmann::json::object()); });
  sides_ = new QCheckBox(tr("Doubt what is missed in a mirror"), in_use_);
  sides_->setObjectName(QStringLiteral("model_sides"));
  sides_->setToolTip(
      tr("Has the model look at each of them from four sides, which takes four times "
         "as long: an object that it misses from one counts as doubtful, and shows "
         "which images are worth correcting."));
  using_it->addWidget(sides_);
  rest_ =
      button(in_use_, "model_rest", tr("Make the masks of all other images"),
             tr("Of those in the folder that have none yet; they are marked for review."), [this] {
               nlohmann::json arguments = nlohmann::json::object();
               if (sides_->isChecked()) arguments["sides"] = 4;
               run_("dataset.predict_rest", arguments);
             });
  const Command& doubtful = *commands.find("dataset.next_doubtful");
  doubtful_ = button(in_use_, "model_doubtful", tr("Go to the image it doubts most"),
                     QString::fromStdString(doubtful.help),
                     [this] { run_("dataset.next_doubtful", nlohmann::json::object()); });
  const Command& click = *commands.find("tool.model_click");
  button(in_use_, "model_click",
         tr("One click from the model (%1)").arg(QString::fromStdString(click.shortcut)),
         QString::fromStdString(click.help),
         [this] { run_("tool.model_click", nlohmann::json::object()); });
  button(in_use_, "model_close", tr("Put the model away"),
         tr("Ends the program that runs the model, and frees its memory."),
         [this] { run_("model.close", nlohmann::json::object()); });
  rows->addWidget(in_use_);
  column->addWidget(body_);
  body_->hide();
  QObject::connect(head_, &QToolButton::toggled, body_, &QWidget::setVisible);
  later_.setSingleShot(true);
  later_.setInterval(kLaterMs);
  QObject::connect(&later_, &QTimer::timeout, this, [this] { show_objects(); });
  connections_.push_back(workspace_.model().changed.connect([this] { refresh(); }));
  connections_.push_back(workspace_.dataset().current_changed.connect([this] { refresh(); }));
  connections_.push_back(region_.changed.connect([this] { region_changed(); }));
  connections_.push_back(workspace_.model().walk().changed.connect([this] { refresh(); }));
  // What other commands do ends what is on trial; who goes through it wants to see it again.
  connections_.push_back(commands.ran.connect([this](const Command&, const nlohmann::json&) {
    if (!workspace_.model().walk().on()) return;
    QTimer::singleShot(0, this, [this] { workspace_.model().walk().show_again(); });
  }));
  refresh();
}

/// Everywhere, or in a region, and what draws one.
void ModelControls::add_where(QVBoxLayout& column) {
  auto* row = new QHBoxLayout;
  row->setSpacing(4);
  in_region_ = new QCheckBox(tr("Only in a region"), in_use_);
  in_region_->setObjectName(QStringLiteral("model_in_region"));
  in_region_->setToolTip(
      tr("Objects whose middle lies in it. The model looks at no more of the picture than it "
         "needs for that."));
  QObject::connect(in_region_, &QCheckBox::clicked, this, [this](bool on) {
    on ? show_in_region() : later_.start();
    refresh();
  });
  row->addWidget(in_region_, 1);
  const auto draws = [&](const char* name, const char* id, LineIcon icon, const QString& help) {
    auto* made = new QToolButton(in_use_);
    made->setObjectName(QLatin1String(name));
    made->setIcon(line_icon(icon));
    made->setToolTip(help);
    made->setAccessibleName(help);
    QObject::connect(made, &QToolButton::clicked, this, [this, id = std::string(id)] {
      in_region_->setChecked(true);
      run_(id, nlohmann::json::object());
      refresh();
    });
    row->addWidget(made);
  };
  draws("model_draw_rectangle", "tool.rectangle", LineIcon::kRectangle,
        tr("Drag a rectangle for the model to look at."));
  draws("model_draw_area", "tool.area", LineIcon::kArea,
        tr("Click the corners of an area for the model to look at."));
  column.addLayout(row);
  where_words_ = new QLabel(tr("Drag a rectangle over the picture, or choose a region of the list "
                               "(ROIs)."),
                            in_use_);
  where_words_->setObjectName(QStringLiteral("model_where_words"));
  where_words_->setProperty("role", "quiet");
  where_words_->setWordWrap(true);
  column.addWidget(where_words_);
}

void ModelControls::show_in_region() {
  in_region_->setChecked(true);
  if (region_.path(workspace_.layers().grid()).empty()) {
    run_("tool.rectangle", nlohmann::json::object());  // shown when it is drawn
  } else {
    later_.start();
  }
  refresh();
  for (QWidget* around = parentWidget(); around != nullptr; around = around->parentWidget()) {
    auto* area = qobject_cast<QScrollArea*>(around);
    if (area == nullptr) continue;
    QTimer::singleShot(0, this, [this, area] { area->ensureWidgetVisible(where_words_); });
  }
}

void ModelControls::region_changed() {
  if (!in_region_->isChecked() || !workspace_.model().is_open() || !isVisible()) return;
  if (!region_.path(workspace_.layers().grid()).empty()) later_.start();
  refresh();
}

void ModelControls::refresh() {
  const ModelInUse& model = workspace_.model();
  const QString name = QString::fromStdString(model.name());
  head_->setText(model.is_open() ? tr("Model: %1").arg(name) : tr("Model"));
  if (model.opening()) {
    about_->setText(tr("Loading …"));
  } else if (model.is_open()) {
    about_->setText(model.looking() ? tr("Looking for nuclei …")
                                    : QString::fromStdString(model.description()));
  } else {
    about_->setText(tr("With a trained StarDist model, most nuclei need no drawing."));
  }
  choose_->setVisible(!model.is_open());
  choose_->setEnabled(!model.opening());
  in_use_->setVisible(model.is_open());
  where_words_->setVisible(in_region_->isChecked() &&
                           region_.path(workspace_.layers().grid()).empty());
  ModelWalk& walk = workspace_.model().walk();
  walk_->setText(walk.on() ? tr("End going one by one") : tr("Go through them one by one"));
  again_->setVisible(walk.rejected() > 0);
  again_->setText(tr("Suggest %1 rejected again").arg(walk.rejected()));
  rest_->setVisible(workspace_.dataset().is_open());
  doubtful_->setVisible(workspace_.dataset().is_open());
  if (model.is_open() && shown_for_ != model.folder()) {
    probability_->set_value(model.thresholds().prob);
    overlap_->set_value(model.thresholds().nms);
    head_->setChecked(true);  // what it can do is seen
  }
  shown_for_ = model.folder();
}

bool ModelControls::find(ModelObjectsWanted& wanted) {
  const auto fail = [this](const Error& error) {
    workspace_.failed.emit(error);
    return false;
  };
  const LayerList& layers = workspace_.layers();
  const auto is_labels = [](const Layer* layer) {
    return dynamic_cast<const LabelsLayer*>(layer) != nullptr;
  };
  if (!is_labels(layers.selected()) && !layers.empty()) {
    run_("layer.new_labels", nlohmann::json::object());
  }
  auto here = model_objects_in_view(workspace_);
  if (!here) return fail(here.error());
  wanted = *std::move(here);
  wanted.thresholds = {probability_->value(), overlap_->value()};
  wanted.replace = replace_->isChecked();
  if (!in_region_->isChecked()) return true;
  wanted.region = region_.path(workspace_.layers().grid_of(*wanted.target.layer));
  refresh();
  if (!wanted.region.empty()) return true;
  return fail(Error(ErrorCode::kNotFound, "no region is drawn for the model to look at",
                    "Drag a rectangle over the picture, or choose a region of the list (ROIs)."));
}

void ModelControls::show_objects() {
  ModelObjectsWanted wanted;
  if (workspace_.model().walk().on()) {  // where that is, with other thresholds
    wanted = workspace_.model().walk().wanted();
    wanted.thresholds = {probability_->value(), overlap_->value()};
    wanted.replace = replace_->isChecked();
  } else if (!workspace_.model().is_open() || !find(wanted)) {
    return;
  }
  const auto begun = show_model_objects(workspace_, wanted, [] {});
  if (!begun) workspace_.failed.emit(begun.error());
}

/// As a command, so that macros and undo know of it.
void ModelControls::keep() {
  later_.stop();
  ModelObjectsWanted wanted;
  if (!find(wanted)) return;
  run_("labels.model_objects", arguments_of(wanted));
}

void ModelControls::one_by_one() {
  later_.stop();
  if (workspace_.model().walk().on()) {
    run_("walk.leave", nlohmann::json::object());
    return;
  }
  ModelObjectsWanted wanted;
  if (find(wanted)) run_("model.walk", arguments_of(wanted));
}

nlohmann::json ModelControls::arguments_of(const ModelObjectsWanted& wanted) const {
  nlohmann::json arguments{{"layer", wanted.target.layer->name()},
                           {"depth", wanted.slice.z},
                           {"probability", wanted.thresholds.prob},
                           {"overlap", wanted.thresholds.nms},
                           {"replace", wanted.replace}};
  if (wanted.target.layer->shape().t > 1) arguments["frame"] = wanted.target.time;
  for (const PointF& corner : wanted.region) {
    arguments["region"].push_back(corner.x);
    arguments["region"].push_back(corner.y);
  }
  return arguments;
}

}  // namespace karyo::gui
