#pragma once

/// The images of the folder that is annotated, one thumbnail each with its state, under the
/// picture.

#include <QWidget>
#include <functional>
#include <vector>

#include "app/commands.h"
#include "app/dataset_session.h"

class QComboBox;
class QLabel;
class QListWidget;
class QPushButton;

namespace karyo::gui {

class Thumbnails;

/// A click opens an image; the menu of the right button sets its state. Above them: how many are
/// done, which are gone through, some chosen by chance. Without a folder, a button that opens one.
class DatasetStrip : public QWidget {
 public:
  /// `run` starts a command.
  using Run = std::function<void(const std::string& id, const nlohmann::json& arguments)>;
  DatasetStrip(DatasetSession& dataset, const CommandTable& commands, Run run, QWidget* parent);

 protected:
  bool eventFilter(QObject* watched, QEvent* event) override;

 private:
  class RowPainter;
  void build_head();
  void refill();
  void describe();
  void show_current();
  void show_menu(int row);
  QString state_word(ImageState state) const;

  DatasetSession& dataset_;
  const CommandTable& commands_;
  Run run_;
  QWidget* head_;
  QLabel* counts_;
  QComboBox* filter_;
  QPushButton* pick_;
  QPushButton* open_;
  QListWidget* list_;
  Thumbnails* thumbnails_;
  std::vector<std::string> shown_;  // names of the rows
  std::vector<Connection> connections_;
};

/// A word for a state, in the window's language.
QString image_state_text(ImageState state);

}  // namespace karyo::gui
