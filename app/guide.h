#pragma once

/// First steps for a newcomer: draw, train, see what the model finds, correct, train on, on images
/// that are made up. What has been done is seen in the workspace, so a person may do it in any way.
///
/// Threads  one, the UI thread.

#include <filesystem>

#include "core/base/result.h"
#include "core/base/task.h"

namespace karyo {

class Workspace;

enum class GuideStep {
  kDraw,     ///< some nuclei of an image
  kFinish,   ///< two images: one to learn from and one to judge
  kTrain,    ///< has begun
  kSee,      ///< what the model finds: it is at hand
  kCorrect,  ///< another image is done
  kJudge,    ///< the rounds have been judged
  kThatsIt,
};
inline constexpr int kGuideSteps = 6;  ///< of work, kThatsIt left out
/// Objects to be drawn.
inline constexpr int kGuideNuclei = 10;
inline constexpr int kGuideImages = 2;

/// A folder of 12 images (images/nuclei_01.tif …) of 160 x 200 pixels with some 20 nuclei each;
/// images that are there are left alone. Errors: kIo, kCancelled. Threads: any.
Result<void> make_guide_folder(const std::filesystem::path& folder, TaskControl& control);

/// What is to be done next in the open folder, no step before `since`. To be called some times a
/// second; has the objects of the open image measured in the background (ObjectChecks::update).
GuideStep guide_step(Workspace& workspace, GuideStep since);

}  // namespace karyo
