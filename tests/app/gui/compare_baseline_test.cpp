// A comparison's looks, to the grey value.

#include <QPainter>

#include "app/comparison.h"
#include "app/gui/compare_views.h"
#include "tests/app/gui/baseline.h"
#include "tests/app/gui/compared_scene.h"
#include "tests/app/gui/window_fixture.h"

namespace karyo::gui {
namespace {

using test::matches_baseline;

/// The views without a window, 402 x 302 pixels, drawn as figures are, without lines and texts.
class CompareBaseline : public ::testing::Test {
 protected:
  CompareBaseline() {
    test::make_compared_objects(folder_.path());
    test::make_compared_stack(folder_.path());
    views_.setFixedSize(402, 302);
    views_.show();
    EXPECT_TRUE(QTest::qWaitForWindowExposed(&views_));
  }
  void run(const std::string& id, const nlohmann::json& arguments = nlohmann::json::object()) {
    const auto outcome = commands_.run(id, arguments);
    ASSERT_TRUE(outcome) << id << ": " << outcome.error().what;
    workspace_.finish_jobs();
    QTest::qWait(20);
  }
  void open(const char* prediction, const char* truth, const char* kind) {
    run("compare.open", {{"prediction", (folder_ / prediction).string()},
                         {"truth", (folder_ / truth).string()},
                         {"kind", kind}});
  }
  QImage picture(std::size_t expected_cells) {
    views_.reset();
    QTest::qWait(20);
    EXPECT_EQ(views_.cells().cells().size(), expected_cells);
    QImage picture(views_.size(), QImage::Format_RGB888);
    picture.fill(QColor(128, 128, 128));
    QPainter painter(&picture);
    for (SliceView* view : views_.cells().cells()) {
      painter.drawImage(view->mapTo(&views_, QPoint(0, 0)), view->scene(1).draw());
    }
    return picture;
  }

  test::TempDir folder_;
  Workspace workspace_;
  CommandTable commands_;
  std::shared_ptr<Comparison> comparison_ = add_compare_commands(commands_, workspace_);
  ViewGrid views_{workspace_};
  CompareViews compared_{workspace_, *comparison_, views_, [](double) {}};
};

TEST_F(CompareBaseline, Objects) {
  open("pred", "data", "objects");
  EXPECT_TRUE(matches_baseline(picture(4), "compare_side_by_side"));
  run("compare.wipe", {{"at", 0.35}});
  EXPECT_TRUE(matches_baseline(picture(1), "compare_wipe"));
  run("compare.blink");
  run("compare.blink");
  EXPECT_TRUE(matches_baseline(picture(1), "compare_blink_truth"));
  run("compare.overlay");
  EXPECT_TRUE(matches_baseline(picture(1), "compare_overlay"));
  run("compare.difference");
  EXPECT_TRUE(matches_baseline(picture(1), "compare_difference"));
}

TEST_F(CompareBaseline, RestoredImages) {
  open("restored", "care", "restored");
  run("compare.maps");
  EXPECT_TRUE(matches_baseline(picture(9), "compare_maps"));
  run("compare.overlay");
  EXPECT_TRUE(matches_baseline(picture(1), "compare_restored_overlay"));
}

}  // namespace
}  // namespace karyo::gui
