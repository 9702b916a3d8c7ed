#pragma once

/// Random work on one image, done in a journal and beside it in a plain model: what the labels, the
/// history and the notes are after each piece of work.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "annotation/journal.h"
#include "core/base/random.h"

namespace karyo::test {

inline const std::string kImage = "cells 1.tif";

/// One tile painted with an id; changes `labels`.
inline JournalStep painted(LabelVolume& labels, std::uint32_t id, Index3 at = {0, 0, 0}) {
  LabelWriter writer(labels);
  writer.set(at, id);
  return {
      "Paint", "{}", 1, {change_of(0, {at, at + Index3{1, 1, 1}}, writer.finish(), labels)}, {}};
}

class WorkScript {
 public:
  using Frames = std::vector<LabelVolume>;
  using Notes = std::shared_ptr<const std::vector<NoteChange>>;
  struct State {
    std::vector<Frames> history;         ///< labels after 0, 1, 2... steps
    std::vector<Notes> step_notes = {};  ///< of the steps
    std::int64_t position = 0;
    std::map<std::string, std::string> notes = {};
    const Frames& labels() const { return history[static_cast<std::size_t>(position)]; }
  };

  explicit WorkScript(std::uint64_t seed, int frames = 2, Index3 shape = {1, 70, 130})
      : random_(seed), blank_(static_cast<std::size_t>(frames), LabelVolume(shape)) {
    states_.push_back({{blank_}});
  }

  /// A mask with the labels of state `number` takes the old one's place.
  std::function<void(std::size_t number)> replace_mask = [this](std::size_t number) {
    mask = number;
  };
  std::optional<std::size_t> mask;  ///< the state that the mask file has; none: no file
  bool saves = true;                ///< whether it saves now and then

  const State& state(std::size_t number) const { return states_[number]; }
  /// The number of the last state: as things are now.
  std::size_t last() const { return states_.size() - 1; }
  /// What is in a mask file, and how it is known.
  Frames mask_labels() const { return mask ? states_[*mask].labels() : blank_; }
  std::optional<FileFingerprint> mask_file() const {
    return mask ? std::optional(file_of(*mask)) : std::nullopt;
  }

  /// Does one thing more; in the model alone where there is no journal. After an error of the
  /// journal the script ends.
  Result<void> go_on(Journal* journal) {
    State next = states_.back();
    const std::int64_t choice = random_.below(100);
    Result<void> outcome;
    if (save_ && choice < 30) {
      outcome = go_on_saving(journal);
    } else if (choice < 60) {
      outcome = do_step(journal, next);
    } else if (choice < 80) {
      next.position = random_.below(std::ssize(next.history));
      outcome = move(journal, next);
    } else if (saves && !save_) {
      save_ = Save{last(), 0, 0};
      if (journal != nullptr) {
        KARYO_TRY(save_->mark, journal->mark(kImage));
      }
    } else {
      outcome = set_note(journal, next);
    }
    states_.push_back(std::move(next));
    return outcome;
  }

  /// A crash: only what was until state `number` happened.
  void go_back_to(std::size_t number) {
    states_.push_back(State(states_[number]));
    save_.reset();
  }

  /// Recovers and compares with the states `from` to `to`: the labels, the notes, and all of undo
  /// and redo. Returns the number of the state that was found; none, with a failed expectation,
  /// when it is not one of them.
  std::optional<std::size_t> find_recovered(Journal& journal, std::size_t from, std::size_t to) {
    auto found = journal.recover(kImage, mask_labels(), mask_file());
    auto notes = journal.notes(kImage);
    if (!found || !notes) {
      ADD_FAILURE() << (found ? notes.error().what : found.error().what);
      return std::nullopt;
    }
    if (found->changed_outside) {
      ADD_FAILURE() << "the journal does not know the mask";
      return std::nullopt;
    }
    for (std::size_t number = to + 1; number-- > from;) {
      const State& state = states_[number];
      if (state.position == found->position && state.notes == *notes &&
          equal(state.labels(), found->labels) && has_history(state, *found)) {
        return number;
      }
    }
    ADD_FAILURE() << "position " << found->position << " is none of the states " << from << " to "
                  << to;
    return std::nullopt;
  }

  static bool equal(const Frames& a, const Frames& b) {
    if (a.size() != b.size()) return false;
    for (std::size_t i = 0; i < a.size(); ++i) {
      if (!(a[i].to_dense() == b[i].to_dense())) return false;
    }
    return true;
  }

 private:
  struct Save {
    std::size_t state = 0;
    std::int64_t mark = 0;
    int stage = 0;
  };

  static FileFingerprint file_of(std::size_t state) {
    return {10, static_cast<std::uint64_t>(state), 0};
  }

  /// In stages, with other work in between, as saving in the background is.
  Result<void> go_on_saving(Journal* journal) {
    if (save_->stage == 0) {
      if (journal != nullptr) {
        KARYO_CHECK_OK(journal->saving(kImage, save_->mark, file_of(save_->state)));
        KARYO_CHECK_OK(journal->flush());
      }
      replace_mask(save_->state);
      save_->stage = 1;
      return {};
    }
    const Save done = *std::exchange(save_, std::nullopt);
    if (journal == nullptr) return {};
    return journal->saved(kImage, done.mark, file_of(done.state));
  }

