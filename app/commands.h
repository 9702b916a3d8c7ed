#pragma once

/// Everything a person can do, by name: menus, shortcuts, the command search, macros and tests use
/// this one table.

#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/base/signal.h"

namespace karyo {

/// One argument of a command, checked before the command runs.
struct Argument {
  enum class Kind { kText, kNumber, kBool, kNumbers, kTexts };
  std::string name;
  Kind kind = Kind::kText;
  std::string help;
  bool required = false;  ///< by macros; a window may ask for it instead
  nlohmann::json standard = {};           ///< what holds when it is absent; null where nothing does
  double least = 0, most = 0;             ///< of numbers; equal: any
  std::vector<std::string> choices = {};  ///< of texts; empty: any
};

struct Command {
  using Body = std::function<Result<void>(const nlohmann::json& arguments)>;

  std::string id;        ///< "view.reset"; never changes, macros use it
  std::string menu;      ///< the menu it stands in; empty: search and shortcuts only
  std::string title;     ///< a plain verb: "Reset view"; empty: for macros and widgets only
  /// "Ctrl+R"; several with ", " between; empty for none. Keymap changes it.
  std::string shortcut;
  std::string help;      ///< a full sentence: what it does and why one would
  Body body;             ///< gets an object, perhaps empty
  /// Whether it can be done as a menu does it, without arguments, to what is selected.
  std::function<bool()> enabled = [] { return true; };
  std::function<bool()> checked = {};  ///< set for what is on or off
  std::vector<Argument> arguments = {};
  /// Opens a dialog that ends in another command: macros leave it out.
  bool asks = false;
  /// What undo calls it where it has no title; without either, steps that follow each other quickly
  /// become one, as the parts of a slider's drag.
  std::string step = {};
  /// Found by search as well: title, menu and help as they were before translate().
  std::string also = {};
};

/// A body that takes no arguments and cannot fail.
Command::Body does(std::function<void()> body);

class CommandTable {
 public:
  /// Ids are unique (checked by assert). All are added before any is looked up.
  void add(Command command);
  void set_shortcut(const std::string& id, const std::string& keys);
  /// Puts titles, menus and help, those of arguments too, into another language. Ids and names of
  /// arguments, which macros use, stay. `translate` gives a text back that it does not know.
  void translate(const std::function<std::string(const std::string&)>& translate);
  /// Null when there is none.
  const Command* find(const std::string& id) const;
  const std::vector<Command>& all() const { return commands_; }

  /// Errors: kNotFound; kInvalidArgument when it is not enabled or an argument is wrong; the
  /// command's own.
  Result<void> run(const std::string& id,
                   const nlohmann::json& arguments = nlohmann::json::object()) const;
  /// Whether the arguments are the command's, as run() checks it.
  Result<void> check(const Command& command, const nlohmann::json& arguments) const;

  /// Commands whose title, menu or help holds every word of `text`, titles that begin with it
  /// first. An empty text finds all.
  std::vector<const Command*> search(const std::string& text) const;

  /// Says that a command's work was done by hand, as a stroke is while it is drawn: recorders and
  /// undo hear of it as if it had run.
  void did(const std::string& id, const nlohmann::json& arguments) const;

  /// A command is about to run: what is half done ends first.
  mutable Signal<const Command&> starts;
  /// A command was run, with these arguments, and did not fail.
  mutable Signal<const Command&, const nlohmann::json&> ran;

 private:
  std::vector<Command> commands_;
};

}  // namespace karyo
