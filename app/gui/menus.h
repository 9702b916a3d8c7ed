#pragma once

/// The menu bar: one entry a command that has a title, in the menu it names, with its keys. What
/// can be done and what is on is asked when a menu opens.

#include <QObject>
#include <functional>
#include <map>
#include <string>

#include "app/commands.h"
#include "app/settings.h"

class QAction;
class QMainWindow;
class QMenu;

namespace karyo::gui {

class Menus : public QObject {
 public:
  /// Fills `window`'s menu bar. `run` starts a command.
  Menus(const CommandTable& commands, const SettingsStore& settings, QMainWindow& window,
        std::function<void(const Command&)> run);

  /// Takes over the commands' keys, which have changed.
  void update_keys();
  /// Commands of that place (app/keymap.h) have their keys now, and others not the same ones.
  void set_key_place(const std::string& place);
  /// Text that is put behind an entry's title when its menu opens: "close layer" behind "Undo".
  std::function<std::string(const Command&)> detail_of;
  /// A path of the list of recent files was chosen.
  std::function<void(const std::string&)> open_recent;

 private:
  void add(const Command& command);
  QString with_mnemonic(QString name);
  QMenu* menu_of(const std::string& name);
  QMenu* submenu_of(QMenu& menu, const QString& name);
  void prepare(QMenu& menu);
  void about_to_show(QMenu& menu);
  void fill_recent();

  const CommandTable& commands_;
  const SettingsStore& settings_;
  QMainWindow& window_;
  std::function<void(const Command&)> run_;
  std::map<std::string, QMenu*> menus_;
  std::map<std::string, QAction*> actions_;  // by command
  std::string place_;                        // of keys
  QString letters_;                          // that menus have for Alt
  QMenu* recent_ = nullptr;
};

/// Keys that lists and sliders need too: they are taken only where nothing else wants them, in the
/// window's keyPressEvent.
bool is_navigation(const std::string& key);
/// "PgUp" and the like for the keys above; empty for others.
std::string navigation_key(int qt_key);

}  // namespace karyo::gui
