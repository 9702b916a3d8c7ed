// A model's objects in a region alone, and those of a 3D model in a stack.

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <set>
#include <thread>

#include "app/macro.h"
#include "models/io/candidates_file.h"
#include "tests/app/worker/serve_fixture.h"
#include "tests/support/shared_data.h"

namespace karyo {
namespace {

/// Around the first spot: its middle is in it, the other's is not.
const json kAroundTheFirst{10, 8, 40, 8, 40, 40, 10, 40};

TEST_F(ServeTest, OfAPartItTellsWhatItTellsOfTheWhole) {
  worker::Client client("cpu");
  const auto seen_in = [&](const json& part) {
    json question{{"model", model_.string()},
                  {"image", image_.string()},
                  {"least", 0.3},
                  {"output", (folder_ / "c.safetensors").string()}};
    if (!part.is_null()) question["part"] = part;
    const auto answer = client.ask("candidates", question, control_);
    EXPECT_TRUE(answer) << answer.error().what;
    return *read_candidates(folder_ / "c.safetensors");
  };
  const auto whole = seen_in({});
  const auto part = seen_in({60, 50, 80, 70});
  ASSERT_GT(part.size(), 0u);
  EXPECT_LT(part.size(), whole.size()) << "the other spot is far off";
  for (std::size_t i = 0; i < part.size(); ++i) {
    const auto same = std::find(whole.points.begin(), whole.points.end(), part.points[i]);
    ASSERT_NE(same, whole.points.end());
    const auto at = static_cast<std::size_t>(same - whole.points.begin());
    EXPECT_EQ(part.prob[i], whole.prob[at]);
  }
  for (const json& wrong : {json{0, 0, 5}, json{0, 0, 0, 0}, json{0, 0, 500, 500}, json("all")}) {
    const auto refused = client.ask("candidates",
                                    {{"model", model_.string()},
                                     {"image", image_.string()},
                                     {"part", wrong},
                                     {"output", (folder_ / "c.safetensors").string()}},
                                    control_);
    ASSERT_FALSE(refused) << wrong;
    EXPECT_EQ(refused.error().code, ErrorCode::kInvalidArgument) << wrong;
  }
}

TEST_F(ModelCommandsTest, OnlyObjectsWhoseMiddleLiesInTheRegionCome) {
  ASSERT_TRUE(run("model.open", {{"folder", model_.string()}}));
  ASSERT_TRUE(run("labels.model_objects", {{"region", kAroundTheFirst}}));
  ASSERT_TRUE(errors_.empty()) << errors_[0].what;
  EXPECT_EQ(at(spots_[0]), 1u);
  EXPECT_EQ(at(spots_[1]), 0u);
  EXPECT_EQ(all()(0, 32, 22), 1u) << "the whole object, up to its own border";
  // A region that holds a part of the second without its middle.
  ASSERT_TRUE(run("labels.model_objects", {{"region", {50, 60, 90, 60, 90, 68, 50, 68}}}));
  EXPECT_EQ(at(spots_[1]), 0u);
  ASSERT_TRUE(run("edit.undo"));
  EXPECT_EQ(at(spots_[0]), 0u) << "one step, and none for nothing";
}

TEST_F(ModelCommandsTest, InARegionOnlyObjectsInItAreReplaced) {
  ASSERT_TRUE(run("model.open", {{"folder", model_.string()}}));
  const auto draw = [&](const json& points, int label) {
    ASSERT_TRUE(
        run("labels.region", {{"points", points}, {"shape", "rectangle"}, {"label", label}}));
  };
  draw({12, 10, 32, 30}, 5);  // over the first spot, in the region
  draw({0, 30, 30, 60}, 6);   // reaches into it with less than half
  draw({40, 60, 60, 80}, 7);  // outside
  const LabelArray before = all();
  ASSERT_TRUE(run("labels.model_objects", {{"region", kAroundTheFirst}, {"replace", true}}));
  ASSERT_TRUE(errors_.empty()) << errors_[0].what;
  const LabelArray now = all();
  EXPECT_GT(at(spots_[0]), 7u);
  EXPECT_EQ(now(0, 10, 12), 0u) << "the corner of the old one is gone";
  for (std::int64_t i = 0; i < now.count(); ++i) {
    if (before.data()[i] <= 5) continue;
    ASSERT_EQ(now.data()[i], before.data()[i]) << i;
  }
  ASSERT_TRUE(run("edit.undo"));
  EXPECT_TRUE(all() == before);
}

TEST_F(ModelCommandsTest, ARegionIsReplayedByAMacroAndRefusedWhereItIsNone) {
  ASSERT_TRUE(run("model.open", {{"folder", model_.string()}}));
  const fs::path macro = folder_ / "macro.json";
  ASSERT_TRUE(write_macro(
      macro, {{"labels.model_objects", {{"region", kAroundTheFirst}, {"probability", 0.4}}}}));
  const auto steps = read_macro(macro);
  ASSERT_TRUE(steps) << steps.error().what;
  const auto wait = [this]() -> Result<void> {
    while (workspace_.busy()) workspace_.finish_jobs();
    return {};
  };
  ASSERT_TRUE(run_macro(commands_, *steps, wait));
  EXPECT_EQ(at(spots_[0]), 1u);
  EXPECT_EQ(at(spots_[1]), 0u);
  for (const json& wrong : {json{1, 2, 3}, json{300, 300, 310, 300, 310, 310}}) {
    const auto refused = run("labels.model_objects", {{"region", wrong}});
    ASSERT_FALSE(refused) << wrong;
    EXPECT_EQ(refused.error().code, ErrorCode::kInvalidArgument);
  }
}

/// A workspace with a stack of three balls; the third lies above the second.
class StackCommandsTest : public ModelCommandsTest {
 protected:
  StackCommandsTest() {
    test::make_spot_model_3d(model_3d_);
    workspace_.layers().clear();
    workspace_.layers().add(
        std::make_shared<ImageLayer>("stack", std::make_shared<Volume>(test::spot_stack(balls_))));
    EXPECT_TRUE(run("layer.new_labels", {{"name", "masks"}}));
    EXPECT_TRUE(run("model.open", {{"folder", model_3d_.string()}}));
  }
  std::uint32_t at(const Index3& voxel) {
    return dynamic_cast<LabelsLayer&>(*workspace_.layers().selected()).labels().at(voxel);
  }

