#include "viewer/scene/camera.h"

#include <gtest/gtest.h>

#include <cmath>

namespace karyo {
namespace {

void expect_orthonormal(const Camera& c) {
  EXPECT_NEAR(dot(c.right, c.right), 1, 1e-9);
  EXPECT_NEAR(dot(c.down, c.down), 1, 1e-9);
  EXPECT_NEAR(dot(c.right, c.down), 0, 1e-9);
  EXPECT_NEAR(dot(c.right, c.forward), 0, 1e-9);
  const World hand = cross(c.right, c.down);
  EXPECT_NEAR(dot(hand, c.forward), 1, 1e-9);
}

TEST(Camera, StaysOrthonormalThroughManyTurns) {
  Camera camera;
  for (int i = 0; i < 1000; ++i) camera.turn(0.1 * i, -0.07 * i);
  expect_orthonormal(camera);
}

TEST(Camera, TheNearSideFollowsThePointer) {
  Camera camera;
  camera.turn(0.3, 0);  // to the right
  // The point that was nearest (towards -z) now lies right of the middle.
  EXPECT_GT(dot(World{0, 0, -1}, camera.right), 0.1);
  Camera other;
  other.turn(0, 0.3);  // down
  EXPECT_GT(dot(World{0, 0, -1}, other.down), 0.1);
}

TEST(Camera, ShowingFitsTheBoxForAnyAspect) {
  const WorldBox box{{0, 0, 0}, {100, 40, 20}};
  for (const double aspect : {0.4, 1.0, 3.0}) {
    const Camera camera = Camera::showing(box, aspect);
    expect_orthonormal(camera);
    const World eye = camera.position();
    const double tangent = camera.height / 2 / std::sqrt(dot(camera.focus - eye, camera.focus - eye));
    double most = 0;
    for (int i = 0; i < 8; ++i) {
      const World p = World{(i & 1) != 0 ? 100.0 : 0, (i & 2) != 0 ? 40.0 : 0,
                            (i & 4) != 0 ? 20.0 : 0} - eye;
      const double depth = dot(p, camera.forward);
      ASSERT_GT(depth, 0);
      most = std::max(most, std::abs(dot(p, camera.down)) / depth / tangent);
      most = std::max(most, std::abs(dot(p, camera.right)) / depth / (tangent * aspect));
    }
    EXPECT_LE(most, 1.0) << "aspect " << aspect;
    EXPECT_GE(most, 0.7) << "aspect " << aspect << ": the box should fill the view";
  }
}

TEST(Camera, PanMovesWithThePointerAndZoomComesCloser) {
  Camera camera;
  camera.height = 10;
  camera.pan(0.5, 0);
  EXPECT_NEAR(camera.focus.x, -5, 1e-12);
  camera.zoom(2);
  EXPECT_NEAR(camera.height, 5, 1e-12);
}

}  // namespace
}  // namespace karyo
