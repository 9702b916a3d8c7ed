// The whole loop as a newcomer is led through it, with mouse and keys: draw, finish, train, see,
// correct, judge. With KARYOSCOPE_TUTORIAL=MINUTES the network is the usual one and learns so long:
// the pictures of docs/tutorial.md (tools/tutorial_pictures.sh).

#include <QLabel>
#include <QPushButton>
#include <cstdlib>
#include <map>

#include "app/dataset_session.h"
#include "app/gui/error_panel.h"
#include "app/gui/guide_panel.h"
#include "app/gui/slice_view.h"
#include "app/model_in_use.h"
#include "app/sample.h"
#include "tests/app/gui/train_fixture.h"
#include "tests/support/deepest_points.h"

namespace karyo::gui {
namespace {

class GuideTest : public TrainingWindow {
 protected:
  DatasetSession& dataset() { return workspace_.dataset(); }
  bool idle() {
    return wait_until([&] { return dataset().labels() != nullptr && !workspace_.busy(); }, 60000);
  }
  std::string step() {
    QTest::qWait(20);
    return part<QLabel>("guide_number")->text().toStdString();
  }
  bool comes_to(const char* wanted) {
    return wait_until([&] { return step() == wanted; }, 60000);
  }
  static int tutorial_minutes() {
    const char* minutes = std::getenv("KARYOSCOPE_TUTORIAL");
    return minutes ? std::atoi(minutes) : 0;
  }
  void set_up_training() {
    if (tutorial_minutes() == 0) {
      make_it_small(2000);
      return;
    }
    set_number("setting_epochs", 2000);
    set_number("setting_steps", 10);
  }
  void let_it_learn() {
    for (int i = 0; i < 60 * tutorial_minutes(); ++i) QTest::qWait(1000);
  }
  void click_nuclei(int count) {
    const SampleSlice truth = make_sample_slice(101);
    const double scale = truth.image.grid.spacing_x;
    for (const auto& [id, place] : test::deepest_points(truth.nuclei)) {
      if (count-- == 0) break;
      const QPointF at = xy().position_of({workspace_.view().cursor().z,
                                           (static_cast<double>(place.y) + 0.5) * scale,
                                           (static_cast<double>(place.x) + 0.5) * scale});
      QTest::mouseClick(&xy(), Qt::LeftButton, {}, at.toPoint());
      ASSERT_TRUE(idle());
    }
  }
};

TEST_F(GuideTest, LeadsFromTheFirstNucleusToAModelThatIsJudged) {
  ASSERT_TRUE(window_.run("help.guide", {{"folder", (folder_ / "first").string()}}));
  ASSERT_TRUE(wait_until([&] { return part<QWidget>("guide") != nullptr; }, 20000))
      << window_.errors().waiting() << " errors, busy " << workspace_.busy() << ", there "
      << std::filesystem::exists(folder_ / "first" / "images" / "nuclei_12.tif");
  ASSERT_TRUE(idle());
  EXPECT_EQ(dataset().items().size(), 12u);
  EXPECT_EQ(step(), "Step 1 of 6");
  show_people(window_, "guide_1_draw");
  press("guide_show");
  activate();
  click_nuclei(kGuideNuclei + 3);  // two clicks may fall into one
  show_people(window_, "guide_2_drawn");
  ASSERT_TRUE(comes_to("Step 2 of 6"));

  for (int image = 0; image < 2; ++image) {
    press("guide_show");  // make objects as suggested
    ASSERT_TRUE(idle());
    xy().setFocus();
    key(Qt::Key_D, Qt::ShiftModifier);
    ASSERT_TRUE(idle());
  }
  ASSERT_TRUE(comes_to("Step 3 of 6"));
  show_people(window_, "guide_3_two_images");
  press("guide_show");
  ASSERT_EQ(window_.mode(), MainWindow::Mode::kTrain);
  set_up_training();
  press("train_start");
  ASSERT_TRUE(comes_to("Step 4 of 6")) << part<QLabel>("train_failure")->text().toStdString();
  EXPECT_FALSE(part<QPushButton>("guide_show")->isEnabled()) << "it has not learned enough";
  ASSERT_TRUE(wait_until([&] { return part<QPushButton>("guide_show")->isEnabled(); }, 180000));
  let_it_learn();
  show_people(window_, "guide_4_trains");
  press("guide_show");
  ASSERT_TRUE(comes_to("Step 5 of 6"));
  ASSERT_TRUE(idle());
  EXPECT_EQ(window_.mode(), MainWindow::Mode::kAnnotate);
  press("model_keep");
  ASSERT_TRUE(idle());
  show_people(window_, "guide_5_model");
  xy().setFocus();
  key(Qt::Key_D, Qt::ShiftModifier);
  ASSERT_TRUE(comes_to("Step 6 of 6"));
  EXPECT_TRUE(wait_until([&] { return training().only().size() == 3; }, 20000))
      << "the third image comes to the training as soon as its mask is saved";
  press("guide_show");
  ASSERT_TRUE(comes_to("Done"));
  ASSERT_TRUE(idle());
  key(Qt::Key_3, Qt::ControlModifier);
  press("rounds_head");
  show_people(window_, "guide_6_judged");
  EXPECT_EQ(window_.errors().waiting(), 0);
  ASSERT_TRUE(window_.run("training.discard", nlohmann::json::object()));
  press("guide_close");
  EXPECT_FALSE(part<QWidget>("guide")->isVisible());
}

}  // namespace
}  // namespace karyo::gui
