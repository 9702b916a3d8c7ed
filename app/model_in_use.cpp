#include "app/model_in_use.h"

#include <algorithm>
#include <utility>

#include "app/model_walk.h"
#include "app/worker/client.h"
#include "app/workspace.h"
#include "core/io/image_io.h"
#include "core/io/limits.h"
#include "models/io/candidates_file.h"
#include "models/stardist/pointed_object.h"

namespace karyo {
namespace {

constexpr std::size_t kSlicesKept = 32;
/// What was seen in a stack is larger; what was seen last stays whatever it takes.
constexpr std::size_t kMostBytesKept = std::size_t{512} << 20;
/// Less probable pixels are no candidates: what a person might still click on.
constexpr double kLeastProbability = 0.05;
constexpr std::int64_t kAllPlanes = -1;

std::shared_ptr<const void> pixels_of(const ImageLayer& image) {
  if (image.shared_volume()) return image.shared_volume();
  return image.pages();
}

/// An image that a job reads from.
struct Picture {
  std::shared_ptr<const Volume> volume;
  std::shared_ptr<const PagedImage> pages;
  VolumeShape shape;
  VoxelType type;

  explicit Picture(const ImageLayer& image)
      : volume(image.shared_volume()),
        pages(image.pages()),
        shape(image.shape()),
        type(image.type()) {}

