// Predictions of StarDist, as python/stardist_predict.py times them with the reference.

#include <benchmark/benchmark.h>
#include <torch/torch.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>

#include "core/io/image_io.h"
#include "models/model.h"
#include "models/process.h"
#include "models/stardist/nms_3d.h"
#include "models/stardist/render_3d.h"
#include "models/stardist/stardist_model.h"
#include "models/stardist/stardist_predict.h"

namespace karyo {
namespace {

/// Normalisation, network, NMS and labels, model in memory. Model and image are named by
/// KARYOSCOPE_BENCH_MODEL and KARYOSCOPE_BENCH_IMAGE.
void predict_warm(benchmark::State& state) {
  const char* model = std::getenv("KARYOSCOPE_BENCH_MODEL");
  const char* file = std::getenv("KARYOSCOPE_BENCH_IMAGE");
  if (model == nullptr || file == nullptr) {
    state.SkipWithError("set KARYOSCOPE_BENCH_MODEL and KARYOSCOPE_BENCH_IMAGE");
    return;
  }
  tune_process(0);
  const auto image = read_image(file);
  const auto predictor = open_predictor(model, "cpu", "auto");
  if (!image || !predictor) {
    state.SkipWithError((image ? predictor.error() : image.error()).what.c_str());
    return;
  }
  TaskControl control;
  std::size_t objects = 0;
  for (int i = 0; i < 2; ++i) (void)(*predictor)->predict(*image, 0, {}, control);
  for (auto _ : state) objects = (*predictor)->predict(*image, 0, {}, control)->scores.size();
  state.counters["objects"] = static_cast<double>(objects);
  state.counters["peak_rss_mb"] = static_cast<double>(peak_memory_bytes()) / (1 << 20);
}
BENCHMARK(predict_warm)->Name("predict/stardist2d_1024_warm")
    ->Unit(benchmark::kMillisecond)->UseRealTime()->Iterations(1)->Repetitions(7);

/// Network, suppression and drawing of one volume apart. Model and image as above, in 3D;
/// KARYOSCOPE_BENCH_DEVICE: auto, cpu (where it is not set) or cuda.
void predict_parts_3d(benchmark::State& state) {
  const char* model_folder = std::getenv("KARYOSCOPE_BENCH_MODEL");
  const char* file = std::getenv("KARYOSCOPE_BENCH_IMAGE");
  const char* device_name = std::getenv("KARYOSCOPE_BENCH_DEVICE");
  if (model_folder == nullptr || file == nullptr) {
    state.SkipWithError("set KARYOSCOPE_BENCH_MODEL and KARYOSCOPE_BENCH_IMAGE");
    return;
  }
  tune_process(0);
  const auto run = [&]() -> Result<void> {
    KARYO_TRY(auto device, choose_device(device_name != nullptr ? device_name : "cpu"));
    add_shapes(device);
    KARYO_TRY(const auto folder, ModelFolder::open(model_folder));
    KARYO_TRY(const auto model, StarDistModel::open(folder, device));
    KARYO_TRY(const auto image, read_image(file));
    KARYO_TRY(const auto rays, stardist::rays_from_json(model.config().rays_json));
    const auto record = folder.record.value_or(ModelRecord{});
    KARYO_TRY(const auto scales,
              input_scales(image, 0, -1, model.config().n_channel_in, record.pmin, record.pmax));
    const auto input = network_image(image, 0, 0, image.shape().z, -1, scales);
    TaskControl control;
    using Clock = std::chrono::steady_clock;
    const auto ms = [](Clock::time_point from, Clock::time_point to) {
      return std::chrono::duration<double, std::milli>(to - from).count();
    };
    double network = 0, suppression = 0, drawing = 0;
    std::size_t candidates = 0, objects = 0;
    for (auto _ : state) {
      const auto start = Clock::now();
      KARYO_TRY(const auto found,
                predict_sparse_3d(model, input, static_cast<float>(folder.thresholds.prob),
                                  {0, 0, 0}, false, device, Precision::kFloat32, control));
      const auto seen = Clock::now();
      const auto left =
          stardist::nms_3d(found.candidates, rays, static_cast<float>(folder.thresholds.nms), 0,
                           device.shapes.get());
      const auto chosen = Clock::now();
      const auto drawn = stardist::render_3d(left, rays, input.shape, 0, device.shapes.get());
      const auto end = Clock::now();
      network = ms(start, seen);
      suppression = ms(seen, chosen);
      drawing = ms(chosen, end);
      candidates = found.candidates.size();
      objects = drawn.visible.size();
    }
    state.counters["network_ms"] = network;
    state.counters["nms_ms"] = suppression;
    state.counters["draw_ms"] = drawing;
    state.counters["candidates"] = static_cast<double>(candidates);
    state.counters["objects"] = static_cast<double>(objects);
    state.SetLabel(statement(device));
    return {};
  };
  if (const auto outcome = run(); !outcome) state.SkipWithError(outcome.error().what.c_str());
}
BENCHMARK(predict_parts_3d)
    ->Name("predict_parts/stardist3d")
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime()
    ->Iterations(2)
    ->Repetitions(5);

}  // namespace
}  // namespace karyo
