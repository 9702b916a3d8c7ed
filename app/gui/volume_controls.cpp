#include "app/gui/volume_controls.h"

#include <QComboBox>
#include <QFrame>
#include <QGridLayout>
#include <QLabel>
#include <QPushButton>
#include <QScrollArea>
#include <QScrollBar>
#include <QTimer>
#include <QToolButton>
#include <QVBoxLayout>
#include <array>
#include <cmath>

#include "app/gui/controls.h"
#include "app/gui/crop_controls.h"
#include "app/gui/histogram_counter.h"
#include "app/gui/line_icon.h"
#include "app/gui/opacity_editor.h"
#include "app/gui/plane_controls.h"
#include "app/gui/shown_channel.h"
#include "app/gui/theme.h"
#include "app/gui/volume_view.h"

namespace karyo::gui {
namespace {

constexpr int kCurveBins = 128;

/// Long entries give way to the panel's width.
QComboBox* narrow_box(const char* name, QWidget* parent) {
  auto* box = new QComboBox(parent);
  box->setObjectName(QString::fromLatin1(name));
  box->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
  box->setMinimumContentsLength(6);
  return box;
}

struct MethodEntry {
  VolumeMethod method;
  const char* name;
  const char* command;
};
/// In the order they are offered.
constexpr std::array<MethodEntry, kVolumeMethodCount> kMethods{{
    {VolumeMethod::kMaximum, "Brightest voxel", "view.maximum"},
    {VolumeMethod::kAttenuated, "Brightest, dimmed with depth", "view.attenuated"},
    {VolumeMethod::kMinimum, "Darkest voxel", "view.minimum"},
    {VolumeMethod::kAverage, "Average", "view.average"},
    {VolumeMethod::kComposite, "Translucent", "view.composite"},
    {VolumeMethod::kIsosurface, "Isosurface", "view.isosurface"},
    {VolumeMethod::kNone, "No image", "view.no_volume"},
}};

QGridLayout* form_in(QWidget* widget) {
  auto* form = new QGridLayout(widget);
  form->setContentsMargins(0, 0, 0, 0);
  form->setHorizontalSpacing(kGrid);
  form->setVerticalSpacing(kGrid);
  form->setColumnStretch(1, 1);
  return form;
}

}  // namespace

VolumeControls::VolumeControls(Workspace& workspace, const CommandTable& commands, VolumeView& view,
                               QWidget* parent)
    : QWidget(parent), workspace_(workspace), commands_(commands), view_(view) {
  setObjectName(QStringLiteral("volume_controls"));
  auto* outer = new QVBoxLayout(this);
  outer->setContentsMargins(kGrid, 0, kGrid, kGrid);
  outer->setSpacing(4);
  auto* line = new QFrame(this);
  line->setFixedHeight(1);
  line->setProperty("role", "line");
  outer->addWidget(line);
  header_ = new QToolButton(this);
  header_->setObjectName(QStringLiteral("volume_header"));
  header_->setProperty("flat", true);
  header_->setText(tr("3D"));
  QFont bold = font();
  bold.setBold(true);
  header_->setFont(bold);
  header_->setToolTip(tr("How the 3D view shows things and what it cuts away."));
  header_->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
  header_->setFocusPolicy(Qt::TabFocus);
  outer->addWidget(header_);
  body_ = new QWidget(this);
  outer->addWidget(body_);
  auto* column = new QVBoxLayout(body_);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(kGrid);
  QObject::connect(header_, &QToolButton::clicked, this, [this] { unfold(!unfolded_); });
  unfold(false);
  add_method(*column);
  add_labels_and_camera(*column);
  add_cuts(*column);
  add_film(*column);
  const auto all = [this] {
    counts_stale_ = true;
    show_settings();
    show_or_hide();
  };
  auto& layers = workspace_.layers();
  connections_.push_back(view_.changed.connect([this] { show_settings(); }));
  connections_.push_back(view_.film_changed.connect([this] { show_film(); }));
  connections_.push_back(layers.list_changed.connect(all));
  connections_.push_back(layers.layer_changed.connect([all](Layer&) { all(); }));
  connections_.push_back(layers.selection_changed.connect([all](Layer*) { all(); }));
  connections_.push_back(workspace_.view().time_changed.connect(all));
  connections_.push_back(workspace_.view().layout_changed.connect([this] {
    show_or_hide();
    // Whoever shows 3D alone wants its settings at hand.
    if (workspace_.view().layout() == ViewLayoutKind::kVolume) unfold(true);
  }));
  all();
  show_film();
}

void VolumeControls::add_method(QVBoxLayout& column) {
  auto* form = form_in(new QWidget(this));
  column.addWidget(form->parentWidget());
  method_ = narrow_box("volume_method", this);
  for (const auto& entry : kMethods) {
    method_->addItem(tr(entry.name));
    if (const Command* command = commands_.find(entry.command)) {
      method_->setItemData(method_->count() - 1, QString::fromStdString(command->help),
                           Qt::ToolTipRole);
    }
  }
  add_row(*form, tr("Method"), method_, tr("What a pixel shows of the voxels behind it."));
  QObject::connect(method_, &QComboBox::activated, this, [this](int index) {
    if (!updating_) run(kMethods[static_cast<std::size_t>(index)].command);
  });

  attenuation_row_ = new QWidget(this);
  auto* attenuation = form_in(attenuation_row_);
  attenuation_ = new ValueSlider({0, 0.5, 0.05, 3, {}, false}, attenuation_row_);
  attenuation_->setObjectName(QStringLiteral("attenuation"));
  attenuation_->on_change = [this](double value) {
    if (!updating_) run("view.attenuated", {{"attenuation", value}});
  };
  add_row(*attenuation, tr("Dimming"), attenuation_,
          tr("How much bright matter dims what lies behind it (attenuation). Double click: 0.05."));
  column.addWidget(attenuation_row_);

  threshold_row_ = new QWidget(this);
  auto* threshold = form_in(threshold_row_);
  threshold_ = new ValueSlider({0, 100, 50, 1, QStringLiteral("%"), false}, threshold_row_);
  threshold_->setObjectName(QStringLiteral("threshold"));
  threshold_->on_change = [this](double value) {
    if (!updating_) run("view.isosurface", {{"share", value / 100}});
  };
  add_row(*threshold, tr("Threshold"), threshold_,
          tr("Where the surface lies between black and full colour of each channel."));
  threshold_value_ = new QLabel(threshold_row_);
  threshold_value_->setObjectName(QStringLiteral("threshold_value"));
  threshold_value_->setProperty("role", "quiet");
  threshold->addWidget(threshold_value_, threshold->rowCount(), 1);
  column.addWidget(threshold_row_);

  opacity_row_ = new QWidget(this);
  auto* box = new QVBoxLayout(opacity_row_);
  box->setContentsMargins(0, 0, 0, 0);
  box->setSpacing(4);
  opacity_ = new OpacityEditor(opacity_row_);
  counter_ = new HistogramCounter(
      workspace_, this, [this](Histogram ready) { opacity_->set_counts(std::move(ready.counts)); });
  opacity_->setToolTip(
      tr("How opaque each brightness is. Drag a point, press to add one, right "
         "click takes one away (transfer function)."));
  opacity_->on_change = [this](const OpacityCurve& curve) {
    nlohmann::json points = nlohmann::json::array();
    for (const auto& point : curve.points()) {
      points.push_back(point.strength);
      points.push_back(point.opacity);
    }
    run("view.opacity_curve", {{"points", points}});
  };
  box->addWidget(opacity_);
  auto* usual = new QPushButton(tr("Usual curve"), opacity_row_);
  usual->setObjectName(QStringLiteral("usual_curve"));
  usual->setToolTip(tr("Background clear, bright voxels half opaque."));
  QObject::connect(usual, &QPushButton::clicked, this, [this] { run("view.opacity_curve"); });
  box->addWidget(usual, 0, Qt::AlignRight);
  column.addWidget(opacity_row_);
}

void VolumeControls::add_labels_and_camera(QVBoxLayout& column) {
  labels_row_ = new QWidget(this);
  auto* labels = form_in(labels_row_);
  labels_ = narrow_box("volume_labels", labels_row_);
  labels_->addItems({tr("Smooth surfaces"), tr("Voxel by voxel")});
  add_row(*labels, tr("Objects"), labels_,
          tr("Surfaces show shape; voxels show exactly what is labelled."));
  QObject::connect(labels_, &QComboBox::activated, this, [this](int index) {
    if (!updating_) run("view.labels_as_voxels", {{"on", index == 1}});
  });
  column.addWidget(labels_row_);

  auto* form = form_in(new QWidget(this));
  column.addWidget(form->parentWidget());
  projection_ = narrow_box("projection", this);
  projection_->addItems({tr("Perspective"), tr("Orthographic")});
  add_row(*form, tr("Camera"), projection_,
          tr("Perspective shows depth; orthographic shows near and far equally large."));
  QObject::connect(projection_, &QComboBox::activated, this, [this](int index) {
    if (!updating_) run("view.orthographic", {{"on", index == 1}});
  });
  auto* row = new QWidget(this);
  auto* box = new QHBoxLayout(row);
  box->setContentsMargins(0, 0, 0, 0);
  box->setSpacing(4);
  const auto from = [&](const QString& name, const char* command) {
    auto* button = new QPushButton(name, row);
    button->setObjectName(QString::fromLatin1(command));
    button->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Fixed);
    if (const Command* found = commands_.find(command)) {
      button->setToolTip(QString::fromStdString(found->help));
    }
    QObject::connect(button, &QPushButton::clicked, this, [this, command] { run(command); });
    box->addWidget(button, 1);
  };
  from(tr("Front"), "view.front");
  from(tr("Top"), "view.top");
  from(tr("Side"), "view.side");
  add_row(*form, tr("See from"), row, tr("All of the stack from one of its sides."));
}

