#pragma once

/// Between the journal of a folder and what is open of it: steps of undo, notes on objects,
/// regions.
///
/// What an image has beside its labels is kept as notes, small ones, so that a step holds what it
/// changed alone:
///   classes         JSON, the list; without, the folder's list holds
///   object/N        JSON, what is said of object N
///   region/HASH     one region as ImageJ's .roi, named by what is in it
///   region_order    which regions there are, in order: their hashes, 8 bytes each, little-endian;
///                   absent: there is no list
/// Journals of before have "objects" and "regions" instead: all in one.

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "annotation/journal.h"
#include "app/layer_history.h"
#include "core/labels/object_notes.h"
#include "core/layers/vector_layers.h"

namespace karyo {

/// Steps of a journal as steps of undo for a layer that shows the labels that were recovered. Large
/// ones are left to `thinner`.
struct RestoredSteps {
  std::vector<LayerHistory::KeptStep> steps;
  std::size_t done = 0;
};
RestoredSteps steps_of(const Recovered& recovered, const std::shared_ptr<LabelsLayer>& layer,
                       EditThinner& thinner);

/// A step of undo, just made, as a step of the journal: its edits of this layer alone. `frames`:
/// the layer's labels as they are. No labels in it where the step changed others alone.
JournalStep journal_step(const std::string& name, const std::vector<LabelEdit>& edits,
                         const LabelsLayer& layer);
bool concerns(const std::vector<LabelEdit>& edits, const LabelsLayer& layer);

using NoteMap = std::map<std::string, std::string>;
inline constexpr const char* kClassesNote = "classes";

/// The notes of an image that the window knows, by what they are of.
struct ImageNotes {
  NoteMap objects, regions;
};
ImageNotes known_notes(const NoteMap& all);
/// Whether they are as a program of before kept them: to be written anew.
bool are_old(const ImageNotes& notes);

NoteMap notes_of(const ObjectNotes& objects);
/// Null: there is no list. Regions that ImageJ's format cannot hold are left out.
NoteMap notes_of(const ShapeList* regions);
/// As text, for the folder's setting.
std::string text_of(const std::vector<ObjectClass>& classes);
/// All in one, for session files, and back. Errors: kBadFile.
std::string text_of(const ObjectNotes& notes);
Result<ObjectNotes> object_notes_from(const std::string& text);

std::vector<NoteChange> changes_between(const NoteMap& before, const NoteMap& after);
void apply(const std::vector<NoteChange>& changes, bool forward, ImageNotes& notes);
bool touch_regions(const std::vector<NoteChange>& changes);
bool touch_objects(const std::vector<NoteChange>& changes);

/// Back. `classes`: the folder's list, for notes without one; empty: there is none.
/// Errors: kBadFile.
Result<ObjectNotes> objects_from(const NoteMap& notes, const std::string& classes);
Result<std::optional<ShapeList>> regions_from(const NoteMap& notes);

}  // namespace karyo
