#pragma once

/// Undo and redo of what is done to layers: added, closed, moved, renamed, shown otherwise,
/// painted.
///
/// A step is the list before and after it: which layers, in which order, how each is shown. So
/// every command that changes these can be undone without knowing how to. A layer that was closed
/// lives on in the steps that may bring it back. Labels are the exception, being too large to look
/// for changes: who edits them hands in the edit.
///
/// Steps that are kept beyond this run are asked for when they are made (Keeper), told of when they
/// are undone or redone, and handed in again in the next run (restore).

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "annotation/edit_thinner.h"
#include "annotation/journal_step.h"
#include "annotation/label_edit.h"
#include "app/commands.h"
#include "core/layers/layer_list.h"
#include "core/layers/layer_look.h"

namespace karyo {

class LayerHistory {
 public:
  static constexpr std::uint64_t kMostBytes = std::uint64_t{1} << 30;

  /// Closed layers, replaced labels and all else that steps hold are kept up to `most_bytes`;
  /// beyond it the oldest steps are forgotten, but for the newest. What labels hold counts as it is
  /// then, thinned or not.
  explicit LayerHistory(LayerList& layers, std::uint64_t most_bytes = kMostBytes);

  /// To be called after each command: what has changed since the last call becomes a step of this
  /// name ("Close layer"). Steps with the same `merge_key` that follow each other within a second,
  /// as the parts of a slider's drag, become one; an empty key merges with nothing.
  void note(const std::string& name, const std::string& merge_key = {});
  /// Labels that were changed: part of the step that the next note() makes.
  void add_edit(LabelEdit edit) { edits_.push_back(std::move(edit)); }
  /// Takes what has changed since the last call for something that undo leaves alone (a file that
  /// was opened in the background).
  void accept();
  /// Forgets all steps: something else is open now.
  void reset();

  bool can_undo() const { return at_ > 0 || !edits_.empty(); }
  bool can_redo() const { return at_ < steps_.size(); }
  /// Empty where there is none.
  std::string undo_name() const { return at_ > 0 ? steps_[at_ - 1].kept.name : std::string(); }
  std::string redo_name() const { return can_redo() ? steps_[at_].kept.name : std::string(); }
  void undo();
  void redo();

  /// All steps, the oldest first, and how many of them are done.
  std::size_t count() const { return steps_.size(); }
  std::size_t done() const { return at_; }
  const std::string& name_of_step(std::size_t number) const { return steps_[number].kept.name; }
  /// Undoes or redoes until so many are done.
  void go_to_step(std::size_t done);

  /// What is kept of a step beside its edits of labels; null: it is not kept.
  using Kept = std::shared_ptr<const std::vector<NoteChange>>;
  /// Called with each step as it is made, with the layers as they are after it.
  using Keeper = std::function<Kept(const std::string& name, const std::vector<LabelEdit>& edits)>;
  void set_keeper(Keeper keeper) { keeper_ = std::move(keeper); }

  /// A step that is kept.
  struct KeptStep {
    std::string name;
    std::vector<LabelEdit> edits;  ///< in the order they were made
    Kept notes;
    /// Of an earlier run: nothing is known of layers but its edits. Who hears of `moved` changes
    /// them as its notes say.
    bool restored = true;
  };
  /// Takes over steps of an earlier run, the oldest first, in place of all there are.
  void restore(std::vector<KeptStep> steps, std::size_t done);

  /// Makes what edits hold smaller, meanwhile.
  EditThinner& thinner() { return thinner_; }
  /// What steps hold now, without layers.
  std::uint64_t bytes() const;

  Signal<> changed;                  ///< once for each call
  Signal<const LabelEdit&> swapped;  ///< labels were changed back or forth
  /// A kept step was undone (false) or redone (true).
  Signal<bool, const KeptStep&> moved;
  Signal<> accepted;  ///< layers changed by what is no step

 private:
  struct Entry {
    std::shared_ptr<Layer> layer;
    LayerLook look;
    friend bool operator==(const Entry&, const Entry&) = default;
  };
  using State = std::vector<Entry>;  // from the bottom
  struct Step {
    KeptStep kept;  // its notes are null where it is not
    std::string merge_key = {};
    State before = {}, after = {};  // of a restored one: empty
    std::chrono::steady_clock::time_point when = {};
    std::uint64_t bytes = 0;    // without layers and edits, which become less
    bool other_layers = false;  // before and after
  };
  State state_now() const;
  void step_back();
  void step_forward();
  void go_to(const State& state);
  void tell_of(bool forward, const Step& step);
  static void weigh(Step& step);
  static std::uint64_t bytes_of(const Step& step);
  std::uint64_t bytes_of_closed_layers() const;
  void forget_what_is_too_much();

  LayerList& layers_;
  std::uint64_t most_bytes_;
  Keeper keeper_;
  State last_;
  std::vector<LabelEdit> edits_;  // of the next step
  std::vector<Step> steps_;
  std::size_t at_ = 0;  // steps done
  EditThinner thinner_;
};

/// Makes what commands do to layers steps of undo, for as long as the connection lives: under the
/// command's title or, for a setting, the names of what it changed. `word` puts what titles do not
/// say into the window's language: names of settings and "%1 of %2".
using Word = std::function<std::string(const std::string& english)>;
[[nodiscard]] Connection keep_history(
    const CommandTable& commands, LayerHistory& history,
    Word word = [](const std::string& english) { return english; });

}  // namespace karyo
