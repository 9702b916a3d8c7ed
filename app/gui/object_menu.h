#pragma once

/// The menu of what can be done to an object, or to all that are selected with it.

#include <QPoint>
#include <cstdint>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "app/workspace.h"

class QWidget;

namespace karyo::gui {

struct ObjectMenuActions {
  std::function<bool(const std::string& id, const nlohmann::json& arguments)> run;
  std::function<void()> show_table;  ///< of objects
};

/// One that is selected stands for all that are. In labels that are locked only looking is offered.
void show_object_menu(Workspace& workspace, const std::shared_ptr<LabelsLayer>& layer,
                      std::uint32_t id, const ObjectMenuActions& actions, QWidget& parent,
                      const QPoint& where);

}  // namespace karyo::gui
