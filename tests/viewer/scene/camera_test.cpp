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

TEST(Camera, ARayComesBackToThePixelItWentThrough) {
  Camera camera = Camera::showing({{0, 0, 0}, {30, 20, 60}}, 1.5);
  for (const bool orthographic : {false, true}) {
    camera.orthographic = orthographic;
    const Ray ray = camera.ray(37, 81, 300, 200);
    EXPECT_NEAR(dot(ray.direction, ray.direction), 1, 1e-9);
    const World from_eye = camera.focus - ray.origin;
    for (const double further : {0.8, 1.0, 1.3}) {
      const auto at = camera.project(ray.at(dot(from_eye, ray.direction) * further), 300, 200);
      ASSERT_TRUE(at);
      EXPECT_NEAR((*at)[0], 37, 1e-6) << orthographic;
      EXPECT_NEAR((*at)[1], 81, 1e-6) << orthographic;
    }
  }
  camera.orthographic = false;
  EXPECT_FALSE(camera.project(camera.position() - camera.forward, 300, 200)) << "behind the eye";
}

TEST(Camera, ATurntableKeepsTheStackUpright) {
  Camera camera = Camera::showing({{0, 0, 0}, {30, 20, 60}}, 1.5);
  const Camera first = camera;
  for (int i = 0; i < 8; ++i) {
    EXPECT_NEAR(camera.right.y, first.right.y, 1e-9) << "the y axis stays as it is on screen";
    EXPECT_NEAR(camera.down.y, first.down.y, 1e-9);
    camera.turn_on_table(std::acos(-1) / 4);
    expect_orthonormal(camera);
  }
  EXPECT_NEAR(dot(camera.forward, first.forward), 1, 1e-9) << "a whole turn";
  camera.look_along({0, 1, 0}, {0, 0, -1});  // from above z is upright
  camera.turn_on_table(1);
  EXPECT_NEAR(camera.down.z, -1, 1e-9);
  EXPECT_NEAR(camera.forward.y, std::cos(1), 1e-9);
}

TEST(Camera, FacesFillTheViewFromEverySide) {
  const WorldBox box{{0, 0, 0}, {100, 40, 20}};
  for (const World forward : {World{0, 0, 1}, World{-1, 0, 0}, World{0, 1, 0}}) {
    for (const bool orthographic : {false, true}) {
      Camera camera;
      camera.orthographic = orthographic;
      camera.look_along(forward, forward.y > 0 ? World{0, 0, -1} : World{0, 1, 0});
      camera.fit(box, 1.5);
      expect_orthonormal(camera);
      double most = 0;
      for (int i = 0; i < 8; ++i) {
        const auto at = camera.project(
            {(i & 1) != 0 ? 100.0 : 0, (i & 2) != 0 ? 40.0 : 0, (i & 4) != 0 ? 20.0 : 0}, 300, 200);
        ASSERT_TRUE(at);
        most = std::max({most, std::abs((*at)[0] - 150) / 150, std::abs((*at)[1] - 100) / 100});
      }
      EXPECT_LE(most, 1.0);
      EXPECT_GE(most, 0.94);
    }
  }
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