void VolumeControls::add_cuts(QVBoxLayout& column) {
  crop_ = new CropControls(this);
  crop_->on_switch = [this](bool on) { run("view.crop3d", {{"on", on}}); };
  crop_->on_change = [this](const WorldBox& kept) {
    run("view.crop3d", {{"z", {kept.low.z, kept.high.z}},
                        {"y", {kept.low.y, kept.high.y}},
                        {"x", {kept.low.x, kept.high.x}}});
  };
  column.addWidget(crop_);
  clip_ = add_plane(column, QStringLiteral("clip"), tr("Cut by a plane"),
                    tr("Cuts away what the plane faces."), "view.clip3d");
  slice_ = add_plane(column, QStringLiteral("slice"), tr("Slicing plane"),
                     tr("Shows a plane at any angle in the image's colours."), "view.slice3d");
}

PlaneControls* VolumeControls::add_plane(QVBoxLayout& column, const QString& name,
                                         const QString& title, const QString& help,
                                         const char* command) {
  auto* plane = new PlaneControls(name, title, help, this);
  plane->on_switch = [this, command](bool on) { run(command, {{"on", on}}); };
  plane->on_change = [this, command](World normal, double distance) {
    run(command, {{"normal", {normal.z, normal.y, normal.x}}, {"distance", distance}});
  };
  plane->towards_viewer = [this] { return view_.surface().camera().forward * -1; };
  column.addWidget(plane);
  return plane;
}

