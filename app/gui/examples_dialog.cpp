#include "app/gui/examples_dialog.h"

#include <QGridLayout>
#include <QHBoxLayout>
#include <QImage>
#include <QLabel>
#include <QPixmap>
#include <QPointer>
#include <QPushButton>
#include <QVBoxLayout>

#include "app/gui/dialog_parts.h"
#include "app/gui/theme.h"
#include "app/gui/translator.h"

namespace karyo::gui {
namespace {

constexpr int kShown = 6;
constexpr int kSide = 128;  // pixels on screen

/// Grey; `tint`, where given, lays the accent over it.
QPixmap picture(const ExamplePatch& patch, const std::vector<std::uint8_t>& grey,
                const std::vector<std::uint8_t>* tint) {
  const QColor accent = palette::accent();
  QImage image(static_cast<int>(patch.width), static_cast<int>(patch.height), QImage::Format_RGB32);
  for (int y = 0; y < image.height(); ++y) {
    auto* row = reinterpret_cast<QRgb*>(image.scanLine(y));
    for (int x = 0; x < image.width(); ++x) {
      const auto at = static_cast<std::size_t>(y * image.width() + x);
      const int value = grey[at];
      const int share = tint != nullptr ? (*tint)[at] * 2 / 5 : 0;  // of 255
      const auto mixed = [&](int colour) { return (value * (255 - share) + colour * share) / 255; };
      row[x] = qRgb(mixed(accent.red()), mixed(accent.green()), mixed(accent.blue()));
    }
  }
  return QPixmap::fromImage(
      image.scaled(kSide, kSide, Qt::KeepAspectRatio, Qt::FastTransformation));
}

}  // namespace

ExamplesDialog::ExamplesDialog(Workspace& workspace, PlannedTraining planned, QWidget* parent)
    : QDialog(parent), workspace_(workspace), planned_(std::move(planned)) {
  const auto [column, form] = begin_dialog(*this, "examples_dialog", tr("Example patches"));
  grid_ = form;
  column->addLayout(form);
  words_ = new QLabel(tr("Making patches …"), this);
  words_->setObjectName(QStringLiteral("examples_words"));
  words_->setProperty("role", "quiet");
  words_->setWordWrap(true);
  words_->setMinimumWidth(kShown * (kSide + kGrid));
  column->addWidget(words_);
  auto* row = new QHBoxLayout;
  row->addStretch(1);
  const auto button = [&](const char* name, const QString& text) {
    auto* made = new QPushButton(text, this);
    made->setObjectName(QLatin1String(name));
    row->addWidget(made);
    return made;
  };
  QObject::connect(button("examples_others", tr("Others")), &QPushButton::clicked, this, [this] {
    ++number_;
    make();
  });
  QObject::connect(button("examples_close", tr("Close")), &QPushButton::clicked, this,
                   &QDialog::close);
  column->addLayout(row);
  make();
}

void ExamplesDialog::make() {
  workspace_.in_background([dialog = QPointer(this), planned = planned_,
                            number = number_](TaskControl& control) -> Result<Workspace::Finish> {
    return Workspace::Finish(
        [dialog, number, patches = example_patches(planned, number, kShown, control)] {
          if (dialog && dialog->number_ == number) dialog->show_patches(patches);
        });
  });
}

void ExamplesDialog::show_patches(const Result<std::vector<ExamplePatch>>& patches) {
  while (QLayoutItem* item = grid_->takeAt(0)) {
    delete item->widget();
    delete item;
  }
  if (!patches) {
    words_->setText(message_text(patches.error().what) + QLatin1Char('\n') +
                    message_text(patches.error().fix));
    return;
  }
  const std::string& kind = planned_.config.model;
  const auto row = [&](int at, const QString& title, const auto& picture_of) {
    grid_->addWidget(new QLabel(title, this), at, 0);
    for (std::size_t i = 0; i < patches->size(); ++i) {
      auto* label = new QLabel(this);
      label->setPixmap(picture_of((*patches)[i]));
      label->setAccessibleName(title);
      grid_->addWidget(label, at, static_cast<int>(i) + 1);
    }
  };
  row(0, tr("As it is"),
      [](const ExamplePatch& patch) { return picture(patch, patch.plain, nullptr); });
  row(1, kind == "n2v" ? tr("Pixels hidden") : tr("As it is seen"), [&](const ExamplePatch& patch) {
    return picture(patch, patch.changed, kind == "stardist" ? &patch.goal : nullptr);
  });
  if (kind == "care") {
    row(2, tr("To become"),
        [](const ExamplePatch& patch) { return picture(patch, patch.goal, nullptr); });
  }
  words_->setText(
      kind == "stardist"
          ? tr("Below each patch the same as the network sees it, another way each time; where it "
               "is "
               "told of nuclei is coloured. Nuclei without colour would be learned as background.")
      : kind == "care"
          ? tr("Below each noisy patch the same as the network sees it, and what that is to "
               "become: "
               "both have to show the same place.")
          : tr("The network sees patches with single pixels hidden, and learns to tell them from "
               "their surroundings."));
  adjustSize();
}

}  // namespace karyo::gui