  Result<void> do_step(Journal* journal, State& next) {
    JournalStep step{"Paint", "{\"n\": " + std::to_string(last()) + "}", 1, {}, {}};
    Frames labels = next.labels();
    // A step changes labels, or notes, or both.
    const std::int64_t kind = random_.below(4);
    for (std::int64_t changes = kind == 0 ? 0 : 1 + random_.below(2); changes > 0; --changes) {
      const std::int64_t frame = random_.below(std::ssize(labels));
      LabelVolume& volume = labels[static_cast<std::size_t>(frame)];
      LabelWriter writer(volume);
      const Box3 box = paint(writer, volume.shape());
      ReplacedTiles before = writer.finish();
      if (!before.empty()) step.labels.push_back(change_of(frame, box, std::move(before), volume));
    }
    for (std::int64_t changes = kind < 2 ? 1 + random_.below(3) : 0; changes > 0; --changes) {
      step.notes.push_back(change_note(next));
    }
    next.history.resize(static_cast<std::size_t>(next.position) + 1);
    next.step_notes.resize(static_cast<std::size_t>(next.position));
    next.history.push_back(std::move(labels));
    next.step_notes.push_back(std::make_shared<const std::vector<NoteChange>>(step.notes));
    ++next.position;
    if (journal == nullptr) return {};
    KARYO_TRY(const std::int64_t number, journal->record(kImage, std::move(step)));
    EXPECT_EQ(number, next.position);
    return {};
  }

  Box3 paint(LabelWriter& writer, const Index3& shape) {
    // Erasing and the highest of ids too.
    const std::uint32_t ids[] = {0,      1,           2,
                                 70'000, 0xffff'fffe, static_cast<std::uint32_t>(random_.next())};
    const std::uint32_t id = ids[random_.below(6)];
    const Index3 begin{random_.below(shape.z), random_.below(shape.y), random_.below(shape.x)};
    const Box3 box =
        Box3{begin, begin + Index3{1, 1 + random_.below(60), 1 + random_.below(60)}}.clipped_to(
            Box3::of_shape(shape));
    for (std::int64_t y = box.begin.y; y < box.end.y; ++y) {
      writer.set_row({box.begin.z, y, box.begin.x}, box.shape().x, id,
                     [&](std::uint32_t) { return (y + box.begin.x) % 3 != 0; });
    }
    return box;
  }

  NoteChange change_note(State& next) {
    const bool region = random_.below(2) == 0;
    NoteChange change{(region ? "region/" : "object/") + std::to_string(random_.below(4)), {}, {}};
    if (const auto known = next.notes.find(change.key); known != next.notes.end()) {
      change.before = known->second;
    }
    if (random_.below(4) != 0) change.after = std::string("mitotic\0", 8) + std::to_string(last());
    if (region && change.after) {  // longer, and of numbers, as outlines are
      for (std::int64_t points = random_.below(300); points > 0; --points) {
        *change.after += static_cast<char>(random_.below(20));
      }
    }
    put_note(next, change.key, change.after);
    return change;
  }

  static void put_note(State& state, const std::string& key,
                       const std::optional<std::string>& value) {
    if (value) {
      state.notes[key] = *value;
    } else {
      state.notes.erase(key);
    }
  }

  Result<void> set_note(Journal* journal, State& next) {
    const NoteChange change = change_note(next);
    if (journal == nullptr) return {};
    return journal->set_note(kImage, change.key, change.after);
  }

  Result<void> move(Journal* journal, State& next) {
    for (std::int64_t at = states_.back().position; at != next.position;) {
      const bool forward = at < next.position;
      std::vector<NoteChange> notes =
          *next.step_notes[static_cast<std::size_t>(forward ? at : at - 1)];
      if (!forward) std::reverse(notes.begin(), notes.end());
      for (const NoteChange& note : notes) {
        put_note(next, note.key, forward ? note.after : note.before);
      }
      at += forward ? 1 : -1;
    }
    if (journal == nullptr) return {};
    return journal->moved(kImage, next.position);
  }

  static void apply(Frames& labels, const JournalStep& step, bool forward) {
    auto changes = step.labels;
    if (!forward) std::reverse(changes.begin(), changes.end());
    for (const LabelChange& change : changes) {
      labels[static_cast<std::size_t>(change.frame)].swap_tiles(forward ? change.after
                                                                        : change.before);
    }
  }

  static bool has_history(const State& state, const Recovered& found) {
    if (found.first != 1 || found.steps.size() + 1 != state.history.size()) return false;
    for (std::size_t i = 0; i < found.steps.size(); ++i) {
      if (found.steps[i].notes != *state.step_notes[i]) return false;
    }
    Frames labels = found.labels;
    for (std::size_t n = static_cast<std::size_t>(found.position); n > 0; --n) {
      apply(labels, found.steps[n - 1], false);
      if (!equal(labels, state.history[n - 1])) return false;
    }
    labels = found.labels;
    for (std::size_t n = static_cast<std::size_t>(found.position); n < found.steps.size(); ++n) {
      apply(labels, found.steps[n], true);
      if (!equal(labels, state.history[n + 1])) return false;
    }
    return true;
  }

  Random random_;
  Frames blank_;
  std::vector<State> states_;
  std::optional<Save> save_;
};

}  // namespace karyo::test
