#include "app/gui/image_controls.h"

#include <QCheckBox>
#include <QComboBox>
#include <QFileDialog>
#include <QGridLayout>
#include <QLabel>
#include <QPainter>
#include <QPushButton>
#include <QSignalBlocker>
#include <QVBoxLayout>
#include <cmath>

#include "app/gui/controls.h"
#include "app/gui/histogram_counter.h"
#include "app/gui/histogram_slider.h"
#include "app/gui/theme.h"
#include "core/io/lut_file.h"

namespace karyo::gui {
namespace {

constexpr char kLoadLut[] = "load";

QIcon gradient_icon(const Colormap& map) {
  QPixmap picture(48, 14);
  QPainter painter(&picture);
  for (int x = 0; x < 48; ++x) {
    const Rgb c = (*map.table)[static_cast<std::size_t>(x * 255 / 47)];
    painter.fillRect(x, 0, 1, 14, QColor(c.r, c.g, c.b));
  }
  return QIcon(picture);
}

/// Over all values that there are.
Histogram counted(const Volume& volume, const ContrastRegion& region) {
  ValueRange range = slider_range(volume, region);
  int bins = 256;
  if (volume.type() != VoxelType::kFloat32 && volume.type() != VoxelType::kFloat64) {
    // Bins of whole values: others hold more or fewer values in turn, which looks like a comb.
    const double values = range.high - range.low + 1;
    const double width = std::ceil(values / bins);
    bins = static_cast<int>(std::ceil(values / width));
    range.high = range.low + bins * width;
  }
  return histogram(volume, region, range, bins);
}

}  // namespace

ImageControls::ImageControls(ImageLayer& layer, Workspace& workspace, const CommandTable& commands,
                             QWidget* parent)
    : QWidget(parent), workspace_(workspace), commands_(commands) {
  layer_ = workspace_.layers().shared_at(workspace_.layers().find(&layer));
  auto* form = new QGridLayout(this);
  form->setContentsMargins(0, 0, 0, 0);
  form->setHorizontalSpacing(kGrid);
  form->setVerticalSpacing(kGrid);
  form->setColumnStretch(1, 1);
  add_channels(*form);
  add_contrast(*form, commands);
  add_colours(*form);
  add_mixing(*form);
  show_settings();
  show_histogram();
  connections_.push_back(layer.changed.connect([this] { show_settings(); }));
  connections_.push_back(layer.data_changed.connect([this](const Box3&) {
    const auto* image = this->layer();
    if (image != nullptr && !image->pages()) show_histogram();  // a sample does not change
  }));
  connections_.push_back(workspace_.view().cursor_changed.connect([this] {
    if (region_->currentIndex() == 1) show_histogram();
  }));
  connections_.push_back(workspace_.view().time_changed.connect([this] { show_histogram(); }));
}

ImageLayer* ImageControls::layer() const {
  return dynamic_cast<ImageLayer*>(layer_.lock().get());
}

void ImageControls::add_channels(QGridLayout& form) {
  const ImageLayer& image = *layer();
  if (image.channel_count() < 2 || image.rgb()) return;
  auto* row = new QWidget(this);
  auto* box = new QHBoxLayout(row);
  box->setContentsMargins(0, 0, 0, 0);
  box->setSpacing(kGrid);
  channel_box_ = new QComboBox(row);
  channel_box_->setObjectName(QStringLiteral("channel"));
  channel_box_->setIconSize({32, 14});
  channel_box_->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
  channel_box_->setMinimumContentsLength(6);
  for (std::int64_t c = 0; c < image.channel_count(); ++c) {
    const QString name = QString::fromStdString(image.channel(c).name);
    channel_box_->addItem(gradient_icon(image.channel(c).colormap),
                          name.isEmpty() ? tr("Channel %1").arg(c + 1) : name);
  }
  channel_shown_ = new QCheckBox(tr("Show"), row);
  channel_shown_->setObjectName(QStringLiteral("channel_shown"));
  channel_shown_->setToolTip(tr("Show this channel, or leave it out of the picture."));
  box->addWidget(channel_box_, 1);
  box->addWidget(channel_shown_);
  add_row(form, tr("Channel"), row, tr("Which channel the settings below are for."));
  QObject::connect(channel_box_, &QComboBox::currentIndexChanged, this, [this](int index) {
    if (updating_) return;
    channel_ = index;
    show_settings();
    show_histogram();
  });
  QObject::connect(channel_shown_, &QCheckBox::toggled, this, [this](bool on) {
    if (!updating_) set_channel({{"visible", on}});
  });
}

void ImageControls::add_contrast(QGridLayout& form, const CommandTable& commands) {
  histogram_ = new HistogramSlider(this);
  histogram_->set_histogram({layer()->channel(channel_).limits, {}});  // until it is counted
  histogram_->on_change = [this](ValueRange limits) { set_limits(limits); };
  counter_ = new HistogramCounter(
      workspace_, this, [this](Histogram ready) { histogram_->set_histogram(std::move(ready)); });
  form.addWidget(histogram_, form.rowCount(), 0, 1, 2);
  auto* row = new QWidget(this);
  auto* box = new QHBoxLayout(row);
  box->setContentsMargins(0, 0, 0, 0);
  box->setSpacing(kGrid);
  low_ = new NumberBox(row);
  low_->setObjectName(QStringLiteral("low"));
  low_->setToolTip(tr("Values up to this one are shown black."));
  low_->setAccessibleName(low_->toolTip());
  high_ = new NumberBox(row);
  high_->setObjectName(QStringLiteral("high"));
  high_->setToolTip(tr("Values from this one on are shown in full colour."));
  high_->setAccessibleName(high_->toolTip());
  auto* automatic = new QPushButton(tr("Auto"), row);
  automatic->setObjectName(QStringLiteral("auto"));
  automatic->setToolTip(
      tr("Limits that suit the plane on screen: a small part of it darker or brighter (C)."));
  box->addWidget(low_, 1);
  box->addWidget(high_, 1);
  box->addWidget(automatic);
  const auto run_auto = [&commands] { static_cast<void>(commands.run("layer.auto_contrast")); };
  QObject::connect(automatic, &QPushButton::clicked, this, run_auto);
  histogram_->on_auto = run_auto;
  form.addWidget(row, form.rowCount(), 0, 1, 2);
  add_histogram_choices(form);
  const auto typed = [this] {
    if (!updating_) set_limits({low_->value(), high_->value()});
  };
  QObject::connect(low_, &QDoubleSpinBox::valueChanged, this, typed);
  QObject::connect(high_, &QDoubleSpinBox::valueChanged, this, typed);
}

void ImageControls::add_histogram_choices(QGridLayout& form) {
  auto* row = new QWidget(this);
  auto* box = new QHBoxLayout(row);
  box->setContentsMargins(0, 0, 0, 0);
  box->setSpacing(kGrid);
  region_ = new QComboBox(row);
  region_->setObjectName(QStringLiteral("histogram_of"));
  region_->addItems({tr("of the stack"), tr("of this plane")});
  logarithmic_ = new QCheckBox(tr("Log"), row);
  logarithmic_->setObjectName(QStringLiteral("histogram_log"));
  logarithmic_->setToolTip(tr("Shows counts by their logarithm, so that rare values are seen."));
  box->addWidget(region_, 1);
  box->addWidget(logarithmic_);
  add_row(form, tr("Histogram"), row, tr("What the histogram counts."));
  QObject::connect(region_, &QComboBox::currentIndexChanged, this, [this] { show_histogram(); });
  QObject::connect(logarithmic_, &QCheckBox::toggled, this,
                   [this](bool on) { histogram_->set_logarithmic(on); });

  auto* shares = new QWidget(this);
  auto* share_box = new QHBoxLayout(shares);
  share_box->setContentsMargins(0, 0, 0, 0);
  share_box->setSpacing(kGrid);
  const auto percent = [&](const char* name) {
    auto* made = new DecimalBox(shares);
    made->setObjectName(QString::fromLatin1(name));
    made->setRange(0, 100);
    made->setDecimals(2);
    made->setSingleStep(0.1);
    made->setSuffix(QStringLiteral(" %"));
    made->setAlignment(Qt::AlignRight);
    made->setKeyboardTracking(false);
    share_box->addWidget(made, 1);
    QObject::connect(made, &QDoubleSpinBox::valueChanged, this, [this] {
      if (auto* image = layer(); image != nullptr && !updating_) {
        image->set_percentiles({percent_low_->value(), percent_high_->value()});
      }
    });
    return made;
  };
  percent_low_ = percent("percent_low");
  percent_high_ = percent("percent_high");
  add_row(form, tr("Auto from"), shares,
          tr("Auto makes black what this share of the plane is darker than, and white what the other "
             "share is darker than (percentiles)."));
}

void ImageControls::load_lut() {
  auto* dialog = new QFileDialog(this, tr("Load a colour table"));
  dialog->setNameFilters({tr("ImageJ colour tables (*.lut)"), tr("All files (*)")});
  dialog->setAttribute(Qt::WA_DeleteOnClose);
  QObject::connect(dialog, &QFileDialog::fileSelected, this, [this](const QString& name) {
    auto map = read_lut(name.toStdString());
    if (!map) {
      workspace_.failed.emit(map.error());
    } else if (auto* image = layer()) {
      image->set_colormap(channel_, *std::move(map));
    }
  });
  dialog->open();
}

void ImageControls::add_colours(QGridLayout& form) {
  gamma_ = new ValueSlider({0.2, 5, 1, 2, {}, true}, this);
  gamma_->on_change = [this](double value) {
    if (!updating_) set_channel({{"gamma", value}});
  };
  add_row(form, tr("Gamma"), gamma_,
          tr("Below 1 brightens dim structures without moving the limits. Double click: 1."));
  inverted_ = new QCheckBox(tr("Inverted"), this);
  inverted_->setObjectName(QStringLiteral("inverted"));
  inverted_->setToolTip(tr("Dark for high values: as printed, or to see faint structures."));
  form.addWidget(inverted_, form.rowCount(), 1);
  QObject::connect(inverted_, &QCheckBox::toggled, this, [this](bool on) {
    if (!updating_) set_channel({{"inverted", on}});
  });
  if (layer()->rgb()) return;
  colormap_ = new QComboBox(this);
  colormap_->setObjectName(QStringLiteral("colormap"));
  colormap_->setIconSize({48, 14});
  colormap_->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
  colormap_->setMaxVisibleItems(16);
  for (const auto& name : colormap_names()) {
    if (auto map = colormap(name)) {
      colormap_->addItem(gradient_icon(*map), QString::fromStdString(name));
    }
  }
  add_row(form, tr("Colours"), colormap_, tr("The colours from dark to bright (LUT in Fiji)."));
  colormap_->addItem(tr("Load…"), kLoadLut);
  QObject::connect(colormap_, &QComboBox::activated, this, [this](int index) {
    if (colormap_->itemData(index).toString() != kLoadLut) return;
    show_settings();
    load_lut();
  });
  QObject::connect(colormap_, &QComboBox::currentTextChanged, this, [this](const QString& name) {
    if (!updating_ && colormap(name.toStdString())) set_channel({{"colormap", name.toStdString()}});
  });
}

void ImageControls::add_mixing(QGridLayout& form) {
  opacity_ = new ValueSlider({0, 100, 100, 0, QStringLiteral("%"), false}, this);
  opacity_->on_change = [this](double value) {
    if (!updating_) set("opacity", value / 100);
  };
  add_row(form, tr("Opacity"), opacity_, tr("How much of what lies beneath is covered."));
  blending_ = new QComboBox(this);
  blending_->setObjectName(QStringLiteral("blending"));
  const auto add_blending = [this](Blending how, const QString& name, const QString& help) {
    blending_->addItem(name, QString::fromUtf8(name_of(how).data()));
    blending_->setItemData(blending_->count() - 1, help, Qt::ToolTipRole);
  };
  add_blending(Blending::kTranslucent, tr("translucent"),
               tr("Covers what lies beneath, as far as it is opaque."));
  add_blending(Blending::kAdditive, tr("additive"), tr("Light adds up: for several channels."));
  add_blending(Blending::kMinimum, tr("minimum"), tr("The darker wins: for stained tissue."));
  add_blending(Blending::kOpaque, tr("opaque"), tr("Covers what lies beneath."));
  add_row(form, tr("Blending"), blending_, tr("How this layer meets the ones beneath it."));
  QObject::connect(blending_, &QComboBox::currentIndexChanged, this, [this](int index) {
    if (!updating_) set("blending", blending_->itemData(index).toString().toStdString());
  });
  between_ = new QComboBox(this);
  between_->setObjectName(QStringLiteral("interpolation"));
  between_->addItem(tr("blocks"), QStringLiteral("blocks"));
  between_->addItem(tr("linear"), QStringLiteral("linear"));
  between_->addItem(tr("cubic"), QStringLiteral("cubic"));
  add_row(form, tr("Magnified"), between_,
          tr("One block for each voxel shows what was measured; linear and cubic shade between "
             "voxels (interpolation)."));
  QObject::connect(between_, &QComboBox::currentIndexChanged, this, [this](int index) {
    if (!updating_) set("interpolation", between_->itemData(index).toString().toStdString());
  });
}

void ImageControls::set(const char* what, const nlohmann::json& value) {
  const auto* image = layer();
  if (image == nullptr) return;
  const auto outcome = commands_.run("layer.set", {{"layer", image->name()}, {what, value}});
  if (outcome) return;
  workspace_.failed.emit(outcome.error());
  show_settings();  // back to what holds
}

void ImageControls::set_channel(nlohmann::json what) {
  const auto* image = layer();
  if (image == nullptr) return;
  // A colour picture has one setting for all three, or its colours would shift.
  const std::int64_t first = image->rgb() ? 0 : channel_;
  const std::int64_t last = image->rgb() ? image->channel_count() : channel_ + 1;
  what["layer"] = image->name();
  for (std::int64_t c = first; c < last; ++c) {
    what["channel"] = c + 1;
    const auto outcome = commands_.run("layer.set_channel", what);
    if (outcome) continue;
    workspace_.failed.emit(outcome.error());
    show_settings();
    return;
  }
}

void ImageControls::set_limits(ValueRange limits) {
  set_channel({{"low", limits.low}, {"high", limits.high}});
}

void ImageControls::show_settings() {
  const auto* image = layer();
  if (image == nullptr) return;
  updating_ = true;
  const auto& channel = image->channel(channel_);
  histogram_->set_limits(channel.limits);
  histogram_->set_colormap(channel.colormap, channel.inverted);
  inverted_->setChecked(channel.inverted);
  percent_low_->setValue(image->percentiles().low);
  percent_high_->setValue(image->percentiles().high);
  low_->setValue(channel.limits.low);
  high_->setValue(channel.limits.high);
  gamma_->set_value(channel.gamma);
  if (colormap_ != nullptr) {
    const QString name = QString::fromStdString(channel.colormap.name);
    if (colormap_->findText(name) < 0) {
      colormap_->insertItem(0, gradient_icon(channel.colormap), name);
    }
    colormap_->setCurrentText(name);
  }
  if (channel_box_ != nullptr) {
    channel_box_->setItemIcon(static_cast<int>(channel_), gradient_icon(channel.colormap));
    channel_shown_->setChecked(channel.visible);
  }
  opacity_->set_value(image->opacity() * 100);
  blending_->setCurrentIndex(static_cast<int>(image->blending()));
  between_->setCurrentIndex(static_cast<int>(image->interpolation()));  // in the same order
  updating_ = false;
}

void ImageControls::show_histogram() {
  const auto* image = layer();
  if (image == nullptr) return;
  ContrastRegion region;
  region.t = image->pages() ? 0 : image->time_shown(workspace_.view().time());
  region.c = channel_;
  if (region_->currentIndex() == 1 && !image->pages()) {
    const Index3 shape = image->shape().zyx();
    const std::int64_t z =
        voxel_at(workspace_.view().cursor(), workspace_.layers().grid_of(*image)).z;
    if (z >= 0 && z < shape.z) region.box = Box3{{z, 0, 0}, {z + 1, shape.y, shape.x}};
  }
  counter_->count([volume = shared_sample(*image), region] { return counted(*volume, region); });
}

}  // namespace karyo::gui