void VolumeControls::add_film(QVBoxLayout& column) {
  film_ = new QPushButton(this);
  film_->setObjectName(QStringLiteral("film"));
  QObject::connect(film_, &QPushButton::clicked, this, [this] {
    run(view_.film().running() ? "view.stop_turntable" : "view.ask_turntable");
  });
  film_text_ = new QLabel(this);
  film_text_->setObjectName(QStringLiteral("film_text"));
  film_text_->setProperty("role", "quiet");
  column.addWidget(film_);
  column.addWidget(film_text_);
}

void VolumeControls::show_settings() {
  updating_ = true;
  const VolumeLook& look = view_.look();
  for (std::size_t i = 0; i < kMethods.size(); ++i) {
    if (kMethods[i].method == look.method) method_->setCurrentIndex(static_cast<int>(i));
  }
  attenuation_row_->setVisible(look.method == VolumeMethod::kAttenuated);
  attenuation_->set_value(look.attenuation);
  threshold_row_->setVisible(look.method == VolumeMethod::kIsosurface);
  threshold_->set_value(look.threshold * 100);
  const auto channel = shown_channel(workspace_);
  threshold_value_->setText(
      channel ? tr("value %1").arg(short_number(channel->value_of(look.threshold))) : QString());
  opacity_row_->setVisible(look.method == VolumeMethod::kComposite);
  opacity_->set_curve(look.opacity);
  if (look.method == VolumeMethod::kComposite && counts_stale_) show_histogram();
  labels_->setCurrentIndex(look.labels_as_voxels ? 1 : 0);
  projection_->setCurrentIndex(view_.orthographic() ? 1 : 0);
  const WorldBox whole = view_.box();
  const QString unit = unit_text(workspace_.layers().grid().unit);
  crop_->show_crop(look.crop_on, look.crop_on ? look.crop : whole, whole, unit);
  const World half = whole.size() * 0.5;
  const double reach = std::sqrt(dot(half, half));
  clip_->show_plane(look.clip, reach, unit);
  slice_->show_plane(look.slice, reach, unit);
  updating_ = false;
}

