// karyoscope_cuda.so: how it is opened, and on a GPU what it computes. Where there is no GPU the
// kernels are tested by shape_kernels_test.cpp alone.

#include <gmock/gmock.h>

#include <chrono>
#include <fstream>
#include <iostream>

#include "models/cuda/shape_device.h"
#include "tests/models/cuda/shape_cases.h"
#include "tests/support/temp_dir.h"

namespace karyo::stardist {
namespace {

TEST(ShapeLibrary, ThatIsNotThereIsSaid) {
  const auto opened = open_shape_device(0);  // nothing lies beside the tests
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, ErrorCode::kNotFound);
  EXPECT_THAT(opened.error().what, testing::HasSubstr("karyoscope_cuda.so"));
}

TEST(ShapeLibrary, ThatIsNoLibraryIsRefused) {
  const karyo::test::TempDir folder;
  const auto file = folder.path() / "karyoscope_cuda.so";
  std::ofstream(file) << "not a library";
  const auto opened = open_shape_device(0, file);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, ErrorCode::kUnsupported);
}

TEST(ShapeLibrary, OfAnotherKindIsRefused) {
  const auto opened = open_shape_device(0, "libz.so.1");
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, ErrorCode::kUnsupported);
  EXPECT_THAT(opened.error().what, testing::HasSubstr("another version"));
}

#ifdef KARYOSCOPE_HAS_CUDA_LIBRARY

/// As the build has it, wherever its folder was moved to: bin/ beside tests/.
std::filesystem::path built_library() {
  const auto self = std::filesystem::read_symlink("/proc/self/exe");
  return self.parent_path().parent_path() / "bin" / "karyoscope_cuda.so";
}

TEST(ShapeLibrary, OnAMachineWithoutGpuSaysSoInCudasWords) {
  const auto opened = open_shape_device(0, built_library());
  if (opened) GTEST_SKIP() << "there is a GPU: " << (*opened)->name();
  EXPECT_EQ(opened.error().code, ErrorCode::kInternal);
  EXPECT_THAT(opened.error().what, testing::HasSubstr("cudaError"));
}

class ShapesOnAGpu : public testing::Test {
 protected:
  void SetUp() override {
    const auto opened = open_shape_device(0, built_library(), test::kAlways);
    if (!opened) GTEST_SKIP() << "launched on no GPU: " << opened.error().what;
    device_ = *opened;
  }
  void TearDown() override {
    if (!device_) return;
    EXPECT_EQ(device_->trouble(), "");
    EXPECT_GT(device_->jobs(), 0);
  }
  std::shared_ptr<ShapeDevice> device_;
};

TEST_F(ShapesOnAGpu, WalkAsTheReferenceBitForBit) {
  test::compare_star_distances(*device_);
}
TEST_F(ShapesOnAGpu, SuppressWhatTheProcessorSuppresses) {
  test::compare_suppression(*device_);
}
TEST_F(ShapesOnAGpu, DrawPolyhedraAsTheProcessorDoes) {
  test::compare_drawing_3d(*device_);
}
TEST_F(ShapesOnAGpu, DrawPolygonsAsTheProcessorDoes) {
  test::compare_drawing_2d(*device_);
}

/// Best of five, in ms.
template <typename Work>
double ms_of(const Work& work) {
  double best = 1e9;
  for (int n = 0; n < 5; ++n) {
    const auto start = std::chrono::steady_clock::now();
    work();
    best = std::min(
        best, std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start)
                  .count());
  }
  return best;
}

/// Not a test of speed: prints what ShapeWorth is to be set by (tests/gpu/run.sh).
TEST_F(ShapesOnAGpu, TakeTheTimesPrinted) {
  Random random(35);
  const auto show = [](const std::string& what, double cpu, double gpu) {
    std::cout << "shapes: " << what << ": CPU " << cpu << " ms, GPU " << gpu << " ms\n";
  };
  const auto blobs = test::random_blobs(512, 512, 250, 16, random);
  for (const std::int64_t size : {64, 128, 256, 512}) {
    const auto part = blobs.view().crop({{0, 0, 0}, {1, size, size}});
    show("distances 2D " + std::to_string(size) + "² x 32, one CPU thread", ms_of([&] {
           star_distances_2d(part, 32, {1, 1}, 1);
         }),
         ms_of([&] {
           star_distances_2d(part, 32, {1, 1}, 1, device_.get());
         }));
  }
  const Index3 shape{48, 160, 160};
  const auto labels = test::random_blobs_3d(shape, 120, 11, random);
  const Rays3d rays = golden_spiral(96, {2, 1, 1});
  show("distances 3D 48x160x160 x 96 on grid 1,2,2, one CPU thread", ms_of([&] {
         star_distances_3d(labels.view(), rays, {1, 2, 2}, 1);
       }),
       ms_of([&] {
         star_distances_3d(labels.view(), rays, {1, 2, 2}, 1, device_.get());
       }));
  for (const std::int64_t step : {8, 4, 2, 1}) {
    const auto candidates =
        test::noisy_candidates_3d(labels.view(), rays, {step, 2, 2}, 0.05, 0.5f, random);
    for (const float threshold : {0.3f, 0.5f}) {
      show("suppression of " + std::to_string(candidates.size()) + " at " +
               std::to_string(threshold) + ", all CPU threads",
           ms_of([&] { nms_3d(candidates, rays, threshold); }),
           ms_of([&] { nms_3d(candidates, rays, threshold, 0, device_.get()); }));
    }
    const auto drawn = nms_3d(candidates, rays, 0.5f);
    show("drawing " + std::to_string(drawn.size()) + " polyhedra, all CPU threads",
         ms_of([&] { render_3d(drawn, rays, shape); }),
         ms_of([&] { render_3d(drawn, rays, shape, 0, device_.get()); }));
  }
}

#endif

}  // namespace
}  // namespace karyo::stardist
