#pragma once

/// Rows of the list of layers: a layer, or the heading of a group.

#include <QStyledItemDelegate>

#include "app/workspace.h"

namespace karyo::gui {

inline constexpr int kRowHeight = 32;
inline constexpr int kEyeWidth = 32;   ///< from the left: shows and hides
inline constexpr int kKindWidth = 26;  ///< right of it: the kind of a layer, the arrow of a heading

/// What a row's item holds.
inline constexpr int kPositionRole = Qt::UserRole;    ///< of its layer; -1: a heading
inline constexpr int kGroupRole = Qt::UserRole + 1;   ///< name; empty: in no group
inline constexpr int kFoldedRole = Qt::UserRole + 2;  ///< of a heading

/// Paints a row from the layers themselves.
class LayerRowPainter : public QStyledItemDelegate {
 public:
  LayerRowPainter(Workspace& workspace, QObject* parent)
      : QStyledItemDelegate(parent), workspace_(workspace) {}

  QSize sizeHint(const QStyleOptionViewItem&, const QModelIndex&) const override {
    return {100, kRowHeight};
  }
  void paint(QPainter* painter, const QStyleOptionViewItem& option,
             const QModelIndex& index) const override;

 private:
  void paint_layer(QPainter& painter, const QStyleOptionViewItem& option, const Layer& layer) const;
  void paint_heading(QPainter& painter, const QStyleOptionViewItem& option,
                     const QModelIndex& index) const;

  Workspace& workspace_;
};

/// What a screen reader says of a row.
QString spoken(const Layer& layer);
QString spoken_heading(const QString& group, const std::vector<Layer*>& members, bool folded);

}  // namespace karyo::gui
