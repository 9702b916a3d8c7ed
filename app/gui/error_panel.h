#pragma once

/// What went wrong and how to mend it, under the picture; never a box in the way.

#include <QFrame>
#include <deque>

#include "core/base/result.h"

class QLabel;
class QToolButton;

namespace karyo::gui {

/// Shows one error; later ones wait and are counted, equal ones are shown once.
class ErrorPanel : public QFrame {
 public:
  explicit ErrorPanel(QWidget* parent = nullptr);
  void show_error(const Error& error);
  void dismiss();
  void dismiss_all();
  int waiting() const { return static_cast<int>(errors_.size()); }

 private:
  void update_texts();
  QString details() const;

  std::deque<Error> errors_;
  QLabel* what_;
  QLabel* fix_;
  QLabel* more_;
};

}  // namespace karyo::gui
