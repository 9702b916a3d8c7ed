#pragma once

/// Everything a person can do, by name: menus, shortcuts and the command search read this one table.

#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "core/base/result.h"

namespace karyo {

struct Command {
  using Body = std::function<Result<void>(const nlohmann::json& arguments)>;

  std::string id;        ///< "view.reset"; never changes, scripts use it
  std::string menu;      ///< the menu it stands in; empty: search and shortcuts only
  std::string title;     ///< a plain verb: "Reset view"
  std::string shortcut;  ///< "Ctrl+R"; several with ", " between; empty for none
  std::string help;      ///< a full sentence: what it does and why one would
  Body run;
  std::function<bool()> enabled = [] { return true; };
  std::function<bool()> checked = {};  ///< set for what is on or off
};

class CommandTable {
 public:
  /// Ids are unique (checked by assert). All are added before any is looked up.
  void add(Command command);
  /// Null when there is none.
  const Command* find(const std::string& id) const;
  const std::vector<Command>& all() const { return commands_; }

  /// Errors: kNotFound; kInvalidArgument when it is not enabled; the command's own.
  Result<void> run(const std::string& id, const nlohmann::json& arguments = {}) const;

  /// Commands whose title, menu or help holds every word of `text`, titles that begin with it
  /// first. An empty text finds all.
  std::vector<const Command*> search(const std::string& text) const;

 private:
  std::vector<Command> commands_;
};

}  // namespace karyo
