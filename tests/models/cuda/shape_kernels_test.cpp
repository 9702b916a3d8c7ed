// The CUDA kernels' code run on the processor, index by index: what they compute, and how jobs are
// cut to fit a budget, without a GPU.

#include "models/cuda/shape_kernels.h"

#include <gmock/gmock.h>

#include <algorithm>

#include "models/cuda/host_backend.h"
#include "models/cuda/shape_kernels_on.h"
#include "models/stardist/polyhedra_view.h"
#include "tests/models/cuda/shape_cases.h"

namespace karyo::stardist {
namespace {

using HostKernels = ShapeKernelsOn<HostBackend>;

constexpr std::int64_t kPlenty = std::int64_t{64} << 20;

ShapeDevice on_host(std::int64_t budget = kPlenty) {
  return ShapeDevice(std::make_unique<HostKernels>(HostBackend{}, budget), test::kAlways);
}

TEST(ShapeKernels, WalkAsTheReferenceBitForBit) {
  auto device = on_host();
  test::compare_star_distances(device);
  EXPECT_EQ(device.jobs(), 11);
  EXPECT_EQ(device.trouble(), "");
}

TEST(ShapeKernels, SuppressWhatTheProcessorSuppresses) {
  auto device = on_host();
  test::compare_suppression(device);
  EXPECT_GT(device.jobs(), 15);
  EXPECT_EQ(device.trouble(), "");
}

TEST(ShapeKernels, DrawPolyhedraAsTheProcessorDoes) {
  auto device = on_host();
  test::compare_drawing_3d(device);
  EXPECT_EQ(device.jobs(), 8);
  EXPECT_EQ(device.trouble(), "");
}

TEST(ShapeKernels, DrawPolygonsAsTheProcessorDoes) {
  auto device = on_host();
  test::compare_drawing_2d(device);
  EXPECT_EQ(device.jobs(), 6);
  EXPECT_EQ(device.trouble(), "");
}

TEST(ShapeKernels, CutJobsToFitTheirBudgetWithTheSameResult) {
  // Little more than the largest single thing that has to be there at once.
  auto walks = on_host(200 * 190 * 4 + 20'000);
  test::compare_star_distances(walks);
  EXPECT_EQ(walks.trouble(), "");
  auto pairs = on_host(60'000);
  test::compare_suppression(pairs);
  EXPECT_EQ(pairs.trouble(), "");
  auto stacks = on_host(64'000);  // two or three planes of the largest
  test::compare_drawing_3d(stacks);
  EXPECT_EQ(stacks.trouble(), "");
  auto planes = on_host(12'000);
  test::compare_drawing_2d(planes);
  EXPECT_EQ(planes.trouble(), "");
}

TEST(ShapeKernels, TakeNoMoreMemoryThanTheirBudget) {
  const auto crowd = test::crowds().front();
  const StarPolyhedra polyhedra(crowd.candidates, crowd.rays, 1);
  const auto boxes = voxel_boxes(polyhedra);
  const auto view = view_of(crowd.candidates, crowd.rays, boxes);
  std::vector<ShapePair> pairs;
  for (std::int32_t i = 0; i < view.count; i += 15) {
    for (std::int32_t j = 0; j < view.count; j += 3) pairs.push_back({i, j});
  }
  for (const std::int64_t budget : {60'000, 300'000, 3'000'000}) {
    HostKernels kernels({}, budget);
    std::vector<std::uint32_t> voxels(pairs.size());
    const auto done = kernels.common_voxels(view, pairs.data(),
                                            static_cast<std::int64_t>(pairs.size()), voxels.data());
    ASSERT_TRUE(done) << done.error().what;
    std::vector<std::uint32_t> labels(static_cast<std::size_t>(crowd.shape.count()));
    const auto inside = voxel_boxes(polyhedra, Box3::of_shape(crowd.shape));
    ASSERT_TRUE(kernels.draw_polyhedra(view_of(crowd.candidates, crowd.rays, inside),
                                       {crowd.shape.z, crowd.shape.y, crowd.shape.x},
                                       labels.data()));
    EXPECT_LE(kernels.backend().largest, static_cast<std::size_t>(budget));
    EXPECT_GT(kernels.backend().largest, 0u);
  }
}

TEST(ShapeKernels, CountEveryVoxelOfTwoPolyhedra) {
  for (const auto& crowd : test::crowds()) {
    const StarPolyhedra polyhedra(crowd.candidates, crowd.rays, 1);
    const auto boxes = voxel_boxes(polyhedra);
    std::vector<ShapePair> pairs;
    std::vector<std::uint32_t> expected;
    Random random(34);
    for (int n = 0; n < 40; ++n) {
      // Neighbours, mostly; some are the same, some far apart.
      const auto last = static_cast<std::int32_t>(polyhedra.size() - 1);
      const auto one = static_cast<std::int32_t>(random.uniform(0, last));
      const ShapePair pair{one, n % 8 == 0 ? 0 : std::min(one + n % 6, last)};
      const Box3 both = polyhedra.box(pair[0]).clipped_to(polyhedra.box(pair[1]));
      std::uint32_t voxels = 0;
      if (!both.empty()) {
        std::vector<std::uint8_t> masks[2];
        for (int m = 0; m < 2; ++m) {
          Polyhedron polyhedron;
          polyhedra.shape(pair[static_cast<std::size_t>(m)], polyhedron);
          masks[m].resize(static_cast<std::size_t>(both.shape().count()));
          fill_polyhedron_reference(polyhedron, crowd.rays.faces, both, masks[m].data());
        }
        for (std::size_t k = 0; k < masks[0].size(); ++k) voxels += masks[0][k] & masks[1][k];
      }
      pairs.push_back(pair);
      expected.push_back(voxels);
    }
    HostKernels kernels({}, kPlenty);
    std::vector<std::uint32_t> voxels(pairs.size(), 7);
    ASSERT_TRUE(kernels.common_voxels(view_of(crowd.candidates, crowd.rays, boxes), pairs.data(),
                                      static_cast<std::int64_t>(pairs.size()), voxels.data()));
    EXPECT_EQ(voxels, expected);
    EXPECT_GT(*std::max_element(expected.begin(), expected.end()), 0u);
  }
}

TEST(ShapeDevice, LeavesWhatDoesNotFitToTheProcessorAndGoesOn) {
  auto device = on_host(3'000);
  const auto crowd = test::crowds().front();
  const auto expected = nms_3d(crowd.candidates, crowd.rays, 0.5f);
  EXPECT_EQ(nms_3d(crowd.candidates, crowd.rays, 0.5f, 1, &device).points, expected.points);
  EXPECT_EQ(render_3d(expected, crowd.rays, crowd.shape, 1, &device).labels,
            render_3d(expected, crowd.rays, crowd.shape).labels);
  EXPECT_EQ(device.jobs(), 0);
  EXPECT_THAT(device.trouble(), testing::HasSubstr("do not fit"));
  // Not given up: it does what fits.
  LabelArray small({1, 4, 4});
  small(0, 1, 1) = 1;
  EXPECT_EQ(star_distances_2d(small.view(), 4, {4, 4}, 1, &device).size(), 4u);
  EXPECT_EQ(star_distances_2d(small.view(), 4, {1, 1}, 1, &device),
            star_distances_2d_reference(small.view(), 4, {1, 1}));
}

/// Like a GPU that fails at its n-th kernel.
class FailingBackend : public HostBackend {
 public:
  explicit FailingBackend(int good) : good_(good) {}
  template <typename Body>
  void launch(std::int64_t count, const Body& body) {
    if (good_-- == 0) throw DeviceFailure("starting a kernel: out of order");
    HostBackend::launch(count, body);
  }

 private:
  int good_;
};

TEST(ShapeDevice, ThatFailsIsSaidAndNotAskedAgain) {
  const auto crowd = test::crowds().front();
  const auto expected = nms_3d(crowd.candidates, crowd.rays, 0.3f);
  for (int good = 0; good < 6; ++good) {
    ShapeDevice device(
        std::make_unique<ShapeKernelsOn<FailingBackend>>(FailingBackend(good), kPlenty),
        test::kAlways);
    EXPECT_EQ(nms_3d(crowd.candidates, crowd.rays, 0.3f, 1, &device).points, expected.points);
    const auto labels = render_3d(expected, crowd.rays, crowd.shape, 1, &device).labels;
    EXPECT_EQ(labels, render_3d(expected, crowd.rays, crowd.shape).labels);
    EXPECT_EQ(device.trouble(),
              "the GPU failed at shapes: starting a kernel: out of order; the CPU does it");
    const auto jobs = device.jobs();
    render_3d(expected, crowd.rays, crowd.shape, 1, &device);
    EXPECT_EQ(device.jobs(), jobs);
  }
}

TEST(ShapeDevice, IsNotAskedForLittle) {
  ShapeDevice device(std::make_unique<HostKernels>(HostBackend{}, kPlenty));
  const auto crowd = test::crowds().back();
  auto few = crowd.candidates;
  few = few.chosen({0, 1, 2, 3});
  nms_3d(few, crowd.rays, 0.3f, 1, &device);
  render_3d(few, crowd.rays, crowd.shape, 1, &device);
  EXPECT_EQ(device.jobs(), 0);
  EXPECT_EQ(device.trouble(), "");
}

}  // namespace
}  // namespace karyo::stardist
