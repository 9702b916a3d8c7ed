// Corrections by hand, against what a person would expect of each; and at random, that what a list
// of tracks must be it stays.

#include "core/track/track_edit.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>
#include <tuple>

#include "core/track/ctc_result.h"
#include "core/track/track_measures.h"

namespace karyo {
namespace {

/// Points of tracks, each at a place that says which it was: y = first number, x = frame.
TrackList list_of(const std::vector<std::tuple<std::int64_t, std::int64_t, std::int64_t>>& spans,
                  std::map<std::int64_t, std::int64_t> parents = {}) {
  TrackList list;
  for (const auto& [id, first, last] : spans) {
    for (std::int64_t t = first; t <= last; ++t) {
      list.points.push_back({id, t, {0.5, 10.0 * static_cast<double>(id), static_cast<double>(t)}});
    }
  }
  list.parents = std::move(parents);
  return list;
}

/// "1:0-3 2:4-6<1": number, frames, mother.
std::string words(const TrackList& list) {
  std::string text;
  const TrackIndex index(list);
  for (const TrackSpan& span : index.spans()) {
    text += (text.empty() ? "" : " ") + std::to_string(span.id) + ":" +
            std::to_string(span.begins) + "-" + std::to_string(span.ends);
    if (static_cast<std::int64_t>(span.end - span.first) != span.ends - span.begins + 1)
      text += "!";
    const auto parent = list.parents.find(span.id);
    if (parent != list.parents.end()) text += "<" + std::to_string(parent->second);
  }
  return text;
}
std::string words(const Result<TrackList>& list) {
  return list ? words(*list) : "error: " + list.error().what;
}

/// A mother 1 with daughters 2 and 3, and a loner 4 all along.
TrackList family() {
  return list_of({{1, 0, 3}, {2, 4, 7}, {3, 4, 7}, {4, 0, 7}}, {{2, 1}, {3, 1}});
}

TEST(TrackEdit, LinkingJoinsTwoTracks) {
  EXPECT_EQ(words(link_places(list_of({{1, 0, 2}, {2, 3, 5}}), {1, 2}, {2, 3})), "1:0-5");
  EXPECT_EQ(words(link_places(list_of({{1, 0, 2}, {2, 4, 5}}), {1, 2}, {2, 4})), "1:0-5!")
      << "over a missing frame";
}

TEST(TrackEdit, LinkingCutsWhatBothWereLinkedTo) {
  EXPECT_EQ(words(link_places(list_of({{1, 0, 5}, {2, 0, 5}}), {1, 2}, {2, 3})),
            "1:0-5 2:0-2 3:3-5");
  const auto crossed = link_places(list_of({{1, 0, 5}, {2, 0, 5}}), {1, 2}, {2, 3});
  EXPECT_EQ(words(link_places(*crossed, {2, 2}, {3, 3})), "1:0-5 2:0-5")
      << "two links make two tracks exchange their ends";
}

TEST(TrackEdit, DaughtersGoWithTheEndTheyComeFrom) {
  // 4 goes on as the mother's last frame: her daughters become 4's.
  EXPECT_EQ(words(link_places(family(), {4, 2}, {1, 3})), "1:0-2 2:4-7<4 3:4-7<4 4:0-3 5:3-7");
  // The mother goes on as 4: her daughters stand alone.
  EXPECT_EQ(words(link_places(family(), {1, 3}, {4, 4})), "1:0-7 2:4-7 3:4-7 4:0-3");
}

TEST(TrackEdit, AMotherWithOneDaughterLeftGoesOnAsHer) {
  EXPECT_EQ(words(unlink_place(family(), {3, 4})), "1:0-7 3:4-7 4:0-7");
  EXPECT_EQ(words(link_places(family(), {4, 3}, {3, 4})), "1:0-7 4:0-7 5:4-7");
  EXPECT_EQ(words(link_places(family(), {1, 3}, {3, 4})), "1:0-7 4:0-7 5:4-7")
      << "linked to one of her own daughters, the other stands alone";
  EXPECT_EQ(words(link_places(family(), {2, 4}, {3, 5})), "1:0-3 2:4-7<1 3:4-4<1 4:0-7 5:5-7");
}

TEST(TrackEdit, CuttingBeginsATrack) {
  EXPECT_EQ(words(unlink_place(family(), {4, 3})), "1:0-3 2:4-7<1 3:4-7<1 4:0-2 5:3-7");
  EXPECT_EQ(words(unlink_place(family(), {1, 2})), "1:0-1 2:4-7<5 3:4-7<5 4:0-7 5:2-3");
  EXPECT_FALSE(unlink_place(family(), {4, 0}));
  EXPECT_FALSE(unlink_place(family(), {9, 0}));
  EXPECT_FALSE(unlink_place(family(), {2, 1}));
}

TEST(TrackEdit, ADivisionIsAdded) {
  const TrackList two = list_of({{1, 0, 7}, {2, 4, 7}});
  EXPECT_EQ(words(add_division(two, {1, 3}, {2, 4})), "1:0-3 2:4-7<1 3:4-7<1");
  const TrackList crossing = list_of({{1, 0, 7}, {2, 0, 7}});
  EXPECT_EQ(words(add_division(crossing, {1, 3}, {2, 4})), "1:0-3 2:0-3 3:4-7<1 4:4-7<1");
  EXPECT_FALSE(add_division(family(), {1, 3}, {4, 4})) << "she has two daughters";
  EXPECT_FALSE(add_division(list_of({{1, 0, 3}, {2, 4, 7}}), {1, 3}, {2, 4}))
      << "one daughter alone is no division";
  EXPECT_FALSE(add_division(two, {1, 3}, {1, 4}));
  EXPECT_EQ(words(unlink_place(*add_division(two, {1, 3}, {2, 4}), {2, 4})), words(two))
      << "cutting the daughter takes it back";
}

TEST(TrackEdit, RefusesLinksBackInTime) {
  EXPECT_FALSE(link_places(family(), {4, 3}, {1, 2}));
  EXPECT_FALSE(link_places(family(), {4, 3}, {1, 3}));
  EXPECT_FALSE(link_places(family(), {4, 3}, {4, 4})) << "they are linked";
  EXPECT_EQ(words(link_places(family(), {4, 3}, {4, 6})), "1:0-3 2:4-7<1 3:4-7<1 4:0-7! 5:4-5");
}

TEST(TrackEdit, DeletesAndNumbers) {
  EXPECT_EQ(words(delete_track(family(), 1)), "2:4-7 3:4-7 4:0-7");
  EXPECT_EQ(words(delete_track(family(), 2)), "1:0-7 4:0-7");
  EXPECT_EQ(words(delete_place(family(), {4, 3})), "1:0-3 2:4-7<1 3:4-7<1 4:0-7!");
  EXPECT_EQ(words(delete_place(list_of({{1, 2, 2}}), {1, 2})), "");
  EXPECT_EQ(words(number_track(family(), 1, 40)), "2:4-7<40 3:4-7<40 4:0-7 40:0-3");
  EXPECT_EQ(words(number_track(family(), 2, 9)), "1:0-3 3:4-7<1 4:0-7 9:4-7<1");
  EXPECT_FALSE(number_track(family(), 1, 4));
  EXPECT_FALSE(number_track(family(), 1, 0));
}

/// What must hold of every list: cells are the ones there were, a track has one place a frame,
/// mothers end before daughters begin, and have two.
void expect_sound(const TrackList& list, std::size_t cells) {
  EXPECT_EQ(list.points.size(), cells);
  std::set<std::pair<std::int64_t, std::int64_t>> places;
  for (std::size_t i = 0; i < list.points.size(); ++i) {
    EXPECT_TRUE(places.emplace(list.points[i].id, list.points[i].t).second);
    if (i == 0) continue;
    EXPECT_LT(std::tuple(list.points[i - 1].id, list.points[i - 1].t),
              std::tuple(list.points[i].id, list.points[i].t));
  }
  const TrackIndex index(list);
  std::map<std::int64_t, int> daughters;
  for (const auto& [child, parent] : list.parents) {
    ASSERT_NE(index.find(child), nullptr) << child;
    ASSERT_NE(index.find(parent), nullptr) << parent;
    EXPECT_LT(index.find(parent)->ends, index.find(child)->begins);
    ++daughters[parent];
  }
  for (const auto& [mother, count] : daughters) EXPECT_EQ(count, 2) << mother;
}

TEST(TrackEdit, AnyCorrectionsKeepAListSound) {
  std::mt19937 random(5);
  std::vector<std::tuple<std::int64_t, std::int64_t, std::int64_t>> spans;
  for (int id = 1; id <= 6; ++id) spans.emplace_back(id, 0, 9);
  TrackList list = list_of(spans);
  const std::size_t cells = list.points.size();
  int done = 0;
  for (int step = 0; step < 3000; ++step) {
    const auto any = [&] {
      const TrackPoint& point = list.points[random() % list.points.size()];
      return TrackPlace{point.id, point.t};
    };
    const TrackPlace a = any(), b = any();
    const auto made = step % 3 == 0   ? link_places(list, a, b)
                      : step % 3 == 1 ? add_division(list, a, b)
                                      : unlink_place(list, a);
    if (!made) continue;
    ++done;
    list = *made;
    expect_sound(list, cells);
    if (HasFailure()) FAIL() << "step " << step << ": " << words(list);
  }
  EXPECT_GT(done, 500);
}

TEST(ListedTracks, GiveBackWhatTrackingMade) {
  std::vector<std::vector<TrackObject>> movie;
  for (int t = 0; t < 6; ++t) {
    std::vector<TrackObject> frame;
    for (int i = 0; i < 12; ++i) {
      frame.push_back({0, 20.0 * (i / 4) + t, 20.0 * (i % 4) + 0.5 * t, 30, 0});
    }
    movie.push_back(frame);
  }
  movie[3].erase(movie[3].begin() + 5);
  TrackingSettings settings;
  settings.missing = 1;
  TaskControl control;
  const auto tracking = track_objects(movie, settings, control);
  ASSERT_TRUE(tracking);
  VoxelGrid grid;
  grid.spacing_x = grid.spacing_y = 0.5;
  const TrackList list = track_list(movie, *tracking, grid);
  const ListedTracks listed = listed_tracks(list, grid);
  EXPECT_EQ(listed.tracking.parents.size(), tracking->parents.size());
  EXPECT_EQ(track_list(listed.frames, listed.tracking, grid), list);
  const auto before = measure_tracks(movie, *tracking, 2);
  const auto after = measure_tracks(listed.frames, listed.tracking, 2);
  ASSERT_EQ(before.size(), after.size());
  for (std::size_t k = 0; k < before.size(); ++k) {
    EXPECT_NEAR(before[k].path, after[k].path, 1e-9);
    EXPECT_NEAR(before[k].displacement, after[k].displacement, 1e-9);
  }
}

TEST(ListedTracks, SplitGapsForTheChallenge) {
  const TrackList list = *delete_place(family(), {4, 3});
  const ListedTracks listed = listed_tracks(list, {}, true);
  EXPECT_EQ(listed.ids, (std::vector<std::int64_t>{1, 4, 4, 2, 3}));
  EXPECT_EQ(listed.tracking.parents, (std::vector<std::int64_t>{0, 0, 2, 1, 1}));
  EXPECT_EQ(format_ctc_tracks(listed.tracking), "1 0 3 0\n2 0 2 0\n3 4 7 2\n4 4 7 1\n5 4 7 1\n");
  EXPECT_EQ(listed_tracks(list, {}).ids.size(), 4U);
}

TEST(ListedTracks, DoNotTrustFiles) {
  TrackList odd = list_of({{1, 0, 3}, {2, 2, 5}}, {{1, 2}, {2, 1}, {7, 1}, {2, 99}});
  odd.points.push_back(odd.points.back());  // a place twice
  const TrackIndex index(odd);
  for (const TrackSpan& span : index.spans()) EXPECT_EQ(span.parent, -1);
  EXPECT_EQ(lineage_of(index).size(), 2U);
  EXPECT_EQ(listed_tracks(odd, {}).frames[5].size(), 1U);
}

TEST(Lineage, AMotherStandsBetweenHerDaughters) {
  const TrackList list = family();
  const auto branches = lineage_of(TrackIndex(list));
  ASSERT_EQ(branches.size(), 4U);
  EXPECT_EQ(branches[0].id, 1);
  EXPECT_DOUBLE_EQ(branches[0].row, 0.5);
  EXPECT_EQ(branches[1].id, 4);
  EXPECT_DOUBLE_EQ(branches[1].row, 2);
  EXPECT_DOUBLE_EQ(branches[2].row, 0);
  EXPECT_DOUBLE_EQ(branches[3].row, 1);
  const auto hers = family_of(branches, 3);
  ASSERT_EQ(hers.size(), 3U);
  EXPECT_EQ(hers[2].parent, 0);
  EXPECT_EQ(family_of(branches, 4).size(), 1U);
  EXPECT_TRUE(family_of(branches, 77).empty());
}

}  // namespace
}  // namespace karyo
