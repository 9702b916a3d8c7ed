#include "app/mask_preview.h"

#include <algorithm>
#include <array>
#include <unordered_map>
#include <utility>
#include <vector>

#include "app/commands.h"
#include "app/workspace.h"

namespace karyo {
namespace {

/// What there is to keep under objects that are made.
struct Kept {
  std::vector<std::uint32_t> locked;  // sorted
  bool all = false;                   // every object stays
  std::uint32_t first = 1;            // number for those made; locked ones are passed over

  bool is_locked(std::uint32_t id) const {
    return std::binary_search(locked.begin(), locked.end(), id);
  }
  /// What is not annotated stays so.
  bool stays(std::uint32_t id) const {
    return id != 0 && (all || id == kIgnoredLabel || is_locked(id));
  }
};

/// Lays parts of objects that are made into labels, with numbers of their own, under what stays.
class Laying {
 public:
  Laying(LabelVolume& labels, Kept kept)
      : labels_(labels), writer_(labels), kept_(std::move(kept)), next_(kept_.first) {}

  void put(LabelArray made, const Index3& origin) {
    const Index3 shape = made.shape();
    for (std::int64_t z = 0; z < shape.z; ++z) {
      for (std::int64_t y = 0; y < shape.y; ++y) {
        for (std::int64_t x = 0; x < shape.x; ++x) {
          const std::uint32_t there = labels_.at(origin + Index3{z, y, x});
          std::uint32_t& id = made(z, y, x);
          id = id == MaskPreview::kAsItIs || kept_.stays(there) ? there : number_of(id);
        }
      }
    }
    writer_.write(made.view(), origin);
    box_ = box_.united_with({origin, origin + shape});
  }
  ReplacedTiles finish() { return writer_.finish(); }
  const Box3& box() const { return box_; }
  /// The number in the labels of an object that was made.
  std::uint32_t number_of(std::uint32_t id) {
    while (numbers_.size() <= id) {
      while (kept_.is_locked(next_)) ++next_;
      numbers_.push_back(next_++);
    }
    return numbers_[id];
  }

