#pragma once

/// A model with what comes before it: in the folder before/ of a StarDist model lies the CARE or
/// Noise2Void model that restores every image before the network looks for objects in it.
///
/// before/ is a model folder like any other, of what prediction needs: config.json, weights and,
/// where the model was trained here, karyoscope.json. The key "before" of the karyoscope.json
/// around it has the model's name and says that before/ has to be there: a copy that lost it is an
/// error, not another result. One model comes before another at most.

#include <filesystem>
#include <memory>
#include <string>

#include "core/base/result.h"
#include "models/io/model_folder.h"

namespace karyo {

std::filesystem::path before_folder(const std::filesystem::path& model);

/// What the model in before/ was called where it came from; "before" where nobody wrote it down.
/// Of models that have one.
std::string before_name(const ModelFolder& model);

/// Of a folder that was opened alone; null where nothing comes before it. Errors: kNotFound (it has
/// lost before/, or before/ its files), kUnsupported (no restoration, or one that does not fit, or
/// one before another), those of ModelFolder::open. Each says how to mend it.
Result<std::shared_ptr<const ModelFolder>> open_before(const ModelFolder& model);

/// A model that can come before another; of none the folder is null.
struct FoundRestoration {
  std::shared_ptr<const ModelFolder> folder;
  std::string name;
};
/// By its folder, or by that of a model that has it before itself. Errors: of ModelFolder::open;
/// kUnsupported (a model that finds objects), kNotFound (no weights).
Result<FoundRestoration> find_restoration(const std::filesystem::path& path);
/// What comes before the model of a folder. Errors: of ModelFolder::open.
Result<FoundRestoration> find_restoration_of(const std::filesystem::path& model);

/// Whether it gives what a StarDist model of `n_dim` axes takes, which has `channels` channels; 0:
/// however many come. A restoration of planes fits stacks too. Errors: kUnsupported.
Result<void> check_comes_before(const ModelFolder& restoration, int n_dim, int channels);

/// Copies the restoration into the model's folder: it appears whole or not at all. Returns the
/// folder as it is then. Errors: kInvalidArgument (something comes before it already), those of
/// opening both, of check_comes_before and of reading the weights, kIo.
Result<ModelFolder> put_before(const std::filesystem::path& model,
                               const FoundRestoration& restoration);

/// The files alone, into a folder that is about to become a model; before/ must not be there.
/// Errors: of reading, kIo.
Result<void> copy_before(const std::filesystem::path& model, const FoundRestoration& restoration);

/// Takes it out again, also what is left of one that is damaged. Errors: kNotFound (nothing comes
/// before the model), those of ModelFolder::open_alone, kIo.
Result<ModelFolder> take_out_before(const std::filesystem::path& model);

}  // namespace karyo
