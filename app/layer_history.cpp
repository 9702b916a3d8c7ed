#include "app/layer_history.h"

#include <algorithm>
#include <set>
#include <utility>

namespace karyo {
namespace {

constexpr std::chrono::milliseconds kMergeTime{1000};

std::uint64_t bytes_of_layer(const Layer& layer) {
  if (const auto* image = dynamic_cast<const ImageLayer*>(&layer)) {
    return image->shared_volume() ? image->shared_volume()->size_bytes() : 0;
  }
  // A box around marks says nothing of how many they are.
  if (const auto* vector = dynamic_cast<const VectorLayer*>(&layer)) {
    return static_cast<std::uint64_t>(vector->count()) * sizeof(PointMark);
  }
  return static_cast<std::uint64_t>(layer.shape().count()) * sizeof(std::uint32_t);
}

std::uint64_t bytes_of_note(const NoteChange& note) {
  return sizeof note + note.key.size() + note.before.value_or("").size() +
         note.after.value_or("").size();
}

/// What a look holds that the one before (null: none) does not. Values that look_of() copies count,
/// shared ones where they are others.
std::uint64_t bytes_of_look(const LayerLook& look, const LayerLook* before) {
  constexpr std::uint64_t kTreeNode = 32;
  std::uint64_t bytes = sizeof look + sizeof(std::shared_ptr<Layer>) + look.name.size();
  if (look.image) bytes += look.image->channels.size() * sizeof(ChannelDisplay);
  const bool other_notes = look.labels && (before == nullptr || !before->labels ||
                                           before->labels->notes != look.labels->notes);
  if (other_notes && look.labels->notes) {
    using Notes = decltype(ObjectNotes::objects);
    bytes += look.labels->notes->objects.size() * (sizeof(Notes::value_type) + kTreeNode);
  }
  const bool other_points = look.points && (before == nullptr || !before->points ||
                                            before->points->data != look.points->data);
  if (other_points && look.points->data) {
    bytes += look.points->data->size() * sizeof(PointMark);
  }
  const bool other_tracks = look.tracks && (before == nullptr || !before->tracks ||
                                            before->tracks->data != look.tracks->data);
  if (other_tracks && look.tracks->data) {
    bytes += look.tracks->data->points.size() * sizeof(TrackPoint);
  }
  const bool other_shapes = look.shapes && (before == nullptr || !before->shapes ||
                                            before->shapes->data != look.shapes->data);
  if (other_shapes && look.shapes->data) {
    for (const Roi& roi : *look.shapes->data) {
      bytes +=
          sizeof roi + roi.points.size() * sizeof(PointF) + roi.segments.size() * sizeof(float);
    }
  }
  return bytes;
}

/// "%1" and "%2" of a pattern filled in.
std::string with_parts(const std::string& pattern, const std::string& first,
                       const std::string& second) {
  const auto at1 = pattern.find("%1"), at2 = pattern.find("%2");
  if (at1 == std::string::npos || at2 == std::string::npos || at2 < at1) {
    return first + ": " + second;
  }
  return pattern.substr(0, at1) + first + pattern.substr(at1 + 2, at2 - at1 - 2) + second +
         pattern.substr(at2 + 2);
}

}  // namespace

LayerHistory::LayerHistory(LayerList& layers, std::uint64_t most_bytes)
    : layers_(layers), most_bytes_(most_bytes), last_(state_now()) {}

LayerHistory::State LayerHistory::state_now() const {
  State state;
  for (int i = 0; i < layers_.count(); ++i) {
    state.push_back({layers_.shared_at(i), look_of(layers_.at(i))});
  }
  return state;
}

void LayerHistory::note(const std::string& name, const std::string& merge_key) {
  State now = state_now();
  if (now == last_ && edits_.empty()) return;
  steps_.resize(at_);
  const auto when = std::chrono::steady_clock::now();
  Kept kept = keeper_ ? keeper_(name, edits_) : nullptr;
  thin_swapped(edits_, &thinner_);
  const bool merges = !merge_key.empty() && edits_.empty() && !kept && !steps_.empty() &&
                      steps_.back().merge_key == merge_key &&
                      when - steps_.back().when < kMergeTime;
  if (!merges) {
    steps_.push_back({{name, std::exchange(edits_, {}), std::move(kept), false},
                      merge_key,
                      std::move(last_),
                      {},
                      when});
  }
  Step& step = steps_.back();
  step.after = now;
  step.when = when;
  weigh(step);
  last_ = std::move(now);
  at_ = steps_.size();
  forget_what_is_too_much();
  changed.emit();
}

void LayerHistory::accept() {
  State now = state_now();
  if (now == last_) return;
  // What came by itself is in every state, or undo would take it away again.
  const auto known = [](const State& state, const std::shared_ptr<Layer>& layer) {
    return std::any_of(state.begin(), state.end(),
                       [&](const Entry& entry) { return entry.layer == layer; });
  };
  for (const Entry& entry : now) {
    if (known(last_, entry.layer)) continue;
    for (Step& step : steps_) {
      if (step.kept.restored) continue;
      step.before.push_back(entry);
      step.after.push_back(entry);
    }
  }
  last_ = std::move(now);
  accepted.emit();
}

void LayerHistory::reset() {
  last_ = state_now();
  steps_.clear();
  edits_.clear();
  at_ = 0;
  changed.emit();
}

void LayerHistory::undo() {
  if (!edits_.empty()) note("edit");  // by who told of no command
  if (!can_undo()) return;
  step_back();
  changed.emit();
}

void LayerHistory::redo() {
  if (!can_redo()) return;
  step_forward();
  changed.emit();
}

void LayerHistory::go_to_step(std::size_t done) {
  if (!edits_.empty()) note("edit");
  done = std::min(done, steps_.size());
  if (at_ == done) return;
  while (at_ > done) step_back();
  while (at_ < done) step_forward();
  changed.emit();
}

void LayerHistory::step_back() {
  Step& step = steps_[--at_];
  std::vector<LabelEdit>& edits = step.kept.edits;
  for (auto edit = edits.rbegin(); edit != edits.rend(); ++edit) edit->swap();
  thin_swapped(edits, &thinner_);
  if (!step.kept.restored) go_to(step.before);
  tell_of(false, step);
}

void LayerHistory::step_forward() {
  Step& step = steps_[at_++];
  for (LabelEdit& edit : step.kept.edits) edit.swap();
  thin_swapped(step.kept.edits, &thinner_);
  if (!step.kept.restored) go_to(step.after);
  tell_of(true, step);
}

void LayerHistory::tell_of(bool forward, const Step& step) {
  for (const LabelEdit& edit : step.kept.edits) swapped.emit(edit);
  if (step.kept.notes) moved.emit(forward, step.kept);
  last_ = state_now();
}

void LayerHistory::restore(std::vector<KeptStep> steps, std::size_t done) {
  reset();
  for (KeptStep& step : steps) {
    steps_.push_back({std::move(step)});
    weigh(steps_.back());
  }
  at_ = std::min(done, steps_.size());
  changed.emit();
}

void LayerHistory::go_to(const State& state) {
  for (int i = layers_.count() - 1; i >= 0; --i) {
    const bool stays = std::any_of(state.begin(), state.end(), [&](const Entry& entry) {
      return entry.layer == layers_.shared_at(i);
    });
    if (!stays) layers_.remove(i);
  }
  for (int to = 0; to < static_cast<int>(state.size()); ++to) {
    const Entry& entry = state[static_cast<std::size_t>(to)];
    const int from = layers_.find(entry.layer.get());
    if (from < 0) {
      layers_.insert(to, entry.layer);
    } else if (from != to) {
      layers_.move(from, to);
    }
    apply_look(*entry.layer, entry.look);
  }
}

void LayerHistory::weigh(Step& step) {
  step.bytes = sizeof(Step);
  if (step.kept.notes) {
    for (const NoteChange& note : *step.kept.notes) step.bytes += bytes_of_note(note);
  }
  const auto look_before = [&](const Entry& entry) -> const LayerLook* {
    const auto found = std::find_if(step.before.begin(), step.before.end(),
                                    [&](const Entry& one) { return one.layer == entry.layer; });
    return found == step.before.end() ? nullptr : &found->look;
  };
  step.other_layers = step.before.size() != step.after.size();
  for (const Entry& entry : step.after) {
    const LayerLook* before = look_before(entry);
    step.bytes += bytes_of_look(entry.look, before);
    step.other_layers = step.other_layers || before == nullptr;
  }
  for (const Entry& entry : step.before) step.bytes += bytes_of_look(entry.look, &entry.look);
}

std::uint64_t LayerHistory::bytes_of(const Step& step) {
  std::uint64_t bytes = step.bytes;
  for (const LabelEdit& edit : step.kept.edits) bytes += edit.bytes();
  return bytes;
}

std::uint64_t LayerHistory::bytes() const {
  std::uint64_t bytes = 0;
  for (const Step& step : steps_) bytes += bytes_of(step);
  return bytes;
}

std::uint64_t LayerHistory::bytes_of_closed_layers() const {
  std::set<const Layer*> seen;
  std::uint64_t bytes = 0;
  for (int i = 0; i < layers_.count(); ++i) seen.insert(&layers_.at(i));
  for (const Step& step : steps_) {
    if (!step.other_layers) continue;  // its layers are its neighbours'
    for (const State* state : {&step.before, &step.after}) {
      for (const Entry& entry : *state) {
        if (seen.insert(entry.layer.get()).second) bytes += bytes_of_layer(*entry.layer);
      }
    }
  }
  return bytes;
}

void LayerHistory::forget_what_is_too_much() {
  std::uint64_t closed = bytes_of_closed_layers();
  std::size_t gone = 0;
  std::uint64_t held = bytes();
  while (gone + 1 < steps_.size() && held + closed > most_bytes_) {
    held -= std::min(held, bytes_of(steps_[gone]));
    const Step oldest = std::exchange(steps_[gone++], {});
    if (oldest.other_layers) closed = bytes_of_closed_layers();
  }
  steps_.erase(steps_.begin(), steps_.begin() + static_cast<std::ptrdiff_t>(gone));
  at_ -= gone;
}

Connection keep_history(const CommandTable& commands, LayerHistory& history, Word word) {
  return commands.ran.connect(
      [&history, word = std::move(word)](const Command& command, const nlohmann::json& arguments) {
        const bool travels = command.id == "edit.undo" || command.id == "edit.redo" ||
                             command.id == "edit.go_to_step";
        if (travels) return;
        std::string name = command.title.empty() ? word(command.step) : command.title, key;
        if (name.empty()) {
          key = command.id;
          for (const auto& [argument, value] : arguments.items()) {
            key += " " + argument;
            if (argument == "layer" || argument == "channel") {
              key += value.dump();
            } else {
              std::string setting = argument;
              std::replace(setting.begin(), setting.end(), '_', ' ');
              name += (name.empty() ? word("change") + " " : ", ") + word(setting);
            }
          }
        }
        if (arguments.contains("layer")) {
          name = with_parts(word("%1 of %2"), name, arguments["layer"].get<std::string>());
        }
        history.note(name, key);
      });
}

}  // namespace karyo
