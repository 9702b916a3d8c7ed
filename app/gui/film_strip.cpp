#include "app/gui/film_strip.h"

#include <QImageReader>
#include <QLabel>
#include <QListWidget>
#include <QPixmap>
#include <QScrollBar>
#include <QTimer>
#include <QVBoxLayout>
#include <algorithm>

#include "app/gui/theme.h"

namespace karyo::gui {
namespace {

constexpr int kThumb = 72, kLargeHeight = 200, kMostPixels = 4096;
constexpr int kPicture = Qt::UserRole, kEpoch = Qt::UserRole + 1;

}  // namespace

FilmStrip::FilmStrip(QWidget* parent) : QWidget(parent) {
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(4);
  words_ = new QLabel(this);
  words_->setObjectName(QStringLiteral("film_words"));
  words_->setWordWrap(true);
  column->addWidget(words_);
  large_ = new QLabel(this);
  large_->setObjectName(QStringLiteral("film_large"));
  large_->setAlignment(Qt::AlignCenter);
  large_->setFixedHeight(kLargeHeight);
  large_->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Fixed);
  column->addWidget(large_);
  strip_ = new QListWidget(this);
  strip_->setObjectName(QStringLiteral("film_strip"));
  strip_->setAccessibleName(tr("Pictures by epoch"));
  strip_->setToolTip(
      tr("A part of one validation image after epochs 1, 2, 3, 4, 6, 8 … Nuclei: found in blue, "
         "true ones in orange where nothing was found. Restored images: left as it came, right "
         "restored."));
  strip_->setViewMode(QListView::IconMode);
  strip_->setFlow(QListView::LeftToRight);
  strip_->setWrapping(false);
  strip_->setMovement(QListView::Static);
  strip_->setIconSize({kThumb, kThumb});
  strip_->setSpacing(2);
  strip_->setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  strip_->setFixedHeight(kThumb + 2 * fontMetrics().height() +
                         strip_->horizontalScrollBar()->sizeHint().height());
  QObject::connect(strip_, &QListWidget::currentRowChanged, this, [this](int) { show_large(); });
  column->addWidget(strip_);
  hide();
}

void FilmStrip::set_model(const std::filesystem::path& model) {
  if (model != model_) {
    model_ = model;
    strip_->clear();
  }
  to_read_ = model.empty() ? std::vector<EpochPicture>() : epoch_pictures(model);
  // What was trained anew has fewer, and others.
  const auto shown = static_cast<std::size_t>(strip_->count());
  bool same = shown <= to_read_.size();
  for (std::size_t i = 0; same && i < shown; ++i) {
    same = strip_->item(static_cast<int>(i))->data(kEpoch).toLongLong() == to_read_[i].epoch;
  }
  if (same) {
    to_read_.erase(to_read_.begin(), to_read_.begin() + static_cast<std::ptrdiff_t>(shown));
  } else {
    strip_->clear();
  }
  setVisible(strip_->count() > 0 || !to_read_.empty());
  if (reading_ || to_read_.empty()) return;
  reading_ = true;
  QTimer::singleShot(0, this, [this] { read_next(); });
}

void FilmStrip::read_next() {
  reading_ = !to_read_.empty();
  if (!reading_) return;
  const EpochPicture next = to_read_.front();
  to_read_.erase(to_read_.begin());
  const bool at_end = strip_->currentRow() == strip_->count() - 1;
  QImageReader reader(QString::fromStdString(next.file.string()), "png");
  const QSize size = reader.size();
  if (size.isValid() && std::max(size.width(), size.height()) <= kMostPixels) {
    const QPixmap picture = QPixmap::fromImage(reader.read());
    auto* item = new QListWidgetItem(
        QIcon(picture.scaled(kThumb, kThumb, Qt::KeepAspectRatio, Qt::SmoothTransformation)),
        QString::number(next.epoch));
    item->setData(kPicture, picture);
    item->setData(kEpoch, static_cast<qlonglong>(next.epoch));
    item->setData(Qt::AccessibleTextRole, tr("Epoch %1").arg(next.epoch));
    strip_->addItem(item);
    if (at_end) strip_->setCurrentRow(strip_->count() - 1);  // who looks back is left there
  }
  QTimer::singleShot(0, this, [this] { read_next(); });
}

void FilmStrip::show_large() {
  const QListWidgetItem* item = strip_->currentItem();
  if (item == nullptr) {
    large_->clear();
    return;
  }
  const auto picture = item->data(kPicture).value<QPixmap>();
  large_->setPixmap(
      picture.scaled(width(), kLargeHeight, Qt::KeepAspectRatio, Qt::SmoothTransformation));
  words_->setText(tr("What it made of one image after epoch %1").arg(item->text()));
  large_->setAccessibleName(words_->text());
}

void FilmStrip::resizeEvent(QResizeEvent* event) {
  QWidget::resizeEvent(event);
  show_large();
}

}  // namespace karyo::gui
