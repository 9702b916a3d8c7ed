// Random actions on the real window until a time is over; see README.md.

#include <malloc.h>

#include <CLI/CLI.hpp>
#include <QApplication>
#include <QDrag>
#include <QElapsedTimer>
#include <QTest>
#include <QTimer>
#include <algorithm>
#include <array>
#include <deque>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <limits>
#include <map>
#include <string>

#include "app/gui/theme.h"
#include "app/gui/watchdog.h"
#include "core/io/image_io.h"
#include "core/io/mesh_file.h"
#include "tests/soak/hand.h"
#include "tests/support/temp_dir.h"

namespace karyo::gui {
namespace {

/// Resident memory of this process, MiB.
double resident_mib() {
  std::ifstream status("/proc/self/statm");
  double pages = 0, resident = 0;
  status >> pages >> resident;
  return resident * 4096 / (1 << 20);
}

/// What is allocated and not freed, MiB, without what the allocator and the OpenGL driver keep; 0
/// with a sanitizer's allocator, which does not say.
double allocated_mib() {
  const struct mallinfo2 heap = mallinfo2();
  return static_cast<double>(heap.uordblks + heap.hblkhd) / (1 << 20);
}

/// What is left when nothing is open and nothing can be undone: all that may not grow. Layers and
/// their undo are as large as the actions happened to make them.
void close_everything(MainWindow& window) {
  Workspace& workspace = window.workspace();
  workspace.layers().clear();
  workspace.history().reset();
  // Threads let go of what they had, in their time: the 3D view's of all that it drew with.
  QElapsedTimer waiting, falling;
  waiting.start();
  falling.start();
  for (double least = allocated_mib(); waiting.elapsed() < 20000 && falling.elapsed() < 2000;) {
    QTest::qWait(100);
    const double now = allocated_mib();
    if (now < least - 0.1) falling.restart();
    least = std::min(least, now);
  }
  malloc_trim(0);
}

/// One of each kind of file; small, so that much happens in little time, or `times` as wide and
/// high.
std::vector<std::string> write_files(const std::filesystem::path& folder, int times) {
  Random random(3);
  const auto image = [&](const char* name, VoxelType type, VolumeShape shape, const char* unit) {
    shape.y *= times;
    shape.x *= times;
    Volume volume(type, shape);
    volume.grid.unit = unit;
    volume.grid.spacing_z = 2;
    visit_voxels(type, [&](auto zero) {
      using T = decltype(zero);
      auto* const to = reinterpret_cast<T*>(volume.data());
      for (std::int64_t i = 0; i < shape.count(); ++i)
        to[i] = static_cast<T>(random.uniform() * 200);
    });
    static_cast<void>(write_image(folder / name, volume));
    return (folder / name).string();
  };
  std::vector<std::string> files{
      image("stack.tif", VoxelType::kUInt16, {1, 1, 12, 48, 56}, "um"),
      image("movie.ome.tif", VoxelType::kUInt8, {4, 3, 6, 40, 40}, "um"),
      image("flat.tif", VoxelType::kFloat32, {1, 1, 1, 100, 120}, "pixel")};
  LabelArray mask(Index3{12, 48 * times, 56 * times});
  for (std::int64_t i = 0; i < 400; ++i) {
    mask(4 + i % 4, 10 + i % 20, 10 + (i / 20) % 20) = static_cast<std::uint32_t>(1 + i % 3);
  }
  static_cast<void>(write_labels(folder / "mask.tif", mask, {}));
  std::ofstream(folder / "points.csv") << "z,y,x\n2,10,20\n5,30,40\n";
  std::ofstream(folder / "tracks.csv") << "track_id,t,z,y,x\n1,0,2,1,2\n1,1,2,3,4\n2,1,3,9,9\n";
  std::ofstream(folder / "ball.ply", std::ios::binary) << format_mesh(
      {{{5, 5, 2}, {40, 8, 4}, {20, 40, 20}, {9, 9, 18}}, {{0, 1, 2}, {0, 2, 3}, {1, 2, 3}}, {}},
      MeshFormat::kPly);
  for (const char* name : {"mask.tif", "points.csv", "tracks.csv", "ball.ply"}) {
    files.push_back((folder / name).string());
  }
  return files;
}

int run(int seconds, std::uint64_t seed, int times, bool verbose) {
  const test::TempDir folder;
  std::filesystem::current_path(folder.path());  // what is written under a name alone comes here
  Workspace workspace;
  MainWindow window(workspace, {}, folder / "state");
  window.resize(1280, 800);
  window.show();
  if (!QTest::qWaitForWindowExposed(&window)) return 1;
  int internal = 0;
  std::deque<std::string> last;
  const auto tell = [&] {
    for (const std::string& action : last) std::cerr << "  " << action << "\n";
  };
  const Connection watch = workspace.failed.connect([&](const Error& error) {
    if (error.code != ErrorCode::kInternal) return;
    ++internal;
    std::cerr << "internal error: " << error.what << "; before it:\n";
    tell();
  });
  // Menus that buttons open, and dragged layers, keep the hand until they end: somebody else has
  // to.
  QTimer rescue;
  QObject::connect(&rescue, &QTimer::timeout, [] {
    QDrag::cancel();
    if (QWidget* popup = QApplication::activePopupWidget()) popup->close();
    if (QWidget* modal = QApplication::activeModalWidget()) modal->close();
  });
  rescue.start(300);
  Hand hand(window, write_files(folder.path(), times), folder.path(), seed,
            [&](const std::string& what) {
              if (verbose) std::cerr << what << std::endl;
              last.push_back(what);
              if (last.size() > 20) last.pop_front();
            });
  // What holds the window up by its own work, worst of each kind; nested event loops count as a whole.
  std::map<std::string, double> slow;
  static_cast<WatchedApplication*>(QApplication::instance())->on_slow =
      [&](const WatchedApplication::SlowEvent& event) {
        if (event.cpu_ms <= WatchedApplication::kLimitMs || last.empty()) return;
        const std::string action = last.back().substr(0, last.back().find(" {"));
        double& worst = slow[action + ": " + event.what.toStdString()];
        worst = std::max(worst, event.cpu_ms);
      };
  // Autosave holds what it wrote until it writes again, so a quarter's lowest is what counts.
  std::array<double, 4> lowest;
  lowest.fill(std::numeric_limits<double>::max());
  double most = 0;
  QElapsedTimer clock;
  clock.start();
  std::int64_t actions = 0, next_look = 0;
  const std::int64_t whole = std::int64_t{1000} * seconds;
  while (clock.elapsed() < whole) {
    hand.act();
    ++actions;
    QTest::qWait(2);
    QElapsedTimer waiting;
    waiting.start();
    if (actions % 50 == 0) {
      while (workspace.busy()) {
        workspace.cancel_jobs();
        QTest::qWait(5);
        if (waiting.elapsed() < 120000) continue;
        std::cerr << "work does not end: " << workspace.doing() << "; before it:\n";
        tell();
        return 1;
      }
      if (!window.isVisible()) window.show();
      most = std::max(most, resident_mib());
      if (clock.elapsed() < next_look) continue;
      next_look = clock.elapsed() + std::clamp<std::int64_t>(whole / 20, 2000, 60000);
      close_everything(window);
      const auto quarter =
          static_cast<std::size_t>(std::min<std::int64_t>(3, 4 * clock.elapsed() / whole));
      lowest[quarter] = std::min(lowest[quarter], allocated_mib());
      std::cout << clock.elapsed() / 1000 << " s: " << actions << " actions; with nothing open "
                << allocated_mib() << " MiB allocated, " << resident_mib() << " MiB resident, "
                << window.findChildren<QObject*>().size() << " objects of the window" << std::endl;
    }
  }
  std::cout << actions << " actions; lowest allocated with nothing open, by quarter:";
  for (const double mib : lowest) std::cout << ' ' << mib;
  std::cout << " MiB; highest resident " << most << " MiB; " << internal << " internal errors\n";
  for (const auto& [what, ms] : slow) std::cout << ms << " ms of work: " << what << "\n";
  constexpr double kCachesMib = 16;  // fonts, pixmaps, what libraries keep
  const bool flat = lowest[3] <= lowest[1] * 1.1 + kCachesMib;
  if (!flat) std::cerr << "memory grows\n";
  return internal == 0 && (flat || seconds < 300) ? 0 : 1;
}

}  // namespace
}  // namespace karyo::gui

int main(int argc, char** argv) {
  CLI::App options("Random actions on the real window");
  int seconds = 60;
  std::uint64_t seed = 1;
  bool verbose = false;
  options.add_option("--seconds", seconds, "how long");
  options.add_option("--seed", seed, "of the actions");
  int times = 1;
  options.add_option("--times", times, "as wide and high the images are");
  options.add_flag("--verbose", verbose, "names each action before the next");
  CLI11_PARSE(options, argc, argv);
  karyo::gui::WatchedApplication application(argc, argv);
  karyo::gui::apply_theme(application);
  QApplication::setQuitOnLastWindowClosed(false);
  return karyo::gui::run(seconds, seed, times, verbose);
}
