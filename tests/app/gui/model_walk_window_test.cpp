// A model's suggestions gone through one by one, with keys and mouse.

#include <QCheckBox>
#include <QLabel>
#include <QPushButton>
#include <QSlider>
#include <algorithm>

#include "app/dataset_session.h"
#include "app/gui/cheat_sheet.h"
#include "app/gui/controls.h"
#include "app/gui/draw_tool.h"
#include "app/gui/error_panel.h"
#include "app/gui/paint_tool.h"
#include "app/gui/slice_view.h"
#include "app/mask_preview.h"
#include "app/model_in_use.h"
#include "app/model_walk.h"
#include "tests/app/gui/window_fixture.h"
#include "tests/app/worker/built_worker.h"
#include "tests/app/worker/unsure_spots.h"
#include "tests/support/shared_data.h"

namespace karyo::gui {
namespace {

class ModelWalkWindowTest : public WindowTest {
 protected:
  ModelWalkWindowTest() {
    test::find_built_worker();
    window_.resize(1280, 800);
    for (const char* name : {"a.tif", "b.tif"}) {
      EXPECT_TRUE(write_image(folder_ / "data" / "images" / name, test::unsure_spots()));
    }
    test::make_spot_model(folder_ / "model");
  }
  void begin(const std::filesystem::path& data, const std::filesystem::path& model,
             const char* image = nullptr) {
    window_.open_dataset(data.string());
    ASSERT_TRUE(wait_until([&] { return dataset().labels() != nullptr && !workspace_.busy(); }));
    if (image != nullptr) window_.run("dataset.go_to", {{"image", image}});
    ASSERT_TRUE(wait_until([&] { return dataset().labels() != nullptr && !workspace_.busy(); }));
    ASSERT_TRUE(window_.run("model.open", {{"folder", model.string()}}));
    ASSERT_TRUE(wait_until([&] { return workspace_.model().is_open() && !workspace_.busy(); }));
    activate();
    window_.views().setFocus();
    key(Qt::Key_A, Qt::ShiftModifier);
    settle();
    ASSERT_TRUE(walk_.on());
  }
  void settle() {
    ASSERT_TRUE(wait_until([&] {
      QTest::qWait(120);  // sliders wait a little
      return !workspace_.busy() && (!walk_.on() || workspace_.preview().shown());
    }));
  }
  DatasetSession& dataset() { return workspace_.dataset(); }
  std::uint32_t id(const test::Spot& spot) {
    return dataset().labels()->labels().at({0, spot.y, spot.x});
  }
  std::uint32_t drawn(const test::Spot& spot) {
    return workspace_.preview().without_trial(*dataset().labels(), 0).at({0, spot.y, spot.x});
  }
  bool at_hand(const test::Spot& spot) {
    return walk_.current() != nullptr && walk_.current()->id == id(spot);
  }
  QString words(const char* label) { return part<QLabel>(label)->text(); }
  QPoint at(double y, double x) {
    return xy().position_of({workspace_.view().cursor().z, y * 0.25, x * 0.25}).toPoint();
  }

