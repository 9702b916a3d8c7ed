#pragma once

/// The guided steps for many images of a folder, without showing them.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "app/dataset_session.h"
#include "core/base/task.h"
#include "core/segment/mask_steps.h"
#include "core/segment/suggestion.h"

namespace karyo {

/// Makes objects of an image's first channel and, where asked for, writes them as its mask. Without
/// `steps` by those that its first frame suggests. Nothing is written where there is a mask.
/// Errors: those of reading, the steps and writing. Threads: any.
Result<StepCounts> run_on_image(const DatasetItem& item, std::optional<MaskSteps> steps, bool save,
                                TaskControl& control);

}  // namespace karyo
