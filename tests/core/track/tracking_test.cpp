// Synthetic movies whose tracks are known: drift, divisions, crossing, gaps; order of objects.

#include "core/track/tracking.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "core/track/ctc_result.h"
#include "core/track/track_measures.h"

namespace karyo {
namespace {

using Frames = std::vector<std::vector<TrackObject>>;

Tracking tracked(const Frames& frames, const TrackingSettings& settings = {}) {
  TaskControl control;
  auto tracking = track_objects(frames, settings, control);
  EXPECT_TRUE(tracking);
  return *std::move(tracking);
}

/// A jittered lattice that drifts by 0.7 of its spacing a frame, more at one side: the nearest
/// object in the next frame is another one.
Frames drifting_lattice(int frames, int side) {
  std::mt19937 random(7);
  std::uniform_real_distribution<double> jitter(-6, 6), bright(50, 200), step(-1, 1);
  std::vector<TrackObject> now;
  for (int j = 0; j < side; ++j) {
    for (int i = 0; i < side; ++i) {
      now.push_back({0, 30.0 * j + jitter(random), 30.0 * i + jitter(random), 100, bright(random)});
    }
  }
  Frames movie;
  for (int t = 0; t < frames; ++t) {
    movie.push_back(now);
    for (TrackObject& p : now) {
      p.y += 21 + 0.01 * p.x + step(random);
      p.x += -4 + step(random);
    }
  }
  return movie;
}

TEST(Tracking, FollowsObjectsThatDriftFurtherThanTheirNeighboursAre) {
  const Frames movie = drifting_lattice(6, 10);
  const Tracking tracking = tracked(movie);
  for (std::size_t t = 1; t < movie.size(); ++t) {
    for (std::size_t i = 0; i < movie[t].size(); ++i) {
      EXPECT_EQ(tracking.links[t][i].from, static_cast<std::int64_t>(i)) << t;
    }
  }
  EXPECT_EQ(tracking.parents, std::vector<std::int64_t>(100, 0));
}

TEST(Tracking, DoesNotDependOnTheOrderOfObjects) {
  const Frames movie = drifting_lattice(5, 8);
  const Tracking straight = tracked(movie);
  Frames mixed = movie;
  std::vector<std::vector<std::size_t>> orders;
  std::mt19937 random(3);
  for (auto& frame : mixed) {
    std::vector<std::size_t> order(frame.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    std::shuffle(order.begin(), order.end(), random);
    const auto before = frame;
    for (std::size_t i = 0; i < order.size(); ++i) frame[i] = before[order[i]];
    orders.push_back(order);
  }
  const Tracking other = tracked(mixed);
  EXPECT_EQ(other.parents, straight.parents);
  for (std::size_t t = 0; t < orders.size(); ++t) {
    for (std::size_t i = 0; i < orders[t].size(); ++i) {
      EXPECT_EQ(other.tracks[t][i], straight.tracks[t][orders[t][i]]);
    }
  }
}

/// Object 27 of the lattice becomes two at either side of where it would be, half as large.
Frames dividing_lattice() {
  Frames movie = drifting_lattice(4, 8);
  for (std::size_t t = 2; t < movie.size(); ++t) {
    TrackObject sister = movie[t][27];
    sister.size = movie[t][27].size = 55;
    movie[t][27].x -= 8;
    sister.x += 8;
    movie[t].push_back(sister);
  }
  return movie;
}

TEST(Tracking, FindsADivisionAndItsTime) {
  const Tracking tracking = tracked(dividing_lattice());
  const TrackLink& left = tracking.links[2][27];
  const TrackLink& right = tracking.links[2].back();
  EXPECT_TRUE(left.division);
  EXPECT_TRUE(right.division);
  EXPECT_EQ(left.from, 27);
  EXPECT_EQ(right.from, 27);
  const std::int64_t mother = tracking.tracks[1][27];
  EXPECT_EQ(std::count(tracking.parents.begin(), tracking.parents.end(), mother), 2);
  EXPECT_EQ(tracking.parents.size(), 66U);
}

TEST(Tracking, WithoutDivisionsASisterBeginsATrack) {
  TrackingSettings settings;
  settings.divisions = false;
  const Tracking tracking = tracked(dividing_lattice(), settings);
  EXPECT_EQ(tracking.parents, std::vector<std::int64_t>(65, 0));
}

TEST(Tracking, JoinsATrackOverAMissingFrameWhereAsked) {
  Frames movie = drifting_lattice(5, 8);
  movie[2].erase(movie[2].begin() + 27);
  TrackingSettings settings;
  EXPECT_EQ(tracked(movie, settings).links[3][27].from, -1);
  settings.missing = 1;
  const Tracking tracking = tracked(movie, settings);
  EXPECT_EQ(tracking.links[3][27].from_frame, 1);
  EXPECT_EQ(tracking.links[3][27].from, 27);
  EXPECT_FALSE(tracking.links[3][27].division);
  EXPECT_EQ(tracking.parents[static_cast<std::size_t>(tracking.tracks[3][27]) - 1],
            tracking.tracks[1][27]);
}

TEST(Tracking, ClosesTheGapsOfAMovieAndNoOthers) {
  const Frames whole = drifting_lattice(10, 12);
  std::mt19937 random(9);
  Frames movie(whole.size());
  // By frame, the place of each object among those that are seen; -1: it is not.
  std::vector<std::vector<std::int64_t>> place(whole.size());
  std::int64_t hidden = 0, closed = 0, wrong = 0;
  for (std::size_t t = 0; t < whole.size(); ++t) {
    for (std::size_t k = 0; k < whole[t].size(); ++k) {
      const bool seen_before = t == 0 || place[t - 1][k] >= 0;
      const bool hide = t > 0 && t + 1 < whole.size() && seen_before && random() % 25 == 0;
      place[t].push_back(hide ? -1 : static_cast<std::int64_t>(movie[t].size()));
      if (!hide) movie[t].push_back(whole[t][k]);
      hidden += hide ? 1 : 0;
    }
  }
  TrackingSettings settings;
  settings.missing = 1;
  const Tracking tracking = tracked(movie, settings);
  for (std::size_t t = 2; t < whole.size(); ++t) {
    for (std::size_t k = 0; k < whole[t].size(); ++k) {
      if (place[t][k] < 0) continue;
      const TrackLink& link = tracking.links[t][static_cast<std::size_t>(place[t][k])];
      const bool over_gap = link.from >= 0 && link.from_frame + 2 == static_cast<std::int64_t>(t);
      const bool was_hidden = place[t - 1][k] < 0;
      if (over_gap && was_hidden && link.from == place[t - 2][k]) {
        ++closed;
      } else if (over_gap) {
        ++wrong;
      }
    }
  }
  ASSERT_GT(hidden, 30);
  EXPECT_GE(closed, hidden * 19 / 20) << "of " << hidden;
  EXPECT_EQ(wrong, 0);
}

TEST(Tracking, BrightnessTellsObjectsApartThatCross) {
  Frames movie = drifting_lattice(2, 8);
  movie[0][27].brightness = movie[1][27].brightness = 400;
  movie[0][28].brightness = movie[1][28].brightness = 40;
  std::swap(movie[1][27].x, movie[1][28].x);
  movie[1][27].x -= 12;
  movie[1][28].x += 12;
  const Tracking tracking = tracked(movie);
  EXPECT_EQ(tracking.links[1][27].from, 27);
  EXPECT_EQ(tracking.links[1][28].from, 28);
}

TEST(Tracking, RefusesWhatCannotBeAndTakesNothing) {
  TaskControl control;
  EXPECT_EQ(track_objects(Frames{{{NAN, 0, 0, 1, 1}}}, {}, control).error().code,
            ErrorCode::kNumeric);
  TrackingSettings settings;
  settings.end_cost = 0;
  EXPECT_EQ(track_objects(Frames{}, settings, control).error().code, ErrorCode::kInvalidArgument);
  EXPECT_TRUE(tracked(Frames{}).parents.empty());
  EXPECT_TRUE(tracked(Frames{{}, {}}).parents.empty());
  EXPECT_EQ(tracked(Frames{{}, {{0, 1, 1, 1, 1}}}).parents.size(), 1U);
  control.request_cancel();
  EXPECT_EQ(track_objects(Frames{{}}, {}, control).error().code, ErrorCode::kCancelled);
}

TEST(TrackMeasures, OfAStraightWayAndItsText) {
  const Frames movie{{{0, 0, 0, 9, 1}}, {{0, 3, 4, 9, 1}}, {{0, 6, 8, 9, 1}}};
  TrackingSettings settings;
  settings.search = 20;
  const Tracking tracking = tracked(movie, settings);
  const auto measures = measure_tracks(movie, tracking, 2);
  ASSERT_EQ(measures.size(), 1U);
  EXPECT_DOUBLE_EQ(measures[0].path, 10);
  EXPECT_DOUBLE_EQ(measures[0].displacement, 10);
  EXPECT_DOUBLE_EQ(measures[0].mean_speed, 2.5);
  EXPECT_DOUBLE_EQ(measures[0].directionality, 1);
  const auto msd = mean_squared_displacement(movie, tracking, 2);
  ASSERT_EQ(msd.size(), 2U);
  EXPECT_DOUBLE_EQ(msd[0].msd, 25);
  EXPECT_DOUBLE_EQ(msd[1].msd, 100);
  EXPECT_EQ(format_ctc_tracks(tracking), "1 0 2 0\n");
  const TrackList list = track_list(movie, tracking, {});
  EXPECT_EQ(list.points[1], (TrackPoint{1, 1, {0.5, 3.5, 4.5}}));
}

}  // namespace
}  // namespace karyo
