#include "app/object_checks.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <optional>
#include <utility>

#include "app/model_doubts.h"
#include "app/model_in_use.h"
#include "app/picture_part.h"
#include "app/workspace.h"

namespace karyo {
namespace {

/// The mean of the image over an object's voxels.
double mean_in(const LabelVolume& labels, const ObjectFacts& facts, const ReadIntensity& read) {
  const Array3<float> values = read(facts.box);
  const LabelArray ids = labels.to_dense(facts.box);
  double sum = 0;
  std::int64_t count = 0;
  for (std::int64_t i = 0; i < ids.count(); ++i) {
    if (ids.data()[i] != facts.id) continue;
    sum += values.data()[i];
    ++count;
  }
  return count == 0 ? std::numeric_limits<double>::quiet_NaN() : sum / static_cast<double>(count);
}

}  // namespace

struct ObjectChecks::Measured {
  std::weak_ptr<LabelsLayer> layer;
  std::vector<ObjectRow> rows;
  std::vector<LabelFinding> findings;
};

ObjectChecks::ObjectChecks(Workspace& workspace) : workspace_(workspace) {
  LayerList& layers = workspace_.layers();
  connections_.push_back(
      layers.layer_data_changed.connect([this](Layer& changed_layer, const Box3& box) {
        if (&changed_layer == layer_.lock().get()) dirty_ = dirty_.united_with(box);
      }));
  connections_.push_back(layers.layer_changed.connect([this](Layer& changed_layer) {
    if (&changed_layer != layer_.lock().get()) return;
    restore_decisions();
    changed.emit();
  }));
}

ObjectChecks::~ObjectChecks() = default;

const ObjectRow* ObjectChecks::find(std::uint32_t id) const {
  const auto found = std::lower_bound(
      rows_.begin(), rows_.end(), id,
      [](const ObjectRow& row, std::uint32_t wanted) { return row.facts.id < wanted; });
  return found == rows_.end() || found->facts.id != id ? nullptr : &*found;
}

void ObjectChecks::choose_layer() {
  const LayerList& layers = workspace_.layers();
  std::shared_ptr<LabelsLayer> wanted = layer_.lock();
  if (wanted && layers.find(wanted.get()) < 0) wanted.reset();
  const int selected = layers.find(layers.selected());
  if (selected >= 0) {
    if (auto labels = std::dynamic_pointer_cast<LabelsLayer>(layers.shared_at(selected))) {
      wanted = labels;
    }
  }
  for (int i = layers.count() - 1; !wanted && i >= 0; --i) {
    wanted = std::dynamic_pointer_cast<LabelsLayer>(layers.shared_at(i));
  }
  const std::int64_t time = wanted ? wanted->time_shown(workspace_.view().time()) : 0;
  if (wanted == layer_.lock() && time == time_ && (checks_ || !wanted)) return;
  time_ = time;
  watch(wanted);
}

void ObjectChecks::watch(const std::shared_ptr<LabelsLayer>& layer) {
  layer_ = layer;
  of_model_ = workspace_.model().changed.connect([this] {
    if (!rows_.empty()) look_through();
  });
  checks_.reset();
  rows_.clear();
  findings_.clear();
  queue_ = {};
  all_dirty_ = true;
  dirty_ = {};
  if (layer) {
    ReadIntensity read;
    const auto image = image_under(workspace_, nlohmann::json::object(), *layer);
    if (image) read = read_intensity(**image, time_);
    checks_ = std::make_shared<LabelChecks>(layer->place(), std::move(read));
  }
  changed.emit();
}

void ObjectChecks::update() {
  if (running_) return;
  choose_layer();
  const auto layer = layer_.lock();
  if (!layer || (!all_dirty_ && dirty_.empty())) return;
  running_ = true;
  ReadIntensity read;
  const auto image = image_under(workspace_, nlohmann::json::object(), *layer);
  if (image) read = read_intensity(**image, time_);
  workspace_.in_background([this, checks = checks_, labels = layer->labels(time_),
                            box = std::exchange(dirty_, {}), all = std::exchange(all_dirty_, false),
                            read = std::move(read), before = rows_,
                            weak = layer_](TaskControl& control) -> Result<Workspace::Finish> {
    control.report(0, "Measuring objects");
    all ? checks->check_all(labels) : checks->check_changed(labels, box);
    Measured measured{weak, {}, checks->findings()};
    auto old = before.begin();
    for (const auto& [id, facts] : checks->facts()) {
      while (old != before.end() && old->facts.id < id) ++old;
      const bool same =
          old != before.end() && old->facts.id == id && old->facts.fingerprint == facts.fingerprint;
      ObjectRow row{facts, std::numeric_limits<double>::quiet_NaN(), {}};
      if (same) row.mean = old->mean;
      if (!same && read) row.mean = mean_in(labels, facts, read);
      measured.rows.push_back(std::move(row));
    }
    return Workspace::Finish([this, measured = std::move(measured)] { take(measured); });
  });
}

void ObjectChecks::when_up_to_date(std::function<void()> then) {
  choose_layer();
  if (known() || layer_.expired()) {
    then();
    return;
  }
  waiting_.push_back(std::move(then));
  update();
}

void ObjectChecks::take(Measured measured) {
  running_ = false;
  if (measured.layer.lock() == layer_.lock()) take_over(std::move(measured));
  if (waiting_.empty()) return;
  choose_layer();
  if (!known() && !layer_.expired()) {
    update();
    return;
  }
  for (const auto& then : std::exchange(waiting_, {})) then();
}

void ObjectChecks::take_over(Measured measured) {
  rows_ = std::move(measured.rows);
  findings_ = std::move(measured.findings);
  look_through();
}

/// Says of each object why it should be looked at.
void ObjectChecks::look_through() {
  for (ObjectRow& row : rows_) row.flags.clear();
  std::vector<LabelFinding> all = findings_;
  for (LabelFinding& doubt : doubts_of_model()) all.push_back(std::move(doubt));
  for (const LabelFinding& finding : all) {
    const auto row =
        std::lower_bound(rows_.begin(), rows_.end(), finding.id,
                         [](const ObjectRow& one, std::uint32_t id) { return one.facts.id < id; });
    if (row == rows_.end() || row->facts.id != finding.id) continue;
    row->flags += (row->flags.empty() ? "" : ", ") + finding.text;
  }
  queue_.set_findings(all);
  restore_decisions();
  changed.emit();
}

std::vector<LabelFinding> ObjectChecks::doubts_of_model() const {
  std::vector<LabelFinding> doubts;
  const auto layer = layer_.lock();
  const ModelInUse& model = workspace_.model();
  if (!layer || !model.is_open()) return doubts;
  const auto image = image_under(workspace_, nlohmann::json::object(), *layer);
  if (!image) return doubts;
  std::vector<const ObjectFacts*> facts;
  for (const ObjectRow& row : rows_) facts.push_back(&row.facts);
  for (const std::int64_t z : model.slices_seen(**image, time_)) {
    const auto seen = model.seen_in({*image, time_, z, {}});
    const auto others = model.sides_seen({*image, time_, z, {}});
    std::vector<const stardist::Candidates*> sides;
    std::vector<const stardist::Candidates3d*> sides_3d;
    for (const auto& side : others) {
      sides.push_back(&side->outlines);
      sides_3d.push_back(&side->bodies);
    }
    const double threshold = model.thresholds().prob;
    const LabelVolume& labels = layer->labels(time_);
    auto found = seen->in_3d() ? model_doubts(seen->bodies, threshold, labels, facts, sides_3d)
                               : model_doubts(seen->outlines, threshold, labels, z, facts, sides);
    std::move(found.begin(), found.end(), std::back_inserter(doubts));
  }
  return doubts;
}

void ObjectChecks::restore_decisions() {
  const auto layer = layer_.lock();
  if (!layer) return;
  std::vector<ReviewDecision> decisions;
  for (const auto& [id, note] : layer->notes()->objects) {
    if (note.accepted) decisions.push_back({id, ReviewState::kAccepted, *note.accepted});
  }
  queue_.restore(decisions);
}

}  // namespace karyo
