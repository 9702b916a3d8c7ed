// One training step of each kind of network, as python/train_step.py times it with the reference:
// the package's default network, a batch that is ready; forward, loss, backward, update.

#include <benchmark/benchmark.h>
#include <torch/torch.h>

#include <functional>
#include <string>
#include <vector>

#include "models/model.h"
#include "models/nn/adam.h"
#include "models/nn/restoration_loss.h"
#include "models/nn/stardist_loss.h"
#include "models/process.h"
#include "models/restoration/restoration_model.h"
#include "models/stardist/stardist_model.h"

namespace karyo {
namespace {

using Shape = std::vector<std::int64_t>;

/// Runs until the benchmark ends; `loss` is that of one forward pass.
void time_steps(benchmark::State& state, std::vector<torch::Tensor> parameters,
                const std::function<torch::Tensor()>& loss) {
  Adam adam(std::move(parameters));
  const auto step = [&] {
    loss().backward();
    adam.step(3e-4);
  };
  for (int i = 0; i < 2; ++i) step();
  for (auto _ : state) step();
  state.counters["peak_rss_mb"] = static_cast<double>(peak_memory_bytes()) / (1 << 20);
}

Precision precision_of(const std::string& name) {
  tune_process(0);
  torch::manual_seed(1);
  return *choose_precision(name, *choose_device("cpu"), true);
}

/// Grid 2 in the plane, as both programs' users train. 32 rays on 4 x 256 x 256, 96 rays on
/// 2 x 48 x 96 x 96.
void stardist(benchmark::State& state, int n_dim, const std::string& precision_name) {
  const Precision precision = precision_of(precision_name);
  const bool stack = n_dim == 3;
  StarDistConfig config = stack ? StarDistConfig::defaults_3d() : StarDistConfig::defaults_2d();
  config.grid = stack ? std::vector<int>{1, 2, 2} : std::vector<int>{2, 2};
  Random random(1);
  auto model = StarDistModel::create(config, random);
  const auto x = torch::rand(stack ? Shape{2, 1, 48, 96, 96} : Shape{4, 1, 256, 256});
  const Shape grid = stack ? Shape{2, 48, 48, 48} : Shape{4, 128, 128};
  Shape rays = grid;
  rays.push_back(config.n_rays);
  const StarDistTarget target{torch::rand(grid), torch::rand(rays) * 20, torch::rand(grid)};
  time_steps(state, model->net().parameters(),
             [&] { return stardist_loss(model->net().forward(x, precision), target, {}).total; });
}

void restoration(benchmark::State& state, const CsbdeepConfig& config, const Shape& shape,
                 const std::string& precision_name) {
  const Precision precision = precision_of(precision_name);
  Random random(1);
  auto model = RestorationModel::create(config, random);
  const auto x = torch::rand(shape), y = torch::rand(shape);
  const auto mask = (torch::rand(shape) < 1.0 / 64).to(torch::kFloat32);
  const auto hidden = y * mask;
  time_steps(state, model->net().parameters(), [&] {
    const auto output = model->net().forward(x, precision, Pass::kTraining);
    if (!config.n2v) return care_loss(output, y, config.train_loss).total;
    return n2v_loss(output, hidden, mask, config.train_loss).total;
  });
}

/// 16 x 128 x 128; 16 x 8 x 80 x 80.
void care(benchmark::State& state, int n_dim, const std::string& precision) {
  const Shape shape = n_dim == 3 ? Shape{16, 1, 8, 80, 80} : Shape{16, 1, 128, 128};
  restoration(state, CsbdeepConfig::care(n_dim), shape, precision);
}

/// 128 x 64 x 64; 16 x 32 x 64 x 64.
void n2v(benchmark::State& state, int n_dim, const std::string& precision) {
  const Shape shape = n_dim == 3 ? Shape{16, 1, 32, 64, 64} : Shape{128, 1, 64, 64};
  restoration(state, CsbdeepConfig::noise2void(n_dim, {0}, {1}), shape, precision);
}

/// All six, in float32, in what `auto` takes here, and in bfloat16.
const bool kRegistered = [] {
  struct Kind {
    std::string name;
    std::function<void(benchmark::State&, int, const std::string&)> run;
  };
  struct Kept {
    std::string name, precision;
  };
  for (const Kind& kind : {Kind{"stardist", stardist}, Kind{"care", care}, Kind{"n2v", n2v}}) {
    for (const int n_dim : {2, 3}) {
      for (const Kept& kept :
           {Kept{"float32", "float32"}, Kept{"default", "auto"}, Kept{"bfloat16", "bfloat16"}}) {
        const std::string name =
            "train_step/" + kind.name + std::to_string(n_dim) + "d_" + kept.name;
        benchmark::RegisterBenchmark(name.c_str(),
                                     [kind, n_dim, kept](benchmark::State& state) {
                                       kind.run(state, n_dim, kept.precision);
                                     })
            ->Unit(benchmark::kMillisecond)
            ->UseRealTime()
            ->Iterations(5);
      }
    }
  }
  return true;
}();

}  // namespace
}  // namespace karyo
