// From a file's name to its first picture: read or page, contrast, one frame at 1600 x 1000.

#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <string>
#include <thread>

#include "app/workspace.h"
#include "core/io/image_io.h"
#include "tests/benchmarks/scenes.h"
#include "viewer/scene/slice_compositor.h"

namespace karyo::bench {
namespace {

namespace fs = std::filesystem;
using State = benchmark::State;

/// A TIFF file of that shape that goes with this object.
class FileOnDisk {
 public:
  explicit FileOnDisk(VolumeShape shape)
      : path_(fs::temp_directory_path() /
              ("karyoscope-bench-" + std::to_string(getpid()) + ".tif")) {
    ok_ = static_cast<bool>(write_image(path_, *volume_of(shape)));
  }
  ~FileOnDisk() {
    std::error_code ignored;
    fs::remove(path_, ignored);
  }
  FileOnDisk(const FileOnDisk&) = delete;
  FileOnDisk& operator=(const FileOnDisk&) = delete;

  const fs::path& path() const { return path_; }
  bool ok() const { return ok_; }

 private:
  fs::path path_;
  bool ok_ = false;
};

/// Until everything that the view shows has come.
void show_first_picture(const fs::path& path, RgbaImage& picture) {
  Workspace workspace;
  workspace.open({path});
  SliceCompositor compositor;
  const auto wait = [&] {
    while (workspace.poll()) std::this_thread::sleep_for(std::chrono::microseconds(200));
  };
  wait();
  const Index3 extent = workspace.layers().extent();
  const auto middle = [](std::int64_t count) { return static_cast<double>(count) / 2; };
  const ViewTransform view{Plane::kXY,
                           {middle(extent.z), middle(extent.y), middle(extent.x)},
                           static_cast<double>(kHeight) / static_cast<double>(extent.y),
                           kWidth,
                           kHeight};
  compositor.compose(workspace.layers(), view, 0, picture);
  if (!workspace.busy()) return;
  wait();
  compositor.compose(workspace.layers(), view, 0, picture);
}

void open(State& state, VolumeShape shape) {
  const FileOnDisk file(shape);
  if (!file.ok()) {
    state.SkipWithError("the temporary folder has no room for the file");
    return;
  }
  RgbaImage picture;
  run_frames(state, [&](std::int64_t) {
    show_first_picture(file.path(), picture);
    benchmark::DoNotOptimize(picture.row(0));
  });
}

const bool kAdded = [] {
  constexpr int kOpenings = 20;
  for (const std::int64_t side : {512, 2048, 8192, 16384}) {
    add(
        "open/" + std::to_string(side),
        [=](State& s) {
          open(s, {1, 1, 1, side, side});
        },
        kOpenings);
  }
  for (const std::int64_t side : {128, 256, 512, 1024}) {
    add(
        "open/stack_" + std::to_string(side),
        [=](State& s) {
          open(s, {1, 1, side, side, side});
        },
        kOpenings);
  }
  return true;
}();

}  // namespace
}  // namespace karyo::bench
