#pragma once

/// The picture that the guided steps work on: one channel at one time of an image, in memory or in
/// its file.

#include <cstdint>
#include <memory>

#include "core/layers/image_layer.h"
#include "core/segment/mask_steps_paged.h"
#include "core/segment/suggestion.h"

namespace karyo {

struct StepsPicture {
  std::shared_ptr<const Volume> volume;     ///< null: in `pages`
  std::shared_ptr<const PagedImage> pages;  ///< null: in `volume`
  std::int64_t t = 0, c = 0;
  std::int64_t channel_count() const {
    return volume ? volume->shape().c : pages->info().shape().c;
  }
};

/// Its first visible channel.
StepsPicture steps_picture(const ImageLayer& image, std::int64_t time);

/// run_steps() and suggest_steps() of it; of an image in its file with as much memory as there is
/// to spare. For background work.
Result<PagedSteps> run_steps(const StepsPicture& picture, const MaskSteps& steps,
                             const PutLabels& put, TaskControl& control);
Result<Suggestion> suggest_steps(const StepsPicture& picture, TaskControl& control);

}  // namespace karyo
