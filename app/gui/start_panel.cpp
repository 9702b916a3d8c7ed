#include "app/gui/start_panel.h"

#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

#include "app/gui/line_icon.h"
#include "app/gui/theme.h"

namespace karyo::gui {

StartPanel::StartPanel(const CommandTable& commands, QWidget* parent) : QWidget(parent) {
  setObjectName(QStringLiteral("start"));
  setFocusPolicy(Qt::ClickFocus);
  auto* column = new QVBoxLayout(this);
  column->setSpacing(2 * kGrid);
  column->addStretch(3);
  auto* picture = new QLabel(this);
  picture->setPixmap(application_icon().pixmap(72, 72));
  picture->setAlignment(Qt::AlignCenter);
  column->addWidget(picture);
  auto* title = new QLabel(tr("Drop an image here, or try the sample"), this);
  title->setAlignment(Qt::AlignCenter);
  QFont font = title->font();
  font.setPixelSize(20);
  title->setFont(font);
  column->addWidget(title);
  auto* buttons = new QHBoxLayout;
  buttons->setSpacing(kGrid);
  buttons->addStretch(1);
  for (const char* id : {"file.open", "dataset.ask_open", "file.sample", "help.guide"}) {
    const Command* command = commands.find(id);
    if (command == nullptr) continue;
    QString text = QString::fromStdString(command->title);
    auto* button = new QPushButton(text, this);
    button->setObjectName(QString::fromStdString(command->id));
    button->setProperty("primary", std::string(id) == "file.open");
    button->setMinimumHeight(kControlHeight + kGrid);
    button->setMinimumWidth(132);
    button->setToolTip(QString::fromStdString(command->help));
    QObject::connect(button, &QPushButton::clicked, this,
                     [&commands, id = command->id] { static_cast<void>(commands.run(id)); });
    buttons->addWidget(button);
  }
  buttons->addStretch(1);
  column->addLayout(buttons);
  auto* hint = new QLabel(tr("Microscopy TIFF (ImageJ, OME), PNG, JPEG, NRRD, NIfTI or MetaImage, in 2D or "
                             "3D.\nMasks are recognised and laid over the image they belong to."),
                          this);
  hint->setAlignment(Qt::AlignCenter);
  hint->setWordWrap(true);
  hint->setProperty("role", "quiet");
  column->addWidget(hint);
  column->addStretch(4);
}

}  // namespace karyo::gui
