// A model's help in annotating, with mouse and keys.

#include <QCheckBox>
#include <QDialog>
#include <QDoubleSpinBox>
#include <QFileDialog>
#include <QLabel>
#include <QPushButton>
#include <QSlider>
#include <QToolButton>
#include <algorithm>
#include <cstdlib>

#include "app/comparison.h"
#include "app/dataset_session.h"
#include "app/gui/controls.h"
#include "app/gui/error_panel.h"
#include "app/gui/model_tool.h"
#include "app/gui/slice_view.h"
#include "app/mask_preview.h"
#include "app/model_in_use.h"
#include "app/object_checks.h"
#include "core/base/atomic_file.h"
#include "tests/app/gui/window_fixture.h"
#include "tests/app/worker/built_worker.h"
#include "tests/app/worker/spot_model.h"
#include "tests/support/shared_data.h"

namespace karyo::gui {
namespace {

class ModelWindowTest : public WindowTest {
 protected:
  ModelWindowTest() {
    test::find_built_worker();
    window_.resize(1280, 800);
    EXPECT_TRUE(write_image(folder_ / "data" / "images" / "spots.tif",
                            test::spot_image({{20, 22}, {70, 60}})));
    test::make_spot_model(folder_ / "model");
  }
  void open_folder(const std::filesystem::path& folder) {
    window_.open_dataset(folder.string());
    ASSERT_TRUE(wait_until([&] { return dataset().labels() != nullptr && !workspace_.busy(); }));
    QTest::qWait(30);
  }
  /// The first `count` images of a folder, by name, as one to annotate.
  void open_real_images(const std::filesystem::path& from, std::size_t count) {
    std::filesystem::create_directories(folder_ / "real" / "images");
    std::vector<std::filesystem::path> images;
    for (const auto& entry : std::filesystem::directory_iterator(from)) {
      images.push_back(entry.path());
    }
    std::sort(images.begin(), images.end());
    for (std::size_t i = 0; i < count; ++i) {
      std::filesystem::copy(images.at(i), folder_ / "real" / "images");
    }
    scale_ = 1;
    open_folder(folder_ / "real");
  }
  DatasetSession& dataset() { return workspace_.dataset(); }
  std::uint32_t id(std::int64_t y, std::int64_t x) {
    return dataset().labels()->labels().at({0, y, x});
  }
  QPoint at(double y, double x) {
    return xy().position_of({workspace_.view().cursor().z, y * scale_, x * scale_}).toPoint();
  }
  void drag(QPoint from, QPoint to) {
    QTest::mousePress(&xy(), Qt::LeftButton, {}, from);
    QTest::mouseMove(&xy(), (from + to) / 2);
    QTest::mouseMove(&xy(), to);
    QTest::mouseRelease(&xy(), Qt::LeftButton, {}, to);
  }
  void choose_model(const std::filesystem::path& folder) {
    press("model_head");
    press("choose_model");
    auto* dialog = window_.findChild<QFileDialog*>();
    ASSERT_NE(dialog, nullptr);
    Q_EMIT dialog->fileSelected(QString::fromStdString(folder.string()));
    dialog->close();
    ASSERT_TRUE(wait_until([&] { return workspace_.model().is_open(); }));
    QTest::qWait(20);
  }

