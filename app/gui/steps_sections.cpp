// The six steps and their controls.

#include <QCheckBox>
#include <QComboBox>
#include <QGridLayout>
#include <QLabel>
#include <QPushButton>
#include <QSpinBox>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>
#include <limits>

#include "app/gui/controls.h"
#include "app/gui/model_controls.h"
#include "app/gui/steps_panel.h"
#include "app/gui/theme.h"
#include "app/mask_preview.h"
#include "app/object_checks.h"

namespace karyo::gui {
namespace {

constexpr double kMostPixels = 1e6;  // that a size's slider reaches

}  // namespace

QPushButton* StepsPanel::add_button(QVBoxLayout& column, const QString& text, const char* name,
                                    const QString& help, std::function<void()> body) {
  auto* button = new QPushButton(text, this);
  button->setObjectName(QLatin1String(name));
  button->setToolTip(help);
  QObject::connect(button, &QPushButton::clicked, this, std::move(body));
  column.addWidget(button);
  return button;
}

void StepsPanel::build_top() {
  auto* suggest_button =
      add_button(*column_, tr("Suggest settings for this image"), "suggest_steps",
                 tr("Looks at the picture and shows what threshold, split and "
                    "clean make of it."),
                 [this] { suggest(); });
  suggest_button->setProperty("primary", true);
  live_ = new QCheckBox(tr("Show the outcome at once"), this);
  live_->setObjectName(QStringLiteral("live_preview"));
  live_->setChecked(true);
  QObject::connect(live_, &QCheckBox::toggled, this,
                   [this](bool on) { on ? preview_now() : workspace_.preview().cancel(); });
  column_->addWidget(live_);
  counts_ = new QLabel(this);
  counts_->setObjectName(QStringLiteral("step_counts"));
  counts_->setWordWrap(true);
  counts_->setProperty("role", "quiet");
  column_->addWidget(counts_);
  add_button(*column_, tr("Make objects"), "make_objects",
             tr("Keeps what is shown as objects, in the place of those that are there. Locked ones "
                "stay. Can be undone."),
             [this] { keep(); });
  column_->addWidget(new ModelControls(workspace_, commands_, run_, region_, this));
}

QGridLayout* StepsPanel::add_section(const QString& title, const QString& help) {
  const int number = static_cast<int>(sections_.size());
  auto* head = new QToolButton(this);
  head->setObjectName(QStringLiteral("step_%1").arg(number + 1));
  head->setText(QStringLiteral("%1  %2").arg(number + 1).arg(title));
  head->setToolTip(help);
  head->setCheckable(true);
  head->setToolButtonStyle(Qt::ToolButtonTextOnly);
  head->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
  QObject::connect(head, &QToolButton::clicked, this, [this, number] { open_section(number); });
  column_->addWidget(head);
  auto* body = new QWidget(this);
  auto* form = new QGridLayout(body);
  form->setContentsMargins(0, 4, 0, kGrid);
  form->setHorizontalSpacing(kGrid);
  form->setVerticalSpacing(4);
  form->setColumnStretch(1, 1);
  column_->addWidget(body);
  sections_.push_back({head, body});
  return form;
}

void StepsPanel::open_section(int number) {
  for (int i = 0; i < static_cast<int>(sections_.size()); ++i) {
    sections_[static_cast<std::size_t>(i)].head->setChecked(i == number);
    sections_[static_cast<std::size_t>(i)].body->setVisible(i == number);
  }
  if (number == 4) workspace_.checks().update();
}

ValueSlider* StepsPanel::add_number(QGridLayout& form, const char* name, const QString& label,
                                    double low, double high, int decimals, const QString& unit,
                                    const QString& help, std::function<double&(MaskSteps&)> field) {
  const MaskSteps usual;
  const double standard = field(const_cast<MaskSteps&>(usual));
  auto* slider = new ValueSlider(
      {low, high, std::clamp(standard, low, high), decimals, unit, low > 0 && high / low > 100},
      this);
  slider->setObjectName(QLatin1String(name));
  slider->on_change = [this, field](double value) {
    field(steps_) = value;
    setting_changed();
  };
  show_.push_back([this, slider, field, low, high] {
    slider->set_value(std::clamp(field(steps_), low, high));
  });
  add_row(form, label, slider, help);
  return slider;
}

QCheckBox* StepsPanel::add_flag(QGridLayout& form, const char* name, const QString& label,
                                const QString& help, std::function<bool&(MaskSteps&)> field) {
  auto* box = new QCheckBox(label, this);
  box->setObjectName(QLatin1String(name));
  box->setToolTip(help);
  QObject::connect(box, &QCheckBox::clicked, this, [this, field](bool on) {
    field(steps_) = on;
    setting_changed();
  });
  show_.push_back([this, box, field] { box->setChecked(field(steps_)); });
  form.addWidget(box, form.rowCount(), 0, 1, 2);
  return box;
}

void StepsPanel::build_threshold() {
  QGridLayout& form = *add_section(tr("Threshold"), tr("Which pixels belong to nuclei."));
  method_ = new QComboBox(this);
  method_->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
  method_->setMinimumContentsLength(12);
  method_->setObjectName(QStringLiteral("threshold_method"));
  for (const ThresholdMethod method : all_threshold_methods()) {
    method_->addItem(QString::fromUtf8(name_of(method).data()));
  }
  for (const LocalMethod method : all_local_methods()) {
    method_->addItem(tr("local: %1").arg(QString::fromUtf8(name_of(method).data())));
  }
  method_->addItem(tr("two values (hysteresis)"));
  method_->addItem(tr("by hand"));
  const int automatic = static_cast<int>(all_threshold_methods().size());
  const int local = static_cast<int>(all_local_methods().size());
  QObject::connect(method_, &QComboBox::activated, this, [this, automatic, local](int at) {
    ThresholdStep& step = steps_.threshold;
    if (at < automatic) {
      step.kind = ThresholdKind::kAutomatic;
      step.method = all_threshold_methods()[static_cast<std::size_t>(at)];
    } else if (at < automatic + local) {
      step.kind = ThresholdKind::kLocal;
      step.local.method = all_local_methods()[static_cast<std::size_t>(at - automatic)];
    } else {
      step.kind = at == automatic + local ? ThresholdKind::kHysteresis : ThresholdKind::kManual;
      const ValueRange used = workspace_.preview().threshold();
      if (step.range.high <= step.range.low) step.range = {used.low, 65535};
      if (step.strong <= step.weak) step.weak = step.strong = used.low;
    }
    show_settings();
    setting_changed();
  });
  add_row(form, tr("Method"), method_,
          tr("ImageJ's automatic methods, Fiji's local ones, or values by hand."));
  objects_ = new QComboBox(this);
  objects_->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
  objects_->setMinimumContentsLength(12);
  objects_->setObjectName(QStringLiteral("bright_objects"));
  objects_->addItems({tr("bright on dark"), tr("dark on bright")});
  QObject::connect(objects_, &QComboBox::activated, this, [this](int at) {
    steps_.threshold.bright_objects = at == 0;
    steps_.threshold.invert = false;
    setting_changed();
  });
  add_row(form, tr("Nuclei are"), objects_, tr("Fluorescence is bright, stained tissue is dark."));
  auto* of = new QComboBox(this);
  of->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
  of->setMinimumContentsLength(12);
  of->setObjectName(QStringLiteral("threshold_of"));
  of->addItems({tr("all slices together"), tr("each slice"), tr("all times together")});
  QObject::connect(of, &QComboBox::activated, this, [this](int at) {
    steps_.threshold.histogram = static_cast<HistogramOf>(at);
    setting_changed();
  });
  add_row(form, tr("Found from"), of,
          tr("Which pixels an automatic method looks at (ImageJ: stack histogram)."));
  show_.push_back([this, of] {
    const ThresholdStep& step = steps_.threshold;
    of->setCurrentIndex(static_cast<int>(step.histogram));
    of->setEnabled(step.kind == ThresholdKind::kAutomatic ||
                   (step.kind == ThresholdKind::kLocal && step.local_and_method));
  });
  const QString px = QStringLiteral("px");
  auto* window = new ValueSlider({1, 200, 15, 0, px, false}, this);
  window->setObjectName(QStringLiteral("local_window"));
  window->on_change = [this](double value) {
    steps_.threshold.local.radius = std::llround(value);
    setting_changed();
  };
  add_row(form, tr("Window"), window, tr("How far around a pixel a local method looks."));
  show_.push_back([this, window] {
    window->set_value(static_cast<double>(steps_.threshold.local.radius));
    window->setEnabled(steps_.threshold.kind == ThresholdKind::kLocal);
  });
  const auto only = [this, &form](ValueSlider* slider, ThresholdKind kind) {
    int row = 0, column = 0, rows = 0, columns = 0;
    form.getItemPosition(form.indexOf(slider), &row, &column, &rows, &columns);
    QWidget* label = form.itemAtPosition(row, 0)->widget();
    show_.push_back([this, slider, label, kind] {
      slider->setVisible(steps_.threshold.kind == kind);
      label->setVisible(steps_.threshold.kind == kind);
    });
  };
  only(add_number(form, "manual_low", tr("From"), 0, 65535, 0, {}, tr("The least value."),
                  [](MaskSteps& s) -> double& { return s.threshold.range.low; }),
       ThresholdKind::kManual);
  only(add_number(form, "manual_high", tr("To"), 0, 65535, 0, {}, tr("The greatest value."),
                  [](MaskSteps& s) -> double& { return s.threshold.range.high; }),
       ThresholdKind::kManual);
  only(add_number(form, "strong", tr("Certain"), 0, 65535, 0, {},
                  tr("Brighter than this is a nucleus for certain."),
                  [](MaskSteps& s) -> double& { return s.threshold.strong; }),
       ThresholdKind::kHysteresis);
  only(add_number(form, "weak", tr("Reaches to"), 0, 65535, 0, {},
                  tr("What hangs on a certain part and is brighter than this belongs to it."),
                  [](MaskSteps& s) -> double& { return s.threshold.weak; }),
       ThresholdKind::kHysteresis);
  add_number(form, "smoothing", tr("Smooth first"), 0, 10, 1, px,
             tr("Sigma of a Gaussian against noise."),
             [](MaskSteps& s) -> double& { return s.threshold.smoothing; });
  add_number(form, "rolling_ball", tr("Background"), 0, 300, 0, px,
             tr("Radius of the rolling ball whose background is subtracted; 0: none. Larger than "
                "any nucleus."),
             [](MaskSteps& s) -> double& { return s.threshold.rolling_ball; });
  add_flag(form, "and_method", tr("Within the overall threshold"),
           tr("Local methods find things in empty ground, too; this leaves them out."),
           [](MaskSteps& s) -> bool& { return s.threshold.local_and_method; });
  add_flag(form, "by_slice", tr("Each slice alone"),
           tr("Else a stack is one volume with objects in 3D."),
           [](MaskSteps& s) -> bool& { return s.plane_by_plane; });
}

void StepsPanel::build_split() {
  QGridLayout& form = *add_section(tr("Split"), tr("Cuts nuclei apart that touch."));
  split_ = new QComboBox(this);
  split_->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
  split_->setMinimumContentsLength(12);
  split_->setObjectName(QStringLiteral("split_kind"));
  split_->addItems({tr("not at all"), tr("ImageJ's watershed"), tr("by the nuclei's size")});
  QObject::connect(split_, &QComboBox::activated, this, [this](int at) {
    steps_.split.kind = static_cast<SplitKind>(at);
    show_settings();
    setting_changed();
  });
  add_row(form, tr("Cut"), split_,
          tr("By size: a neck is told from a wiggle by how large the nuclei are."));
  const auto scale = [this](ValueSlider* slider) {
    show_.push_back([this, slider] { slider->setEnabled(steps_.split.kind == SplitKind::kScale); });
  };
  scale(add_number(form, "split_radius", tr("Radius"), 0, 200, 0, QStringLiteral("px"),
                   tr("Of a typical nucleus; 0: told by the picture."),
                   [](MaskSteps& s) -> double& { return s.split.scale.radius; }));
  scale(add_number(form, "tolerance", tr("Neck"), 0, 0.9, 2, {},
                   tr("How deep a neck has to be before it is cut: less cuts more."),
                   [](MaskSteps& s) -> double& { return s.split.scale.tolerance; }));
  scale(add_number(form, "brightness", tr("Brightness"), 0, 1, 2, {},
                   tr("What brightness counts beside shape."),
                   [](MaskSteps& s) -> double& { return s.split.scale.brightness; }));
}

void StepsPanel::build_clean() {
  QGridLayout& form =
      *add_section(tr("Clean"), tr("Leaves out what is no nucleus (Fiji: Analyze Particles)."));
  add_flag(form, "fill_holes", tr("Fill holes"), tr("Before nuclei are cut apart."),
           [](MaskSteps& s) -> bool& { return s.clean.fill_holes; });
  add_number(form, "smooth_mask", tr("Smooth"), 0, 10, 1, QStringLiteral("px"),
             tr("Takes spurs off outlines."),
             [](MaskSteps& s) -> double& { return s.clean.smoothing; });
  add_number(form, "min_size", tr("At least"), 0, 10000, 0, QStringLiteral("px"),
             tr("Smaller objects are left out."),
             [](MaskSteps& s) -> double& { return s.clean.min_size; });
  add_number(form, "max_size", tr("At most"), 1, kMostPixels, 0, QStringLiteral("px"),
             tr("Larger objects are left out; at the right end, none."),
             [](MaskSteps& s) -> double& { return s.clean.max_size; })
      ->on_change = [this](double value) {
    steps_.clean.max_size = value >= kMostPixels ? std::numeric_limits<double>::infinity() : value;
    setting_changed();
  };
  add_number(form, "min_circularity", tr("Roundness"), 0, 1, 2, {},
             tr("Least circularity, 4 pi area / perimeter²; planes only."),
             [](MaskSteps& s) -> double& { return s.clean.min_circularity; });
  add_flag(form, "exclude_edges", tr("Leave out cut ones"),
           tr("Objects that the border cuts (Fiji: Exclude on edges)."),
           [](MaskSteps& s) -> bool& { return s.clean.exclude_edges; });
  auto* suggest = new QCheckBox(tr("Next images: as each picture suggests"), this);
  suggest->setObjectName(QStringLiteral("batch_suggest"));
  suggest->setToolTip(
      tr("Each image gets the settings that it suggests itself, not those above, and is to be "
         "reviewed. A training can learn from such masks too; those that you mark as done count "
         "more."));
  form.addWidget(suggest, form.rowCount(), 0, 1, 2);
  auto* next = new QWidget(this);
  auto* row = new QHBoxLayout(next);
  row->setContentsMargins(0, 0, 0, 0);
  auto* count = new QSpinBox(next);
  count->setObjectName(QStringLiteral("batch_count"));
  count->setRange(1, 1000);
  count->setValue(10);
  count->setAccessibleName(tr("How many images"));
  auto* look = new QPushButton(tr("Count in the next"), next);
  look->setObjectName(QStringLiteral("batch_look"));
  look->setToolTip(tr("How many objects these steps find in the next images; nothing is written."));
  auto* write = new QPushButton(tr("Apply"), next);
  write->setObjectName(QStringLiteral("batch_apply"));
  write->setToolTip(tr("Writes masks for the next images that are untouched and have none."));
  QObject::connect(look, &QPushButton::clicked, this, [this] { apply_to_next(false); });
  QObject::connect(write, &QPushButton::clicked, this, [this] { apply_to_next(true); });
  row->addWidget(look, 1);
  row->addWidget(count);
  row->addWidget(write);
  form.addWidget(next, form.rowCount(), 0, 1, 2);
  batch_ = new QLabel(this);
  batch_->setObjectName(QStringLiteral("batch_counts"));
  batch_->setWordWrap(true);
  batch_->setProperty("role", "quiet");
  form.addWidget(batch_, form.rowCount(), 0, 1, 2);
}

void StepsPanel::build_fix() {
  QGridLayout& form = *add_section(tr("Fix"), tr("Draw what is missing, cut, merge, delete."));
  auto* text = new QLabel(
      tr("One click (N) takes a missed nucleus, brush (P) and eraser (E) mend outlines. Cut (X) "
         "parts two nuclei, Merge (J) joins pieces, Ctrl+Delete takes the selected one away."),
      this);
  text->setWordWrap(true);
  form.addWidget(text, 0, 0, 1, 2);
}

void StepsPanel::build_check() {
  QGridLayout& form = *add_section(tr("Check"), tr("Merged nuclei, pieces, holes, odd sizes."));
  check_ = new QLabel(this);
  check_->setObjectName(QStringLiteral("check_counts"));
  check_->setWordWrap(true);
  form.addWidget(check_, 0, 0, 1, 2);
  auto* look = new QPushButton(tr("Look through them"), this);
  look->setObjectName(QStringLiteral("look_through"));
  look->setToolTip(tr("Shows one after the other; Shift+Return accepts, Shift+Delete deletes."));
  QObject::connect(look, &QPushButton::clicked, this,
                   [this] { run_("review.next", nlohmann::json::object()); });
  form.addWidget(look, 1, 0, 1, 2);
}

void StepsPanel::build_save() {
  QGridLayout& form = *add_section(tr("Save"), tr("The mask, under the image's name."));
  const auto button = [&](const char* command_id, const QString& text, bool primary) {
    const Command& command = *commands_.find(command_id);
    auto* made = new QPushButton(text, this);
    made->setObjectName(QLatin1String(command_id));
    made->setProperty("primary", primary);
    made->setToolTip(QString::fromStdString(command.help));
    QObject::connect(made, &QPushButton::clicked, this,
                     [this, id = command.id] { run_(id, nlohmann::json::object()); });
    form.addWidget(made, form.rowCount(), 0, 1, 2);
  };
  button("dataset.save", tr("Save the mask"), false);
  button("dataset.save_rois", tr("Save the mask and RoiSet.zip"), false);
  button("dataset.done_and_next", tr("Done, next image (Shift+D)"), true);
}

}  // namespace karyo::gui
