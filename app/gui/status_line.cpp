#include "app/gui/status_line.h"

#include <QDir>
#include <QFile>
#include <QHBoxLayout>
#include <QLabel>
#include <QProgressBar>
#include <QTimer>
#include <QToolButton>
#include <algorithm>
#include <cmath>

#include "app/gui/line_icon.h"
#include "app/gui/theme.h"
#include "app/gui/translator.h"
#include "core/base/parallel.h"

namespace karyo::gui {
namespace {

constexpr int kSayMs = 6000;
constexpr int kMostNameWidth = 140;

QString reading_text(const Reading& reading, bool stack) {
  if (reading.label != 0) {
    QString text = QObject::tr("object %1").arg(reading.label);
    if (reading.label_voxels) {
      text += stack ? QObject::tr(" (%1 voxels)").arg(*reading.label_voxels)
                    : QObject::tr(" (%1 px)").arg(*reading.label_voxels);
    }
    return text;
  }
  QStringList values;
  for (const double value : reading.values) values << short_number(value);
  return values.join(QStringLiteral(", "));
}

}  // namespace

QString device_text() {
  // The driver lists its GPUs as files; asking CUDA would load hundreds of megabytes.
  const QDir gpus(QStringLiteral("/proc/driver/nvidia/gpus"));
  for (const auto& entry : gpus.entryList(QDir::Dirs | QDir::NoDotAndDotDot)) {
    QFile file(gpus.filePath(entry) + QStringLiteral("/information"));
    if (!file.open(QIODevice::ReadOnly)) continue;
    for (const auto& line : QString::fromUtf8(file.readAll()).split(QLatin1Char('\n'))) {
      if (line.startsWith(QLatin1String("Model:"))) return line.mid(6).trimmed();
    }
  }
  return QObject::tr("CPU, %1 cores (no GPU found)").arg(default_threads());
}

StatusLine::StatusLine(Workspace& workspace, QWidget* parent)
    : QWidget(parent), workspace_(workspace) {
  setObjectName(QStringLiteral("status"));
  setProperty("role", "panel");
  auto* row = new QHBoxLayout(this);
  row->setContentsMargins(kGrid, 2, kGrid, 2);
  row->setSpacing(2 * kGrid);
  setFixedHeight(kControlHeight);
  place_ = new QLabel(this);
  place_->setObjectName(QStringLiteral("place"));
  place_->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);  // many layers, many words
  place_->setToolTip(tr("Place in voxels (planes count from 1, x and y from 0 as in Fiji), the "
                        "image's values there, and the object."));
  scale_ = new QLabel(this);
  scale_->setObjectName(QStringLiteral("scale"));
  scale_->setProperty("role", "quiet");
  scale_->setToolTip(tr("Distance between voxels, as the file says."));
  work_ = new QLabel(this);
  work_->setObjectName(QStringLiteral("work"));
  work_->setProperty("role", "work");
  progress_ = new QProgressBar(this);
  progress_->setObjectName(QStringLiteral("progress"));
  progress_->setAccessibleName(tr("How far the work is"));
  progress_->setFixedSize(96, 8);
  progress_->setTextVisible(false);
  progress_->setRange(0, 1000);
  cancel_ = new QToolButton(this);
  cancel_->setProperty("flat", true);
  cancel_->setIcon(line_icon(LineIcon::kCancel, QPalette::PlaceholderText));
  cancel_->setToolTip(tr("Stop this work"));
  QObject::connect(cancel_, &QToolButton::clicked, this, [this] { workspace_.cancel_jobs(); });
  device_ = new QLabel(device_text(), this);
  device_->setProperty("role", "quiet");
  device_->setToolTip(tr("What computes here."));
  row->addWidget(place_, 1);
  recording_ = new QLabel(this);
  recording_->setObjectName(QStringLiteral("recording"));
  recording_->setProperty("role", "attention");
  recording_->setToolTip(tr("What is done is written down (Macro › Record stops it)."));
  recording_->hide();
  row->addWidget(recording_);
  row->addWidget(work_);
  row->addWidget(progress_);
  row->addWidget(cancel_);
  row->addWidget(scale_);
  row->addWidget(device_);
  connections_.push_back(workspace_.jobs_changed.connect([this] { update_work(); }));
  connections_.push_back(workspace_.layers().list_changed.connect([this] {
    update_scale();
    show_place(shown_);
  }));
  connections_.push_back(workspace_.view().cursor_changed.connect([this] {
    if (!shown_) show_place({});
  }));
  connections_.push_back(workspace_.view().time_changed.connect([this] { show_place(shown_); }));
  update_scale();
  update_work();
  show_place({});
}

