#pragma once

/// The tracks that are worked on: what is known of them, the cell that is selected, the links that
/// may be wrong.
///
/// They are those of the selected Tracks layer, else of the one selected last, else of the topmost.
/// What is known of them (TrackSummary) is counted anew whenever they change, in the background
/// where that takes long.
///
/// Threads  one, the UI thread; counting long lists is done by jobs of the workspace.

#include <memory>
#include <optional>
#include <set>
#include <vector>

#include "app/accepted_links.h"
#include "app/commands.h"
#include "app/workspace.h"
#include "core/layers/vector_layers.h"
#include "core/track/listed_tracks.h"
#include "core/track/track_measures.h"
#include "core/track/track_review.h"

namespace karyo {

struct TrackSummary {
  std::shared_ptr<const TrackList> list;  ///< that was counted
  VoxelGrid grid;
  std::vector<TrackMeasures> measures;  ///< by number, numbers as in the list
  std::vector<MsdPoint> msd;
  std::vector<LineageBranch> lineage;
  std::vector<DoubtfulLink> doubts;
  std::int64_t frames = 0, divisions = 0;
};
/// Errors: kCancelled. Threads: any.
Result<std::shared_ptr<const TrackSummary>> summarise(std::shared_ptr<const TrackList> list,
                                                      const VoxelGrid& grid, TaskControl& control);

class TrackDesk {
 public:
  explicit TrackDesk(Workspace& workspace);

  std::shared_ptr<TracksLayer> layer() const { return layer_.lock(); }
  /// Of the tracks as they are; null while they are counted, or without any.
  std::shared_ptr<const TrackSummary> summary() const;
  /// The same, or as they were before the last change: to be looked at meanwhile.
  const std::shared_ptr<const TrackSummary>& last_summary() const { return summary_; }
  VoxelGrid grid() const;
  /// Of the layer's list, which it keeps alive; null without a layer.
  std::shared_ptr<const TrackIndex> index() const;

  /// The cell that is selected, and the one that a link begins at; where they still are.
  const std::optional<TrackPlace>& selected() const { return selected_; }
  const std::optional<TrackPlace>& mark() const { return mark_; }
  /// Selects a cell and goes there, in place and time. A track that is not in that frame is
  /// selected where it is nearest before. Errors: kNotFound.
  Result<void> select(const TrackPlace& place);
  void clear_selection();
  void set_mark(std::optional<TrackPlace> place);
  /// The cell at this time that is nearest to a place of the world, within `reach` of it.
  std::optional<TrackPlace> place_near(const WorldPoint& place, std::int64_t time,
                                       double reach) const;
  WorldPoint world_of(const TrackPoint& point) const;

  /// Puts corrected tracks in place of those that are there. What was selected stays selected where
  /// the cell is, whatever its track is called now.
  void put(TracksLayer& layer, TrackList corrected);

  /// Links to be looked at, the most doubtful first; those that a person accepted are left out.
  /// They are kept beside the tracks' file (app/accepted_links.h), once there is one.
  const std::vector<DoubtfulLink>& doubts() const { return doubts_; }
  /// Goes to one of doubts(). Errors: kNotFound.
  Result<void> go_to_doubt(std::size_t number);
  /// Which of doubts() leads to the selected cell; none: no such one.
  std::optional<std::size_t> doubt_here() const;
  void accept_doubt(std::size_t number);

  Signal<> changed;            ///< other tracks, or more is known of them
  Signal<> selection_changed;  ///< selected() or mark()

 private:
  void choose_layer();
  void refresh();
  void take(std::shared_ptr<const TrackSummary> summary);
  void leave_out_accepted();
  AcceptedLink key_of(const TrackList& list, const DoubtfulLink& link) const;
  void remember_accepted();
  void keep_accepted();
  void keep_selection(const TrackList& before, const TrackList& after);

  Workspace& workspace_;
  std::weak_ptr<TracksLayer> layer_;
  std::shared_ptr<const TrackList> counting_;  // what the job counts
  std::uint64_t job_ = 0;
  std::shared_ptr<const TrackSummary> summary_;
  struct Indexed {
    std::shared_ptr<const TrackList> list;
    TrackIndex index;
  };
  mutable std::shared_ptr<const Indexed> indexed_;  // made when asked for
  std::shared_ptr<const TrackList> seen_;           // what selected_ is a place of
  std::optional<TrackPlace> selected_, mark_;
  std::vector<DoubtfulLink> doubts_;
  std::set<AcceptedLink> accepted_;
  std::filesystem::path kept_with_;  // the file of tracks whose accepted links are known
  std::vector<Connection> connections_;
};

/// The labels that tracks.track takes without being told: the selected movie of labels, else the
/// topmost. Null: none is open.
LabelsLayer* labels_to_track(Workspace& workspace);
/// The image under them (app/picture_part.h) that is as long at least. Null: none.
const ImageLayer* image_of_movie(Workspace& workspace, const LabelsLayer& labels);

/// Tracking, correcting, reviewing, measuring, files. `workspace` must outlive the table, which
/// keeps the desk.
std::shared_ptr<TrackDesk> add_track_commands(CommandTable& commands, Workspace& workspace);

}  // namespace karyo
