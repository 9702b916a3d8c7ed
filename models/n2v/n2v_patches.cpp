#include "models/n2v/n2v_patches.h"

#include <algorithm>
#include <cmath>

#include "core/base/random.h"
#include "core/io/image_io.h"
#include "models/train/cut.h"

namespace karyo {
namespace {

constexpr std::uint64_t kPlaces = 0x706c61636573;

Error naming(const std::filesystem::path& file, const Error& error) {
  if (error.what.find(file.filename().string()) != std::string::npos) return error;
  return error.in("\"" + file.string() + "\"");
}

}  // namespace

std::vector<N2vUnit> n2v_units(const std::vector<ImageFile>& images, std::int64_t dims) {
  std::vector<N2vUnit> units;
  for (std::size_t file = 0; file < images.size(); ++file) {
    const VolumeShape& shape = images[file].shape;
    const auto number = static_cast<std::int64_t>(file);
    for (std::int64_t t = 0; t < shape.t; ++t) {
      if (dims == 3) {
        units.push_back({number, t, {0, 0, 0}, shape.zyx()});
        continue;
      }
      for (std::int64_t z = 0; z < shape.z; ++z) {
        units.push_back({number, t, {z, 0, 0}, {1, shape.y, shape.x}});
      }
    }
  }
  return units;
}

N2vPatches::N2vPatches(std::vector<N2vUnit> units, const TrainConfig& config)
    : units_(std::move(units)),
      patch_(config.patch),
      at_random_(config.patches_per_image),
      seed_(static_cast<std::uint64_t>(config.seed)) {
  std::int64_t total = 0;
  for (const N2vUnit& unit : units_) until_.push_back(total += of_unit(unit));
}

std::int64_t N2vPatches::of_unit(const N2vUnit& unit) const {
  if (at_random_ > 0) return at_random_;
  return (unit.shape.z / patch_.z) * (unit.shape.y / patch_.y) * (unit.shape.x / patch_.x);
}

N2vPlace N2vPatches::at(std::int64_t number) const {
  const auto place = std::upper_bound(until_.begin(), until_.end(), number) - until_.begin();
  const N2vUnit& unit = units_[static_cast<std::size_t>(place)];
  Index3 corner = unit.origin;
  if (at_random_ > 0) {
    const std::uint64_t of_stream = Random(seed_ ^ kPlaces).next();
    Random random(Random(of_stream + static_cast<std::uint64_t>(number)).next());
    corner = corner + Index3{random.below(unit.shape.z - patch_.z + 1),
                             random.below(unit.shape.y - patch_.y + 1),
                             random.below(unit.shape.x - patch_.x + 1)};
  } else {
    const std::int64_t n = number - (place == 0 ? 0 : until_[static_cast<std::size_t>(place - 1)]);
    const std::int64_t across = unit.shape.x / patch_.x, down = unit.shape.y / patch_.y;
    corner = corner + Index3{n / (down * across) * patch_.z, n / across % down * patch_.y,
                             n % across * patch_.x};
  }
  return {unit.file, unit.t, {corner, corner + patch_}};
}

void N2vImages::add(const ImageFile& file) {
  const std::lock_guard lock(adding_);
  files_.push_back(file);
}

Result<std::shared_ptr<const LoadedImage>> N2vImages::get(std::int64_t file) {
  const ImageFile& entry = [&]() -> const ImageFile& {
    const std::lock_guard lock(adding_);
    return files_[static_cast<std::size_t>(file)];
  }();
  return images_.get(entry.path.string(), [&] { return load(entry); });
}

Result<std::shared_ptr<const LoadedImage>> N2vImages::load(const ImageFile& file) {
  auto volume = read_image(file.path);
  if (!volume) return naming(file.path, volume.error());
  const VolumeShape& shape = volume->shape();
  if (shape.zyx() != file.shape.zyx() || shape.t != file.shape.t || shape.c < file.shape.c) {
    return Error(ErrorCode::kBadFile, "\"" + file.path.string() + "\" has another size than it had",
                 "Was the file changed during the training? Start again.");
  }
  KARYO_CHECK_OK(findings_.add(check_image(file.path, *volume)));
  return std::make_shared<const LoadedImage>(LoadedImage{*std::move(volume)});
}

Result<ChannelStatistics> measure(const N2vPatches& patches, std::int64_t first, N2vImages& images,
                                  TaskControl& control) {
  const int channels = images.channels();
  ChannelStatistics statistics;
  // Sums from the first value on, so that a large offset takes no digits from the deviation.
  struct Sums {
    double first = 0, sum = 0, squares = 0;
  };
  std::vector<Sums> sums(static_cast<std::size_t>(channels));
  double count = 0;
  std::vector<float> values;
  for (std::int64_t i = first; i < patches.count(); ++i) {
    if (control.cancelled()) return cancelled_error("measuring the images");
    const N2vPlace place = patches.at(i);
    KARYO_TRY(const auto image, images.get(place.file));
    values.resize(static_cast<std::size_t>(place.box.shape().count()));
    for (int c = 0; c < channels; ++c) {
      cut_box(image->volume, place.t, c, place.box, values.data(), [](float v) { return v; });
      Sums& of = sums[static_cast<std::size_t>(c)];
      if (i == first) of.first = values.front();
      for (const float value : values) {
        const double off = value - of.first;
        of.sum += off;
        of.squares += off * off;
      }
    }
    count += static_cast<double>(values.size());
  }
  for (std::size_t c = 0; c < sums.size(); ++c) {
    const double mean = sums[c].sum / count;
    const double variance = sums[c].squares / count - mean * mean;
    if (!(variance > 0)) {
      return Error(ErrorCode::kBadFile,
                   "channel " + std::to_string(c + 1) + " of the images is constant",
                   "Nothing can be learned from it: export the images again, or save them without "
                   "that channel.");
    }
    statistics.means.push_back(static_cast<float>(sums[c].first + mean));
    statistics.deviations.push_back(static_cast<float>(std::sqrt(variance)));
  }
  return statistics;
}

}  // namespace karyo
