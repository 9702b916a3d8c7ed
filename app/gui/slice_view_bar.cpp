// A bar of colours beside a map, with the values at its ends.

#include <QPainter>
#include <algorithm>

#include "app/gui/slice_view.h"
#include "app/gui/theme.h"

namespace karyo::gui {
namespace {

constexpr int kBarWidth = 10, kLeastHeight = 60, kMostHeight = 160;

}  // namespace

bool SliceView::shows_nothing() const {
  if (choice_.all()) return false;
  const LayerList& layers = workspace_.layers();
  for (int i = 0; i < layers.count(); ++i) {
    if (choice_.shows(layers.at(i))) return false;
  }
  return true;
}

const ImageLayer* SliceView::coloured_alone() const {
  if (choice_.all() || wipe_) return nullptr;
  const ImageLayer* found = nullptr;
  const LayerList& layers = workspace_.layers();
  for (int i = 0; i < layers.count(); ++i) {
    if (!layers.at(i).visible() || !choice_.shows(layers.at(i))) continue;
    if (found != nullptr) return nullptr;
    found = dynamic_cast<const ImageLayer*>(&layers.at(i));
    if (found == nullptr) return nullptr;
  }
  const bool told = found != nullptr && !found->rgb() && found->channel_count() == 1 &&
                    found->channel(0).colormap.name != "gray";
  return told ? found : nullptr;
}

void SliceView::paint_color_bar(QPainter& painter) const {
  const ImageLayer* image = coloured_alone();
  const int high = std::min(kMostHeight, height() / 2);
  if (image == nullptr || high < kLeastHeight) return;
  const ChannelDisplay& channel = image->channel(0);
  const QRect bar(width() - kBarWidth - kGrid, (height() - high) / 2, kBarWidth, high);
  const QString most = short_number(channel.limits.high), least = short_number(channel.limits.low);
  const QFontMetrics metrics = painter.fontMetrics();
  const int wide =
      std::max({metrics.horizontalAdvance(most), metrics.horizontalAdvance(least), kBarWidth});
  painter.fillRect(QRect(bar.right() - wide - 4, bar.top() - metrics.height() - 4, wide + 9,
                         high + 2 * metrics.height() + 8),
                   QColor(0, 0, 0, 150));
  for (int y = 0; y < high; ++y) {
    const int entry = 255 - 255 * y / (high - 1);
    const Rgb color =
        (*channel.colormap.table)[static_cast<std::size_t>(channel.inverted ? 255 - entry : entry)];
    painter.fillRect(bar.left(), bar.top() + y, kBarWidth, 1, QColor(color.r, color.g, color.b));
  }
  painter.setPen(kOverPicture);
  const QRect words(bar.right() - wide, bar.top() - metrics.height() - 2, wide + 1,
                    metrics.height());
  painter.drawText(words, Qt::AlignRight, most);
  painter.drawText(words.translated(0, high + metrics.height() + 3), Qt::AlignRight, least);
}

}  // namespace karyo::gui
