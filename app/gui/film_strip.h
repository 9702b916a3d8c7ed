#pragma once

/// What a network made of one image after this epoch and that, side by side: it is seen to learn.

#include <QWidget>
#include <filesystem>
#include <vector>

#include "models/train/epoch_pictures.h"

class QLabel;
class QListWidget;

namespace karyo::gui {

class FilmStrip : public QWidget {
 public:
  explicit FilmStrip(QWidget* parent);
  /// Looks into the model folder; pictures that are shown already are kept. They are read one by
  /// one, between other events. Hidden while there is none.
  void set_model(const std::filesystem::path& model);

 protected:
  void resizeEvent(QResizeEvent* event) override;

 private:
  void read_next();
  void show_large();

  QLabel *words_, *large_;
  QListWidget* strip_;
  std::filesystem::path model_;
  std::vector<EpochPicture> to_read_;  // the next one first
  bool reading_ = false;
};

}  // namespace karyo::gui
