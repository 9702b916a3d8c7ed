#include "app/gui/group_dialog.h"

#include <QInputDialog>
#include <QPushButton>
#include <utility>

#include "app/gui/main_window.h"

namespace karyo::gui {
namespace {

void ask_for_group(MainWindow& window) {
  const LayerList& layers = window.workspace().layers();
  const Layer* selected = layers.selected();
  if (selected == nullptr) return;
  QStringList known;
  for (int i = layers.count() - 1; i >= 0; --i) {
    const QString group = QString::fromStdString(layers.at(i).group());
    if (!group.isEmpty() && !known.contains(group)) known << group;
  }
  auto* dialog = new QInputDialog(&window);
  dialog->setObjectName(QStringLiteral("group_dialog"));
  dialog->setWindowTitle(QObject::tr("Group"));
  const QString name = QString::fromStdString(selected->name());
  dialog->setLabelText(QObject::tr("Name of the group for the layer %1:").arg(name));
  if (!known.isEmpty()) {
    dialog->setComboBoxEditable(true);
    dialog->setComboBoxItems(known);
  }
  dialog->setTextValue(selected->group().empty() ? known.value(0, QObject::tr("Group 1"))
                                                 : QString::fromStdString(selected->group()));
  dialog->setOkButtonText(QObject::tr("Group"));
  for (auto* button : dialog->findChildren<QPushButton*>()) button->setIcon({});  // as elsewhere
  dialog->setAttribute(Qt::WA_DeleteOnClose);
  QObject::connect(
      dialog, &QInputDialog::textValueSelected, &window,
      [&window, layer = selected->name()](const QString& text) {
        window.run("layer.set", {{"layer", layer}, {"group", text.trimmed().toStdString()}});
      });
  dialog->open();
}

}  // namespace

void add_group_dialog(CommandTable& commands, MainWindow& window) {
  Command ask{"layer.ask_group",
              "Layer",
              "Group…",
              "Ctrl+Alt+G",
              "Puts the selected layer into a group, whose layers are shown, hidden and moved "
              "together.",
              [&window](const nlohmann::json&) -> Result<void> {
                ask_for_group(window);
                return {};
              },
              [&window] { return window.workspace().layers().selected() != nullptr; }};
  ask.asks = true;
  commands.add(std::move(ask));
}

}  // namespace karyo::gui
