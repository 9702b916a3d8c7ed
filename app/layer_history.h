#pragma once

/// Undo and redo of what is done to layers: added, closed, moved, renamed, shown otherwise,
/// painted.
///
/// A step is the list before and after it: which layers, in which order, how each is shown. So
/// every command that changes these can be undone without knowing how to. A layer that was closed
/// lives on in the steps that may bring it back. Labels are the exception, being too large to look
/// for changes: who edits them hands in the edit.

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "annotation/label_edit.h"
#include "app/commands.h"
#include "core/layers/layer_list.h"
#include "core/layers/layer_look.h"

namespace karyo {

class LayerHistory {
 public:
  static constexpr std::size_t kMostSteps = 200;
  /// Closed layers and replaced labels are kept up to this; beyond it the oldest steps are
  /// forgotten.
  static constexpr std::uint64_t kMostBytes = std::uint64_t{1} << 30;

  explicit LayerHistory(LayerList& layers);

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
  std::string undo_name() const { return at_ > 0 ? steps_[at_ - 1].name : std::string(); }
  std::string redo_name() const { return can_redo() ? steps_[at_].name : std::string(); }
  void undo();
  void redo();

  /// All steps, the oldest first, and how many of them are done.
  std::size_t count() const { return steps_.size(); }
  std::size_t done() const { return at_; }
  const std::string& name_of_step(std::size_t number) const { return steps_[number].name; }
  /// Undoes or redoes until so many are done.
  void go_to_step(std::size_t done);

  /// A step that changed labels, as journals keep it.
  struct LabelStep {
    std::string name;
    std::vector<LabelEdit> edits;  ///< in the order they were made
  };
  /// Takes over steps of an earlier run, the oldest first, in place of all there are.
  void restore(std::vector<LabelStep> steps, std::size_t done);

  Signal<> changed;
  Signal<const LabelEdit&> swapped;  ///< labels were changed back or forth
  /// A step that changed labels was made; one was undone (false) or redone (true).
  Signal<const std::string&, const std::vector<LabelEdit>&> edited;
  Signal<bool, const std::vector<LabelEdit>&> edits_moved;

 private:
  struct Entry {
    std::shared_ptr<Layer> layer;
    LayerLook look;
    friend bool operator==(const Entry&, const Entry&) = default;
  };
  using State = std::vector<Entry>;  // from the bottom
  struct Step {
    std::string name, merge_key;
    State before, after;
    std::chrono::steady_clock::time_point when;
    std::vector<LabelEdit> edits = {};
  };
  State state_now() const;
  void go_to(const State& state);
  void forget_what_is_too_much();

  LayerList& layers_;
  State last_;
  std::vector<LabelEdit> edits_;  // of the next step
  std::vector<Step> steps_;
  std::size_t at_ = 0;  // steps done
};

/// Makes what commands do to layers steps of undo, for as long as the connection lives: under the
/// command's title or, for a setting, the names of what it changed. `word` puts what titles do not
/// say into the window's language: names of settings and "%1 of %2".
using Word = std::function<std::string(const std::string& english)>;
[[nodiscard]] Connection keep_history(
    const CommandTable& commands, LayerHistory& history,
    Word word = [](const std::string& english) { return english; });

}  // namespace karyo