  double scale_ = 0.25;  // um a pixel
};

TEST_F(ModelWindowTest, ANucleusIsOutlinedUnderThePointerAndTakenByAClick) {
  open_folder(folder_ / "data");
  choose_model(folder_ / "model");
  activate();
  xy().setFocus();
  key(Qt::Key_N, Qt::ShiftModifier);
  ASSERT_TRUE(window_.model_tool().in_use());
  QTest::mouseMove(&xy(), at(22, 24));
  QTest::qWait(30);
  ASSERT_TRUE(wait_until([&] { return !workspace_.busy(); }));
  QTest::mouseMove(&xy(), at(21, 23));
  show_people(window_, "model_hover");
  QTest::mouseClick(&xy(), Qt::LeftButton, {}, at(21, 23));
  ASSERT_TRUE(wait_until([&] { return !workspace_.busy(); }));
  EXPECT_EQ(id(20, 22), 1u);
  EXPECT_EQ(dataset().labels()->selected(), 1u);
  QTest::mouseClick(&xy(), Qt::LeftButton, {}, at(70, 60));
  EXPECT_EQ(id(70, 60), 2u);
  key(Qt::Key_Z, Qt::ControlModifier);
  EXPECT_EQ(id(70, 60), 0u);
  EXPECT_FALSE(window_.errors().isVisible());
  QTest::mouseClick(&xy(), Qt::LeftButton, {}, at(5, 90));
  QTest::qWait(20);
  EXPECT_TRUE(window_.errors().isVisible()) << "there is no nucleus";
}

TEST_F(ModelWindowTest, ItsObjectsAreShownWhileSettingsChangeThenKept) {
  open_folder(folder_ / "data");
  choose_model(folder_ / "model");
  press("model_show");
  ASSERT_TRUE(wait_until([&] { return workspace_.preview().shown(); }));
  EXPECT_NE(id(20, 22), 0u);
  EXPECT_FALSE(workspace_.history().can_undo()) << "on trial";
  EXPECT_TRUE(part<QLabel>("step_counts")->text().startsWith("2 "));
  show_people(window_, "model_objects");
  auto* slider = part<QWidget>("model_probability")->findChild<QSlider*>();
  const auto shown = workspace_.preview().counts().kept;
  EXPECT_EQ(shown, 2);
  slider->setFocus();
  QTest::keyClick(slider, Qt::Key_Home);
  QTest::qWait(150);
  ASSERT_TRUE(wait_until([&] { return !workspace_.busy() && workspace_.preview().shown(); }));
  EXPECT_EQ(workspace_.preview().counts().kept, 2) << "what is on trial is in nobody's way";
  press("model_keep");
  ASSERT_TRUE(wait_until([&] { return workspace_.history().can_undo() && !workspace_.busy(); }));
  EXPECT_NE(id(70, 60), 0u);
  key(Qt::Key_Z, Qt::ControlModifier);
  EXPECT_EQ(id(70, 60), 0u) << "one step";
  press("model_close");
  EXPECT_FALSE(workspace_.model().is_open());
  EXPECT_TRUE(part<QPushButton>("choose_model")->isVisible());
  EXPECT_FALSE(window_.errors().isVisible());
}

TEST_F(ModelWindowTest, ARectangleIsDrawnAndTheModelLooksThereAlone) {
  open_folder(folder_ / "data");
  choose_model(folder_ / "model");
  activate();
  xy().setFocus();
  key(Qt::Key_R, Qt::ControlModifier | Qt::ShiftModifier);
  EXPECT_TRUE(part<QCheckBox>("model_in_region")->isChecked());
  EXPECT_EQ(window_.mode(), MainWindow::Mode::kAnnotate);
  EXPECT_EQ(window_.measuring(), MeasureKind::kRectangle);
  EXPECT_TRUE(part<QLabel>("model_where_words")->isVisible()) << "what to do is said";
  show_people(window_, "model_region_asked");
  drag(at(48, 40), at(88, 80));
  ASSERT_TRUE(wait_until([&] { return workspace_.preview().shown() && !workspace_.busy(); }));
  EXPECT_FALSE(part<QLabel>("model_where_words")->isVisible());
  EXPECT_EQ(id(20, 22), 0u) << "its middle is outside";
  EXPECT_NE(id(70, 60), 0u);
  EXPECT_TRUE(part<QLabel>("step_counts")->text().startsWith("1 "));
  show_people(window_, "model_region");
  // The rectangle is moved to the other one by a corner: shown at once.
  drag(at(48, 40), at(10, 10));
  drag(at(88, 80), at(40, 40));
  ASSERT_TRUE(wait_until([&] { return id(20, 22) != 0 && !workspace_.busy(); }));
  EXPECT_EQ(id(70, 60), 0u);
  press("model_keep");
  ASSERT_TRUE(wait_until([&] { return workspace_.history().can_undo() && !workspace_.busy(); }));
  EXPECT_NE(id(20, 22), 0u);
  EXPECT_EQ(id(70, 60), 0u);
  key(Qt::Key_Z, Qt::ControlModifier);
  EXPECT_EQ(id(20, 22), 0u) << "one step";
  // Without a region it asks for one, and everywhere needs none.
  key(Qt::Key_P);
  press("model_show");
  EXPECT_TRUE(window_.errors().isVisible());
  show_people(window_, "model_region_missing");
  part<QCheckBox>("model_in_region")->click();
  ASSERT_TRUE(wait_until([&] { return workspace_.preview().shown() && !workspace_.busy(); }));
  EXPECT_NE(id(70, 60), 0u);
  EXPECT_NE(id(20, 22), 0u);
}

TEST_F(ModelWindowTest, ARegionOfTheListIsOneToLookAt) {
  open_folder(folder_ / "data");
  choose_model(folder_ / "model");
  ASSERT_TRUE(window_.run("labels.region",
                          {{"points", {45, 55, 75, 85}}, {"shape", "ellipse"}, {"label", 1}}));
  ASSERT_TRUE(window_.run("rois.add_object", {{"object", 1}}));
  ASSERT_TRUE(window_.run("labels.delete_objects", {{"objects", {1}}}));
  ASSERT_EQ(id(70, 60), 0u);
  ASSERT_TRUE(window_.run("rois.select", {{"numbers", {1}}}));
  part<QCheckBox>("model_in_region")->click();
  ASSERT_TRUE(wait_until([&] { return workspace_.preview().shown() && !workspace_.busy(); }));
  EXPECT_NE(id(70, 60), 0u);
  EXPECT_EQ(id(20, 22), 0u);
  EXPECT_FALSE(window_.errors().isVisible());
}

TEST_F(ModelWindowTest, BodiesOfAStackAreShownInEveryPlaneAndTakenByAClick) {
  std::filesystem::create_directories(folder_ / "stacks" / "images");
  ASSERT_TRUE(write_image(folder_ / "stacks" / "images" / "balls.tif",
                          test::spot_stack({{11, 22, 20}, {6, 60, 60}, {18, 62, 60}})));
  test::make_spot_model_3d(folder_ / "model_3d");
  scale_ = 1;
  open_folder(folder_ / "stacks");
  choose_model(folder_ / "model_3d");
  const auto voxel = [&](const Index3& at) { return dataset().labels()->labels().at(at); };
  press("model_show");
  ASSERT_TRUE(wait_until([&] { return workspace_.preview().shown() && !workspace_.busy(); }));
  EXPECT_EQ(workspace_.preview().counts().kept, 3);
  EXPECT_NE(voxel({9, 22, 20}), 0u);
  EXPECT_NE(voxel({6, 60, 60}), voxel({18, 62, 60}));
  workspace_.view().set_cursor({8.5, 61.5, 60.5});
  ASSERT_TRUE(window_.run("view.layout", {{"layout", "quad"}}));
  QTest::qWait(200);
  show_people(window_, "model_stack");
  auto* slider = part<QWidget>("model_probability")->findChild<QSlider*>();
  slider->setFocus();
  QTest::keyClick(slider, Qt::Key_Home);  // the network is not asked again
  EXPECT_GE(part<ValueSlider>("model_probability")->value(), 0.25) << "less was not asked for";
  QTest::qWait(150);
  ASSERT_TRUE(wait_until([&] { return !workspace_.busy() && workspace_.preview().shown(); }));
  EXPECT_EQ(workspace_.preview().counts().kept, 3);
  press("model_keep");
  ASSERT_TRUE(wait_until([&] { return workspace_.history().can_undo() && !workspace_.busy(); }));
  EXPECT_NE(voxel({18, 62, 60}), 0u);
  key(Qt::Key_Z, Qt::ControlModifier);
  EXPECT_EQ(voxel({18, 62, 60}), 0u) << "one step";
  // One by one, in the plane under XY.
  auto& xz = window_.views().slice(Plane::kXZ);
  activate();
  xz.setFocus();
  key(Qt::Key_N, Qt::ShiftModifier);
  const auto place = [&](double z, double x) {
    return xz.position_of({z, workspace_.view().cursor().y, x}).toPoint();
  };
  QTest::mouseMove(&xz, place(7, 61));
  QTest::qWait(500);
  show_people(window_, "model_stack_hover");
  QTest::mouseClick(&xz, Qt::LeftButton, {}, place(7, 61));
  ASSERT_TRUE(wait_until([&] { return !workspace_.busy() && voxel({6, 60, 60}) != 0; }));
  EXPECT_EQ(voxel({18, 62, 60}), 0u);
  EXPECT_EQ(voxel({11, 22, 20}), 0u);
  EXPECT_FALSE(window_.errors().isVisible());
}

TEST_F(ModelWindowTest, ItMakesTheMasksOfTheOtherImagesToBeReviewed) {
  for (const char* name : {"more", "other", "masked", "left_out"}) {
    ASSERT_TRUE(write_image(folder_ / "data" / "images" / (std::string(name) + ".tif"),
                            test::spot_image({{30, 30}, {60, 70}})));
  }
  ASSERT_TRUE(write_labels(folder_ / "data" / "masks" / "masked.tif",
                           LabelArray(Index3{1, test::kSpotImageSize, test::kSpotImageSize})));
  open_folder(folder_ / "data");
  const auto item = [&](const char* name) -> const DatasetItem& {
    return dataset().items()[static_cast<std::size_t>(dataset().find(name))];
  };
  dataset().set_state(dataset().find("left_out"), ImageState::kExcluded);
  window_.run("dataset.go_to", {{"image", "spots"}});
  ASSERT_TRUE(wait_until([&] { return !workspace_.busy(); }));
  choose_model(folder_ / "model");
  press("model_rest");
  ASSERT_TRUE(wait_until([&] { return !workspace_.busy(); }));
  for (const char* name : {"more", "other"}) {
    EXPECT_EQ(item(name).state, ImageState::kNeedsReview) << name;
    EXPECT_TRUE(std::filesystem::exists(item(name).mask)) << name;
  }
  EXPECT_FALSE(std::filesystem::exists(item("left_out").mask));
  EXPECT_FALSE(std::filesystem::exists(item("spots").mask)) << "it is open";
  const auto untouched = read_labels(item("masked").mask);
  ASSERT_TRUE(untouched);
  EXPECT_EQ(std::count(untouched->begin(), untouched->end(), 0u), untouched->count());
  window_.run("dataset.go_to", {{"image", "more"}});
  ASSERT_TRUE(
      wait_until([&] { return dataset().current_item()->name == "more" && !workspace_.busy(); }));
  EXPECT_NE(id(30, 30), 0u);
  EXPECT_FALSE(std::filesystem::exists(folder_ / "data" / ".karyoscope.predict.txt"));
  EXPECT_FALSE(window_.errors().isVisible());
  press("model_rest");
  QTest::qWait(20);
  EXPECT_TRUE(window_.errors().isVisible() || workspace_.busy()) << "spots alone is left";
}

TEST_F(ModelWindowTest, ARealModelOverARealImage) {
  KARYO_NEEDS_SHARED();
  const auto model = test::shared_dir() / "models" / "stardist2d" / "dsb2018_30x50";
  const auto data = test::shared_dir() / "data" / "nuclei2d" / "test" / "images";
  if (!std::filesystem::exists(model) || !std::filesystem::exists(data)) GTEST_SKIP();
  open_real_images(data, 1);
  choose_model(model);
  press("model_show");
  ASSERT_TRUE(wait_until([&] { return workspace_.preview().shown(); }));
  EXPECT_GT(workspace_.preview().counts().kept, 3);
  show_people(window_, "model_real");
}

TEST_F(ModelWindowTest, ARealModelOverARealStackAndARegionOfIt) {
  KARYO_NEEDS_SHARED();
  const auto model = test::shared_dir() / "golden" / "stardist3d";
  const auto data = test::shared_dir() / "data" / "nuclei3d" / "demo3d_synthetic" / "images";
  if (!std::filesystem::exists(model) || !std::filesystem::exists(data)) GTEST_SKIP();
  open_real_images(data, 1);
  choose_model(model);
  ASSERT_TRUE(window_.run("view.layout", {{"layout", "quad"}}));
  press("model_show");
  ASSERT_TRUE(wait_until([&] { return workspace_.preview().shown() && !workspace_.busy(); }));
  const auto of_all = workspace_.preview().counts().kept;
  EXPECT_GT(of_all, 100);
  QTest::qWait(500);
  show_people(window_, "model_real_stack");
  press("model_draw_rectangle");
  drag(at(30, 30), at(80, 90));
  ASSERT_TRUE(wait_until(
      [&] { return workspace_.preview().counts().kept < of_all && !workspace_.busy(); }));
  EXPECT_GT(workspace_.preview().counts().kept, 10);
  QTest::qWait(500);
  show_people(window_, "model_real_stack_region");
  press("model_keep");
  ASSERT_TRUE(wait_until([&] { return workspace_.history().can_undo() && !workspace_.busy(); }));
  EXPECT_FALSE(window_.errors().isVisible());
}

TEST_F(ModelWindowTest, TheImageItDoubtsMostComesFirstAndInItWhatItIsNotSureOf) {
  KARYO_NEEDS_SHARED();
  const auto model = test::shared_dir() / "models" / "stardist2d" / "dsb2018_30x50";
  const auto data = test::shared_dir() / "data" / "nuclei2d" / "test" / "images";
  if (!std::filesystem::exists(model) || !std::filesystem::exists(data)) GTEST_SKIP();
  open_real_images(data, 5);
  choose_model(model);
  press("model_rest");
  ASSERT_TRUE(wait_until([&] { return !workspace_.busy(); }, 60000));
  std::int64_t most = 0;
  for (const DatasetItem& item : dataset().items()) {
    if (item.doubt) most = std::max(most, item.doubt->unsure);
  }
  ASSERT_GT(most, 0);
  press("model_doubtful");
  ASSERT_TRUE(wait_until([&] { return dataset().current() != 0 && !workspace_.busy(); }));
  ASSERT_TRUE(dataset().current_item()->doubt);
  EXPECT_EQ(dataset().current_item()->doubt->unsure, most);

  press("model_show");  // the model looks here too
  ASSERT_TRUE(wait_until([&] { return workspace_.preview().shown(); }));
  workspace_.preview().cancel();
  ObjectChecks& checks = workspace_.checks();
  const auto unsure = [&] {
    return std::count_if(
        checks.queue().items().begin(), checks.queue().items().end(), [](const ReviewItem& item) {
          return std::any_of(
              item.findings.begin(), item.findings.end(),
              [](const LabelFinding& finding) { return finding.reason == Reason::kUnsure; });
        });
  };
  checks.update();
  ASSERT_TRUE(wait_until([&] { return !checks.rows().empty() && !workspace_.busy(); }));
  EXPECT_GE(unsure(), most / 2) << "an object's best candidate may be surer than its survivor";
  show_people(window_, "model_doubts");
  window_.run("model.close", nlohmann::json::object());
  EXPECT_EQ(unsure(), 0) << "nobody doubts them any more";

  dataset().set_state(dataset().current(), ImageState::kDone);
  const auto here = dataset().current_item()->name;
  window_.run("dataset.next_doubtful", nlohmann::json::object());
  ASSERT_TRUE(wait_until([&] { return !workspace_.busy(); }));
  EXPECT_TRUE(dataset().current_item()->name != here || window_.errors().isVisible());

  window_.run("dataset.close", nlohmann::json::object());
  open_folder(folder_ / "real");
  std::int64_t kept = 0;
  for (const DatasetItem& item : dataset().items()) {
    if (item.doubt) kept = std::max(kept, item.doubt->unsure);
  }
  EXPECT_EQ(kept, most) << "it is known in the next run too";
}

TEST_F(ModelWindowTest, OneKeyJudgesTheModelOnTheFolder) {
  const std::vector<test::Spot> spots{{20, 22}, {70, 60}};
  std::filesystem::create_directories(folder_ / "data" / "masks");
  ASSERT_TRUE(write_labels(folder_ / "data" / "masks" / "spots.tif", test::spot_labels(spots)));
  open_folder(folder_ / "data");
  window_.run("model.open", {{"folder", (folder_ / "model").string()}});
  ASSERT_TRUE(wait_until([&] { return workspace_.model().is_open() && !workspace_.busy(); }));
  activate();
  xy().setFocus();
  key(Qt::Key_J, Qt::ControlModifier | Qt::ShiftModifier);
  ASSERT_TRUE(
      wait_until([&] { return window_.comparison().current() == 0 && !workspace_.busy(); }, 60000));
  EXPECT_EQ(window_.errors().waiting(), 0);
  EXPECT_EQ(window_.mode(), MainWindow::Mode::kJudge);
  EXPECT_FALSE(dataset().is_open());
  EXPECT_EQ(window_.comparison().images()[0].score(), 1);
  const auto prediction =
      folder_ / "model" / "Quality Control" / "Prediction" / "data" / "spots.tif";
  ASSERT_TRUE(std::filesystem::exists(prediction));
  show_people(window_, "model_judged");
  for (const char* name : {"report.html", "report.pdf"}) {
    ASSERT_TRUE(window_.run("report.make", {{"output", (folder_ / name).string()}}));
    ASSERT_TRUE(wait_until([&] { return !workspace_.busy(); }, 60000));
    const auto text = read_file(folder_ / name);
    ASSERT_TRUE(text) << text.error().what;
    EXPECT_GT(text->size(), 5000u) << name;
  }
  EXPECT_TRUE(read_file(folder_ / "report.pdf")->starts_with("%PDF"));
  EXPECT_NE(read_file(folder_ / "report.pdf")->find("/PageMode /UseOutlines"), std::string::npos);
  EXPECT_NE(read_file(folder_ / "report.html")->find("1.00"), std::string::npos) << "scores";

  // Again: nothing has changed since, so nothing is predicted anew.
  const auto written = std::filesystem::last_write_time(prediction);
  open_folder(folder_ / "data");
  window_.run("compare.here", nlohmann::json::object());
  ASSERT_TRUE(wait_until([&] { return !workspace_.busy() && !dataset().is_open(); }, 60000));
  EXPECT_EQ(std::filesystem::last_write_time(prediction), written);

  // Without a truth: how sure it is of each.
  std::filesystem::remove_all(folder_ / "data" / "masks");
  open_folder(folder_ / "data");
  window_.run("compare.without_truth", nlohmann::json::object());
  ASSERT_TRUE(wait_until([&] { return !workspace_.busy() && !dataset().is_open(); }, 60000));
  EXPECT_EQ(window_.errors().waiting(), 0);
  EXPECT_EQ(window_.comparison().kind(), ComparedKind::kAlone);
  ASSERT_EQ(window_.comparison().errors().size(), 2u);
  EXPECT_GT(window_.comparison().errors()[0].confidence, 0.5F);
  EXPECT_TRUE(window_.comparison().has_confidence_map());
  EXPECT_EQ(part<QLabel>("judge_second")->text(), QStringLiteral("2"));
  EXPECT_TRUE(part<QWidget>("judge_confidences")->isVisible());
  EXPECT_FALSE(part<QWidget>("judge_over_iou")->isVisible());
  EXPECT_EQ(window_.views().cells().cells().size(), 4u);
  show_people(window_, "model_alone");
  ASSERT_TRUE(window_.run("compare.confidence", nlohmann::json::object()));
  QTest::qWait(50);
  show_people(window_, "model_confidence");

  // Against another threshold: it is that sure of both.
  open_folder(folder_ / "data");
  window_.run("compare.ask_thresholds", nlohmann::json::object());
  auto* prob = part<QDoubleSpinBox>("thresholds_prob");
  ASSERT_NE(prob, nullptr);
  prob->setValue(0.99);
  show_people(*part<QDialog>("thresholds_dialog"), "model_thresholds_dialog");
  press("thresholds_compare");
  ASSERT_TRUE(wait_until([&] { return !workspace_.busy() && !dataset().is_open(); }, 60000));
  EXPECT_EQ(window_.errors().waiting(), 0);
  EXPECT_EQ(window_.comparison().kind(), ComparedKind::kModels);
  ASSERT_TRUE(window_.comparison().thresholds());
  EXPECT_EQ(window_.comparison().thresholds()->other.prob, 0.99);
  EXPECT_EQ(window_.comparison().images()[0].score(), 1);
  EXPECT_TRUE(
      part<QLabel>("judge_verdict")->text().contains(QLatin1String("Second: probability 0.99")));
  show_people(window_, "model_thresholds");
}

}  // namespace
}  // namespace karyo::gui
