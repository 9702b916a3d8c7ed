// Preparing training batches beside the training step: cut, augment, targets.

#include <benchmark/benchmark.h>

#include <unistd.h>

#include <filesystem>
#include <string>

#include "core/io/image_io.h"
#include "models/train/batch_maker.h"
#include "tests/support/blobs.h"

namespace karyo::bench {
namespace {

/// 16 images of 512 x 512 with about 120 nuclei each, in a folder that goes with it.
class NucleiOnDisk {
 public:
  NucleiOnDisk()
      : root_(std::filesystem::temp_directory_path() /
              ("karyoscope-bench-" + std::to_string(getpid()))) {
    for (int i = 0; i < 16; ++i) {
      Random random(static_cast<std::uint64_t>(i + 1));
      const LabelArray labels = test::random_blobs(512, 512, 120, 13, random);
      Volume image(VoxelType::kUInt16, {1, 1, 1, 512, 512});
      auto* pixels = image.view<std::uint16_t>().data();
      for (std::int64_t p = 0; p < labels.count(); ++p) {
        const double signal = labels.data()[p] != 0 ? 900 : 200;
        pixels[p] = static_cast<std::uint16_t>(signal + 40 * random.uniform());
      }
      const std::string name = "image" + std::to_string(i) + ".tif";
      ok_ = ok_ && write_image(root_ / "images" / name, image) &&
            write_labels(root_ / "masks" / name, labels);
    }
  }
  ~NucleiOnDisk() {
    std::error_code ignored;
    std::filesystem::remove_all(root_, ignored);
  }
  NucleiOnDisk(const NucleiOnDisk&) = delete;
  NucleiOnDisk& operator=(const NucleiOnDisk&) = delete;

  bool ok() const { return ok_; }
  const std::filesystem::path& root() const { return root_; }

 private:
  std::filesystem::path root_;
  bool ok_ = true;
};

/// One batch of 4 x 256 x 256, 32 rays, grid 2, on one thread; `cache_mib` decides whether files
/// are read once or again for each patch.
void prepare_batches(benchmark::State& state, std::int64_t cache_mib) {
  const NucleiOnDisk data;
  TrainConfig config;
  config.cache_mib = cache_mib;
  const auto dataset =
      data.ok() ? open_dataset(data.root()) : Error(ErrorCode::kIo, "cannot write test images", "");
  if (!dataset) {
    state.SkipWithError(dataset.error().what.c_str());
    return;
  }
  const auto maker = StarDistBatchMaker::create(dataset->pairs, config, make_image_cache(config),
                                                StarDistBatchMaker::Use::kTraining);
  if (!maker) {
    state.SkipWithError(maker.error().what.c_str());
    return;
  }
  std::int64_t number = 0;
  for (; number < 4; ++number) benchmark::DoNotOptimize(maker->make(number));  // fills the cache
  for (auto _ : state) {
    const auto batch = maker->make(number++);
    if (!batch) state.SkipWithError(batch.error().what.c_str());
    benchmark::DoNotOptimize(batch);
  }
  state.counters["patches_per_s"] = benchmark::Counter(
      static_cast<double>(config.batch), benchmark::Counter::kIsIterationInvariantRate);
}

BENCHMARK_CAPTURE(prepare_batches, cached, 256)
    ->Name("batch/stardist2d")
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(prepare_batches, from_disk, 1)
    ->Name("batch/stardist2d/from_disk")
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace karyo::bench
