#include "models/stardist/nms_3d.h"

#include <gtest/gtest.h>

#include <chrono>

#include "models/stardist/polyhedron_fill.h"
#include "tests/models/stardist/golden_3d.h"
#include "tests/support/blobs.h"
#include "tests/support/shared_data.h"

namespace karyo::stardist {
namespace {

TEST(Nms3d, KeepsWhatTheReferenceKeepsAtEveryThreshold) {
  KARYO_NEEDS_SHARED();
  const auto golden =
      karyo::test::read_npz(karyo::test::shared_dir() / "golden/functions/nms3d.npz");
  const auto candidates =
      test::candidates_3d_of(golden.at("prob"), golden.at("points"), golden.at("dist"));
  const Rays3d rays = golden_spiral(32, {2, 1, 1});
  for (const std::string threshold : {"0.05", "0.2", "0.3", "0.5", "0.7"}) {
    std::vector<std::int64_t> kept;
    const auto& keep = golden.at("keep_" + threshold).values;
    for (std::size_t i = 0; i < keep.size(); ++i) {
      if (keep[i] != 0) kept.push_back(static_cast<std::int64_t>(i));
    }
    const auto expected = candidates.chosen(kept);
    const auto start = std::chrono::steady_clock::now();
    const auto found = nms_3d(candidates, rays, std::stof(threshold));
    const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - start;
    RecordProperty("ms_" + threshold, std::to_string(took.count()));
    EXPECT_EQ(found.points, expected.points) << threshold;
    EXPECT_EQ(found.dist, expected.dist);
    EXPECT_EQ(found.prob, expected.prob);
  }
}

TEST(Nms3d, FastEqualsPlainAndDoesNotDependOnThreads) {
  struct Case {
    Index3 shape;
    int objects;
    double radius, noise;
    int rays;
    Index3 grid;
  };
  Random random(6);
  for (const auto& c : {Case{{14, 30, 30}, 9, 6, 0.05, 32, {1, 2, 2}},
                        Case{{10, 20, 24}, 12, 4, 0.3, 12, {1, 1, 2}},
                        Case{{24, 40, 40}, 3, 14, 0.1, 24, {4, 4, 4}},
                        Case{{9, 12, 12}, 10, 2, 0.02, 6, {1, 1, 1}}}) {
    const auto labels = karyo::test::random_blobs_3d(c.shape, c.objects, c.radius, random);
    const Rays3d rays = golden_spiral(c.rays, {2, 1, 1});
    Candidates3d candidates =
        test::noisy_candidates_3d(labels.view(), rays, c.grid, c.noise, 0.4f, random);
    ASSERT_GT(candidates.size(), 20u);
    for (std::size_t i = 0; i + 7 < candidates.size(); i += 7) {
      candidates.prob[i] = candidates.prob[i + 3];  // some tie
    }
    for (const float threshold : {0.f, 0.3f, 0.5f, 1.f}) {
      const auto plain = nms_3d_reference(candidates, rays, threshold);
      EXPECT_EQ(nms_3d(candidates, rays, threshold, 1).points, plain.points) << threshold;
      EXPECT_EQ(nms_3d(candidates, rays, threshold, 3).points, plain.points) << threshold;
    }
  }
}

TEST(Nms3d, BrokenDistancesNeitherHangNorAskForMemory) {
  const Rays3d rays = golden_spiral(8);
  Candidates3d candidates;
  candidates.rays = 8;
  for (int i = 0; i < 20; ++i) {
    candidates.prob.push_back(0.9f - 0.01f * static_cast<float>(i));
    candidates.points.push_back({static_cast<float>(i), 5, 5});
    for (int k = 0; k < 8; ++k) candidates.dist.push_back(i % 2 == 0 ? 1e6f : 1e-3f);
  }
  EXPECT_LE(nms_3d(candidates, rays, 0.4f).size(), 20u);
  Candidates3d none;
  none.rays = 8;
  EXPECT_EQ(nms_3d(none, rays, 0.4f).size(), 0u);
}

TEST(FillPolyhedron, EqualsTheTestOfEveryVoxelAgainstEveryFace) {
  Random random(9);
  for (int round = 0; round < 60; ++round) {
    const int n = static_cast<int>(4 + random.below(60));
    const Rays3d rays = golden_spiral(n, {random.uniform(0.5, 4), 1, 1});
    const double size = round % 5 == 0 ? 1.5 : random.uniform(2, 11);
    std::vector<float> distances;
    for (int k = 0; k < n; ++k) {
      // Spikes, dents to nothing and whole numbers, whose corners fall on voxels.
      double d = size * random.uniform(0.6, 1);
      if (random.below(9) == 0) d = round % 2 == 0 ? 1e-3 : size * 1.7;
      if (round % 4 == 1) d = std::round(d);
      distances.push_back(static_cast<float>(d));
    }
    Polyhedron polyhedron;
    polyhedron.set(
        {static_cast<float>(random.below(600)), 700, static_cast<float>(random.below(9))},
        distances.data(), rays);
    const auto at = [&](std::size_t k) { return static_cast<std::int64_t>(polyhedron.center[k]); };
    const Box3 box{{at(0) - 13, at(1) - 12, at(2) - 20}, {at(0) + 12, at(1) + 15, at(2) + 20}};
    const auto count = static_cast<std::size_t>(box.shape().count());
    std::vector<std::uint8_t> fast(count), plain(count);
    fill_polyhedron(polyhedron, rays.faces, box, fast.data());
    fill_polyhedron_reference(polyhedron, rays.faces, box, plain.data());
    ASSERT_EQ(fast, plain) << "round " << round << ", " << n << " rays, size " << size;
  }
}

}  // namespace
}  // namespace karyo::stardist