  fs::path model_3d_ = folder_ / "model_3d";
  const std::vector<Index3> balls_{{11, 22, 20}, {6, 60, 60}, {18, 62, 60}};
};

TEST_F(StackCommandsTest, BodiesComeThroughTheSlicesInOneStep) {
  ASSERT_TRUE(workspace_.model().in_3d());
  ASSERT_TRUE(run("labels.region", {{"points", {15, 17, 25, 27}},
                                    {"shape", "rectangle"},
                                    {"depth", 11},
                                    {"stack", true},
                                    {"label", 9}}));
  ASSERT_TRUE(run("labels.model_objects"));
  ASSERT_TRUE(errors_.empty()) << errors_[0].what;
  EXPECT_EQ(at(balls_[0]), 9u) << "what was drawn stays";
  const std::uint32_t second = at(balls_[1]), third = at(balls_[2]);
  EXPECT_GT(second, 9u);
  EXPECT_GT(third, 9u);
  EXPECT_NE(second, third);
  EXPECT_EQ(at(balls_[1] + Index3{3, 0, 0}), second);
  EXPECT_EQ(at(balls_[1] + Index3{0, 4, 0}), second);
  EXPECT_EQ(at(balls_[1] + Index3{0, 8, 0}), 0u);
  ASSERT_TRUE(run("labels.model_objects", {{"replace", true}, {"overlap", 0.2}}));
  EXPECT_NE(at(balls_[0]), 9u);
  EXPECT_EQ(at({0, 20, 20}), 0u) << "its column is gone in every slice";
  ASSERT_TRUE(run("edit.undo"));
  EXPECT_EQ(at(balls_[0]), 9u);
  EXPECT_EQ(at(balls_[2]), third);
  ASSERT_TRUE(run("edit.undo"));
  EXPECT_EQ(at(balls_[2]), 0u) << "one step";
  ASSERT_TRUE(run("labels.model_objects", {{"probability", 0.99999}}));
  EXPECT_EQ(at(balls_[2]), 0u) << "nothing is that sure";
}

TEST_F(StackCommandsTest, ARegionReachesThroughTheStack) {
  ASSERT_TRUE(run("labels.model_objects", {{"region", {45, 45, 80, 45, 80, 80, 45, 80}}}));
  ASSERT_TRUE(errors_.empty()) << errors_[0].what;
  EXPECT_EQ(at(balls_[0]), 0u);
  EXPECT_NE(at(balls_[1]), 0u);
  EXPECT_NE(at(balls_[2]), 0u);
  const auto part = dynamic_cast<LabelsLayer&>(*workspace_.layers().selected()).labels().to_dense();
  ASSERT_TRUE(run("edit.undo"));
  ASSERT_TRUE(run("labels.model_objects"));
  EXPECT_NE(at(balls_[0]), 0u);
  // Voxel for voxel the same bodies as of the whole stack.
  const auto whole =
      dynamic_cast<LabelsLayer&>(*workspace_.layers().selected()).labels().to_dense();
  for (std::int64_t z = 0; z < part.shape().z; ++z) {
    for (std::int64_t y = 40; y < 90; ++y) {
      for (std::int64_t x = 40; x < 90; ++x) {
        ASSERT_EQ(part(z, y, x) != 0, whole(z, y, x) != 0) << z << ' ' << y << ' ' << x;
      }
    }
  }
}

TEST_F(StackCommandsTest, AClickTakesABodyThroughItsSlices) {
  const Index3 beside = balls_[1] + Index3{2, 0, 3};
  ASSERT_TRUE(run("labels.model_click", {{"voxel", {beside.z, beside.y, beside.x}}}));
  ASSERT_TRUE(errors_.empty()) << errors_[0].what;
  EXPECT_EQ(at(balls_[1]), 1u);
  EXPECT_EQ(at(balls_[1] + Index3{-4, 0, 0}), 1u);
  EXPECT_EQ(at(balls_[2]), 0u);
  const auto nothing = run("labels.model_click", {{"voxel", {11, 80, 20}}});
  ASSERT_FALSE(nothing);
  EXPECT_EQ(nothing.error().code, ErrorCode::kNotFound);
  const ImageSlice slice{dynamic_cast<const ImageLayer*>(&workspace_.layers().at(0)), 0, 11, {}};
  const auto seen = workspace_.model().seen_in(slice);
  ASSERT_TRUE(seen);
  const Index3 shape{test::kSpotStackDepth, test::kSpotImageSize, test::kSpotImageSize};
  for (const Plane plane : kPlanes) {
    const PathF outline = model_outline_at(*seen, balls_[1], plane, shape);
    ASSERT_GT(outline.size(), 8u) << name_of(plane);
    const double across = along(balls_[1], horizontal_axis(plane)) + 0.5;
    const double down = along(balls_[1], vertical_axis(plane)) + 0.5;
    const auto [low, high] = std::minmax_element(
        outline.begin(), outline.end(), [](const PointF& a, const PointF& b) { return a.x < b.x; });
    EXPECT_NEAR((low->x + high->x) / 2, across, 1.5) << name_of(plane);
    EXPECT_NEAR((high->x - low->x) / 2, test::kSpotRadius3d, 1.5) << name_of(plane);
    EXPECT_TRUE(std::any_of(outline.begin(), outline.end(),
                            [&](const PointF& p) { return p.y < down - 3; }));
  }
}

/// Processor time of this thread: what a busy machine takes away does not count.
double worked() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

TEST_F(ModelCommandsTest, AStacksBodiesAreMadeOffTheUiThread) {
  const Index3 shape{64, 384, 384};
  auto stack =
      std::make_shared<Volume>(VoxelType::kUInt8, VolumeShape{1, 1, shape.z, shape.y, shape.x});
  auto voxels = stack->view<std::uint8_t>();
  std::int64_t balls = 0;
  for (std::int64_t z = 8; z < shape.z; z += 16) {
    for (std::int64_t y = 8; y < shape.y; y += 16) {
      for (std::int64_t x = 8; x < shape.x; x += 16, ++balls) voxels(z, y, x) = 200;
    }
  }
  test::make_spot_model_3d(folder_ / "model_3d");
  workspace_.layers().clear();
  workspace_.layers().add(std::make_shared<ImageLayer>("stack", stack));
  ASSERT_TRUE(commands_.run("layer.new_labels", {{"name", "masks"}}));
  ASSERT_TRUE(run("model.open", {{"folder", (folder_ / "model_3d").string()}}));
  double longest = 0;
  const auto timed = [&](const std::function<void()>& work) {
    const double before = worked();
    work();
    longest = std::max(longest, worked() - before);
  };
  const auto wait = [&] {
    while (workspace_.busy()) {
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
      timed([&] { workspace_.poll(); });
    }
  };
  const auto& labels = dynamic_cast<LabelsLayer&>(*workspace_.layers().selected());
  for (const double sure : {0.5, 0.6, 0.4}) {  // as a slider is moved
    auto wanted = model_objects_in_view(workspace_);
    ASSERT_TRUE(wanted);
    wanted->thresholds.prob = sure;
    timed([&] { EXPECT_TRUE(show_model_objects(workspace_, *wanted, [] {})); });
    wait();
    ASSERT_TRUE(errors_.empty()) << errors_[0].what;
    EXPECT_EQ(workspace_.preview().counts().kept, balls);
  }
  timed([&] { EXPECT_TRUE(commands_.run("labels.model_objects", json::object())); });
  wait();
  EXPECT_EQ(labels.labels().highest_id(), balls);
  timed([&] { EXPECT_TRUE(commands_.run("labels.model_click", {{"voxel", {8, 8, 10}}})); });
  wait();
  timed([&] { EXPECT_TRUE(commands_.run("edit.undo", json::object())); });
  std::printf("%lld bodies in %lld voxels: at most %.1f ms at once\n",
              static_cast<long long>(balls), static_cast<long long>(shape.count()), 1e3 * longest);
  EXPECT_LT(longest, 0.05);
}

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// Of objects whose middle lies in a part of a real image: how many are the same as of the whole.
struct Alike {
  std::int64_t objects = 0, same = 0;
};
Alike compare(const PlacedLabels& part, const PlacedLabels& whole, const Box3& region) {
  Alike alike;
  const auto masks = [&](const PlacedLabels& labels) {
    std::map<std::uint32_t, std::vector<Index3>> voxels;
    const Index3 shape = labels.labels.shape();
    for (std::int64_t z = 0; z < shape.z; ++z) {
      for (std::int64_t y = 0; y < shape.y; ++y) {
        for (std::int64_t x = 0; x < shape.x; ++x) {
          const auto id = labels.labels(z, y, x);
          if (id != 0) voxels[id].push_back(labels.origin + Index3{z, y, x});
        }
      }
    }
    return voxels;
  };
  std::set<std::vector<std::array<std::int64_t, 3>>> known;
  const auto flat = [](const std::vector<Index3>& voxels) {
    std::vector<std::array<std::int64_t, 3>> list;
    for (const Index3& v : voxels) list.push_back({v.z, v.y, v.x});
    return list;
  };
  for (const auto& [id, voxels] : masks(whole)) known.insert(flat(voxels));
  for (const auto& [id, voxels] : masks(part)) {
    const bool inside = std::all_of(voxels.begin(), voxels.end(),
                                    [&](const Index3& v) { return region.contains(v); });
    if (!inside) continue;
    ++alike.objects;
    alike.same += known.contains(flat(voxels)) ? 1 : 0;
  }
  return alike;
}

/// The time and the objects of regions of real images against those of the whole.
class RealRegions : public ServeTest {
 protected:
  void measure(const fs::path& model, const fs::path& image, const std::vector<Box3>& regions,
               bool in_3d) {
    worker::Client client("cpu");
    const auto rays = stardist::rays_from_json(ModelFolder::open(model)->stardist->rays_json);
    const Thresholds thresholds = ModelFolder::open(model)->thresholds;
    const Index3 shape = read_image(image)->shape().zyx();
    const auto objects = [&](const Box3& region, double& seconds) {
      json question{{"model", model.string()},
                    {"image", image.string()},
                    {"least", 0.25},
                    {"output", (folder_ / "c.safetensors").string()}};
      PathF path;
      if (!region.empty()) {
        question["part"] = {region.begin.y, region.begin.x, region.end.y, region.end.x};
        const auto x0 = static_cast<double>(region.begin.x), x1 = static_cast<double>(region.end.x);
        const auto y0 = static_cast<double>(region.begin.y), y1 = static_cast<double>(region.end.y);
        path = {{x0, y0}, {x1, y0}, {x1, y1}, {x0, y1}};
      }
      const auto start = std::chrono::steady_clock::now();
      const auto answer = client.ask("candidates", question, control_);
      EXPECT_TRUE(answer) << answer.error().what;
      ModelSight seen;
      if (in_3d) {
        seen.bodies = *read_candidates_3d(folder_ / "c.safetensors");
        seen.rays = *rays;
      } else {
        seen.outlines = *read_candidates(folder_ / "c.safetensors");
      }
      auto made = model_objects(seen, thresholds, shape, 0, path);
      EXPECT_TRUE(made) << made.error().what;
      seconds = seconds_since(start);
      return *std::move(made);
    };
    double of_whole = 0;
    objects({}, of_whole);  // the model is loaded
    const auto whole = objects({}, of_whole);
    for (const Box3& region : regions) {
      double of_part = 0;
      objects(region, of_part);
      const auto part = objects(region, of_part);
      const Alike alike = compare(part, whole, region);
      std::printf(
          "%s: %lld x %lld of %lld x %lld (x %lld): %.0f ms of %.0f ms, %lld of %lld the same\n",
          image.filename().c_str(), static_cast<long long>(region.shape().y),
          static_cast<long long>(region.shape().x), static_cast<long long>(shape.y),
          static_cast<long long>(shape.x), static_cast<long long>(shape.z), 1e3 * of_part,
          1e3 * of_whole, static_cast<long long>(alike.same),
          static_cast<long long>(alike.objects));
      objects_ += alike.objects;
      same_ += alike.same;
    }
  }

