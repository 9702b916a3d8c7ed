// Training beside the picture, with mouse and keys.

#include <QCheckBox>
#include <QComboBox>
#include <QFileDialog>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QMenu>
#include <QMessageBox>
#include <QPushButton>
#include <QRegularExpression>
#include <QToolButton>
#include <QVBoxLayout>
#include <cstdlib>
#include <fstream>
#include <set>

#include "app/dataset_session.h"
#include "app/gui/error_panel.h"
#include "app/gui/film_strip.h"
#include "app/gui/row_table.h"
#include "app/gui/threshold_plot.h"
#include "app/live_set.h"
#include "app/mask_preview.h"
#include "app/model_in_use.h"
#include "core/base/random.h"
#include "models/io/threshold_search.h"
#include "tests/app/gui/train_fixture.h"
#include "tests/app/report/made_model.h"
#include "tests/app/worker/spot_model.h"
#include "tests/models/restoration/made_restoration.h"

namespace karyo::gui {
namespace {

using State = TrainingRun::State;

class TrainWindowTest : public TrainingWindow {
 protected:
  TrainWindowTest() { test::make_spot_dataset(data(), 4); }
  std::filesystem::path data() const { return folder_ / "data"; }
  void open_to_train() {
    window_.open_dataset(data().string());
    ASSERT_TRUE(
        wait_until([&] { return workspace_.dataset().labels() != nullptr && !workspace_.busy(); }));
    key(Qt::Key_3, Qt::ControlModifier);
    ASSERT_EQ(window_.mode(), MainWindow::Mode::kTrain);
    QTest::qWait(30);
  }
  void choose_in_dialog(const std::filesystem::path& folder) {
    QFileDialog* dialog = nullptr;
    for (QFileDialog* one : window_.findChildren<QFileDialog*>()) {
      if (one->isVisible()) dialog = one;
    }
    ASSERT_NE(dialog, nullptr);
    Q_EMIT dialog->fileSelected(QString::fromStdString(folder.string()));
    dialog->close();
    QTest::qWait(30);
  }
};

TEST_F(TrainWindowTest, WithoutAFolderItSaysWhatToDo) {
  key(Qt::Key_3, Qt::ControlModifier);
  EXPECT_TRUE(part<QWidget>("train_panel")->isVisible());
  EXPECT_FALSE(part<QPushButton>("train_start")->isEnabled());
  EXPECT_TRUE(part<QLabel>("train_data")->text().contains(QLatin1String("folder")));
  show_people(window_, "train_nothing");
}

TEST_F(TrainWindowTest, TrainsStopsGoesOnAndIsUsed) {
  open_to_train();
  EXPECT_TRUE(part<QLabel>("train_data")->text().startsWith(QLatin1String("4 of 4")));
  ASSERT_TRUE(wait_until([&] {
    return part<QLabel>("train_outlook")->text().startsWith(QLatin1String("Needs about"));
  })) << part<QLabel>("train_outlook")->text().toStdString();
  EXPECT_TRUE(part<QLabel>("train_outlook")->text().contains(QLatin1String("first epoch")));
  show_people(window_, "train_setup");
  press("train_examples");
  ASSERT_TRUE(wait_until([&] {
    return part<QLabel>("examples_words")->text().startsWith(QLatin1String("Below each patch"));
  })) << part<QLabel>("examples_words")->text().toStdString();
  show_people(*part<QWidget>("examples_dialog"), "train_examples");
  press("examples_others");
  ASSERT_TRUE(wait_until([&] { return !workspace_.busy(); }));
  press("examples_close");
  make_it_small(1000);
  press("train_start");
  ASSERT_EQ(training().state(), State::kRunning)
      << part<QLabel>("train_failure")->text().toStdString();
  EXPECT_FALSE(part<QPushButton>("train_start")->isVisible());
  press("train_preview");
  ASSERT_TRUE(wait_until([&] { return training().history().rows.size() >= 2; }, 60000));
  ASSERT_TRUE(wait_until([&] { return workspace_.model().is_open(); }, 20000))
      << "what it finds is shown after an epoch";
  show_people(window_, "train_running");
  EXPECT_TRUE(part<QLabel>("train_state")->text().contains(QLatin1String("of 1000")));
  press("train_pause");
  EXPECT_TRUE(training().paused());
  EXPECT_TRUE(part<QLabel>("train_state")->text().startsWith(QLatin1String("Paused in epoch")));
  EXPECT_EQ(part<QPushButton>("train_pause")->text(), QLatin1String("Go on"));
  show_people(window_, "train_paused");
  press("train_pause");
  EXPECT_FALSE(training().paused());
  press("train_stop");
  ASSERT_TRUE(wait_until([&] { return training().state() == State::kStopped; }, 20000));
  QTest::qWait(50);
  EXPECT_TRUE(wait_until([&] { return part<QListWidget>("film_strip")->count() >= 2; }))
      << "a picture of each of the first epochs";
  EXPECT_TRUE(part<QListWidget>("film_strip")->isVisible());
  show_people(window_, "train_stopped");
  const auto done = training().history().rows.size();
  const QString advice = part<QLabel>("loss_advice")->text();
  EXPECT_TRUE(advice.contains(QRegularExpression(
      QStringLiteral("An epoch takes .+\\. After it the training holds \\d+\\.\\d GiB\\."))))
      << advice.toStdString();
  auto* plot = part<QWidget>("loss_plot");
  const QImage jumping = plot->grab().toImage();
  press("loss_smooth");
  EXPECT_NE(plot->grab().toImage(), jumping);
  press("loss_smooth");
  EXPECT_EQ(plot->grab().toImage(), jumping);
  const auto other = training().model().parent_path() / "another";
  test::make_spot_model(other);
  ASSERT_TRUE(write_history(other / "history.csv", {{"epoch", "loss", "val_loss", "learning_rate"},
                                                    {{1, 2, 2.5, 1e-3}, {2, 1, 1.5, 1e-4}}}));
  auto* menu = part<QToolButton>("loss_beside")->menu();
  menu->aboutToShow();  // as a press does, which would wait in the menu
  ASSERT_EQ(menu->actions().size(), 1);
  EXPECT_EQ(menu->actions().front()->text(), QLatin1String("another"));
  menu->actions().front()->trigger();
  EXPECT_NE(plot->grab().toImage(), jumping) << "its curve is beside";
  show_people(window_, "train_beside");
  press("train_go_on");
  ASSERT_TRUE(wait_until([&] { return training().history().rows.size() > done; }, 60000));
  press("train_stop");
  ASSERT_TRUE(wait_until([&] { return !training().going_on(); }, 20000));
  press("train_use");
  EXPECT_EQ(window_.mode(), MainWindow::Mode::kAnnotate);
  ASSERT_TRUE(
      wait_until([&] { return workspace_.model().is_open() && !workspace_.busy(); }, 20000));
  EXPECT_EQ(workspace_.model().folder(), training().model());
  key(Qt::Key_3, Qt::ControlModifier);
  press("train_another");
  EXPECT_TRUE(part<QPushButton>("train_start")->isVisible());
  EXPECT_EQ(part<QComboBox>("train_from")->count(), 3) << "from scratch, or from one of two";
  EXPECT_EQ(part<QLineEdit>("train_name")->text(), QStringLiteral("nuclei 2"));
  EXPECT_FALSE(window_.errors().isVisible());
}

/// A whole model's records: the film by epoch and the choice of thresholds.
TEST_F(TrainWindowTest, TheRecordsOfAModelAreShown) {
  const auto model = folder_ / "made";
  test::make_stardist(model);
  std::vector<ThresholdTry> tries;
  for (const double nms : {0.3, 0.4, 0.5}) {
    for (const double prob : {0.3, 0.4, 0.48, 0.52, 0.6}) {
      tries.push_back({nms, prob, 0.85 - nms / 10 - std::abs(prob - 0.48)});
    }
  }
  ASSERT_TRUE(write_threshold_search(model, tries));
  Random random(3);
  for (const std::int64_t epoch : {1, 2, 3, 4, 6, 8, 12, 16}) {
    RgbPicture picture(128, 128);
    for (auto& part : picture.bytes) {
      part = static_cast<std::uint8_t>(random.uniform(0, 16.0 * static_cast<double>(epoch)));
    }
    ASSERT_TRUE(write_epoch_picture(model, epoch, picture));
  }
  QWidget both;
  both.resize(320, 640);
  auto* column = new QVBoxLayout(&both);
  auto* thresholds = new ThresholdPlot(&both);
  auto* film = new FilmStrip(&both);
  column->addWidget(thresholds);
  column->addWidget(film);
  both.show();
  thresholds->set_model(model);
  film->set_model(model);
  auto* strip = film->findChild<QListWidget*>("film_strip");
  ASSERT_TRUE(wait_until([&] { return strip->count() == 8; }));
  EXPECT_TRUE(thresholds->findChild<QLabel*>("threshold_words")->text().contains("15"));
  auto* words = film->findChild<QLabel*>("film_words");
  EXPECT_TRUE(words->text().contains("16")) << "the last one first";
  strip->setFocus();
  QTest::keyClick(strip, Qt::Key_Home);
  EXPECT_TRUE(words->text().endsWith(" 1"));
  ASSERT_TRUE(write_epoch_picture(model, 24, RgbPicture(128, 128)));
  film->set_model(model);
  ASSERT_TRUE(wait_until([&] { return strip->count() == 9; }));
  EXPECT_TRUE(words->text().endsWith(" 1")) << "who looks back is left there";
  if (const char* folder = std::getenv("KARYOSCOPE_PICTURES")) {
    both.grab().save(QString::fromStdString(std::string(folder) + "/train_records.png"));
  }
  film->set_model({});
  thresholds->set_model(folder_ / "nothing");
  EXPECT_FALSE(film->isVisible());
  EXPECT_FALSE(thresholds->isVisible());
}

TEST_F(TrainWindowTest, TheOpenStackIsDenoisedByItself) {
  Volume noisy(VoxelType::kUInt16, {1, 1, 1, 192, 192});
  auto view = noisy.view<std::uint16_t>();
  Random random(3);
  for (std::int64_t i = 0; i < view.count(); ++i) {
    const bool bright = i / 192 / 16 % 2 == 0;
    view.data()[i] = static_cast<std::uint16_t>(500 + (bright ? 400 : 0) + 60 * random.normal());
  }
  const auto stack = folder_ / "one place" / "noisy.tif";
  ASSERT_TRUE(write_image(stack, noisy));
  key(Qt::Key_3, Qt::ControlModifier);
  press("train_n2v");
  EXPECT_FALSE(part<QPushButton>("train_open_image")->isVisible()) << "nothing is open";
  open({stack});
  press("train_open_image");
  EXPECT_FALSE(part<QPushButton>("train_open_image")->isVisible()) << "it is chosen";
  EXPECT_TRUE(part<QLabel>("train_data")->text().contains(QLatin1String("noisy.tif")));
  show_people(window_, "train_denoise_open");
  set_number("setting_epochs", 2);
  set_number("setting_steps", 2);
  set_number("setting_batch", 2);
  press("train_start");
  ASSERT_TRUE(training().going_on()) << window_.errors().waiting() << " errors";
  show_people(window_, "train_denoise_runs");
  ASSERT_TRUE(wait_until([&] { return !training().going_on(); }, 120000));
  ASSERT_EQ(training().state(), State::kFinished)
      << part<QLabel>("train_failure")->text().toStdString();
  EXPECT_EQ(training().model().parent_path(), folder_ / "one place" / "models");
  press("train_apply");
  EXPECT_EQ(window_.mode(), MainWindow::Mode::kUse);
  EXPECT_EQ(part<QLineEdit>("apply_input")->text().toStdString(), stack.string());
  EXPECT_FALSE(part<QPushButton>("apply_before")->isVisible()) << "it restores itself";
  show_people(window_, "train_denoise_apply");
  const int before = workspace_.layers().count();
  press("apply");
  ASSERT_TRUE(wait_until([&] { return workspace_.layers().count() > before; }, 60000));
  EXPECT_EQ(window_.errors().waiting(), 0);

  // The restored image is segmented, by both models as one.
  const auto nuclei = folder_ / "nuclei 1";
  test::make_spot_model(nuclei);
  key(Qt::Key_3, Qt::ControlModifier);
  show_people(window_, "train_denoise_done");
  press("train_find_in_restored");
  choose_in_dialog(nuclei);
  EXPECT_EQ(window_.mode(), MainWindow::Mode::kUse);
  EXPECT_EQ(part<QLineEdit>("apply_model")->text().toStdString(), nuclei.string());
  const auto* words = part<QLabel>("apply_before_words");
  EXPECT_TRUE(words->isVisible());
  EXPECT_TRUE(words->text().contains(QLatin1String("denoise 1 (Noise2Void 2D)")));
  EXPECT_EQ(part<QLineEdit>("apply_input")->text().toStdString(), stack.string());
  show_people(window_, "use_restored_first");
  const int images = workspace_.layers().count();
  press("apply");
  ASSERT_TRUE(wait_until([&] { return workspace_.layers().count() > images; }, 60000));
  EXPECT_EQ(window_.errors().waiting(), 0);

  press("apply_before");
  EXPECT_FALSE(words->isVisible());
  EXPECT_FALSE(ModelFolder::open(nuclei)->before);
  show_people(window_, "use_as_they_are");
  press("apply_before");
  choose_in_dialog(nuclei);
  EXPECT_TRUE(window_.errors().isVisible()) << "it finds nuclei and restores nothing";
  press("apply_before");
  choose_in_dialog(training().model());
  EXPECT_TRUE(words->isVisible());
  std::filesystem::remove_all(nuclei / "before");
  part<QLineEdit>("apply_model")->clear();
  part<QLineEdit>("apply_model")->setText(QString::fromStdString(nuclei.string()));
  EXPECT_FALSE(part<QPushButton>("apply")->isEnabled());
  EXPECT_TRUE(part<QLabel>("apply_outcome")->text().contains(QLatin1String("before/")));
  show_people(window_, "use_restoration_lost");
  press("apply_before");
  EXPECT_TRUE(part<QPushButton>("apply")->isEnabled()) << "it is gone without";
}

TEST_F(TrainWindowTest, ImagesAreRestoredBeforeTheyAreLearnedFrom) {
  const auto models = data() / "models";
  open_to_train();
  EXPECT_FALSE(part<QComboBox>("train_before")->isVisible()) << "there is no model that restores";
  test::make_random_restoration(models / "denoise 1", CsbdeepConfig::noise2void(2, {60}, {70}));
  std::ofstream(models / "denoise 1" / "history.csv") << "epoch,loss\n1,0.5\n";
  press("train_n2v");
  press("train_stardist");
  auto* before = part<QComboBox>("train_before");
  ASSERT_TRUE(before->isVisible());
  ASSERT_EQ(before->count(), 2);
  make_it_small(1);
  before->setFocus();
  QTest::keyClick(before, Qt::Key_Down);
  EXPECT_EQ(before->currentText(), QStringLiteral("denoise 1"));
  show_people(window_, "train_restore_first");
  press("train_start");
  ASSERT_TRUE(training().going_on()) << window_.errors().waiting() << " errors";
  ASSERT_TRUE(wait_until([&] { return !training().going_on(); }, 120000));
  ASSERT_EQ(training().state(), State::kFinished)
      << part<QLabel>("train_failure")->text().toStdString();
  const auto model = ModelFolder::open(training().model());
  ASSERT_TRUE(model && model->before);
  EXPECT_TRUE(part<QLabel>("train_state")->toolTip().contains(QLatin1String("denoise 1")));

  press("train_another");
  auto* from = part<QComboBox>("train_from");
  from->setFocus();
  QTest::keyClick(from, Qt::Key_Down);
  ASSERT_EQ(from->currentText(), QStringLiteral("nuclei 1"));
  EXPECT_EQ(before->itemText(0), QStringLiteral("denoise 1, as before"));
  show_people(window_, "train_restore_as_before");
  ASSERT_EQ(before->itemText(1), QStringLiteral("Nothing: images as they are"));
  before->setFocus();
  QTest::keyClick(before, Qt::Key_Down);
  ASSERT_EQ(before->currentIndex(), 1);
  show_people(window_, "train_restore_no_more");
  make_it_small(1);
  press("train_start");
  ASSERT_TRUE(training().going_on()) << window_.errors().waiting() << " errors";
  ASSERT_TRUE(wait_until([&] { return !training().going_on(); }, 120000));
  ASSERT_EQ(training().state(), State::kFinished)
      << part<QLabel>("train_failure")->text().toStdString();
  const auto without = ModelFolder::open(training().model());
  ASSERT_TRUE(without);
  EXPECT_FALSE(without->before) << "it learned from images as they are";
  press("train_another");
  EXPECT_EQ(before->findData(QStringLiteral("none")), -1) << "nothing is brought when from scratch";
}

TEST_F(TrainWindowTest, RoundsStandBesideEachOtherAndOneGoesBackToABetterOne) {
  const auto models = data() / "models";
  for (const auto& [name, prob] : {std::pair("nuclei 1", 0.5), {"nuclei 2", 0.99999}}) {
    test::make_spot_model(models / name);
    auto model = ModelFolder::open(models / name);
    ASSERT_TRUE(model);
    ASSERT_TRUE(model->save_thresholds({prob, 0.3}));
    ModelRecord record;
    record.started = std::string("2026-01-0") + name[7] + "T00:00:00Z";
    ASSERT_TRUE(model->save_record(record));
    std::ofstream(models / name / "history.csv") << "epoch,loss,seconds\n1,0.5,300\n";
    ASSERT_TRUE(write_training_data(
        models / name, {data(), {test::seen_image("spots1", name[7] == '1' ? 20 : 45)}}));
  }
  ASSERT_TRUE(keep_judges(models, {{"spots4", 1, true}}));
  open_to_train();
  press("rounds_head");
  EXPECT_FALSE(part<QWidget>("rounds_table")->isVisible()) << "none was judged";
  press("rounds_judge");
  ASSERT_TRUE(wait_until(
      [&] { return part<QWidget>("rounds_table")->isVisible() && !workspace_.busy(); }, 60000));
  const QString verdict = part<QLabel>("rounds_verdict")->text();
  EXPECT_TRUE(verdict.contains(QLatin1String("does worse than nuclei 1"))) << verdict.toStdString();
  show_people(window_, "train_rounds");
  auto* table = part<RowTable>("rounds_table");
  ASSERT_EQ(table->model()->rowCount(), 2);
  EXPECT_EQ(table->model()->index(0, 3).data().toString(), QStringLiteral("1.00"));
  EXPECT_EQ(table->model()->index(1, 1).data().toString(), QStringLiteral("45"));
  EXPECT_FALSE(part<QPushButton>("rounds_use")->isEnabled());
  const QRect row = table->visualRect(table->model()->index(0, 0));
  QTest::mouseClick(table->viewport(), Qt::LeftButton, {}, row.center());
  press("rounds_use");
  ASSERT_TRUE(wait_until([&] { return workspace_.model().is_open(); }, 20000));
  EXPECT_EQ(workspace_.model().folder(), models / "nuclei 1");
  EXPECT_EQ(window_.mode(), MainWindow::Mode::kAnnotate);
  EXPECT_FALSE(window_.errors().isVisible());
}

TEST_F(TrainWindowTest, WhatIsWrongIsSaidWhereItHappened) {
  open_to_train();
  make_it_small(2);
  auto* patch = part<QLineEdit>("setting_patch");
  patch->setFocus();
  patch->selectAll();
  QTest::keyClicks(patch, QStringLiteral("lots"));
  QTest::keyClick(patch, Qt::Key_Return);
  EXPECT_TRUE(part<QLabel>("setting_wrong")->isVisible());
  patch->setText(QStringLiteral("256 \u00d7 256"));
  QTest::keyClick(patch, Qt::Key_Return);
  EXPECT_FALSE(part<QLabel>("setting_wrong")->isVisible());
  press("train_start");
  ASSERT_TRUE(wait_until([&] { return training().state() == State::kFailed; }, 20000));
  auto* failure = part<QLabel>("train_failure");
  EXPECT_TRUE(failure->isVisible());
  EXPECT_TRUE(failure->text().contains(QLatin1String("96"))) << failure->text().toStdString();
  show_people(window_, "train_failed");
}

TEST_F(TrainWindowTest, AModelIsAppliedToAFolderAndToOneImage) {
  test::make_spot_model(folder_ / "model");
  open_to_train();
  window_.run("model.ask_predict", nlohmann::json::object());
  auto* apply = part<QPushButton>("apply");
  ASSERT_NE(apply, nullptr);
  EXPECT_FALSE(apply->isEnabled()) << "no model is chosen";
  part<QLineEdit>("apply_model")->setText(QString::fromStdString((folder_ / "model").string()));
  EXPECT_EQ(part<QLineEdit>("apply_input")->text().toStdString(), (data() / "images").string());
  EXPECT_EQ(part<QLineEdit>("apply_output")->text().toStdString(),
            (data() / "model results").string());
  EXPECT_TRUE(part<QLabel>("apply_outcome")->text().contains(QLatin1Char('4')));
  auto* rois = part<QCheckBox>("apply_rois");
  QTest::mouseClick(rois, Qt::LeftButton, {}, QPoint(10, rois->height() / 2));
  EXPECT_TRUE(rois->isChecked());
  EXPECT_TRUE(part<QLabel>("apply_outcome")->text().contains(QLatin1String("ROI sets")));
  show_people(window_, "train_apply");
  press("apply");
  ASSERT_TRUE(wait_until([&] { return !workspace_.busy(); }, 60000));
  const auto found = read_labels(data() / "model results" / "spots1.tif");
  ASSERT_TRUE(found);
  EXPECT_EQ(std::set<std::uint32_t>(found->begin(), found->end()).size(), 3u) << "two objects";
  EXPECT_TRUE(std::filesystem::exists(data() / "model results" / "spots1_RoiSet.zip"));

  const int layers = workspace_.layers().count();
  window_.run("model.predict", {{"model", (folder_ / "model").string()},
                                {"input", (data() / "images" / "spots2.tif").string()},
                                {"output", (folder_ / "one").string()}});
  ASSERT_TRUE(wait_until([&] { return !workspace_.busy(); }, 60000));
  EXPECT_EQ(workspace_.layers().count(), layers + 1) << "the result is opened";
  EXPECT_FALSE(window_.errors().isVisible());
  window_.run("model.predict", {{"model", (folder_ / "nowhere").string()},
                                {"input", data().string()},
                                {"output", (folder_ / "two").string()}});
  ASSERT_TRUE(wait_until([&] { return !workspace_.busy(); }, 60000));
  EXPECT_TRUE(window_.errors().isVisible()) << "what the command says is shown";
}

/// The mask is written beside, and the training begins then.
TEST_F(TrainWindowTest, WhatWasDrawnLastIsLearnedFrom) {
  open_to_train();
  make_it_small(1000);
  ASSERT_TRUE(window_.run("labels.fill", {{"voxel", {0, 0, 0}}, {"label", 7}}));
  ASSERT_TRUE(wait_until([&] { return workspace_.dataset().unsaved(); }));
  const auto mask = workspace_.dataset().items()[0].mask;
  press("train_start");
  ASSERT_TRUE(wait_until([&] { return training().going_on(); }, 20000));
  const auto saved = read_labels(mask);
  ASSERT_TRUE(saved);
  EXPECT_EQ((*saved)(0, 0, 0), 7u);
  press("train_stop");
  ASSERT_TRUE(wait_until([&] { return !training().going_on(); }, 20000));
  EXPECT_EQ(window_.errors().waiting(), 0);
}

TEST_F(TrainWindowTest, ClosingAsksWhatBecomesOfTheTraining) {
  open_to_train();
  make_it_small(100000);
  press("train_start");
  ASSERT_TRUE(wait_until([&] { return training().log().epoch() >= 1; }, 60000));
  window_.close();
  QMessageBox* question = nullptr;  // what was drawn is written first
  ASSERT_TRUE(wait_until([&] {
    question = window_.findChild<QMessageBox*>(QStringLiteral("training_question"));
    return question != nullptr;
  }));
  EXPECT_TRUE(window_.isVisible());
  show_people(*question, "train_question");
  QTest::mouseClick(question->findChild<QPushButton*>(QStringLiteral("train_stop_and_close")),
                    Qt::LeftButton);
  ASSERT_TRUE(wait_until([&] { return !window_.isVisible(); }));
  training().wait();
  EXPECT_EQ(training().state(), State::kStopped);
}

}  // namespace
}  // namespace karyo::gui
