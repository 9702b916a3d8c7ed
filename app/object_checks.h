#pragma once

/// What is known of the objects of the labels that are worked on, kept up to date while they are
/// edited: sizes, shapes, brightness, and what may be wrong with them; also what the model at hand
/// doubts, once it has looked at the slice.
///
/// Threads  one, the UI thread; measuring is done by jobs of the workspace.

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "annotation/qc/label_checks.h"
#include "annotation/qc/review_queue.h"
#include "app/object_selection.h"
#include "core/base/signal.h"
#include "core/layers/labels_layer.h"

namespace karyo {

class Workspace;

struct ObjectRow {
  ObjectFacts facts;
  double mean = 0;    ///< of the image under it; NaN where there is none in memory
  std::string flags;  ///< why it should be looked at; empty: nothing
};

class ObjectChecks {
 public:
  explicit ObjectChecks(Workspace& workspace);
  ~ObjectChecks();

  /// Starts to measure what has changed since the last call, of the selected layer of labels (else
  /// the last one that was selected), unless that goes on already. To be called while somebody
  /// looks, some times a second.
  void update();
  /// Calls `then` once all is known that was changed until now: at once, or in a later poll of the
  /// workspace.
  void when_up_to_date(std::function<void()> then);

  /// Null: none was measured yet.
  std::shared_ptr<LabelsLayer> layer() const { return layer_.lock(); }
  std::int64_t time() const { return time_; }
  /// By id.
  const std::vector<ObjectRow>& rows() const { return rows_; }
  const ObjectRow* find(std::uint32_t id) const;
  /// What to look at; accepted ones are those of the layer's notes.
  ReviewQueue& queue() { return queue_; }
  /// Those that are selected together, of any layer of labels.
  ObjectSelection& selection() { return selection_; }

  Signal<> changed;

 private:
  struct Measured;
  void choose_layer();
  void watch(const std::shared_ptr<LabelsLayer>& layer);
  void take(Measured measured);
  void take_over(Measured measured);
  void look_through();
  std::vector<LabelFinding> doubts_of_model() const;
  void restore_decisions();
  bool known() const { return !running_ && !all_dirty_ && dirty_.empty(); }

  Workspace& workspace_;
  std::weak_ptr<LabelsLayer> layer_;
  std::int64_t time_ = 0;
  std::shared_ptr<LabelChecks> checks_;  // used by one job at a time
  bool all_dirty_ = true;
  Box3 dirty_;
  bool running_ = false;
  std::vector<ObjectRow> rows_;
  std::vector<LabelFinding> findings_;  // of the labels alone
  ReviewQueue queue_;
  ObjectSelection selection_;
  std::vector<std::function<void()>> waiting_;  // for all to be known
  std::vector<Connection> connections_;
  Connection of_model_;
};

}  // namespace karyo
