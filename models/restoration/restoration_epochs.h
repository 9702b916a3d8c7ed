#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <vector>

#include "core/dataset/dataset_folder.h"
#include "models/device.h"
#include "models/model.h"
#include "models/restoration/restoration_model.h"
#include "models/train/epoch_pictures.h"

namespace karyo {

/// After each epoch, besides what the inner observer does: notes what reading the files brought up,
/// keeps a picture of a part of a validation image after some and, where asked for, restores it
/// all. What it is given must outlive it.
class RestorationEpochs : public TrainObserver {
 public:
  struct Watched {
    std::filesystem::path image;  ///< restored after epochs
    std::function<std::vector<Finding>()> take_findings;
  };
  RestorationEpochs(TrainObserver& inner, const TrainRequest& request, Watched watched,
                    const RestorationModel& model, const Device& device)
      : inner_(inner),
        request_(request),
        watched_(std::move(watched)),
        model_(model),
        device_(device) {}

  void on_note(const std::string& text) override { inner_.on_note(text); }
  void on_step(const TrainStepEvent& event) override { inner_.on_step(event); }
  void on_epoch(const TrainEpochEvent& event) override;

 private:
  void said(const Result<void>& outcome);
  Result<void> keep_picture(std::int64_t epoch);
  Result<void> write_preview(std::int64_t epoch) const;

  TrainObserver& inner_;
  const TrainRequest& request_;
  Watched watched_;
  const RestorationModel& model_;
  const Device& device_;
  std::optional<PreviewPart> part_;  ///< of the image, read once
};

}  // namespace karyo
