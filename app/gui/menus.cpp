#include "app/gui/menus.h"

#include <QAction>
#include <QKeySequence>
#include <QMainWindow>
#include <QMenu>
#include <QMenuBar>
#include <array>
#include <filesystem>
#include <set>
#include <utility>

#include "app/keymap.h"

namespace karyo::gui {
namespace {

constexpr std::array<std::pair<int, const char*>, 9> kNavigation{{{Qt::Key_Left, "Left"},
                                                                  {Qt::Key_Right, "Right"},
                                                                  {Qt::Key_Up, "Up"},
                                                                  {Qt::Key_Down, "Down"},
                                                                  {Qt::Key_PageUp, "PgUp"},
                                                                  {Qt::Key_PageDown, "PgDown"},
                                                                  {Qt::Key_Home, "Home"},
                                                                  {Qt::Key_End, "End"},
                                                                  {Qt::Key_Escape, "Esc"}}};

/// "3D: crop" is the entry "Crop" of a menu "3D" in its menu: kin stand together, and no menu is
/// taller than the screen.
struct EntryName {
  QString submenu, text;
};
EntryName entry_name(const std::string& title) {
  const QString whole = QString::fromStdString(title);
  const auto colon = whole.indexOf(QLatin1String(": "));
  if (colon < 0) return {{}, whole};
  const QString rest = whole.mid(colon + 2);
  return {whole.left(colon), rest.left(1).toUpper() + rest.mid(1)};
}

}  // namespace

bool is_navigation(const std::string& key) {
  if (key == "Space+F") return true;  // two keys held together, which Qt's shortcuts do not know
  for (const auto& [code, name] : kNavigation) {
    if (key == name) return true;
  }
  return false;
}

std::string navigation_key(int qt_key) {
  for (const auto& [code, name] : kNavigation) {
    if (qt_key == code) return name;
  }
  return {};
}

Menus::Menus(const CommandTable& commands, const SettingsStore& settings, QMainWindow& window,
             std::function<void(const Command&)> run)
    : QObject(&window),
      commands_(commands),
      settings_(settings),
      window_(window),
      run_(std::move(run)) {
  for (const auto& command : commands_.all()) {
    if (!command.title.empty()) add(command);
  }
  update_keys();
}

void Menus::add(const Command& command) {
  const EntryName name = entry_name(command.title);
  auto* action = new QAction(name.text, &window_);
  action->setToolTip(QString::fromStdString(command.help));
  action->setStatusTip(QString());
  action->setCheckable(static_cast<bool>(command.checked));
  action->setData(QString::fromStdString(command.id));
  QObject::connect(action, &QAction::triggered, this, [this, id = command.id] {
    if (const Command* found = commands_.find(id)) run_(*found);
  });
  window_.addAction(action);
  actions_[command.id] = action;
  if (command.menu.empty()) return;
  QMenu* menu = menu_of(command.menu);
  if (!name.submenu.isEmpty()) menu = submenu_of(*menu, name.submenu);
  menu->addAction(action);
  if (command.id == "file.open_folder") {
    recent_ = menu->addMenu(tr("Open recent"));
    recent_->setObjectName(QStringLiteral("recent"));
    QObject::connect(recent_, &QMenu::aboutToShow, this, [this] { fill_recent(); });
  }
}

/// The name with its first letter that no other menu has taken marked for Alt.
QString Menus::with_mnemonic(QString name) {
  for (int i = 0; i < name.size(); ++i) {
    const QChar letter = name[i].toLower();
    if (!letter.isLetter() || letters_.contains(letter)) continue;
    letters_ += letter;
    return name.insert(i, QLatin1Char('&'));
  }
  return name;
}

QMenu* Menus::menu_of(const std::string& name) {
  QMenu*& menu = menus_[name];
  if (menu != nullptr) return menu;
  menu = window_.menuBar()->addMenu(with_mnemonic(QString::fromStdString(name)));
  prepare(*menu);
  return menu;
}

QMenu* Menus::submenu_of(QMenu& menu, const QString& name) {
  for (QAction* entry : menu.actions()) {
    if (entry->menu() != nullptr && entry->text() == name) return entry->menu();
  }
  QMenu* submenu = menu.addMenu(name);
  prepare(*submenu);
  return submenu;
}

void Menus::prepare(QMenu& menu) {
  menu.setToolTipsVisible(true);
  QObject::connect(&menu, &QMenu::aboutToShow, this, [this, &menu] { about_to_show(menu); });
  // A closed menu's shortcuts work again whatever was disabled in it; running a command asks anew.
  QObject::connect(&menu, &QMenu::aboutToHide, this, [&menu] {
    for (QAction* entry : menu.actions()) entry->setEnabled(true);
  });
}

void Menus::about_to_show(QMenu& menu) {
  for (QAction* entry : menu.actions()) {
    const Command* command = commands_.find(entry->data().toString().toStdString());
    if (command == nullptr) continue;
    entry->setEnabled(command->enabled());
    if (command->checked) entry->setChecked(command->checked());
    const std::string detail = detail_of ? detail_of(*command) : std::string();
    const bool had_detail = entry->property("detail").toBool();
    if (!detail.empty() || had_detail) {
      const QString title = entry_name(command->title).text;
      entry->setText(
          detail.empty() ? title : title + QStringLiteral(": ") + QString::fromStdString(detail));
      entry->setProperty("detail", !detail.empty());
    }
  }
  if (recent_ != nullptr) recent_->setEnabled(!settings_.get().recent.empty());
}

void Menus::fill_recent() {
  recent_->clear();
  for (const std::string& path : settings_.get().recent) {
    const std::filesystem::path file(path);
    QAction* entry = recent_->addAction(QString::fromStdString(file.filename().string()) +
                                        QStringLiteral("    ") +
                                        QString::fromStdString(file.parent_path().string()));
    QObject::connect(entry, &QAction::triggered, this, [this, path] {
      if (open_recent) open_recent(path);
    });
  }
}

void Menus::set_key_place(const std::string& place) {
  if (place == place_) return;
  place_ = place;
  update_keys();
}

void Menus::update_keys() {
  std::set<std::string> taken;  // by commands of the place where one is
  for (const auto& [id, action] : actions_) {
    if (place_.empty() || key_place(id) != place_) continue;
    for (const std::string& key : single_keys(commands_.find(id)->shortcut)) taken.insert(key);
  }
  for (const auto& [id, action] : actions_) {
    const Command* command = commands_.find(id);
    const std::string place = key_place(id);
    QList<QKeySequence> sequences;
    QStringList held;  // shown, but not Qt's to catch
    for (const std::string& key : single_keys(command->shortcut)) {
      const QString text = QString::fromStdString(key);
      if (place.empty() && taken.contains(key)) continue;
      if (is_navigation(key) || (!place.empty() && place != place_)) {
        held << text;
      } else {
        sequences << QKeySequence::fromString(text, QKeySequence::PortableText);
      }
    }
    action->setShortcuts(sequences);
    QString title = entry_name(command->title).text;
    if (sequences.isEmpty() && !held.isEmpty())
      title += QLatin1Char('\t') + held.join(QStringLiteral(", "));
    action->setText(title);
  }
}

}  // namespace karyo::gui
