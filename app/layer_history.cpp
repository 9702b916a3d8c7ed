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

LayerHistory::LayerHistory(LayerList& layers) : layers_(layers), last_(state_now()) {}

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
  const bool merges = !merge_key.empty() && edits_.empty() && !steps_.empty() &&
                      steps_.back().merge_key == merge_key &&
                      when - steps_.back().when < kMergeTime;
  if (merges) {
    steps_.back().after = now;
    steps_.back().when = when;
  } else {
    steps_.push_back({name, merge_key, std::move(last_), now, when, std::exchange(edits_, {})});
  }
  last_ = std::move(now);
  at_ = steps_.size();
  forget_what_is_too_much();
  if (!merges && !steps_.back().edits.empty()) edited.emit(name, steps_.back().edits);
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
      step.before.push_back(entry);
      step.after.push_back(entry);
    }
  }
  last_ = std::move(now);
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
  Step& step = steps_[--at_];
  for (auto edit = step.edits.rbegin(); edit != step.edits.rend(); ++edit) edit->swap();
  go_to(step.before);
  for (const LabelEdit& edit : step.edits) swapped.emit(edit);
  if (!step.edits.empty()) edits_moved.emit(false, step.edits);
}

void LayerHistory::redo() {
  if (!can_redo()) return;
  Step& step = steps_[at_++];
  for (LabelEdit& edit : step.edits) edit.swap();
  go_to(step.after);
  for (const LabelEdit& edit : step.edits) swapped.emit(edit);
  if (!step.edits.empty()) edits_moved.emit(true, step.edits);
}

void LayerHistory::go_to_step(std::size_t done) {
  while (at_ > done) undo();
  while (at_ < done && can_redo()) redo();
}

void LayerHistory::restore(std::vector<LabelStep> steps, std::size_t done) {
  reset();
  for (LabelStep& step : steps) {
    steps_.push_back({std::move(step.name), {}, last_, last_, {}, std::move(step.edits)});
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
  last_ = state_now();
  changed.emit();
}

void LayerHistory::forget_what_is_too_much() {
  const auto bytes_held = [this] {
    std::set<const Layer*> seen;
    std::uint64_t bytes = 0;
    for (int i = 0; i < layers_.count(); ++i) seen.insert(&layers_.at(i));
    for (const Step& step : steps_) {
      for (const LabelEdit& edit : step.edits) bytes += edit.bytes();
      for (const State* state : {&step.before, &step.after}) {
        for (const Entry& entry : *state) {
          if (seen.insert(entry.layer.get()).second) bytes += bytes_of_layer(*entry.layer);
        }
      }
    }
    return bytes;
  };
  while (steps_.size() > kMostSteps || (steps_.size() > 1 && bytes_held() > kMostBytes)) {
    steps_.erase(steps_.begin());
    --at_;
  }
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
