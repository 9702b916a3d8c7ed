#include "models/train/patch_sampler.h"

#include <algorithm>

namespace karyo {

void PatchPositions::add_row(Runs& runs, std::int64_t z, std::int64_t y,
                             const std::vector<std::int32_t>& in_column,
                             std::int64_t patch_width) const {
  // A patch at x counts when the nearest column that counts, at or after x, lies inside it.
  const auto width = static_cast<std::int64_t>(in_column.size());
  std::int64_t until = count(runs);
  std::int64_t begin = 0, end = 0;  // run being grown, along x
  const auto close = [&] {
    if (end <= begin) return;
    until += end - begin;
    runs.push_back({static_cast<std::int32_t>(z), static_cast<std::int32_t>(y),
                    static_cast<std::int32_t>(begin), until});
  };
  for (std::int64_t column = 0; column < width; ++column) {
    if (in_column[static_cast<std::size_t>(column)] == 0) continue;
    const std::int64_t first = std::max<std::int64_t>(0, column - patch_width + 1);
    const std::int64_t last = std::min(column + 1, columns_);
    if (first > end) {
      close();
      begin = first;
    }
    end = std::max(end, last);
  }
  close();
}

Index3 PatchPositions::position(const Runs& runs, std::int64_t i) {
  const auto run = std::upper_bound(runs.begin(), runs.end(), i,
                                    [](std::int64_t at, const Run& r) { return at < r.until; });
  const std::int64_t before = run == runs.begin() ? 0 : std::prev(run)->until;
  return {run->z, run->y, run->x + (i - before)};
}

Index3 PatchPositions::draw(Random& random, double foreground_only) const {
  const bool prefer = random.uniform() < foreground_only;
  if (prefer && eligible_count() > 0) return eligible(random.below(eligible_count()));
  return valid(random.below(valid_count()));
}

PatchSampler::PatchSampler(std::int64_t images, std::uint64_t seed)
    : images_(images), seed_(seed), last_(std::make_shared<Pass>()) {}

std::int64_t PatchSampler::image_of(std::int64_t sample) const {
  const std::int64_t pass = sample / images_;
  const std::lock_guard lock(last_->mutex);
  if (last_->number != pass) {
    last_->order = generator(kOrder, pass).permutation(images_);
    last_->number = pass;
  }
  return last_->order[static_cast<std::size_t>(sample % images_)];
}

Random PatchSampler::random_of(std::int64_t sample) const {
  return generator(kSample, sample);
}

Random PatchSampler::generator(std::uint64_t stream, std::int64_t number) const {
  // Chained seeding: unlike seeds, streams and numbers give unrelated generators.
  const std::uint64_t of_stream = Random(seed_ ^ stream).next();
  return Random(Random(of_stream + static_cast<std::uint64_t>(number)).next());
}

}  // namespace karyo