void StatusLine::show_place(const std::optional<WorldPoint>& place) {
  shown_ = place;
  if (workspace_.layers().empty()) {
    place_->clear();
    return;
  }
  const WorldPoint here = place.value_or(workspace_.view().cursor());
  const Probe probe = workspace_.probe(here);
  QString text = probe.readings.empty() ? QString() : place_text(probe);
  const QString more = remark ? remark(here) : QString();
  if (!more.isEmpty()) text += QStringLiteral("   ·   ") + more;
  place_->setText(text);
}

QString StatusLine::place_text(const Probe& probe) const {
  const Index3 extent = workspace_.layers().extent();
  QString text;
  if (extent.z > 1) text += QStringLiteral("z %1/%2   ").arg(probe.voxel.z + 1).arg(extent.z);
  text += QStringLiteral("y %1   x %2").arg(probe.voxel.y).arg(probe.voxel.x);
  // Names only where there is something to tell apart.
  const bool several = std::count_if(probe.readings.begin(), probe.readings.end(),
                                     [](const Reading& r) { return !r.values.empty(); }) > 1 ||
                       std::count_if(probe.readings.begin(), probe.readings.end(),
                                     [](const Reading& r) { return r.label != 0; }) > 1;
  // From the bottom: the image's value first, as one reads it.
  for (auto reading = probe.readings.rbegin(); reading != probe.readings.rend(); ++reading) {
    if (reading->values.empty() && reading->label == 0) continue;
    text += QStringLiteral("   ·   ");
    if (several) {
      text += fontMetrics().elidedText(QString::fromStdString(reading->layer), Qt::ElideMiddle,
                                       kMostNameWidth) +
              QStringLiteral(": ");
    }
    text += reading_text(*reading, extent.z > 1);
  }
  return text;
}

void StatusLine::update_scale() {
  const auto& grid = workspace_.layers().grid();
  if (workspace_.layers().empty()) {
    scale_->clear();
  } else if (!grid.calibrated()) {
    scale_->setText(tr("no scale known"));
  } else {
    const QString unit = unit_text(grid.unit);
    QString text = QStringLiteral("%1 %2/px").arg(short_number(grid.spacing_x), unit);
    if (workspace_.has_depth()) {
      text += QStringLiteral(", z %1 %2").arg(short_number(grid.spacing_z), unit);
    }
    scale_->setText(text);
  }
}

void StatusLine::update_work() {
  const bool busy = !workspace_.doing().empty();
  const auto progress = workspace_.progress();
  if (busy) {
    QString text = message_text(workspace_.doing());
    if (progress.seconds_left >= 60) {
      text += tr(" · %n minute(s) left", nullptr,
                 static_cast<int>(std::lround(progress.seconds_left / 60)));
    } else if (progress.seconds_left >= 0) {
      text +=
          tr(" · %n second(s) left", nullptr, static_cast<int>(std::ceil(progress.seconds_left)));
    }
    work_->setText(text);
    progress_->setValue(static_cast<int>(progress.fraction * 1000));
  }
  progress_->setVisible(busy && progress.fraction > 0);
  if (!busy) work_->clear();
  cancel_->setVisible(busy);
}

void StatusLine::show_recording(bool recording, int steps) {
  recording_->setVisible(recording);
  recording_->setText(tr("● recording, %n step(s)", nullptr, steps));
}

void StatusLine::say(const QString& text) {
  work_->setText(text);
  QTimer::singleShot(kSayMs, work_, [label = work_, text] {
    if (label->text() == text) label->clear();
  });
}

}  // namespace karyo::gui
