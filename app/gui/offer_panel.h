#pragma once

/// An offer under the picture, in one sentence with two buttons; never a box in the way.

#include <QFrame>
#include <functional>

class QLabel;
class QPushButton;

namespace karyo::gui {

class OfferPanel : public QFrame {
 public:
  explicit OfferPanel(QWidget* parent = nullptr);
  void offer(const QString& text, const QString& yes, const QString& no,
             std::function<void(bool)> answered);

 private:
  void answer(bool yes);

  QLabel* text_;
  QPushButton *yes_, *no_;
  std::function<void(bool)> answered_;
};

}  // namespace karyo::gui
