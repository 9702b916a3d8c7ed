#include "app/model_in_use.h"

#include <algorithm>
#include <utility>

#include "app/worker/client.h"
#include "app/workspace.h"
#include "core/io/image_io.h"
#include "models/io/candidates_file.h"

namespace karyo {
namespace {

constexpr std::size_t kSlicesKept = 32;
/// Less probable pixels are no candidates: what a person might still click on.
constexpr double kLeastProbability = 0.05;

std::shared_ptr<const void> pixels_of(const ImageLayer& image) {
  if (image.shared_volume()) return image.shared_volume();
  return image.pages();
}

/// The slice alone, all channels. Errors: of reading.
Result<Volume> slice_alone(const std::shared_ptr<const Volume>& volume,
                           const std::shared_ptr<const PagedImage>& pages, std::int64_t t,
                           std::int64_t z, const VolumeShape& shape, VoxelType type) {
  Volume slice(type, {1, shape.c, 1, shape.y, shape.x});
  const std::size_t bytes = static_cast<std::size_t>(shape.y * shape.x) * bytes_of(type);
  for (std::int64_t c = 0; c < shape.c; ++c) {
    std::byte* const to = slice.data() + static_cast<std::size_t>(c) * bytes;
    if (volume) {
      const std::int64_t plane = (t * shape.c + c) * shape.z + z;
      std::copy_n(volume->data() + static_cast<std::size_t>(plane) * bytes, bytes, to);
    } else {
      KARYO_CHECK_OK(pages->read(0, t, c, {{z, 0, 0}, {z + 1, shape.y, shape.x}}, to));
    }
  }
  return slice;
}

/// What the network sees in a plane from one side (app/worker/sides.h). Errors: of files and
/// worker.
Result<stardist::Candidates> candidates_of(worker::Client& client,
                                           const std::filesystem::path& model, const Volume& plane,
                                           int side, TaskControl& control) {
  KARYO_TRY(const auto picture, client.new_file(".tif"));
  KARYO_TRY(const auto result, client.new_file(".safetensors"));
  KARYO_CHECK_OK(write_image(picture, plane, {}));
  const auto answer = client.ask("candidates",
                                 {{"model", model.string()},
                                  {"image", picture.string()},
                                  {"least", kLeastProbability},
                                  {"side", side},
                                  {"output", result.string()}},
                                 control);
  std::error_code ignored;
  std::filesystem::remove(picture, ignored);
  if (!answer) return answer.error();
  auto candidates = read_candidates(result);
  std::filesystem::remove(result, ignored);
  return candidates;
}

}  // namespace

bool ModelInUse::Slice::operator==(const Slice& other) const {
  return !pixels.owner_before(other.pixels) && !other.pixels.owner_before(pixels) &&
         time == other.time && z == other.z;
}

ModelInUse::ModelInUse(Workspace& workspace)
    : workspace_(workspace), client_(std::make_shared<worker::Client>()) {}
ModelInUse::~ModelInUse() = default;

void ModelInUse::open(const std::filesystem::path& folder) {
  forget();
  const std::uint64_t generation = generation_;
  opening_ = workspace_.in_background([this, client = client_, folder, generation](
                                          TaskControl& control) -> Result<Workspace::Finish> {
    control.report(0, "Loading the model");
    auto description = [&]() -> Result<std::pair<std::string, Thresholds>> {
      KARYO_TRY(const ModelFolder model, ModelFolder::open(folder));
      if (!model.stardist || model.stardist->n_dim != 2) {
        return Error(ErrorCode::kUnsupported,
                     folder.string() + " is no model that finds objects in a plane",
                     "Choose the folder of a StarDist 2D model.");
      }
      KARYO_TRY(const auto answer, client->ask("open", {{"model", folder.string()}}, control));
      return std::pair(answer.value("description", std::string()), model.thresholds);
    }();
    return Workspace::Finish([this, folder, generation, opened = std::move(description)] {
      if (generation != generation_) return;  // another one is wanted by now
      opening_ = 0;
      if (opened) {
        folder_ = folder;
        description_ = opened->first;
        thresholds_ = opened->second;
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
  seen_.clear();
  waiting_.clear();
}

ModelInUse::Slice ModelInUse::slice_of(const ImageSlice& slice) {
  return {pixels_of(*slice.image), slice.image->time_shown(slice.time), slice.z};
}

ModelInUse::Candidates ModelInUse::seen_in(const ImageSlice& slice) const {
  const Slice wanted = slice_of(slice);
  const auto found = std::find_if(seen_.begin(), seen_.end(),
                                  [&](const Seen& seen) { return seen.slice == wanted; });
  return found == seen_.end() ? nullptr : found->candidates;
}

std::vector<std::int64_t> ModelInUse::slices_seen(const ImageLayer& image,
                                                  std::int64_t time) const {
  std::vector<std::int64_t> slices;
  for (const Seen& seen : seen_) {
    if (seen.slice == slice_of({&image, time, seen.slice.z})) slices.push_back(seen.slice.z);
  }
  return slices;
}

void ModelInUse::look_at(const ImageSlice& slice, std::function<void(const Candidates&)> then) {
  if (const auto seen = seen_in(slice)) {
    then(seen);
    return;
  }
  const Slice wanted = slice_of(slice);
  const auto waiting = std::find_if(waiting_.begin(), waiting_.end(),
                                    [&](const Waiting& w) { return w.slice == wanted; });
  if (waiting != waiting_.end()) {
    waiting->then.push_back(std::move(then));
    return;
  }
  waiting_.push_back({wanted, {std::move(then)}});
  const ImageLayer& image = *slice.image;
  workspace_.in_background([this, client = client_, model = folder_, generation = generation_,
                            wanted, volume = image.shared_volume(), pages = image.pages(),
                            shape = image.shape(), type = image.type()](
                               TaskControl& control) -> Result<Workspace::Finish> {
    control.report(0, "Looking for nuclei");
    auto seen = [&]() -> Result<stardist::Candidates> {
      KARYO_TRY(const Volume plane, slice_alone(volume, pages, wanted.time, wanted.z, shape, type));
      return candidates_of(*client, model, plane, 0, control);
    }();
    return Workspace::Finish([this, generation, wanted, seen = std::move(seen)]() mutable {
      if (generation == generation_) take(wanted, std::move(seen));
    });
  });
  changed.emit();
}

std::vector<ModelInUse::Candidates> ModelInUse::sides_seen(const ImageSlice& slice) const {
  const Slice wanted = slice_of(slice);
  const auto found = std::find_if(seen_.begin(), seen_.end(),
                                  [&](const Seen& seen) { return seen.slice == wanted; });
  return found == seen_.end() ? std::vector<Candidates>() : found->sides;
}

void ModelInUse::look_from_sides(const ImageSlice& slice, std::function<void()> then) {
  constexpr int kSides = 4;
  const ImageLayer& image = *slice.image;
  workspace_.in_background([this, client = client_, model = folder_, generation = generation_,
                            wanted = slice_of(slice), volume = image.shared_volume(),
                            pages = image.pages(), shape = image.shape(), type = image.type(),
                            then = std::move(then)](
                               TaskControl& control) -> Result<Workspace::Finish> {
    control.report(0, "Looking from other sides");
    KARYO_TRY(const Volume plane, slice_alone(volume, pages, wanted.time, wanted.z, shape, type));
    std::vector<Candidates> sides;
    for (int side = 1; side < kSides; ++side) {
      KARYO_TRY(auto seen, candidates_of(*client, model, plane, side, control));
      sides.push_back(std::make_shared<const stardist::Candidates>(std::move(seen)));
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

void ModelInUse::take(const Slice& slice, Result<stardist::Candidates> seen) {
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
  const auto candidates = std::make_shared<const stardist::Candidates>(*std::move(seen));
  if (seen_.size() >= kSlicesKept) seen_.erase(seen_.begin());
  seen_.push_back({slice, candidates});
  changed.emit();
  for (const auto& call : then) call(candidates);
}

}  // namespace karyo
