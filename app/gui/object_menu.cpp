#include "app/gui/object_menu.h"

#include <QMenu>
#include <algorithm>
#include <vector>

#include "app/object_checks.h"

namespace karyo::gui {
namespace {

/// The object, or all that are selected with it.
std::vector<std::uint32_t> objects_meant(const ObjectSelection& selection, const LabelsLayer& layer,
                                         std::uint32_t id) {
  if (selection.holds(layer, id)) return selection.of(layer);
  return {id};
}

}  // namespace

void show_object_menu(Workspace& workspace, const std::shared_ptr<LabelsLayer>& layer,
                      std::uint32_t id, const ObjectMenuActions& actions, QWidget& parent,
                      const QPoint& where) {
  const auto tr = [](const char* text) { return QObject::tr(text); };
  workspace.layers().select(layer.get());
  ObjectSelection& selection = workspace.checks().selection();
  const std::vector<std::uint32_t> ids = objects_meant(selection, *layer, id);
  std::vector<std::uint32_t> together = selection.of(*layer);
  if (!selection.holds(*layer, id)) together.push_back(id);
  auto* menu = new QMenu(&parent);
  menu->setObjectName(QStringLiteral("object_menu"));
  menu->setAttribute(Qt::WA_DeleteOnClose);
  menu->addAction(ids.size() == 1 ? tr("Object %1").arg(ids[0]) : tr("Objects: %1").arg(ids.size()))
      ->setEnabled(false);
  menu->addSeparator();
  nlohmann::json target{{"layer", layer->name()}, {"objects", ids}};
  const bool free = !layer->locked();
  const auto entry = [&](QMenu* of, const QString& text, const char* command,
                         const nlohmann::json& arguments) {
    QAction* action = of->addAction(
        text, of, [run = actions.run, command, arguments] { run(command, arguments); });
    action->setEnabled(free);
    return action;
  };
  const auto with = [&target](const char* name, const nlohmann::json& value) {
    nlohmann::json arguments = target;
    arguments[name] = value;
    return arguments;
  };
  nlohmann::json moment = target;  // of commands that change labels, which may be a movie's
  if (layer->shape().t > 1) moment["frame"] = workspace.view().time();
  entry(menu, tr("Delete"), "labels.delete_objects", moment);
  nlohmann::json merged = moment;
  merged["objects"] = together;
  entry(menu, tr("Merge with the selected"), "labels.merge_objects", merged)
      ->setEnabled(free && together.size() > 1);
  entry(menu, tr("Split at necks"), "labels.split", moment);
  entry(menu, tr("Fill holes"), "labels.fill_holes", moment);
  menu->addSeparator();
  const ObjectNotes& notes = *layer->notes();
  QMenu* classes = menu->addMenu(tr("Class"));
  for (std::size_t i = 0; i < notes.classes.size(); ++i) {
    QAction* action = entry(classes, QString::fromStdString(notes.classes[i].name),
                            "labels.set_class", with("class", notes.classes[i].name));
    action->setCheckable(true);
    action->setChecked(notes.of(id).object_class == static_cast<int>(i));
  }
  entry(classes, tr("none"), "labels.set_class", with("class", ""));
  const bool locked =
      std::all_of(ids.begin(), ids.end(), [&](std::uint32_t one) { return notes.of(one).locked; });
  entry(menu, locked ? tr("Unlock") : tr("Lock"), "labels.lock", with("locked", !locked));
  entry(menu, tr("Ignore"), "labels.ignore", moment);
  menu->addSeparator();
  menu->addAction(tr("Show in the table"), menu,
                  [&selection, layer, ids, show_table = actions.show_table] {
                    selection.choose(layer, ids);
                    show_table();
                  });
  menu->popup(where);
}

}  // namespace karyo::gui
