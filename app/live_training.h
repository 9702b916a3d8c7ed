#pragma once

/// Lets a training learn from what a person does meanwhile: images of its folder that are marked as
/// done come to it, and what was corrected counts more.
///
/// Threads  one, the UI thread.

#include "core/base/signal.h"

namespace karyo {

class Workspace;

class LiveTraining {
 public:
  explicit LiveTraining(Workspace& workspace);

 private:
  void dataset_changed();

  Workspace& workspace_;
  Connection connection_;
};

}  // namespace karyo
