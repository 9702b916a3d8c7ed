#pragma once

/// The made-up marks of the baselines, on the grid of baseline_scene.h; nothing symmetric.

#include <array>
#include <memory>

#include "core/layers/surface_layer.h"
#include "core/layers/vector_layers.h"

namespace karyo::test {

/// Four, of which three are in plane 5 and one of those in another frame than 4.
inline std::shared_ptr<PointsLayer> scene_points() {
  auto layer = std::make_shared<PointsLayer>("points", PointList{{{5.5, 8.5, 10.5}, -1, ""},
                                                                 {{5.5, 20.5, 30.5}, 4, ""},
                                                                 {{5.5, 25.5, 12.5}, 3, ""},
                                                                 {{6.5, 12.5, 40.5}, -1, ""},
                                                                 {{5.5, 28.5, 38.5}, -1, ""}});
  PointsLook look = layer->look();
  look.size = 14;
  look.color = {255, 120, 0};
  look.selected = 4;
  layer->set_look(look);
  return layer;
}

/// One of each kind, filled; the last is selected.
inline std::shared_ptr<ShapesLayer> scene_shapes() {
  ShapeList shapes{*make_shape("rectangle", {{4, 3}, {16, 9}}),
                   *make_shape("ellipse", {{22, 2}, {34, 14}}),
                   *make_shape("line", {{38, 4}, {46, 16}}),
                   *make_shape("polyline", {{4, 16}, {10, 14}, {14, 20}, {8, 24}}),
                   *make_shape("polygon", {{20, 18}, {32, 20}, {28, 30}})};
  shapes[1].stroke_color = 0xff00c8ff;
  shapes.push_back(*make_shape("rectangle", {{36, 20}, {45, 32}}));
  auto layer = std::make_shared<ShapesLayer>("shapes", std::move(shapes));
  ShapesLook look = layer->look();
  look.width = 3;
  look.fill = true;
  look.selected = 5;
  layer->set_look(look);
  return layer;
}

/// A cell that divides in frame 3, and another.
inline std::shared_ptr<TracksLayer> scene_tracks() {
  TrackList tracks;
  for (int t = 0; t < 3; ++t) tracks.points.push_back({1, t, {5.5, 6.0 + 3 * t, 8.0 + 4 * t}});
  for (int t = 3; t < 6; ++t) tracks.points.push_back({2, t, {5.5, 16.0 + 5 * (t - 3), 14}});
  for (int t = 3; t < 6; ++t) tracks.points.push_back({3, t, {5.5, 12, 24.0 + 6 * (t - 3)}});
  for (int t = 0; t < 6; ++t) tracks.points.push_back({4, t, {8.5, 30, 44.0 - 5 * t}});
  tracks.parents = {{2, 1}, {3, 1}};
  auto layer = std::make_shared<TracksLayer>("tracks", std::move(tracks));
  TracksLook look = layer->look();
  look.width = 3;
  look.tail = 4;
  layer->set_look(look);
  return layer;
}

/// A skewed box in um, each corner with a colour of its own.
inline std::shared_ptr<SurfaceLayer> scene_surface() {
  SurfaceMesh mesh;
  for (const float z : {4.F, 18.F}) {
    for (const float y : {6.F, 28.F}) {
      for (const float x : {8.F, 40.F}) mesh.points.push_back({x + z / 2, y + x / 8, z + y / 8});
    }
  }
  constexpr std::array<std::array<std::uint32_t, 4>, 6> kFaces{
      {{0, 1, 3, 2}, {4, 6, 7, 5}, {0, 4, 5, 1}, {2, 3, 7, 6}, {0, 2, 6, 4}, {1, 5, 7, 3}}};
  for (const auto& [a, b, c, d] : kFaces) {
    mesh.triangles.push_back({a, b, c});
    mesh.triangles.push_back({a, c, d});
  }
  mesh.colors = {{255, 60, 60},  {60, 255, 60},  {60, 60, 255},   {255, 255, 60},
                 {255, 60, 255}, {60, 255, 255}, {230, 230, 230}, {255, 150, 60}};
  auto layer = std::make_shared<SurfaceLayer>("surface", std::move(mesh));
  SurfaceLook look = layer->look();
  look.width = 3;
  layer->set_look(look);
  return layer;
}

}  // namespace karyo::test
