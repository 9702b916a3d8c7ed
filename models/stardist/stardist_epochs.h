#pragma once

#include <optional>
#include <string>

#include "core/dataset/dataset_folder.h"
#include "models/device.h"
#include "models/model.h"
#include "models/stardist/stardist_model.h"
#include "models/stardist/stardist_predict.h"
#include "models/train/epoch_pictures.h"
#include "models/train/image_cache.h"

namespace karyo {

/// After each epoch, besides what the inner observer does: notes what reading the files brought up
/// and what computes, where that has changed,
/// keeps a picture of what is found in one validation image after some, and, where asked for,
/// writes the labels of all of it. What it is given must outlive it.
class StarDistEpochs : public TrainObserver {
 public:
  StarDistEpochs(TrainObserver& inner, const TrainRequest& request, const DatasetPair& pair,
                 ImageCache& cache, const StarDistModel& model, const Device& device)
      : inner_(inner),
        request_(request),
        pair_(pair),
        cache_(cache),
        model_(model),
        device_(device),
        device_said_(device.reason) {}

  void on_note(const std::string& text) override { inner_.on_note(text); }
  void on_step(const TrainStepEvent& event) override { inner_.on_step(event); }
  void on_epoch(const TrainEpochEvent& event) override;

 private:
  /// The part of the image that the pictures show.
  struct Sample {
    PreviewPart part;
    PlaneSettings settings;
  };
  void said(const Result<void>& outcome);
  Result<PlaneSettings> settings_for(const Volume& image) const;
  Result<LabelArray> found_in(const Volume& image, const PlaneSettings& settings) const;
  Result<void> keep_picture(std::int64_t epoch);
  Result<void> write_preview(std::int64_t epoch);

  TrainObserver& inner_;
  const TrainRequest& request_;
  const DatasetPair& pair_;
  ImageCache& cache_;
  const StarDistModel& model_;
  const Device& device_;
  std::string device_said_;
  std::optional<Sample> sample_;  // read once
};

}  // namespace karyo