/// Of the shown channel between black and full colour, which is what the curve is over.
void VolumeControls::show_histogram() {
  const auto channel = shown_channel(workspace_);
  if (!channel) return;
  counts_stale_ = false;
  ContrastRegion region;
  region.t = channel->image->pages() ? 0 : channel->image->time_shown(workspace_.view().time());
  region.c = channel->channel;
  counter_->count([volume = shared_sample(*channel->image), region,
                   limits = channel->display().limits, gamma = channel->display().gamma] {
    Histogram counted = histogram(*volume, region, limits, kCurveBins);
    std::vector<std::int64_t> bent(kCurveBins);
    for (std::size_t i = 0; i < counted.counts.size(); ++i) {
      const double place = std::pow((static_cast<double>(i) + 0.5) / kCurveBins, gamma);
      bent[static_cast<std::size_t>(place * kCurveBins)] += counted.counts[i];
    }
    counted.counts = std::move(bent);
    return counted;
  });
  opacity_->set_colormap(channel->display().colormap, channel->display().inverted);
}

void VolumeControls::show_film() {
  const bool running = view_.film().running();
  film_->setText(running ? tr("Stop the film") : tr("Film of a turn…"));
  film_->setToolTip(running ? tr("Stops making the film; pictures that are written stay.")
                            : tr("Pictures of a whole turn in a folder, and an MP4 of them where "
                                 "ffmpeg is installed."));
  film_text_->setVisible(running);
  film_text_->setText(view_.film().doing());
}

void VolumeControls::show_or_hide() {
  const auto layout = workspace_.view().layout();
  setVisible(workspace_.has_depth() &&
             (layout == ViewLayoutKind::kFour || layout == ViewLayoutKind::kVolume));
  bool labels = false;
  for (int i = 0; i < workspace_.layers().count(); ++i) {
    labels = labels || workspace_.layers().at(i).kind() == LayerKind::kLabels;
  }
  labels_row_->setVisible(labels);
}

void VolumeControls::unfold(bool unfolded) {
  unfolded_ = unfolded;
  body_->setVisible(unfolded);
  header_->setIcon(line_icon(unfolded ? LineIcon::kUp : LineIcon::kDown));
  if (unfolded) QTimer::singleShot(0, this, [this] { come_into_view(); });  // once it is laid out
}

void VolumeControls::come_into_view() {
  for (QWidget* outer = parentWidget(); outer != nullptr; outer = outer->parentWidget()) {
    auto* scroll = qobject_cast<QScrollArea*>(outer);
    if (scroll == nullptr) continue;
    scroll->verticalScrollBar()->setValue(mapTo(scroll->widget(), QPoint(0, 0)).y());
    return;
  }
}

void VolumeControls::run(const char* command, const nlohmann::json& arguments) {
  const auto outcome = commands_.run(command, arguments);
  if (outcome) return;
  workspace_.failed.emit(outcome.error());
  show_settings();  // back to what holds
}

}  // namespace karyo::gui
