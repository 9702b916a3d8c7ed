#pragma once

/// A training on another computer, as if it were here.

#include "app/worker/far_place.h"
#include "models/model.h"

namespace karyo::worker {

/// As train_model(), with a network that learns at `place`: images that are not there yet are sent,
/// each once by its content, and what the training writes comes into request.model while it goes
/// on. Where the line is lost it ends over there with a checkpoint, and `resume` goes on from the
/// last that has arrived. request.follow works as here.
/// Errors: of train_model(), and of FarSession; kUnsupported for previews and several processes.
Result<TrainSummary> train_far(const FarPlace& place, const TrainRequest& request, int threads,
                               TrainObserver& observer, TaskControl& control);

}  // namespace karyo::worker
