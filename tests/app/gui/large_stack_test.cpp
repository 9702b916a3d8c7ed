// Undo of a change that reaches through a stack of 512 x 512 x 512 voxels, in all four views.

#include <QElapsedTimer>
#include <QTimer>
#include <algorithm>
#include <iostream>
#include <string>
#include <utility>
#include <vector>

#include "app/gui/slice_view.h"
#include "tests/app/gui/held_up.h"
#include "tests/app/gui/window_fixture.h"

namespace karyo::gui {
namespace {

constexpr std::int64_t kSide = 512;
constexpr std::int64_t kTiles = kSide * 8 * 8;

class LargeStackTest : public WindowTest {
 protected:
  /// A speck in every tile, all of one number, beside a block of another.
  LargeStackTest() {
    window_.resize(1280, 800);
    LabelArray ids(Index3{kSide, kSide, kSide});
    for (std::int64_t z = 0; z < kSide; ++z) {
      for (std::int64_t y = 0; y < kSide; y += kTileSide) {
        for (std::int64_t x = 0; x < kSide; x += kTileSide) {
          ids(z, y + 5, x + 5) = 7;
          for (std::int64_t i = 0; i < 20 * 20; ++i) ids(z, y + 20 + i / 20, x + 20 + i % 20) = 9;
        }
      }
    }
    layer_ = std::make_shared<LabelsLayer>("specks", LabelVolume::from_dense(ids.view()));
    workspace_.layers().add(std::make_shared<ImageLayer>(
        "stack",
        std::make_shared<Volume>(VoxelType::kUInt8, VolumeShape{1, 1, kSide, kSide, kSide})));
    workspace_.layers().add(layer_);
    workspace_.view().set_cursor_voxel({256, 256, 256}, workspace_.layers().grid());
    workspace_.first_layer_opened.emit();
    workspace_.history().reset();
    settle();
  }
  void settle() {
    QTest::qWait(50);
    ASSERT_TRUE(wait_until([&] { return !workspace_.busy(); }));
    QTest::qWait(50);
  }
  /// Presses the keys; returns how long it took until the views showed what followed.
  double shown_after(Qt::Key pressed, Qt::KeyboardModifiers modifiers) {
    QElapsedTimer clock;
    clock.start();
    QTest::keyClick(&xy(), pressed, modifiers);
    QCoreApplication::processEvents();
    return static_cast<double>(clock.nsecsElapsed()) / 1e6;
  }

  std::shared_ptr<LabelsLayer> layer_;
};

TEST_F(LargeStackTest, UndoOfASpeckInEveryTileHoldsLittleAndNobodyUp) {
  HeldUp held;
  LayerHistory& history = workspace_.history();
  window_.run("labels.delete_object", {{"object", 7}});
  EXPECT_EQ(layer_->labels().at({9, 5, 5}), 0u);
  const std::uint64_t whole = history.bytes();
  EXPECT_GT(whole, kTiles * sizeof(TileIds));
  held.events.clear();  // what it takes to delete it is not the point here
  const double at_once = shown_after(Qt::Key_Z, Qt::ControlModifier);
  EXPECT_EQ(layer_->labels().at({9, 5, 5}), 7u) << "before it was thinned, perhaps";
  settle();
  history.redo();
  history.thinner().finish();
  settle();
  const std::uint64_t thinned = history.bytes();
  EXPECT_LE(thinned, kTiles * (2 * 4 + 64));
  std::vector<double> times;
  for (int i = 0; i < 6; ++i) {
    const bool back = i % 2 == 0;
    const auto control = Qt::KeyboardModifiers(Qt::ControlModifier);
    times.push_back(shown_after(Qt::Key_Z, back ? control : control | Qt::ShiftModifier));
    EXPECT_EQ(layer_->labels().at({9, 5, 5}), back ? 7u : 0u);
    // Mostly pressed again when the objects are counted, and sometimes long before.
    if (i < 4) settle();
  }
  settle();
  EXPECT_LE(history.bytes(), kTiles * (2 * 4 + 64));
  std::cout << "held " << whole / 1024 << " KiB, then " << thinned / 1024 << "; shown after "
            << at_once << " ms with whole tiles;";
  for (const double time : times) std::cout << " " << time;
  std::cout << " ms with voxels\n";
  for (const std::string& one : held.events) ADD_FAILURE() << one;
}

}  // namespace
}  // namespace karyo::gui
