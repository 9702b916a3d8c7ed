#pragma once

/// What the commands on tracks share (add_track_commands in track_desk.h).

#include <nlohmann/json.hpp>

#include "app/track_desk.h"

namespace karyo {

/// Labels that can be tracked or written: the layer that `argument` names, else the selected movie
/// of labels, else the topmost one. Errors: kNotFound.
Result<LabelsLayer*> labels_for(Workspace& workspace, const nlohmann::json& given,
                                const char* argument);

/// Files of tracks, and labels numbered by them.
void add_track_file_commands(CommandTable& commands, Workspace& workspace,
                             const std::shared_ptr<TrackDesk>& desk);

}  // namespace karyo
