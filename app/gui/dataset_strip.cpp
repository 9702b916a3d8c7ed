#include "app/gui/dataset_strip.h"

#include <QComboBox>
#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QListWidget>
#include <QMenu>
#include <QMouseEvent>
#include <QPainter>
#include <QPainterPath>
#include <QPushButton>
#include <QStyledItemDelegate>
#include <QVBoxLayout>
#include <cmath>

#include "app/gui/overlay_painter.h"
#include "app/gui/theme.h"
#include "app/gui/thumbnails.h"
#include "app/gui/translator.h"

namespace karyo::gui {
namespace {

constexpr int kPicture = 64, kCellWidth = 88, kCellHeight = 92;
constexpr int kPlaceRole = Qt::UserRole;
const QColor kAttention{0xe0, 0xa0, 0x30};

/// A shape as well as a colour for each state.
void paint_state(QPainter& painter, const QPointF& at, ImageState state) {
  painter.setRenderHint(QPainter::Antialiasing);
  painter.setPen(Qt::NoPen);
  painter.setBrush(QColor(0, 0, 0, 170));
  if (state != ImageState::kUntouched) painter.drawEllipse(at, 8, 8);
  switch (state) {
    case ImageState::kUntouched:
      break;
    case ImageState::kInProgress:
      painter.setBrush(kOverPicture);
      painter.drawPie(QRectF(at.x() - 5, at.y() - 5, 10, 10), 90 * 16, -180 * 16);
      painter.setBrush(Qt::NoBrush);
      painter.setPen(QPen(kOverPicture, 1.2));
      painter.drawEllipse(at, 5, 5);
      break;
    case ImageState::kDone:
      painter.setPen(QPen(palette::accent(), 2, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
      painter.drawPolyline(
          QPolygonF({at + QPointF(-4, 0), at + QPointF(-1, 3), at + QPointF(4, -3)}));
      break;
    case ImageState::kNeedsReview:
      painter.setPen(QPen(kAttention, 2, Qt::SolidLine, Qt::RoundCap));
      painter.drawLine(at + QPointF(0, -4), at + QPointF(0, 1));
      painter.drawPoint(at + QPointF(0, 4));
      break;
    case ImageState::kExcluded:
      painter.setPen(QPen(palette::quiet_text(), 2, Qt::SolidLine, Qt::RoundCap));
      painter.drawLine(at + QPointF(-3, -3), at + QPointF(3, 3));
      painter.drawLine(at + QPointF(-3, 3), at + QPointF(3, -3));
      break;
  }
}

bool is_doubtful(const DatasetItem& item) {
  return item.state != ImageState::kDone && item.doubt && item.doubt->unsure > 0;
}

}  // namespace

QString image_state_text(ImageState state) {
  switch (state) {
    case ImageState::kUntouched:
      return DatasetStrip::tr("untouched");
    case ImageState::kInProgress:
      return DatasetStrip::tr("in progress");
    case ImageState::kDone:
      return DatasetStrip::tr("done");
    case ImageState::kNeedsReview:
      return DatasetStrip::tr("needs review");
    case ImageState::kExcluded:
      return DatasetStrip::tr("left out");
  }
  return {};
}

/// Thumbnail, state, name, and a mark where the files have something wrong.
class DatasetStrip::RowPainter : public QStyledItemDelegate {
 public:
  RowPainter(DatasetStrip& strip) : QStyledItemDelegate(&strip), strip_(strip) {}
  QSize sizeHint(const QStyleOptionViewItem&, const QModelIndex&) const override {
    return {kCellWidth, kCellHeight};
  }
  void paint(QPainter* painter, const QStyleOptionViewItem& option,
             const QModelIndex& index) const override {
    const int place = index.data(kPlaceRole).toInt();
    if (place >= static_cast<int>(strip_.dataset_.items().size())) return;
    const DatasetItem& item = strip_.dataset_.items()[static_cast<std::size_t>(place)];
    painter->save();
    const QRectF cell = option.rect;
    const bool current = place == strip_.dataset_.current();
    if (current) painter->fillRect(cell, palette::selection());
    const QRectF frame(cell.center().x() - kPicture / 2.0, cell.top() + 6, kPicture, kPicture);
    painter->fillRect(frame, Qt::black);
    painter->setOpacity(item.state == ImageState::kExcluded ? 0.35 : 1);
    if (const QImage* picture = strip_.thumbnails_->of(item.image)) {
      const QSizeF size = picture->size().scaled(kPicture, kPicture, Qt::KeepAspectRatio);
      const QRectF target(frame.center().x() - size.width() / 2,
                          frame.center().y() - size.height() / 2, size.width(), size.height());
      painter->setRenderHint(QPainter::SmoothPixmapTransform);
      painter->drawImage(target, *picture);
    }
    painter->setOpacity(1);
    if (current) {
      painter->setPen(QPen(palette::accent(), 2));
      painter->drawRect(frame.adjusted(-1, -1, 1, 1));
    }
    paint_state(*painter, frame.bottomRight() - QPointF(10, 10), item.state);
    if (is_doubtful(item)) {
      paint_shadowed_text(*painter, frame.topLeft() + QPointF(4, 14),
                          QStringLiteral("%1 ?").arg(item.doubt->unsure), kAttention);
    }
    const bool wrong = !item.findings.empty();
    painter->setPen(wrong ? kAttention : palette::text());
    const QRectF line(cell.left() + 4, frame.bottom() + 2, cell.width() - 8, 18);
    const QString name =
        (wrong ? QStringLiteral("⚠ ") : QString()) + QString::fromStdString(item.name);
    painter->drawText(
        line, Qt::AlignCenter,
        painter->fontMetrics().elidedText(name, Qt::ElideMiddle, static_cast<int>(line.width())));
    painter->restore();
  }

 private:
  DatasetStrip& strip_;
};

DatasetStrip::DatasetStrip(DatasetSession& dataset, const CommandTable& commands, Run run,
                           QWidget* parent)
    : QWidget(parent), dataset_(dataset), commands_(commands), run_(std::move(run)) {
  setObjectName(QStringLiteral("dataset_strip"));
  setProperty("role", "panel");
  thumbnails_ = new Thumbnails(kPicture * 2, this);
  thumbnails_->on_new = [this] { list_->viewport()->update(); };
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(kGrid, 4, kGrid, 4);
  column->setSpacing(4);
  build_head();
  column->addWidget(head_);
  list_ = new QListWidget(this);
  list_->setObjectName(QStringLiteral("dataset_images"));
  list_->setAccessibleName(tr("Images of the folder"));
  list_->setFlow(QListView::LeftToRight);
  list_->setUniformItemSizes(true);
  list_->setItemDelegate(new RowPainter(*this));
  list_->setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  list_->setHorizontalScrollMode(QAbstractItemView::ScrollPerPixel);
  list_->setFixedHeight(kCellHeight + 18);
  list_->viewport()->installEventFilter(this);
  QObject::connect(list_, &QListWidget::itemActivated, this, [this](QListWidgetItem* item) {
    run_("dataset.go_to",
         {{"image",
           dataset_.items()[static_cast<std::size_t>(item->data(kPlaceRole).toInt())].name}});
  });
  column->addWidget(list_);
  open_ = new QPushButton(tr("Open a folder of images to annotate…"), this);
  open_->setObjectName(QStringLiteral("open_dataset"));
  if (const Command* command = commands_.find("dataset.ask_open")) {
    open_->setToolTip(QString::fromStdString(command->help));
  }
  QObject::connect(open_, &QPushButton::clicked, this,
                   [this] { run_("dataset.ask_open", nlohmann::json::object()); });
  column->addWidget(open_, 0, Qt::AlignCenter);
  connections_.push_back(dataset_.changed.connect([this] { refill(); }));
  connections_.push_back(dataset_.current_changed.connect([this] { show_current(); }));
  refill();
}

void DatasetStrip::build_head() {
  head_ = new QWidget(this);
  auto* row = new QHBoxLayout(head_);
  row->setContentsMargins(0, 0, 0, 0);
  row->setSpacing(kGrid);
  counts_ = new QLabel(head_);
  counts_->setObjectName(QStringLiteral("dataset_counts"));
  row->addWidget(counts_);
  row->addStretch(1);
  filter_ = new QComboBox(head_);
  filter_->setObjectName(QStringLiteral("dataset_filter"));
  filter_->setAccessibleName(tr("Images that are gone through"));
  filter_->setToolTip(tr("Which images the strip shows, and A and D go through."));
  filter_->addItem(tr("all but those left out"), QString());
  for (int state = 0; state < kImageStateCount; ++state) {
    filter_->addItem(image_state_text(static_cast<ImageState>(state)),
                     QString::fromUtf8(name_of(static_cast<ImageState>(state)).data()));
  }
  QObject::connect(filter_, &QComboBox::activated, this, [this](int at) {
    run_("dataset.show", {{"state", filter_->itemData(at).toString().toStdString()}});
  });
  row->addWidget(filter_);
  pick_ = new QPushButton(tr("Pick some…"), head_);
  pick_->setObjectName(QStringLiteral("dataset_pick"));
  pick_->setToolTip(
      tr("Chooses images by chance: 20 to 40 well annotated ones are enough to "
         "train on."));
  QObject::connect(pick_, &QPushButton::clicked, this, [this] {
    QMenu menu(this);
    for (const int count : {10, 20, 30, 40}) {
      menu.addAction(tr("%1 images").arg(count), this, [this, count] {
        run_("dataset.pick", {{"count", count}});
      });
    }
    menu.addAction(tr("All images"), this, [this] { run_("dataset.pick", {{"count", 0}}); });
    menu.exec(pick_->mapToGlobal(QPoint(0, pick_->height())));
  });
  row->addWidget(pick_);
}

void DatasetStrip::refill() {
  head_->setVisible(dataset_.is_open());
  list_->setVisible(dataset_.is_open());
  open_->setVisible(!dataset_.is_open());
  std::vector<std::string> names;
  for (const DatasetItem& item : dataset_.items()) {
    if (dataset_.shows(item)) names.push_back(item.name);
  }
  if (names != shown_) {
    if (!dataset_.is_open()) thumbnails_->forget_all();
    list_->clear();
    for (const std::string& name : names) {
      auto* item = new QListWidgetItem(list_);
      item->setData(kPlaceRole, dataset_.find(name));
      item->setData(Qt::AccessibleTextRole, QString::fromStdString(name));
    }
    shown_ = std::move(names);
  }
  describe();
  show_current();
}

void DatasetStrip::describe() {
  const int done = dataset_.count_of(ImageState::kDone);
  const int review = dataset_.count_of(ImageState::kNeedsReview);
  int all = 0;
  double seconds = 0;
  for (const DatasetItem& item : dataset_.items()) {
    if (item.picked && item.state != ImageState::kExcluded) ++all;
    seconds += item.seconds;
  }
  QString text = tr("%1 of %2 done").arg(done).arg(all);
  if (review > 0) text += QStringLiteral(" · ") + tr("%1 need review").arg(review);
  if (seconds >= 60) text += QStringLiteral(" · ") + tr("%1 min").arg(std::lround(seconds / 60));
  counts_->setText(text);
  for (int row = 0; row < list_->count(); ++row) {
    const int place = list_->item(row)->data(kPlaceRole).toInt();
    const DatasetItem& item = dataset_.items()[static_cast<std::size_t>(place)];
    QString tip =
        QString::fromStdString(item.name) + QStringLiteral(" – ") + image_state_text(item.state);
    if (is_doubtful(item)) {
      tip += QLatin1Char('\n') + tr("The model was unsure of %1 of its %2 objects.")
                                     .arg(item.doubt->unsure)
                                     .arg(item.doubt->objects);
    }
    for (const Finding& finding : item.findings) {
      tip += QStringLiteral("\n⚠ ") + QString::fromStdString(finding.file.filename().string()) +
             QLatin1Char(' ') + message_text(finding.what) + QLatin1Char('\n') +
             message_text(finding.fix);
    }
    list_->item(row)->setToolTip(tip);
  }
  list_->viewport()->update();
}

void DatasetStrip::show_current() {
  for (int row = 0; row < list_->count(); ++row) {
    if (list_->item(row)->data(kPlaceRole).toInt() != dataset_.current()) continue;
    list_->setCurrentRow(row);
    list_->scrollToItem(list_->item(row));
  }
  list_->viewport()->update();
}

bool DatasetStrip::eventFilter(QObject* watched, QEvent* event) {
  if (event->type() == QEvent::MouseButtonPress) {
    const auto* mouse = static_cast<QMouseEvent*>(event);
    const int row = list_->indexAt(mouse->position().toPoint()).row();
    if (row >= 0 && mouse->button() == Qt::RightButton) {
      show_menu(row);
      return true;
    }
    if (row >= 0 && mouse->button() == Qt::LeftButton) {
      run_("dataset.go_to", {{"image", shown_[static_cast<std::size_t>(row)]}});
      return true;
    }
  }
  return QWidget::eventFilter(watched, event);
}

void DatasetStrip::show_menu(int row) {
  auto* menu = new QMenu(this);
  menu->setAttribute(Qt::WA_DeleteOnClose);
  const std::string name = shown_[static_cast<std::size_t>(row)];
  for (const ImageState state : {ImageState::kDone, ImageState::kNeedsReview,
                                 ImageState::kInProgress, ImageState::kExcluded}) {
    const std::string id = "dataset.mark_" + std::string(name_of(state));
    const Command* command = commands_.find(id);
    if (command == nullptr) continue;
    menu->addAction(QString::fromStdString(command->title), this, [this, id, name] {
      run_(id, {{"image", name}});
    });
  }
  menu->popup(QCursor::pos());
}

}  // namespace karyo::gui
