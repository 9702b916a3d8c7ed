#pragma once

/// The tree of tracks: time from left to right, a row a track, divisions as forks.

#include <QWidget>
#include <functional>
#include <optional>
#include <set>
#include <vector>

#include "core/track/listed_tracks.h"

namespace karyo::gui {

/// Stands in a scroll area. A click on a branch chooses that track in that frame, one elsewhere
/// goes to the frame; Left and Right go along the track, Up and Down to others.
class LineageView : public QWidget {
 public:
  explicit LineageView(QWidget* parent);
  /// `frames`: of the movie.
  void set_branches(std::vector<LineageBranch> branches, std::int64_t frames);
  void set_time(std::int64_t frame);
  /// The cell that is selected, and the one that a link begins at.
  void set_places(const std::optional<TrackPlace>& selected, const std::optional<TrackPlace>& mark);
  /// Tracks that are shown as chosen; the others are faint then. Empty: all alike.
  void set_chosen(std::set<std::int64_t> chosen);

  std::function<void(const TrackPlace&)> on_chosen;
  std::function<void(std::int64_t frame)> on_time;

  QSize sizeHint() const override;
  /// Where a cell lies, in the widget; the middle of nothing where it is not there.
  QPointF position_of(const TrackPlace& place) const;

 protected:
  void paintEvent(QPaintEvent* event) override;
  void mousePressEvent(QMouseEvent* event) override;
  void mouseMoveEvent(QMouseEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;

 private:
  double x_of(std::int64_t frame) const;
  double y_of(double row) const;
  std::int64_t frame_at(double x) const;
  const LineageBranch* branch_at(const QPointF& at) const;
  const LineageBranch* find(std::int64_t id) const;
  void paint_axis(QPainter& painter, const QRect& seen) const;
  void paint_branch(QPainter& painter, const LineageBranch& branch) const;
  void go_up_or_down(int by);

  std::vector<LineageBranch> branches_;
  std::int64_t frames_ = 0, time_ = 0;
  double rows_ = 0;
  std::optional<TrackPlace> selected_, mark_;
  std::set<std::int64_t> chosen_;
};

}  // namespace karyo::gui
