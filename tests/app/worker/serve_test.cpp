// A worker that stays, asked over its line; and what annotating makes of its answers.

#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <thread>

#include "models/io/candidates_file.h"
#include "tests/app/worker/serve_fixture.h"
#include "tests/models/restoration/made_restoration.h"
#include "tests/support/deepest_points.h"
#include "tests/support/shared_data.h"

namespace karyo {
namespace {

using test::children;

TEST_F(ServeTest, SeveralQuestionsAreAnsweredByOneWorker) {
  worker::Client client("cpu");
  const auto opened = client.ask("open", {{"model", model_.string()}}, control_);
  ASSERT_TRUE(opened) << opened.error().what;
  EXPECT_NE((*opened)["description"].get<std::string>().find("StarDist 2D"), std::string::npos);
  const auto first = children();
  ASSERT_EQ(first.size(), 1u);
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(ask_candidates(client, image_));
  EXPECT_EQ(children(), first);
  const auto seen = read_candidates(folder_ / "c.safetensors");
  ASSERT_TRUE(seen);
  EXPECT_GT(seen->size(), 1u);
}

TEST_F(ServeTest, FromEverySideTheSameNucleiAreInTheSamePlaces) {
  worker::Client client("cpu");
  const auto seen_from = [&](int side) {
    const auto answer = client.ask("candidates",
                                   {{"model", model_.string()},
                                    {"image", image_.string()},
                                    {"side", side},
                                    {"output", (folder_ / "s.safetensors").string()}},
                                   control_);
    EXPECT_TRUE(answer) << answer.error().what;
    const auto seen = read_candidates(folder_ / "s.safetensors");
    EXPECT_TRUE(seen);
    return *seen;
  };
  const auto upright = seen_from(0);
  ASSERT_GT(upright.size(), 1u);
  for (int side = 1; side < 4; ++side) {
    const auto there = seen_from(side);
    ASSERT_GT(there.size(), 1u);
    for (const auto& [y, x] : upright.points) {  // on a grid that begins at the other end
      double nearest = 1e9;
      for (const auto& point : there.points) {
        nearest = std::min(nearest, std::hypot(static_cast<double>(point[0] - y),
                                               static_cast<double>(point[1] - x)));
      }
      EXPECT_LE(nearest, 2.0) << "side " << side;
    }
  }
}

TEST_F(ServeTest, ErrorsSayWhatTheWorkerFound) {
  worker::Client client("cpu");
  const auto unknown = client.ask("dance", json::object(), control_);
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().code, ErrorCode::kUnsupported);
  const auto absent = client.ask("open", {{"model", (folder_ / "none").string()}}, control_);
  ASSERT_FALSE(absent);
  EXPECT_EQ(absent.error().code, ErrorCode::kNotFound);
  EXPECT_NE(absent.error().what.find("none"), std::string::npos);
  EXPECT_TRUE(ask_candidates(client, image_)) << "it goes on";
}

TEST_F(ServeTest, AKilledWorkerCostsOneQuestionAtMost) {
  worker::Client client("cpu");
  ASSERT_TRUE(ask_candidates(client, image_));
  kill(children().at(0), SIGKILL);
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  const auto after = ask_candidates(client, image_);
  if (!after) {
    EXPECT_EQ(after.error().code, ErrorCode::kIo);
  }
  ASSERT_TRUE(ask_candidates(client, image_));
  const auto large = large_image();
  std::thread killer([] {
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    for (const pid_t pid : children()) kill(pid, SIGKILL);
  });
  const auto cut_off = ask_candidates(client, large);
  killer.join();
  ASSERT_FALSE(cut_off);
  EXPECT_EQ(cut_off.error().code, ErrorCode::kIo);
  EXPECT_NE(cut_off.error().what.find("signal 9"), std::string::npos) << cut_off.error().what;
  EXPECT_TRUE(ask_candidates(client, image_)) << "the next question starts another";
}

TEST_F(ServeTest, AQuestionCanBeGivenUp) {
  worker::Client client("cpu");
  ASSERT_TRUE(ask_candidates(client, image_));
  const auto large = large_image();
  std::thread impatient([this] {
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    control_.request_cancel();
  });
  const auto given_up = ask_candidates(client, large);
  impatient.join();
  ASSERT_FALSE(given_up);
  EXPECT_EQ(given_up.error().code, ErrorCode::kCancelled);
}

TEST_F(ServeTest, TheWorkerEndsWithItsClient) {
  fs::path file;
  {
    worker::Client client("cpu");
    ASSERT_TRUE(ask_candidates(client, image_));
    file = *client.new_file(".tif");
    std::ofstream(file) << "left";
    EXPECT_EQ(children().size(), 1u);
  }
  EXPECT_TRUE(children().empty());
  EXPECT_FALSE(fs::exists(file.parent_path()));
}

TEST_F(ModelCommandsTest, AClickTakesTheNucleusThatTheModelSees) {
  const auto without = run("labels.model_click", {{"voxel", {0, 20, 22}}});
  ASSERT_FALSE(without);
  EXPECT_EQ(without.error().code, ErrorCode::kNotFound);
  ASSERT_TRUE(run("model.open", {{"folder", model_.string()}}));
  ASSERT_TRUE(workspace_.model().is_open());
  ASSERT_TRUE(run("labels.model_click", {{"voxel", {0, 24, 22}}}));
  ASSERT_TRUE(errors_.empty()) << errors_[0].what;
  EXPECT_EQ(at(spots_[0]), 1u);
  const LabelArray now = all();
  const auto area = std::count(now.begin(), now.end(), 1u);
  EXPECT_NEAR(static_cast<double>(area), 3.14 * 144, 80) << "the model's radius";
  EXPECT_EQ(at(spots_[1]), 0u);
  ASSERT_TRUE(run("labels.model_click", {{"voxel", {0, 70, 60}}}));
  EXPECT_EQ(at(spots_[1]), 2u) << "the slice was looked at already";
  const auto nothing = run("labels.model_click", {{"voxel", {0, 5, 90}}});
  ASSERT_FALSE(nothing);
  EXPECT_NE(nothing.error().what.find("sees no nucleus"), std::string::npos);
  ASSERT_TRUE(run("edit.undo"));
  EXPECT_EQ(at(spots_[1]), 0u);
  ASSERT_TRUE(run("edit.undo"));
  EXPECT_EQ(at(spots_[0]), 0u) << "what came later is one step as well";
  EXPECT_FALSE(run("labels.model_click", {{"voxel", {0, 700, 60}}}));
}

TEST_F(ModelCommandsTest, AllObjectsComeBesideOrInPlaceOfThoseThere) {
  ASSERT_TRUE(run("model.open", {{"folder", model_.string()}}));
  ASSERT_TRUE(
      run("labels.region", {{"points", {10, 8, 34, 32}}, {"shape", "rectangle"}, {"label", 7}}));
  ASSERT_TRUE(run("labels.model_objects"));
  ASSERT_TRUE(errors_.empty()) << errors_[0].what;
  EXPECT_EQ(at(spots_[0]), 7u) << "what was drawn stays";
  const std::uint32_t added = at(spots_[1]);
  EXPECT_GT(added, 7u) << "a number of its own";
  ASSERT_TRUE(run("labels.model_objects", {{"replace", true}}));
  EXPECT_NE(at(spots_[0]), 0u);
  EXPECT_EQ(all()(0, 9, 11), 0u) << "the rectangle's corner is gone";
  ASSERT_TRUE(run("edit.undo"));
  EXPECT_EQ(at(spots_[0]), 7u);
  ASSERT_TRUE(run("edit.undo"));
  EXPECT_EQ(at(spots_[1]), 0u);
}

TEST_F(ModelCommandsTest, LockedObjectsStayAndThresholdsCount) {
  ASSERT_TRUE(run("model.open", {{"folder", model_.string()}}));
  ASSERT_TRUE(
      run("labels.region", {{"points", {10, 8, 34, 32}}, {"shape", "rectangle"}, {"label", 1}}));
  ASSERT_TRUE(run("labels.lock", {{"objects", {1}}}));
  ASSERT_TRUE(run("labels.model_objects", {{"replace", true}, {"overlap", 0.3}}));
  EXPECT_EQ(at(spots_[0]), 1u);
  EXPECT_EQ(all()(0, 9, 11), 1u);
  EXPECT_EQ(at(spots_[1]), 2u) << "a number that no locked object has";
  ASSERT_TRUE(run("labels.model_objects", {{"replace", true}, {"probability", 0.99999}}));
  EXPECT_EQ(at(spots_[1]), 0u) << "nothing is that sure";
}

TEST_F(ModelCommandsTest, ARestorationComesBeforeTheModelInUseAtOnce) {
  const fs::path flat = folder_ / "flat";
  test::make_flat_restoration(flat, CsbdeepConfig::noise2void(2, {100}, {8}), 2);
  ASSERT_TRUE(run("model.open", {{"folder", model_.string()}}));
  ASSERT_TRUE(run("labels.model_objects"));
  ASSERT_NE(at(spots_[0]), 0u);
  ASSERT_TRUE(run("edit.undo"));
  const auto refused =
      run("model.restore_first", {{"model", flat.string()}, {"before", flat.string()}});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kUnsupported);
  ASSERT_TRUE(run("model.restore_first", {{"model", model_.string()}, {"before", flat.string()}}));
  ASSERT_TRUE(workspace_.model().is_open());
  EXPECT_NE(workspace_.model().description().find("Noise2Void 2D, then StarDist 2D"),
            std::string::npos);
  ASSERT_TRUE(run("labels.model_objects"));
  EXPECT_EQ(at(spots_[0]), 0u) << "it is wiped out before the model looks";
  ASSERT_TRUE(run("model.restore_no_more", {{"model", model_.string()}}));
  EXPECT_EQ(workspace_.model().description().find("then"), std::string::npos);
  ASSERT_TRUE(run("labels.model_objects"));
  EXPECT_NE(at(spots_[0]), 0u);
  ASSERT_TRUE(errors_.empty()) << errors_[0].what;
}

