// What models and masks are made for, with mouse and keys.

#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSplitter>
#include <algorithm>

#include "app/gui/error_panel.h"
#include "core/base/atomic_file.h"
#include "tests/app/gui/window_fixture.h"

namespace karyo::gui {
namespace {

class UseWindowTest : public WindowTest {
 protected:
  UseWindowTest() {
    window_.resize(1280, 900);
    for (const char* name : {"a", "b"}) {
      Volume image(VoxelType::kUInt16, {1, 1, 1, 40, 60}, {});
      LabelArray labels(Index3{1, 40, 60});
      auto values = image.view<std::uint16_t>();
      for (int i = 0; i < 40 * 60; ++i) {
        values.data()[i] = static_cast<std::uint16_t>(50 + (7 * i) % 11);
      }
      for (std::uint32_t id = 1; id <= 3; ++id) {
        for (int i = 0; i < 25; ++i) labels(0, 10 + i / 5, 12 * int(id) + i % 5) = id;
      }
      std::filesystem::create_directories(folder_ / "images");
      std::filesystem::create_directories(folder_ / "masks");
      EXPECT_TRUE(write_image(folder_ / "images" / (std::string(name) + ".tif"), image));
      EXPECT_TRUE(write_labels(folder_ / "masks" / (std::string(name) + ".tif"), labels, {}));
    }
  }
  bool enabled(const char* name) { return part<QPushButton>(name)->isEnabled(); }
  QString words(const char* name) { return part<QLabel>(name)->text(); }
};

TEST_F(UseWindowTest, EachPartSaysWhatItWillDo) {
  key(Qt::Key_5, Qt::ControlModifier);
  ASSERT_EQ(window_.mode(), MainWindow::Mode::kUse);
  EXPECT_TRUE(part<QWidget>("use_panel")->isVisible());
  EXPECT_FALSE(enabled("apply"));
  EXPECT_FALSE(enabled("use_measure.objects"));
  EXPECT_FALSE(enabled("use_tracks.ask_track"));
  EXPECT_FALSE(enabled("use_file.ask_save_layer"));
  EXPECT_TRUE(words("use_measure_words").startsWith(QLatin1String("Open a mask")));
  show_people(window_, "use_empty");

  open({folder_ / "images" / "a.tif", folder_ / "masks" / "a.tif"});
  QTest::qWait(30);
  EXPECT_TRUE(enabled("use_measure.objects"));
  EXPECT_TRUE(words("use_measure_words").contains(QLatin1String("a.tif")));
  EXPECT_FALSE(enabled("use_tracks.ask_track")) << "one frame is no movie";
  press("use_measure.objects");
  ASSERT_TRUE(wait_until([&] { return window_.measured_shown() && !workspace_.busy(); }));
  EXPECT_EQ(window_.mode(), MainWindow::Mode::kUse) << "the mode stays";
  EXPECT_TRUE(enabled("use_measure.ask_save_objects"));
  show_people(window_, "use_measured");
  EXPECT_EQ(window_.errors().waiting(), 0);
}

TEST_F(UseWindowTest, AFolderOfMasksBecomesOneTable) {
  key(Qt::Key_5, Qt::ControlModifier);
  press("use_measure.ask_files");
  auto* masks = part<QLineEdit>("measure_labels");
  ASSERT_NE(masks, nullptr);
  EXPECT_FALSE(enabled("measure_files"));
  masks->setText(QString::fromStdString((folder_ / "masks").string()));
  part<QLineEdit>("measure_images")->setText(QString::fromStdString((folder_ / "images").string()));
  EXPECT_EQ(part<QLineEdit>("measure_table")->text().toStdString(),
            (folder_ / "masks.csv").string());
  EXPECT_TRUE(words("measure_files_outcome").contains(QLatin1String("2 label")));
  show_people(*part<QWidget>("measure_files_dialog"), "use_measure_files");
  press("measure_files");
  ASSERT_TRUE(wait_until([&] { return !workspace_.busy(); }));
  const auto table = read_file(folder_ / "masks.csv");
  ASSERT_TRUE(table);
  EXPECT_TRUE(table->starts_with("Image,Label,Area,Mean,")) << *table;
  EXPECT_EQ(std::count(table->begin(), table->end(), '\n'), 1 + 2 * 3);
  EXPECT_NE(table->find("\nb.tif,3,25,"), std::string::npos);
  EXPECT_EQ(window_.errors().waiting(), 0);
}

TEST_F(UseWindowTest, EachModeKeepsTheWidthOfItsPanel) {
  open({folder_ / "images" / "a.tif"});
  auto* splitter = window_.findChild<QSplitter*>();
  const auto width = [&] { return splitter->sizes()[1]; };
  splitter->setSizes({800, 480});
  const int see = width();
  key(Qt::Key_5, Qt::ControlModifier);
  splitter->setSizes({900, 380});
  const int use = width();
  ASSERT_NE(see, use);
  key(Qt::Key_1, Qt::ControlModifier);
  EXPECT_EQ(width(), see);
  key(Qt::Key_5, Qt::ControlModifier);
  EXPECT_EQ(width(), use);
}

}  // namespace
}  // namespace karyo::gui
