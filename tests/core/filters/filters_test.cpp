#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <thread>
#include <vector>

#include "core/base/random.h"
#include "core/filters/background.h"
#include "core/filters/clahe.h"
#include "core/filters/smoothing.h"

namespace karyo {
namespace {

Volume noise(VoxelType type, VolumeShape shape, std::uint64_t seed = 3) {
  Volume volume(type, shape);
  volume.grid.unit = "um";
  volume.grid.spacing_z = 3;
  Random random(seed);
  visit_voxels(type, [&](auto zero) {
    using T = decltype(zero);
    auto* voxels = reinterpret_cast<T*>(volume.data());
    for (std::int64_t i = 0; i < shape.count(); ++i) {
      voxels[i] = static_cast<T>(random.below(120));
    }
  });
  return volume;
}

TEST(Filters, AGaussianKeepsTheSumAndSpreadsAPoint) {
  TaskControl control;
  Volume point(VoxelType::kFloat32, {1, 1, 21, 31, 31});
  point.view<float>()(10, 15, 15) = 1000;
  const auto smooth = gaussian(point, {1, 2, 3}, control);
  ASSERT_TRUE(smooth) << smooth.error().what;
  const auto view = smooth->view<float>();
  double sum = 0, zz = 0, yy = 0, xx = 0;
  for (int z = 0; z < 21; ++z) {
    for (int y = 0; y < 31; ++y) {
      for (int x = 0; x < 31; ++x) {
        const double v = view(z, y, x);
        sum += v;
        zz += v * (z - 10) * (z - 10);
        yy += v * (y - 15) * (y - 15);
        xx += v * (x - 15) * (x - 15);
      }
    }
  }
  EXPECT_NEAR(sum, 1000, 1);
  EXPECT_NEAR(zz / sum, 1, 0.03);
  EXPECT_NEAR(yy / sum, 4, 0.1);
  EXPECT_NEAR(xx / sum, 9, 0.3);
  EXPECT_NEAR(view(10, 15, 15), 1000 / (std::pow(2 * 3.14159265, 1.5) * 6), 0.05);
}

TEST(Filters, SmoothingKeepsTypeGridAndAFlatImage) {
  TaskControl control;
  for (const VoxelType type : {VoxelType::kUInt8, VoxelType::kInt16, VoxelType::kUInt32,
                               VoxelType::kFloat64}) {
    Volume flat = noise(type, {2, 2, 1, 9, 8});
    visit_voxels(type, [&](auto zero) {
      using T = decltype(zero);
      std::fill_n(reinterpret_cast<T*>(flat.data()), flat.shape().count(), T{77});
    });
    for (auto outcome : {0, 1, 2}) {
      auto smooth = outcome == 0   ? gaussian(flat, {0, 2, 2}, control)
                    : outcome == 1 ? median(flat, {1, 2, 1}, control)
                                   : clahe(flat, {8, 3, 256}, control);
      ASSERT_TRUE(smooth) << smooth.error().what;
      EXPECT_EQ(smooth->type(), type);
      EXPECT_EQ(smooth->shape(), flat.shape());
      EXPECT_EQ(smooth->grid, flat.grid);
      EXPECT_EQ(value_range(*smooth).low, 77);
      EXPECT_EQ(value_range(*smooth).high, 77);
    }
  }
}

TEST(Filters, TheMedianIsTheMiddleOfTheBox) {
  TaskControl control;
  const Volume image = noise(VoxelType::kUInt16, {1, 1, 4, 12, 13});
  const auto result = median(image, {1, 2, 1}, control);
  ASSERT_TRUE(result);
  const auto in = image.view<std::uint16_t>();
  const auto out = std::as_const(*result).view<std::uint16_t>();
  for (int z = 1; z < 3; ++z) {
    for (int y = 2; y < 10; ++y) {
      for (int x = 1; x < 12; ++x) {
        std::vector<int> box;
        for (int dz = -1; dz <= 1; ++dz) {
          for (int dy = -2; dy <= 2; ++dy) {
            for (int dx = -1; dx <= 1; ++dx) box.push_back(in(z + dz, y + dy, x + dx));
          }
        }
        std::sort(box.begin(), box.end());
        ASSERT_EQ(out(z, y, x), box[box.size() / 2]);
      }
    }
  }
}

TEST(Filters, ATopHatKeepsWhatIsSmall) {
  TaskControl control;
  Volume image(VoxelType::kUInt8, {1, 1, 1, 40, 40});
  auto view = image.view<std::uint8_t>();
  for (int y = 0; y < 40; ++y) {
    for (int x = 0; x < 40; ++x) {
      view(0, y, x) = static_cast<std::uint8_t>(x >= 20 ? 100 : 50);  // a large step
    }
  }
  view(0, 10, 10) = 90;
  view(0, 30, 30) = 20;
  const auto bright = top_hat(image, TopHat::kBright, {0, 3, 3}, control);
  const auto dark = top_hat(image, TopHat::kDark, {0, 3, 3}, control);
  ASSERT_TRUE(bright && dark);
  EXPECT_EQ((bright->view<std::uint8_t>()(0, 10, 10)), 40);
  EXPECT_EQ((bright->view<std::uint8_t>()(0, 30, 30)), 0);
  EXPECT_EQ((bright->view<std::uint8_t>()(0, 20, 35)), 0);
  EXPECT_EQ((dark->view<std::uint8_t>()(0, 30, 30)), 80);
  EXPECT_EQ((dark->view<std::uint8_t>()(0, 10, 10)), 0);
}

TEST(Filters, ATopHatOfDiscsTakesEachPlaneByItself) {
  TaskControl control;
  Volume stack = noise(VoxelType::kUInt8, {1, 1, 3, 40, 40});
  const auto whole = top_hat(stack, TopHat::kBright, {0, 4, 4}, control);
  ASSERT_TRUE(whole);
  Volume plane(VoxelType::kUInt8, {1, 1, 1, 40, 40});
  std::copy_n(stack.data() + 1600, 1600, plane.data());
  const auto alone = top_hat(plane, TopHat::kBright, {0, 4, 4}, control);
  ASSERT_TRUE(alone);
  EXPECT_TRUE(std::equal(alone->data(), alone->data() + 1600, whole->data() + 1600));
  const auto ball = top_hat(stack, TopHat::kBright, {1, 4, 4}, control);
  ASSERT_TRUE(ball);
  EXPECT_FALSE(std::equal(ball->data(), ball->data() + 4800, whole->data()));
}

TEST(Filters, TheRollingBallTakesSlopesAwayAndKeepsSpots) {
  TaskControl control;
  Volume image(VoxelType::kUInt16, {1, 1, 2, 90, 100});
  auto view = image.view<std::uint16_t>();
  for (int z = 0; z < 2; ++z) {
    for (int y = 0; y < 90; ++y) {
      for (int x = 0; x < 100; ++x) {
        const bool spot = (y - 45) * (y - 45) + (x - 50) * (x - 50) < 36;
        view(z, y, x) = static_cast<std::uint16_t>(500 + 2 * x + y + (spot ? 400 : 0));
      }
    }
  }
  for (const double radius : {8.0, 25.0, 60.0, 200.0}) {
    const auto flat = subtract_background(image, radius, false, false, control);
    ASSERT_TRUE(flat) << flat.error().what;
    const auto out = std::as_const(*flat).view<std::uint16_t>();
    EXPECT_LT(out(0, 20, 30), radius > 100 ? 100 : 40) << radius;
    EXPECT_EQ(out(0, 20, 30), out(1, 20, 30)) << "planes are alike";
    if (radius > 10) { EXPECT_GT(out(0, 45, 50), 350) << radius; }
  }
  // With a light background: the picture upside down gives the same upside down.
  Volume upside(VoxelType::kUInt16, image.shape());
  for (std::int64_t i = 0; i < image.shape().count(); ++i) {
    upside.view<std::uint16_t>().data()[i] =
        static_cast<std::uint16_t>(65535 - image.view<std::uint16_t>().data()[i]);
  }
  const auto dark = subtract_background(image, 25, false, true, control);
  const auto light = subtract_background(upside, 25, true, true, control);
  ASSERT_TRUE(dark && light);
  for (std::int64_t i = 0; i < image.shape().count(); i += 37) {
    const int a = dark->view<std::uint16_t>().data()[i];
    const int b = 65535 - light->view<std::uint16_t>().data()[i];
    EXPECT_NEAR(a, b, 1) << i;
  }
}

TEST(Filters, ClaheEvensOutAndKeepsTheRange) {
  TaskControl control;
  Volume image(VoxelType::kUInt16, {1, 1, 1, 128, 128});
  auto view = image.view<std::uint16_t>();
  Random random(9);
  for (int y = 0; y < 128; ++y) {
    for (int x = 0; x < 128; ++x) {
      const std::uint64_t base = x < 64 ? 100 : 3000;  // a dim and a bright half
      view(0, y, x) = static_cast<std::uint16_t>(base + random.below(100));
    }
  }
  const auto even = clahe(image, {32, 20, 1024}, control);
  ASSERT_TRUE(even);
  const auto spread = [](const Volume& volume, int x0) {
    int low = 65535, high = 0;
    for (int y = 40; y < 90; ++y) {
      for (int x = x0; x < x0 + 20; ++x) {
        const int v = volume.view<std::uint16_t>()(0, y, x);
        low = std::min(low, v);
        high = std::max(high, v);
      }
    }
    return high - low;
  };
  EXPECT_GT(spread(*even, 10), 5 * spread(image, 10));
  EXPECT_GT(spread(*even, 100), 5 * spread(image, 100));
  EXPECT_GE(value_range(*even).low, value_range(image).low);
  EXPECT_LE(value_range(*even).high, value_range(image).high);
}

TEST(Filters, WrongSettingsAndCancelSayWhy) {
  TaskControl control;
  const Volume image = noise(VoxelType::kUInt8, {2, 1, 1, 5, 5});
  const auto refused = [](const auto& outcome) {
    ASSERT_FALSE(outcome);
    EXPECT_FALSE(outcome.error().fix.empty());
  };
  refused(gaussian(image, {0, -1, 0}, control));
  refused(gaussian(image, {0, 1000, 0}, control));
  refused(median(image, {0, 21, 0}, control));
  refused(top_hat(image, TopHat::kBright, {0, 0, 0}, control));
  refused(top_hat(image, TopHat::kBright, {0, 101, 3}, control));
  refused(top_hat(image, TopHat::kBright, {-1, 3, 3}, control));
  refused(top_hat(image, TopHat::kBright, {20, 41, 41}, control));
  refused(subtract_background(image, std::nan(""), false, true, control));
  refused(clahe(image, {64, 1, 256}, control));
  control.request_cancel();
  const auto stopped = gaussian(image, {0, 1, 1}, control);
  ASSERT_FALSE(stopped);
  EXPECT_EQ(stopped.error().code, ErrorCode::kCancelled);
}

TEST(Filters, AreStoppedInTheMiddleOfAFrame) {
  const Volume large = noise(VoxelType::kUInt8, {1, 1, 40, 200, 200});
  const auto stopped = [&](const auto& run) {
    TaskControl control;
    std::thread stop([&] {
      std::this_thread::sleep_for(std::chrono::milliseconds(30));
      control.request_cancel();
    });
    const auto begin = std::chrono::steady_clock::now();
    const auto outcome = run(control);
    const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - begin;
    stop.join();
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().code, ErrorCode::kCancelled);
    EXPECT_LT(taken.count(), 40) << "it would take far longer";
  };
  stopped([&](TaskControl& control) { return median(large, {5, 5, 5}, control); });
  stopped([&](TaskControl& control) {
    return top_hat(large, TopHat::kBright, {40, 40, 40}, control);
  });
  stopped(
      [&](TaskControl& control) { return subtract_background(large, 100, false, true, control); });
}

TEST(Filters, OneVoxelAndRadiiBeyondTheImage) {
  TaskControl control;
  const Volume one = noise(VoxelType::kUInt8, {1, 1, 1, 1, 1});
  EXPECT_TRUE(gaussian(one, {3, 3, 3}, control));
  EXPECT_TRUE(median(one, {5, 5, 5}, control));
  EXPECT_TRUE(top_hat(one, TopHat::kDark, {9, 9, 9}, control));
  for (const double radius : {5.0, 20.0, 50.0, 500.0}) {
    EXPECT_TRUE(subtract_background(one, radius, false, true, control));
  }
  EXPECT_TRUE(clahe(one, {}, control));
}

}  // namespace
}  // namespace karyo
