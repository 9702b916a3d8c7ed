// The whole loop by mouse and keys, recorded, and done again by `karyoscope run` elsewhere:
// annotate, train, let the model make objects, correct them, train on.

#include <QComboBox>
#include <QLabel>
#include <cstdlib>
#include <fstream>

#include "app/dataset_session.h"
#include "app/gui/error_panel.h"
#include "app/model_in_use.h"
#include "core/base/atomic_file.h"
#include "core/io/image_io.h"
#include "core/labels/label_volume.h"
#include "models/io/history.h"
#include "tests/app/gui/train_fixture.h"
#include "tests/app/worker/checkpoint_tensors.h"
#include "tests/app/worker/spot_model.h"

namespace karyo::gui {
namespace {

namespace fs = std::filesystem;
using State = TrainingRun::State;

class RecordedLoopTest : public TrainingWindow {
 protected:
  RecordedLoopTest() {
    for (const char* where : {"here", "there"}) {
      for (const auto& [name, spots] : std::vector<std::pair<std::string, std::vector<test::Spot>>>{
               {"a", {{24, 24}, {64, 60}}},
               {"b", {{70, 30}, {24, 70}}},
               {"c", {{40, 30}, {60, 72}}}}) {
        EXPECT_TRUE(write_image(folder_ / where / "data/images" / (name + ".tif"),
                                test::spot_image(spots)));
      }
    }
  }
  DatasetSession& dataset() { return workspace_.dataset(); }
  void idle() {
    ASSERT_TRUE(wait_until([&] { return !workspace_.busy(); }));
    QTest::qWait(30);
  }
  void wait_for_image(const std::string& name) {
    ASSERT_TRUE(wait_until([&] {
      return dataset().labels() != nullptr && !workspace_.busy() &&
             dataset().items()[static_cast<std::size_t>(dataset().current())].name == name;
    })) << name;
    QTest::qWait(30);
  }
  void click(double y, double x) {
    const auto at = xy().position_of({workspace_.view().cursor().z, y, x}).toPoint();
    QTest::mouseClick(&xy(), Qt::LeftButton, {}, at);
    idle();
  }
  void train(int epochs) {
    key(Qt::Key_3, Qt::ControlModifier);
    QTest::qWait(30);
    if (training().state() == State::kFinished) {
      press("train_another");
      part<QComboBox>("train_from")->setCurrentIndex(1);
    }
    make_it_small(epochs);
    press("train_start");
    // What was drawn is written before it begins.
    ASSERT_TRUE(wait_until([&] { return training().going_on(); }, 20000));
    ASSERT_TRUE(wait_until([&] { return training().state() == State::kFinished; }, 120000))
        << part<QLabel>("train_failure")->text().toStdString();
  }
  static std::string bytes_of(const fs::path& file) {
    const auto bytes = read_file(file);
    return bytes ? *bytes : "there is no " + file.string();
  }
};

TEST_F(RecordedLoopTest, IsDoneAgainElsewhereWithTheSameResults) {
  ASSERT_TRUE(window_.run("macro.record", nlohmann::json::object()));
  ASSERT_TRUE(window_.run("dataset.open", {{"path", (folder_ / "here/data").string()}}));
  wait_for_image("a");
  key(Qt::Key_2, Qt::ControlModifier);
  key(Qt::Key_P);
  workspace_.paint().set_size(22);
  click(24, 24);
  key(Qt::Key_M);
  click(64, 60);
  key(Qt::Key_D, Qt::ShiftModifier);
  wait_for_image("b");
  key(Qt::Key_M);
  click(70, 30);
  key(Qt::Key_M);
  click(24, 70);
  key(Qt::Key_D, Qt::ShiftModifier);
  wait_for_image("c");
  train(2);
  press("train_use");
  ASSERT_TRUE(wait_until([&] { return workspace_.model().is_open() && !workspace_.busy(); }));
  ASSERT_TRUE(window_.run("labels.model_objects",
                          {{"probability", 0.05}, {"region", {0, 0, 90, 0, 90, 60, 0, 60}}}));
  idle();
  key(Qt::Key_M);
  click(40, 30);
  key(Qt::Key_M);
  click(60, 72);
  show_people(window_, "loop_corrected");
  key(Qt::Key_D, Qt::ControlModifier);
  idle();
  train(1);
  ASSERT_TRUE(window_.run("macro.record", nlohmann::json::object()));
  EXPECT_EQ(window_.errors().waiting(), 0);
  EXPECT_GE(dataset().items().size(), 3u);
  window_.save_macro((folder_ / "here/loop.json").string());
  const std::string macro = bytes_of(folder_ / "here/loop.json");
  EXPECT_EQ(macro.find(folder_.path().string()), std::string::npos)
      << "all lies beneath its own folder: " << macro;

  fs::copy_file(folder_ / "here/loop.json", folder_ / "there/loop.json");
  const std::string again = std::string("'") + KARYOSCOPE_EXECUTABLE + "' run '" +
                            (folder_ / "there/loop.json").string() + "' > '" +
                            (folder_ / "said").string() + "' 2>&1";
  ASSERT_EQ(std::system(again.c_str()), 0) << bytes_of(folder_ / "said") << macro;
  for (const char* name : {"a", "b", "c"}) {
    const auto mask = fs::path("data/masks") / (std::string(name) + ".tif");
    const auto here = read_labels(folder_ / "here" / mask),
               there = read_labels(folder_ / "there" / mask);
    ASSERT_TRUE(here && there) << name;
    EXPECT_TRUE(*here == *there) << name;
  }
  for (const char* model : {"nuclei 1", "nuclei 2"}) {
    const auto folder = fs::path("data/models") / model;
    EXPECT_TRUE(test::checkpoint_tensors(folder_ / "here" / folder) ==
                test::checkpoint_tensors(folder_ / "there" / folder))
        << model;
    const auto history = read_history(folder_ / "there/data/models" / model / "history.csv");
    ASSERT_TRUE(history) << model;
    EXPECT_EQ(history->rows.size(), std::string(model) == "nuclei 1" ? 2u : 1u);
  }
}

}  // namespace
}  // namespace karyo::gui
