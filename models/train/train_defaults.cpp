// What is usual for each kind of model, and what recipes change of it.

#include "models/train/train_config.h"

namespace karyo {

TrainConfig TrainConfig::defaults(const std::string& model, std::int64_t dims) {
  TrainConfig config;
  config.model = model;
  config.dims = dims;
  if (model == "stardist") {
    if (dims != 3) return config;
    config.batch = 1;
    config.patch = {32, 96, 96};
    config.rays = 96;
    config.unet_depth = 2;
    return config;
  }
  config.epochs = 100;
  config.steps = 400;
  config.batch = 16;
  config.lr = 4e-4;
  config.reduce_lr_patience = 10;
  config.unet_depth = 2;
  // What brightens, blurs or adds noise would change what is to be learned.
  config.augment = AugmentSet::none();
  config.augment.flip = config.augment.rotate = true;
  config.cache_mib = 1024;
  if (model == "care") {
    config.patch = dims == 2 ? Index3{1, 64, 64} : Index3{8, 80, 80};
    config.kernel = dims == 2 ? 5 : 3;
    config.residual = true;
    config.patches_per_image = dims == 2 ? 50 : 200;
  } else {
    config.patch = dims == 2 ? Index3{1, 64, 64} : Index3{16, 64, 64};
  }
  return config;
}

TrainConfig TrainConfig::defaults(const std::string& model, std::int64_t dims,
                                  const std::string& recipe) {
  TrainConfig config = defaults(model, dims);
  config.recipe = recipe;
  if (recipe != "fast") return config;
  // What pays on nuclei2d (docs/validation.md); decay and averages were not shown to.
  config.schedule = "cosine";
  config.warmup = 100;
  config.lr = 1e-3;
  config.epochs = model == "stardist" ? 30 : 33;
  return config;
}

}  // namespace karyo