TEST_F(ModelCommandsTest, AFolderThatIsNoModelIsRefused) {
  ASSERT_TRUE(run("model.open", {{"folder", folder_.path().string()}}));
  ASSERT_EQ(errors_.size(), 1u);
  EXPECT_FALSE(workspace_.model().is_open());
  ASSERT_TRUE(run("model.open", {{"folder", model_.string()}}));
  EXPECT_TRUE(workspace_.model().is_open());
  EXPECT_EQ(children().size(), 1u);
  ASSERT_TRUE(run("model.close"));
  EXPECT_FALSE(workspace_.model().is_open());
  EXPECT_TRUE(children().empty()) << "its memory is free";
}

/// A click where each fourth nucleus of real images is thickest.
TEST_F(ServeTest, RealNucleiByOneClickEach) {
  KARYO_NEEDS_SHARED();
  const auto model = test::shared_dir() / "models" / "stardist2d" / "dsb2018_30x50";
  const auto data = test::shared_dir() / "data" / "nuclei2d" / "test";
  if (!fs::exists(model) || !fs::exists(data)) GTEST_SKIP() << "no " << model;
  model_ = model;
  std::vector<fs::path> images;
  for (const auto& entry : fs::directory_iterator(data / "images")) images.push_back(entry.path());
  std::sort(images.begin(), images.end());
  worker::Client client("cpu");
  double sum = 0;
  int nuclei = 0, half = 0, good = 0;
  for (std::size_t i = 0; i < images.size(); i += 3) {
    const auto truth = read_labels(data / "masks" / images[i].filename());
    ASSERT_TRUE(truth) << truth.error().what;
    const auto asked = client.ask("candidates",
                                  {{"model", model.string()},
                                   {"image", images[i].string()},
                                   {"least", 0.05},
                                   {"output", (folder_ / "c.safetensors").string()}},
                                  control_);
    ASSERT_TRUE(asked) << asked.error().what;
    const auto seen = read_candidates(folder_ / "c.safetensors");
    ASSERT_TRUE(seen);
    std::map<std::uint32_t, std::int64_t> area;
    for (const std::uint32_t id : *truth) ++area[id];
    for (const auto& [id, place] : test::deepest_points(*truth)) {
      if (id % 4 != 0) continue;
      const auto found = model_object_at({*seen}, place, truth->shape());
      std::int64_t both = 0, any = area[id];
      const Box3 box = found ? found->box() : Box3{};
      for (std::int64_t y = box.begin.y; y < box.end.y; ++y) {
        for (std::int64_t x = box.begin.x; x < box.end.x; ++x) {
          if (found->contains({0, y, x})) ((*truth)(0, y, x) == id ? both : any) += 1;
        }
      }
      const double overlap = static_cast<double>(both) / static_cast<double>(any);
      sum += overlap;
      ++nuclei;
      half += overlap >= 0.5 ? 1 : 0;
      good += overlap >= 0.7 ? 1 : 0;
    }
  }
  std::printf("%d nuclei: mean IoU %.3f, IoU >= 0.5 %.3f, >= 0.7 %.3f\n", nuclei, sum / nuclei,
              double(half) / nuclei, double(good) / nuclei);
  EXPECT_GT(nuclei, 150);
  EXPECT_GT(double(half) / nuclei, 0.82);
}

}  // namespace
}  // namespace karyo