  /// A slice alone, or all of them, with all channels. Errors: of reading; kTooLarge.
  Result<Volume> planes(std::int64_t t, std::int64_t z) const {
    const std::int64_t first = z == kAllPlanes ? 0 : z;
    const VolumeShape wanted{1, shape.c, z == kAllPlanes ? shape.z : 1, shape.y, shape.x};
    KARYO_TRY(const std::uint64_t all, io::volume_bytes(wanted, type));
    Volume taken(type, wanted);
    const std::size_t bytes = static_cast<std::size_t>(all) / static_cast<std::size_t>(shape.c);
    const std::size_t plane_bytes = static_cast<std::size_t>(shape.y * shape.x) * bytes_of(type);
    for (std::int64_t c = 0; c < shape.c; ++c) {
      std::byte* const to = taken.data() + static_cast<std::size_t>(c) * bytes;
      if (volume) {
        const std::int64_t plane = (t * shape.c + c) * shape.z + first;
        std::copy_n(volume->data() + static_cast<std::size_t>(plane) * plane_bytes, bytes, to);
      } else {
        KARYO_CHECK_OK(
            pages->read(0, t, c, {{first, 0, 0}, {first + wanted.z, shape.y, shape.x}}, to));
      }
    }
    return taken;
  }
};

/// Who is asked, and of what.
struct Asked {
  std::shared_ptr<worker::Client> client;
  std::filesystem::path model;
  stardist::Rays3d rays;  // of a 3D model
  double least = 0;       // probability
};

/// What the network sees in planes from one side (app/worker/sides.h), or in a part of them.
/// Errors: of files and worker.
Result<ModelSight> sight_of(const Asked& asked, const Volume& planes, int side, const Box3& part,
                            TaskControl& control) {
  KARYO_TRY(const auto picture, asked.client->new_file(".tif"));
  KARYO_TRY(const auto result, asked.client->new_file(".safetensors"));
  KARYO_CHECK_OK(write_image(picture, planes, {}));
  nlohmann::json question{{"model", asked.model.string()},
                          {"image", picture.string()},
                          {"least", asked.least},
                          {"side", side},
                          {"output", result.string()}};
  if (!part.empty()) question["part"] = {part.begin.y, part.begin.x, part.end.y, part.end.x};
  const auto answer = asked.client->ask("candidates", std::move(question), control);
  std::error_code ignored;
  std::filesystem::remove(picture, ignored);
  if (!answer) return answer.error();
  const auto read = [&]() -> Result<ModelSight> {
    ModelSight sight;
    if (asked.rays.count() == 0) {
      KARYO_TRY(sight.outlines, read_candidates(result));
      return sight;
    }
    KARYO_TRY(sight.bodies, read_candidates_3d(result));
    if (sight.bodies.rays != asked.rays.count()) {
      return Error(ErrorCode::kBadFile, "the worker answered with bodies of other rays",
                   "Choose the model again: its folder has changed.");
    }
    sight.rays = asked.rays;
    sight.reach = stardist::longest_distance(sight.bodies);
    return sight;
  };
  auto sight = read();
  std::filesystem::remove(result, ignored);
  return sight;
}

}  // namespace

bool ModelInUse::Slice::operator==(const Slice& other) const {
  return !pixels.owner_before(other.pixels) && !other.pixels.owner_before(pixels) &&
         time == other.time && z == other.z && part == other.part;
}

bool ModelInUse::Slice::holds(const Slice& other) const {
  const Slice here{pixels, time, z, other.part};
  if (!(here == other)) return false;
  return part.empty() || (!other.part.empty() && other.part.clipped_to(part) == other.part);
}

ModelInUse::ModelInUse(Workspace& workspace)
    : workspace_(workspace),
      client_(std::make_shared<worker::Client>()),
      walk_(std::make_unique<ModelWalk>(workspace)) {}
ModelInUse::~ModelInUse() = default;

void ModelInUse::open(const std::filesystem::path& folder) {
  forget();
  const std::uint64_t generation = generation_;
  opening_ = workspace_.in_background([this, client = client_, folder, generation](
                                          TaskControl& control) -> Result<Workspace::Finish> {
    control.report(0, "Loading the model");
    struct Opened {
      std::string description;
      Thresholds thresholds;
      stardist::Rays3d rays;
    };
    auto opened = [&]() -> Result<Opened> {
      KARYO_TRY(const ModelFolder model, ModelFolder::open(folder));
      if (!model.stardist) {
        return Error(ErrorCode::kUnsupported, folder.string() + " is no model that finds objects",
                     "Choose the folder of a StarDist model.");
      }
      Opened known;
      if (model.stardist->n_dim == 3) {
        KARYO_TRY(known.rays, stardist::rays_from_json(model.stardist->rays_json));
      }
      KARYO_TRY(const auto answer, client->ask("open", {{"model", folder.string()}}, control));
      known.description = answer.value("description", std::string());
      known.thresholds = model.thresholds;
      return known;
    }();
    return Workspace::Finish([this, folder, generation, opened = std::move(opened)] {
      if (generation != generation_) return;  // another one is wanted by now
      opening_ = 0;
      if (opened) {
        folder_ = folder;
        description_ = opened->description;
        thresholds_ = opened->thresholds;
        rays_ = opened->rays;
      } else if (opened.error().code != ErrorCode::kCancelled) {
        workspace_.failed.emit(opened.error());
      }
      changed.emit();
    });
  });
  changed.emit();
}

void ModelInUse::close() {
  forget();
  workspace_.in_background([client = client_](TaskControl&) -> Result<Workspace::Finish> {
    client->end();
    return Workspace::Finish([] {});
  });
  changed.emit();
}

void ModelInUse::forget() {
  ++generation_;
  if (opening_ != 0) workspace_.cancel_job(std::exchange(opening_, 0));
  folder_.clear();
  description_.clear();
  rays_ = {};
  seen_.clear();
  waiting_.clear();
  walk_->forget();
}

ModelInUse::Slice ModelInUse::slice_of(const ImageSlice& slice) const {
  Slice wanted{pixels_of(*slice.image), slice.image->time_shown(slice.time), slice.z, slice.part};
  if (in_3d()) wanted.z = kAllPlanes;
  // In all planes, so that a part is the same one wherever it is asked about.
  if (!wanted.part.empty()) wanted.part.begin.z = 0, wanted.part.end.z = slice.image->shape().z;
  return wanted;
}

double ModelInUse::least_probability() const {
  return in_3d() ? std::max(kLeastProbability, thresholds_.prob / 2) : kLeastProbability;
}

ModelInUse::Sight ModelInUse::seen_in(const ImageSlice& slice) const {
  const Slice wanted = slice_of(slice);
  const auto found = std::find_if(seen_.begin(), seen_.end(),
                                  [&](const Seen& seen) { return seen.slice.holds(wanted); });
  return found == seen_.end() ? nullptr : found->sight;
}

std::vector<std::int64_t> ModelInUse::slices_seen(const ImageLayer& image,
                                                  std::int64_t time) const {
  std::vector<std::int64_t> slices;
  for (const Seen& seen : seen_) {
    if (seen.slice == slice_of({&image, time, seen.slice.z, {}})) slices.push_back(seen.slice.z);
  }
  return slices;
}

void ModelInUse::look_at(const ImageSlice& slice, std::function<void(const Sight&)> then) {
  if (const auto seen = seen_in(slice)) {
    then(seen);
    return;
  }
  const Slice wanted = slice_of(slice);
  const auto waiting = std::find_if(waiting_.begin(), waiting_.end(),
                                    [&](const Waiting& w) { return w.slice.holds(wanted); });
  if (waiting != waiting_.end()) {
    waiting->then.push_back(std::move(then));
    return;
  }
  waiting_.push_back({wanted, {std::move(then)}});
  workspace_.in_background([this, asked = Asked{client_, folder_, rays_, least_probability()},
                            generation = generation_, wanted, picture = Picture(*slice.image)](
                               TaskControl& control) -> Result<Workspace::Finish> {
    control.report(0, "Looking for nuclei");
    auto seen = [&]() -> Result<ModelSight> {
      KARYO_TRY(const Volume planes, picture.planes(wanted.time, wanted.z));
      return sight_of(asked, planes, 0, wanted.part, control);
    }();
    return Workspace::Finish([this, generation, wanted, seen = std::move(seen)]() mutable {
      if (generation == generation_) take(wanted, std::move(seen));
    });
  });
  changed.emit();
}

std::vector<ModelInUse::Sight> ModelInUse::sides_seen(const ImageSlice& slice) const {
  const Slice wanted = slice_of(slice);
  const auto found = std::find_if(seen_.begin(), seen_.end(),
                                  [&](const Seen& seen) { return seen.slice == wanted; });
  return found == seen_.end() ? std::vector<Sight>() : found->sides;
}

void ModelInUse::look_from_sides(const ImageSlice& slice, std::function<void()> then) {
  constexpr int kSides = 4;
  workspace_.in_background([this, asked = Asked{client_, folder_, rays_, least_probability()},
                            generation = generation_, wanted = slice_of(slice),
                            picture = Picture(*slice.image), then = std::move(then)](
                               TaskControl& control) -> Result<Workspace::Finish> {
    control.report(0, "Looking from other sides");
    KARYO_TRY(const Volume planes, picture.planes(wanted.time, wanted.z));
    std::vector<Sight> sides;
    for (int side = 1; side < kSides; ++side) {
      KARYO_TRY(auto seen, sight_of(asked, planes, side, {}, control));
      sides.push_back(std::make_shared<const ModelSight>(std::move(seen)));
    }
    return Workspace::Finish([this, generation, wanted, then, sides = std::move(sides)] {
      if (generation != generation_) return;  // another model is in use by now
      for (Seen& seen : seen_) {
        if (seen.slice == wanted) seen.sides = sides;
      }
      changed.emit();
      then();
    });
  });
}

void ModelInUse::forget_the_oldest() {
  const auto bytes = [](const Seen& seen) {
    std::size_t sum = seen.sight->bytes();
    for (const Sight& side : seen.sides) sum += side->bytes();
    return sum;
  };
  std::size_t all = 0;
  for (const Seen& seen : seen_) all += bytes(seen);
  while (seen_.size() > 1 && (seen_.size() > kSlicesKept || all > kMostBytesKept)) {
    all -= bytes(seen_.front());
    seen_.erase(seen_.begin());
  }
}

void ModelInUse::take(const Slice& slice, Result<ModelSight> seen) {
  const auto waiting = std::find_if(waiting_.begin(), waiting_.end(),
                                    [&](const Waiting& w) { return w.slice == slice; });
  if (waiting == waiting_.end()) return;
  const auto then = std::move(waiting->then);
  waiting_.erase(waiting);
  if (!seen) {
    if (seen.error().code != ErrorCode::kCancelled) workspace_.failed.emit(seen.error());
    changed.emit();
    return;
  }
  const auto sight = std::make_shared<const ModelSight>(*std::move(seen));
  seen_.push_back({slice, sight});
  forget_the_oldest();
  changed.emit();
  for (const auto& call : then) call(sight);
}

}  // namespace karyo