 private:
  LabelVolume& labels_;
  LabelWriter writer_;
  Kept kept_;
  std::uint32_t next_;
  std::vector<std::uint32_t> numbers_{0};  // of background, then of the objects made
  Box3 box_;
};

/// Calls `with` for each piece of a row within `box` that is of one object: z, y, its first x, one
/// past its last, and the object's number.
template <typename With>
void each_piece(const LabelVolume& labels, const Box3& box, With with) {
  for (std::int64_t z = box.begin.z; z < box.end.z; ++z) {
    const Box3 plane{{z, box.begin.y, box.begin.x}, {z + 1, box.end.y, box.end.x}};
    const LabelArray ids = labels.to_dense(plane);
    for (std::int64_t y = box.begin.y; y < box.end.y; ++y) {
      const std::uint32_t* const row = &ids(0, y - box.begin.y, 0) - box.begin.x;
      for (std::int64_t x = box.begin.x; x < box.end.x;) {
        const std::int64_t first = x;
        while (x < box.end.x && row[x] == row[first]) ++x;
        if (row[first] != 0) with(z, y, first, x, row[first]);
      }
    }
  }
}

/// Where they lie in a part of labels; those of which nothing is to be seen are left out.
void find_in(std::vector<TrialObject>& objects, const LabelVolume& labels, const Box3& part) {
  std::unordered_map<std::uint32_t, Box3*> boxes;
  for (TrialObject& object : objects) boxes[object.id] = &object.box;
  each_piece(
      labels, part,
      [&](std::int64_t z, std::int64_t y, std::int64_t x, std::int64_t end, std::uint32_t id) {
        const auto found = boxes.find(id);
        if (found == boxes.end()) return;
        *found->second = found->second->united_with({{z, y, x}, {z + 1, y + 1, end}});
      });
  std::erase_if(objects, [](const TrialObject& object) { return object.box.empty(); });
}

/// Of what is there, the objects of which one that lies in `after` covers more than half, in whole;
/// and where they are.
Box3 erase_covered(LabelWriter& writer, const LabelVolume& there, const LabelVolume& after,
                   const TrialObject& by, const Box3& within) {
  struct Count {
    std::int64_t all = 0, covered = 0;
  };
  std::unordered_map<std::uint32_t, Count> counts;
  each_piece(
      after, by.box,
      [&](std::int64_t z, std::int64_t y, std::int64_t x, std::int64_t end, std::uint32_t id) {
        for (; id == by.id && x < end; ++x) {
          if (const std::uint32_t old = there.at({z, y, x}); old != 0) ++counts[old].covered;
        }
      });
  Box3 erased;
  if (counts.empty()) return erased;
  each_piece(there, within,
             [&](std::int64_t, std::int64_t, std::int64_t x, std::int64_t end, std::uint32_t id) {
               if (const auto old = counts.find(id); old != counts.end()) {
                 old->second.all += end - x;
               }
             });
  const LabelVolume before = there;  // the writer changes it
  each_piece(
      before, within,
      [&](std::int64_t z, std::int64_t y, std::int64_t x, std::int64_t end, std::uint32_t id) {
        const auto old = counts.find(id);
        if (old == counts.end() || 2 * old->second.covered <= old->second.all) return;
        writer.set_row({z, y, x}, end - x, 0, [](std::uint32_t) { return true; });
        erased = erased.united_with({{z, y, x}, {z + 1, y + 1, end}});
      });
  return erased;
}

}  // namespace

/// Labels with what was made in them, on the way from a job.
struct MaskPreview::Made {
  std::shared_ptr<LabelsLayer> layer;
  std::int64_t time = 0;
  LabelVolume before, after;
  std::vector<std::uint32_t> locked;
  ReplacedTiles replaced;
  Box3 box;
  Result<PagedSteps> outcome = PagedSteps{};
};

MaskPreview::~MaskPreview() = default;

void MaskPreview::show(const std::shared_ptr<LabelsLayer>& labels, std::int64_t time,
                       StepsPicture picture, const MaskSteps& steps) {
  show(labels, time, {},
       [picture = std::move(picture), steps](TaskControl& control, const LabelVolume&,
                                             const PutLabels& put) {
         return run_steps(picture, steps, put, control);
       });
}

void MaskPreview::show(const std::shared_ptr<LabelsLayer>& labels, std::int64_t time,
                       const Placing& placing, Make make) {
  if (job_ != 0) workspace_.cancel_job(std::exchange(job_, 0));
  keep_as_.clear();
  // What is shown is no part of the labels that are worked on.
  const bool here = shown_ && shown_->layer == labels && shown_->time == time;
  const LabelVolume before = here ? shown_->before : labels->labels(time);
  const auto made =
      std::make_shared<Made>(Made{labels, time, before, before, labels->notes()->locked(), {}, {}});
  const std::uint32_t first = placing.anew ? 1 : before.unused_id();
  const auto number = std::make_shared<std::uint64_t>(0);
  *number = job_ =
      workspace_.in_background([this, number, placing, first, make = std::move(make),
                                made](TaskControl& control) -> Result<Workspace::Finish> {
        control.report(0, "Making objects");
        Laying laying(made->after, {made->locked, placing.beside, first});
        made->outcome = make(control, made->before, [&](LabelArray part, const Index3& origin) {
          laying.put(std::move(part), origin);
        });
        made->replaced = laying.finish();
        made->box = laying.box();
        if (placing.objects) {
          for (TrialObject& object : *placing.objects) object.id = laying.number_of(object.id);
          find_in(*placing.objects, made->after, made->box);
        }
        return Workspace::Finish([this, number, placing, make, made] {
          if (*number != job_) return;  // another one is wanted by now
          job_ = 0;
          take(placing, make, *made);
        });
      });
  changed.emit();
}

void MaskPreview::take(const Placing& placing, const Make& make, Made& made) {
  if (!made.outcome) {
    keep_as_.clear();
    if (made.outcome.error().code != ErrorCode::kCancelled) {
      workspace_.failed.emit(made.outcome.error());
    }
    changed.emit();
    return;
  }
  take_back();
  LabelsLayer& layer = *made.layer;
  LabelVolume& labels = layer.editable_labels(made.time);
  if (!same_tiles(labels, made.before) || layer.notes()->locked() != made.locked) {
    const std::string name = keep_as_;  // made of labels that are others by now: once more
    show(made.layer, made.time, placing, make);
    keep_as_ = name;
    return;
  }
  made_ = *made.outcome;
  labels = std::move(made.after);
  if (placing.objects) objects_ = *placing.objects;
  shown_ = Shown{std::move(made.before), made.layer, made.time, std::move(made.replaced), made.box};
  layer.notify_changed(made.box);
  if (!keep_as_.empty()) finish_keeping();
  changed.emit();
}

void MaskPreview::take_back() {
  objects_.clear();
  if (!shown_) return;
  const Shown shown = *std::exchange(shown_, std::nullopt);
  shown.layer->editable_labels(shown.time) = shown.before;
  shown.layer->notify_changed(shown.box);
}

void MaskPreview::keep(const std::string& name) {
  keep_as_ = name;
  if (job_ == 0 && shown_) {
    finish_keeping();
    changed.emit();
  }
}

void MaskPreview::finish_keeping() {
  const std::string name = std::exchange(keep_as_, {});
  objects_.clear();
  Shown shown = *std::exchange(shown_, std::nullopt);
  if (!shown.replaced.empty()) {
    const std::uint32_t bound = shown.layer->labels(shown.time).bound();
    workspace_.edited(
        LabelEdit(shown.layer, shown.time, std::move(shown.replaced), shown.box, bound));
  }
  workspace_.history().note(name);
}

void MaskPreview::forget_object(std::uint32_t id) {
  std::erase_if(objects_, [id](const TrialObject& object) { return object.id == id; });
}

void MaskPreview::keep_object(std::uint32_t id, const std::string& name) {
  const auto found = std::find_if(objects_.begin(), objects_.end(),
                                  [id](const TrialObject& one) { return one.id == id; });
  if (!shown_ || found == objects_.end()) return;
  Shown& shown = *shown_;
  const TrialObject object = *found;
  LabelVolume& labels = shown.layer->editable_labels(shown.time);
  LabelVolume after = labels;
  // The step is made of labels as they are without what stays on trial.
  labels = shown.before;
  LabelWriter writer(labels);
  const Box3 erased = erase_covered(writer, labels, after, object, shown.box);
  each_piece(
      after, object.box,
      [&](std::int64_t z, std::int64_t y, std::int64_t x, std::int64_t end, std::uint32_t of) {
        if (of != id) return;
        writer.set_row({z, y, x}, end - x, id, [](std::uint32_t) { return true; });
      });
  ReplacedTiles replaced = writer.finish();
  for (const auto& [number, tile] : replaced) {
    shown.replaced.insert_or_assign(number, labels.tile(number));
  }
  shown.before = labels;
  const Box3 box = object.box.united_with(erased);
  workspace_.edited(LabelEdit(shown.layer, shown.layer->time_shown(shown.time), std::move(replaced),
                              box, labels.bound()));
  workspace_.history().note(name);
  labels = std::move(after);
  shown.layer->notify_changed(box);
  forget_object(id);
  changed.emit();
}

void MaskPreview::drop_object(std::uint32_t id) {
  const auto found = std::find_if(objects_.begin(), objects_.end(),
                                  [id](const TrialObject& one) { return one.id == id; });
  if (!shown_ || found == objects_.end()) return;
  const Box3 box = found->box;
  LabelVolume& labels = shown_->layer->editable_labels(shown_->time);
  const LabelVolume after = labels;
  LabelWriter writer(labels);
  each_piece(
      after, box,
      [&](std::int64_t z, std::int64_t y, std::int64_t x, std::int64_t end, std::uint32_t of) {
        if (of != id) return;
        writer.set_row({z, y, x}, end - x, 0, [](std::uint32_t) { return true; });
      });
  writer.finish();  // what leads back to the labels is known already
  shown_->layer->notify_changed(box);
  forget_object(id);
  changed.emit();
}

const LabelVolume& MaskPreview::without_trial(const LabelsLayer& layer, std::int64_t time) const {
  const bool here = shown_ && shown_->layer.get() == &layer &&
                    layer.time_shown(shown_->time) == layer.time_shown(time);
  return here ? shown_->before : layer.labels(time);
}

void MaskPreview::settle() {
  if (!keep_as_.empty()) workspace_.finish_jobs();
  cancel();
}

void MaskPreview::cancel() {
  if (job_ != 0) workspace_.cancel_job(std::exchange(job_, 0));
  keep_as_.clear();
  const bool was_shown = shown();
  take_back();
  if (was_shown) changed.emit();
}

Connection settle_before(const CommandTable& commands, Workspace& workspace) {
  return commands.starts.connect([&workspace](const Command& command) {
    static constexpr std::array<const char*, 7> kLooking{"view.", "go.",   "mode.",     "help.",
                                                         "tool.", "walk.", "model.walk"};
    const bool looks = std::any_of(kLooking.begin(), kLooking.end(), [&](const char* begin) {
      return command.id.starts_with(begin);
    });
    if (!looks) workspace.preview().settle();
  });
}

}  // namespace karyo
