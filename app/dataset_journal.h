#pragma once

/// Between the journal of a folder and what is open of it: steps of undo, notes on objects,
/// regions.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "annotation/journal.h"
#include "app/layer_history.h"
#include "core/labels/object_notes.h"
#include "core/layers/vector_layers.h"

namespace karyo {

/// Steps of a journal as steps of undo for a layer that shows the labels that were recovered.
struct RestoredSteps {
  std::vector<LayerHistory::LabelStep> steps;
  std::size_t done = 0;
};
RestoredSteps steps_of(const Recovered& recovered, const std::shared_ptr<LabelsLayer>& layer);

/// A step of undo, just made, as a step of the journal: its edits of this layer alone. `frames`:
/// the layer's labels as they are. No labels in it where the step changed others alone.
JournalStep journal_step(const std::string& name, const std::vector<LabelEdit>& edits,
                         const LabelsLayer& layer);
bool concerns(const std::vector<LabelEdit>& edits, const LabelsLayer& layer);

/// As text, for notes. Errors: kBadFile.
std::string text_of(const ObjectNotes& notes);
Result<ObjectNotes> object_notes_from(const std::string& text);
std::string bytes_of(const ShapeList& shapes);
Result<ShapeList> shapes_from(const std::string& bytes);

}  // namespace karyo
