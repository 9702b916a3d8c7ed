// Preferences › Compute and a training on another computer, with mouse and keys.

#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>

#include "app/dataset_session.h"
#include "tests/app/gui/train_fixture.h"
#include "tests/app/worker/far_computer.h"
#include "tests/app/worker/spot_model.h"

namespace karyo::gui {
namespace {

using State = TrainingRun::State;

class ComputeWindowTest : public TrainingWindow {
 protected:
  ComputeWindowTest() { test::make_spot_dataset(folder_ / "data", 4); }
  void type(const char* name, const std::string& text) {
    auto* line = part<QLineEdit>(name);
    ASSERT_NE(line, nullptr) << name;
    line->setFocus();
    line->selectAll();
    QTest::keyClicks(line, QString::fromStdString(text));
  }
  void open_preferences() {
    ASSERT_TRUE(window_.run("edit.preferences", nlohmann::json::object()));
    ASSERT_TRUE(wait_until([&] { return part<QWidget>("preferences") != nullptr; }));
    QTest::qWait(30);
  }
  QString outcome() { return part<QLabel>("preferences_keep_outcome")->text(); }
  void test_connection() {
    press("compute_test");
    ASSERT_TRUE(wait_until([&] { return part<QPushButton>("compute_test")->isEnabled(); }));
  }

  test::FarComputer far_;
};

TEST_F(ComputeWindowTest, AnotherComputerIsChosenTestedAndTrains) {
  open_preferences();
  EXPECT_EQ(part<QComboBox>("compute_where")->currentIndex(), 0);
  EXPECT_FALSE(part<QLineEdit>("compute_host")->isEnabled());
  EXPECT_FALSE(part<QPushButton>("compute_test")->isEnabled());
  show_people(*part<QWidget>("preferences"), "preferences_here");
  part<QComboBox>("compute_where")->setFocus();
  QTest::keyClick(part<QComboBox>("compute_where"), Qt::Key_Down);
  EXPECT_FALSE(part<QPushButton>("preferences_keep")->isEnabled()) << "no host yet";
  type("compute_host", "-oProxyCommand=x");
  EXPECT_FALSE(part<QPushButton>("preferences_keep")->isEnabled());
  const worker::FarPlace place = far_.place();
  type("compute_host", place.host);
  type("compute_command", "nowhere/karyoscope-worker");
  type("compute_ssh", far_.place_that("exec sh -c \"$1\"").ssh);
  test_connection();
  EXPECT_TRUE(outcome().contains(QLatin1String("there is no nowhere/karyoscope-worker on far")))
      << outcome().toStdString();
  show_people(*part<QWidget>("preferences"), "preferences_missing");
  type("compute_command", place.command);
  type("compute_ssh", place.ssh);
  test_connection();
  EXPECT_TRUE(outcome().contains(QLatin1String("CPU"))) << outcome().toStdString();
  EXPECT_TRUE(outcome().contains(QLatin1String("GiB free")));
  show_people(*part<QWidget>("preferences"), "preferences_tested");
  press("preferences_keep");
  EXPECT_EQ(window_.settings().compute, place);
  EXPECT_EQ(training().place(), place);

  window_.open_dataset((folder_ / "data").string());
  ASSERT_TRUE(
      wait_until([&] { return workspace_.dataset().labels() != nullptr && !workspace_.busy(); }));
  key(Qt::Key_3, Qt::ControlModifier);
  EXPECT_TRUE(part<QLabel>("train_place")->text().startsWith(QLatin1String("Computes on far.")));
  show_people(window_, "train_far_setup");
  make_it_small(1000);
  press("train_start");
  ASSERT_EQ(training().state(), State::kRunning);
  ASSERT_TRUE(wait_until([&] { return training().log().epochs_done() >= 2; }, 60000))
      << part<QLabel>("train_failure")->text().toStdString();
  QTest::qWait(300);
  EXPECT_TRUE(
      part<QLabel>("train_device")->text().startsWith(QLatin1String("computes on far: CPU")))
      << part<QLabel>("train_device")->text().toStdString();
  show_people(window_, "train_far_going_on");
  far_.cut();
  ASSERT_TRUE(wait_until([&] { return !training().going_on(); }, 60000));
  QTest::qWait(50);
  EXPECT_EQ(training().state(), State::kFailed);
  EXPECT_TRUE(part<QLabel>("train_failure")->text().startsWith("the line to far was lost"))
      << part<QLabel>("train_failure")->text().toStdString();
  EXPECT_TRUE(part<QLabel>("train_failure")->isVisible());
  EXPECT_TRUE(part<QPushButton>("train_go_on")->isVisible());
  show_people(window_, "train_far_lost");
  press("train_go_on");
  ASSERT_TRUE(wait_until([&] { return training().log().epochs_done() >= 3; }, 60000))
      << part<QLabel>("train_failure")->text().toStdString();
  press("train_stop");
  ASSERT_TRUE(wait_until([&] { return !training().going_on(); }, 60000));
  EXPECT_EQ(training().state(), State::kStopped);
}

TEST_F(ComputeWindowTest, CommandsChooseAndTestIt) {
  EXPECT_FALSE(window_.commands().find("compute.test")->enabled());
  EXPECT_FALSE(window_.commands().run("compute.use", {{"host", "two words"}}));
  const worker::FarPlace place = far_.place();
  ASSERT_TRUE(window_.commands().run(
      "compute.use", {{"host", place.host}, {"command", place.command}, {"ssh", place.ssh}}));
  std::string said;
  const auto heard = workspace_.done.connect([&](const std::string& text) { said = text; });
  ASSERT_TRUE(window_.commands().run("compute.test", nlohmann::json::object()));
  ASSERT_TRUE(wait_until([&] { return !workspace_.busy(); }));
  EXPECT_EQ(said.rfind("far computes: CPU", 0), 0u) << said;
  ASSERT_TRUE(window_.commands().run("compute.use", nlohmann::json::object()));
  EXPECT_TRUE(training().place().here());
}

}  // namespace
}  // namespace karyo::gui