  ModelWalk& walk_ = workspace_.model().walk();
};

TEST_F(ModelWalkWindowTest, KeysDecideEachAndMeanWhatTheyMeantBeforeAfterwards) {
  begin(folder_ / "data", folder_ / "model", "b");
  EXPECT_TRUE(part<QWidget>("walk")->isVisible());
  EXPECT_EQ(words("walk_which"), QStringLiteral("Suggestion 1 of 4: the model is 63 % sure"));
  EXPECT_TRUE(at_hand(test::kUnsureSpots[0]));
  show_people(window_, "walk_first");
  key(Qt::Key_A);
  EXPECT_EQ(dataset().current_item()->name, "b") << "not the image before";
  EXPECT_NE(drawn(test::kUnsureSpots[0]), 0u);
  EXPECT_TRUE(at_hand(test::kUnsureSpots[1]));
  key(Qt::Key_X);
  EXPECT_FALSE(window_.draw_tool().kind()) << "not the tool that cuts";
  EXPECT_EQ(id(test::kUnsureSpots[1]), 0u);
  EXPECT_TRUE(words("walk_how").startsWith("1 accepted, 1 rejected"));
  key(Qt::Key_N);
  EXPECT_TRUE(at_hand(test::kUnsureSpots[3]));
  show_people(window_, "walk_fourth");
  key(Qt::Key_B);
  EXPECT_TRUE(at_hand(test::kUnsureSpots[2]));
  key(Qt::Key_B);
  settle();
  EXPECT_TRUE(at_hand(test::kUnsureSpots[1])) << "it is open again";
  key(Qt::Key_Delete);
  settle();
  EXPECT_EQ(id(test::kUnsureSpots[1]), 0u) << "rejected as well";
  EXPECT_TRUE(at_hand(test::kUnsureSpots[2]));
  EXPECT_EQ(workspace_.history().count(), 1u);

  // Another threshold: what was decided stays so.
  auto* slider = part<QWidget>("model_probability")->findChild<QSlider*>();
  slider->setFocus();
  QTest::keyClick(slider, Qt::Key_Home);
  settle();
  EXPECT_EQ(id(test::kUnsureSpots[1]), 0u);
  EXPECT_EQ(walk_.progress().count, 4);
  EXPECT_TRUE(at_hand(test::kUnsureSpots[2]));
  EXPECT_EQ(part<QPushButton>("model_again")->text(), QStringLiteral("Suggest 1 rejected again"));

  // A mask that is saved meanwhile holds what was accepted alone.
  ASSERT_TRUE(dataset().save_now());
  const auto mask = read_labels(folder_ / "data" / "masks" / "b.tif");
  ASSERT_TRUE(mask);
  EXPECT_EQ((*mask)(0, 70, 60), drawn(test::kUnsureSpots[0]));
  EXPECT_EQ((*mask)(0, 20, 22), 0u);

  key(Qt::Key_F1);
  show_people(window_, "walk_keys");
  key(Qt::Key_Escape);
  EXPECT_TRUE(walk_.on()) << "the sheet went first";
  EXPECT_FALSE(window_.cheat_sheet().isVisible());
  key(Qt::Key_Escape);
  EXPECT_FALSE(walk_.on());
  EXPECT_FALSE(part<QWidget>("walk")->isVisible());
  EXPECT_TRUE(workspace_.preview().shown()) << "the others are on trial still";
  key(Qt::Key_X);
  EXPECT_EQ(window_.draw_tool().kind(), DrawKind::kCut);
  key(Qt::Key_A);
  ASSERT_TRUE(wait_until([&] { return dataset().current_item()->name == "a"; }));
  EXPECT_FALSE(window_.errors().isVisible());
}

TEST_F(ModelWalkWindowTest, ButtonsDoTheSameAndUndoTakesEachBack) {
  begin(folder_ / "data", folder_ / "model");
  press("walk.accept");
  press("walk.reject");
  press("walk.next");
  press("walk.back");
  EXPECT_TRUE(at_hand(test::kUnsureSpots[2]));
  press("walk.accept");
  EXPECT_NE(drawn(test::kUnsureSpots[2]), 0u);
  key(Qt::Key_Z, Qt::ControlModifier);
  settle();
  EXPECT_EQ(drawn(test::kUnsureSpots[2]), 0u);
  EXPECT_NE(id(test::kUnsureSpots[2]), 0u) << "a suggestion again, without being asked for";
  EXPECT_EQ(walk_.progress().accepted, 1);
  press("model_again");
  settle();
  EXPECT_NE(id(test::kUnsureSpots[1]), 0u);
  press("model_walk");
  EXPECT_FALSE(walk_.on());
  press("model_keep");
  ASSERT_TRUE(wait_until([&] { return !workspace_.preview().shown() && !workspace_.busy(); }));
  for (const auto& spot : test::kUnsureSpots) EXPECT_NE(drawn(spot), 0u);
  EXPECT_FALSE(window_.errors().isVisible());
}

TEST_F(ModelWalkWindowTest, DrawingOnTheOneAtHandAcceptsItForCorrection) {
  begin(folder_ / "data", folder_ / "model");
  ASSERT_TRUE(window_.run("tool.brush", nlohmann::json::object()));
  const std::uint32_t wanted = walk_.current()->id;
  QTest::mousePress(&xy(), Qt::LeftButton, {}, at(84, 60));
  QTest::mouseMove(&xy(), at(86, 62));
  QTest::mouseRelease(&xy(), Qt::LeftButton, {}, at(86, 62));
  EXPECT_EQ(drawn(test::kUnsureSpots[0]), wanted);
  EXPECT_EQ(drawn({86, 61}), wanted) << "the stroke is a part of it";
  settle();
  EXPECT_NE(id(test::kUnsureSpots[3]), 0u) << "the others are there again";
  EXPECT_EQ(walk_.current(), nullptr) << "it is still corrected";
  show_people(window_, "walk_corrected");
  ASSERT_TRUE(window_.run("tool.eraser", nlohmann::json::object()));
  QTest::mousePress(&xy(), Qt::LeftButton, {}, at(86, 62));
  QTest::mouseRelease(&xy(), Qt::LeftButton, {}, at(86, 62));
  settle();
  EXPECT_EQ(drawn({86, 62}), 0u);
  key(Qt::Key_N);
  EXPECT_TRUE(at_hand(test::kUnsureSpots[1]));
  // A suggestion that is pointed at is the one at hand.
  ASSERT_TRUE(window_.run("tool.pick", nlohmann::json::object()));
  QTest::mouseClick(&xy(), Qt::LeftButton, {}, at(20, 22));
  EXPECT_TRUE(at_hand(test::kUnsureSpots[3]));
  EXPECT_FALSE(window_.errors().isVisible());
}

TEST_F(ModelWalkWindowTest, OneThatIsOutOfSightIsBroughtIntoView) {
  begin(folder_ / "data", folder_ / "model");
  workspace_.view().zoom_about(Plane::kXY, 8, {0, 70 * 0.25, 60 * 0.25});
  QTest::qWait(20);
  ASSERT_FALSE(xy().rect().contains(at(20, 70)));
  key(Qt::Key_N);
  EXPECT_TRUE(xy().rect().contains(at(20, 70)));
  show_people(window_, "walk_zoomed");
}

TEST_F(ModelWalkWindowTest, ARealImageAndARealStack) {
  KARYO_NEEDS_SHARED();
  const auto shared = test::shared_dir();
  struct Case {
    const char* name;
    std::filesystem::path model, images;
  };
  for (const Case& one : {Case{"walk_real", shared / "models" / "stardist2d" / "dsb2018_30x50",
                               shared / "data" / "nuclei2d" / "test" / "images"},
                          Case{"walk_real_stack", shared / "golden" / "stardist3d",
                               shared / "data" / "nuclei3d" / "demo3d_synthetic" / "images"}}) {
    if (!std::filesystem::exists(one.model) || !std::filesystem::exists(one.images)) GTEST_SKIP();
    std::vector<std::filesystem::path> images;
    for (const auto& entry : std::filesystem::directory_iterator(one.images)) {
      images.push_back(entry.path());
    }
    std::sort(images.begin(), images.end());
    const auto data = folder_ / one.name;
    std::filesystem::create_directories(data / "images");
    std::filesystem::copy(images[0], data / "images");
    begin(data, one.model);
    QTest::qWait(500);
    show_people(window_, one.name);
    const auto before = walk_.progress();
    EXPECT_GT(before.count, 3);
    qint64 slowest = 0;
    for (int i = 0; i < 10; ++i) {
      QElapsedTimer clock;
      clock.start();
      key(i % 3 == 1 ? Qt::Key_X : Qt::Key_A);
      slowest = std::max(slowest, clock.elapsed());
      QTest::qWait(30);
    }
    std::cout << one.name << ": " << before.count << " suggestions, a key takes at most " << slowest
              << " ms\n";
    EXPECT_EQ(walk_.progress().accepted + walk_.progress().rejected, 10);
    QTest::qWait(300);
    show_people(window_, std::string(one.name) + "_later");
    key(Qt::Key_Escape);
    EXPECT_FALSE(window_.errors().isVisible());
  }
}

}  // namespace
}  // namespace karyo::gui
