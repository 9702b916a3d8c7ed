// One training step and one prediction of StarDist 2D, as python/*.py time them with the reference.

#include <benchmark/benchmark.h>
#include <torch/torch.h>

#include <cstdlib>
#include <filesystem>

#include "core/io/image_io.h"
#include "models/model.h"
#include "models/nn/adam.h"
#include "models/nn/stardist_loss.h"
#include "models/process.h"
#include "models/stardist/stardist_model.h"

namespace karyo {
namespace {

/// Default network, grid 2, patch 256, batch 4: forward, loss, backward, update.
void train_step(benchmark::State& state, const char* precision_name) {
  tune_process(0);
  const Precision precision = *choose_precision(precision_name, *choose_device("cpu"), true);
  StarDistConfig config = StarDistConfig::defaults_2d();
  config.grid = {2, 2};
  Random random(1);
  auto model = StarDistModel::create(config, random);
  Adam adam(model->net().parameters());
  torch::manual_seed(1);
  const auto x = torch::rand({4, 1, 256, 256});
  const StarDistTarget target{torch::rand({4, 128, 128}), torch::rand({4, 128, 128, 32}) * 20,
                              torch::rand({4, 128, 128})};
  const auto step = [&] {
    const auto loss = stardist_loss(model->net().forward(x, precision), target, {});
    loss.total.backward();
    adam.step(3e-4);
  };
  for (int i = 0; i < 3; ++i) step();
  for (auto _ : state) step();
  state.counters["peak_rss_mb"] = static_cast<double>(peak_memory_bytes()) / (1 << 20);
}

BENCHMARK_CAPTURE(train_step, stardist2d_float32, "float32")
    ->Name("train_step/stardist2d_float32")
    ->Unit(benchmark::kMillisecond)->UseRealTime()->Iterations(4)->Repetitions(5);
BENCHMARK_CAPTURE(train_step, stardist2d_default, "auto")
    ->Name("train_step/stardist2d_default")
    ->Unit(benchmark::kMillisecond)->UseRealTime()->Iterations(4)->Repetitions(5);

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

}  // namespace
}  // namespace karyo
