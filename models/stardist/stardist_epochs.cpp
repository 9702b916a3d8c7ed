#include "models/stardist/stardist_epochs.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <functional>
#include <utility>

#include "core/io/image_io.h"
#include "core/labels/label_volume.h"
#include "models/train/train_folder.h"

namespace karyo {
namespace {

// A network that has learned nothing may be sure of every pixel, and NMS of so many would take
// longer than the epoch.
constexpr std::size_t kMostFlat = 2000, kMostDeep = 500;

/// The probability that at most `most` places exceed, and at least `usual`.
double bounded_threshold(const StarDistMaps& maps, std::size_t most, double usual) {
  std::vector<float> above;
  for (const float prob : maps.prob) {
    if (static_cast<double>(prob) > usual) above.push_back(prob);
  }
  if (above.size() <= most) return usual;
  const auto last = above.begin() + static_cast<std::ptrdiff_t>(most);
  std::nth_element(above.begin(), last, above.end(), std::greater<>());
  return static_cast<double>(*last);
}

}  // namespace

void StarDistEpochs::on_epoch(const TrainEpochEvent& event) {
  inner_.on_epoch(event);
  note_warnings(cache_.take_findings(), inner_);
  if (const std::string now = statement(device_); now != device_said_) {
    device_said_ = now;
    inner_.on_note("device: " + now);
  }
  if (request_.place.first() && has_epoch_picture(event.epoch, event.epochs)) {
    said(keep_picture(event.epoch));
  }
  if (!request_.preview.empty()) said(write_preview(event.epoch));
}

void StarDistEpochs::said(const Result<void>& outcome) {
  if (!outcome) inner_.on_note("preview: " + outcome.error().what);
}

Result<PlaneSettings> StarDistEpochs::settings_for(const Volume& image) const {
  PlaneSettings settings;
  KARYO_TRY(settings.scales,
            input_scales(image, 0, -1, model_.config().n_channel_in, request_.config.percentile_low,
                         request_.config.percentile_high));
  return settings;
}

Result<void> StarDistEpochs::keep_picture(std::int64_t epoch) {
  const bool deep = model_.config().n_dim == 3;
  if (!sample_) {
    KARYO_TRY(const auto image, read_image(pair_.image));
    KARYO_TRY(const auto truth, read_labels(pair_.mask));
    KARYO_TRY(const auto settings, settings_for(image));
    KARYO_TRY(auto part, preview_part(image, truth.view(), deep));
    sample_.emplace(Sample{std::move(part), settings});
  }
  const Volume& image = sample_->part.image;
  PlaneSettings settings = sample_->settings;
  const auto maps =
      predict_maps(model_, network_image(image, 0, 0, image.shape().z, -1, settings.scales),
                   device_, Precision::kFloat32);
  settings.thresholds.prob =
      bounded_threshold(maps, deep ? kMostDeep : kMostFlat, settings.thresholds.prob);
  KARYO_TRY(const auto labels, found_in(image, settings));
  return write_epoch_picture(request_.model, epoch, draw_found(sample_->part, labels.view()));
}

Result<void> StarDistEpochs::write_preview(std::int64_t epoch) {
  KARYO_TRY(const auto image, read_image(pair_.image));
  KARYO_TRY(const auto settings, settings_for(image));
  KARYO_TRY(const auto labels, found_in(image, settings));
  char name[64];
  std::snprintf(name, sizeof name, "epoch_%04lld.tif", static_cast<long long>(epoch));
  return write_labels(request_.preview / name, labels, image.grid);
}

Result<LabelArray> StarDistEpochs::found_in(const Volume& image,
                                            const PlaneSettings& settings) const {
  TaskControl control;
  if (model_.config().n_dim == 3) {
    KARYO_TRY(auto volume,
              predict_volume(model_, image, 0, settings, device_, Precision::kFloat32, control));
    return std::move(volume.labels);
  }
  KARYO_TRY(auto plane,
            predict_plane(model_, image, 0, 0, settings, device_, Precision::kFloat32, control));
  return std::move(plane.labels);
}

}  // namespace karyo
