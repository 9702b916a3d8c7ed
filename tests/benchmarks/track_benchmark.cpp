// Objects linked through time: how the cost grows with the length of the movie and with the number
// of objects in a frame; and what a correction and the review of doubtful links cost.

#include <benchmark/benchmark.h>

#include <cmath>
#include <cstdint>
#include <vector>

#include "core/base/random.h"
#include "core/track/ctc_result.h"
#include "core/track/track_edit.h"
#include "core/track/track_review.h"
#include "core/track/tracking.h"

namespace karyo::bench {
namespace {

using Frames = std::vector<std::vector<TrackObject>>;

/// A jittered lattice that drifts by half its spacing a frame and wanders; one object in 200 is
/// missing in a frame, and one in 500 divides.
Frames movie(std::int64_t frames, std::int64_t objects) {
  Random random(3);
  const auto side = static_cast<std::int64_t>(std::ceil(std::sqrt(static_cast<double>(objects))));
  std::vector<TrackObject> now;
  for (std::int64_t k = 0; k < objects; ++k) {
    now.push_back({0, 20.0 * static_cast<double>(k / side) + 3 * random.normal(),
                   20.0 * static_cast<double>(k % side) + 3 * random.normal(),
                   100 * std::exp(0.2 * random.normal()), 500 * std::exp(0.2 * random.normal())});
  }
  Frames movie;
  for (std::int64_t t = 0; t < frames; ++t) {
    std::vector<TrackObject> frame;
    for (TrackObject& p : now) {
      p.y += 10 + random.normal();
      p.x += 2 + random.normal();
      if (random.uniform() < 0.005) continue;
      frame.push_back(p);
      if (random.uniform() < 0.002) {
        frame.back().x -= 4;
        frame.push_back(frame.back());
        frame.back().x += 8;
      }
    }
    movie.push_back(std::move(frame));
  }
  return movie;
}

std::int64_t count_of(const Frames& frames) {
  std::int64_t count = 0;
  for (const auto& frame : frames) count += static_cast<std::int64_t>(frame.size());
  return count;
}

void track(benchmark::State& state, std::int64_t frames, std::int64_t objects,
           std::int64_t missing) {
  const Frames given = movie(frames, objects);
  TrackingSettings settings;
  settings.missing = missing;
  for (auto unused : state) {
    TaskControl control;
    auto tracking = track_objects(given, settings, control);
    if (!tracking) return state.SkipWithError("not tracked");
    benchmark::DoNotOptimize(tracking->parents.data());
  }
  state.counters["s_a_million_objects"] = benchmark::Counter(
      static_cast<double>(count_of(given)) / 1e6,
      benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
}

TrackList tracked_list(std::int64_t frames, std::int64_t objects) {
  const Frames given = movie(frames, objects);
  TaskControl control;
  return track_list(given, *track_objects(given, {}, control), {});
}

void review(benchmark::State& state) {
  const TrackList list = tracked_list(100, 1000);
  for (auto unused : state) {
    TaskControl control;
    auto doubts = doubtful_links(list, {}, control);
    if (!doubts) return state.SkipWithError("not reviewed");
    benchmark::DoNotOptimize(doubts->data());
  }
}

void edit(benchmark::State& state) {
  const TrackList list = tracked_list(100, 1000);
  const TrackPoint at = list.points[list.points.size() / 2 + 1];
  for (auto unused : state) {
    auto cut = unlink_place(list, {at.id, at.t});
    benchmark::DoNotOptimize(cut ? cut->points.data() : nullptr);
  }
}

#define TRACK(name, frames, objects, missing)              \
  BENCHMARK_CAPTURE(track, name, frames, objects, missing) \
      ->Name("track/" #name)                               \
      ->Unit(benchmark::kMillisecond)                      \
      ->Iterations(1)

TRACK(objects_10000, 10, 1000, 0);
TRACK(objects_100000, 100, 1000, 0);
TRACK(objects_1000000, 1000, 1000, 0);
TRACK(objects_100000_gaps, 100, 1000, 2);
TRACK(frame_of_1000, 4, 1000, 0);
TRACK(frame_of_10000, 4, 10000, 0);
TRACK(frame_of_50000, 4, 50000, 0);
BENCHMARK(review)->Name("track/review_100000")->Unit(benchmark::kMillisecond);
BENCHMARK(edit)->Name("track/edit_100000")->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace karyo::bench