  std::int64_t objects_ = 0, same_ = 0;
};

TEST_F(RealRegions, InsideAreTheObjectsOfTheWholeImage) {
  KARYO_NEEDS_SHARED();
  const auto model = test::shared_dir() / "models" / "stardist2d" / "dsb2018_30x50";
  const auto data = test::shared_dir() / "data" / "nuclei2d" / "test" / "images";
  if (!fs::exists(model) || !fs::exists(data)) GTEST_SKIP() << "no " << model;
  std::vector<fs::path> images;
  for (const auto& entry : fs::directory_iterator(data)) images.push_back(entry.path());
  std::sort(images.begin(), images.end());
  for (std::size_t i = 0; i < images.size(); i += 10) {
    const Index3 shape = read_image(images[i])->shape().zyx();
    const Index3 half{1, shape.y / 2, shape.x / 2};
    measure(model, images[i],
            {{{0, shape.y / 4, shape.x / 4}, {1, shape.y / 4 + half.y, shape.x / 4 + half.x}},
             {{0, 0, 0}, half},
             {{0, shape.y - half.y + 3, 7}, {1, shape.y, half.x}}},
            false);
  }
  EXPECT_GT(objects_, 80);
  EXPECT_EQ(same_, objects_);
}

TEST_F(RealRegions, InsideAreTheBodiesOfTheWholeStack) {
  KARYO_NEEDS_SHARED();
  const auto model = test::shared_dir() / "golden" / "stardist3d";
  const auto image =
      test::shared_dir() / "data" / "nuclei3d" / "demo3d_synthetic" / "images" / "stack_0000.tif";
  if (!fs::exists(model) || !fs::exists(image)) GTEST_SKIP() << "no " << model;
  const Index3 shape = read_image(image)->shape().zyx();
  measure(model, image,
          {{{0, shape.y / 4, shape.x / 4}, {shape.z, 3 * shape.y / 4, 3 * shape.x / 4}},
           {{0, 5, 3}, {shape.z, shape.y / 2, shape.x / 2}}},
          true);
  EXPECT_GT(objects_, 10);
  EXPECT_EQ(same_, objects_);
}

}  // namespace
}  // namespace karyo
