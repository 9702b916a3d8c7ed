#include "app/report/evaluation_pairs.h"

#include <map>
#include <system_error>

#include "app/report/confidence.h"
#include "core/io/image_names.h"

namespace karyo {
namespace {

namespace fs = std::filesystem;
using FilesByName = std::map<std::string, fs::path>;

Result<FilesByName> list_files(const fs::path& folder) {
  KARYO_TRY(const auto paths, image_files(folder));  // others (RoiSet.zip, tables) may lie beside
  FilesByName files;
  for (const fs::path& path : paths) {
    const auto [known, added] = files.try_emplace(image_stem(path), path);
    if (!added) {
      return Error(ErrorCode::kInvalidArgument,
                   folder.string() + " holds both " + known->second.filename().string() + " and " +
                       path.filename().string() + ", which have the same name",
                   "Keep one of the two in that folder.");
    }
  }
  return files;
}

/// Images of a folder, or of its part where it holds none itself (a dataset folder).
Result<FilesByName> list_images(fs::path& folder, const char* part, const std::string& role) {
  std::error_code ignored;
  KARYO_TRY(FilesByName files, list_files(folder));
  if (files.empty() && fs::is_directory(folder / part, ignored)) {
    folder /= part;
    KARYO_TRY(files, list_files(folder));
  }
  if (files.empty()) {
    return Error(ErrorCode::kNotFound,
                 "there is no image in the " + role + " folder " + folder.string(),
                 "Give a folder that holds images (TIFF, PNG, NRRD, NIfTI, MetaImage).");
  }
  return files;
}

/// "a, b, c and 4 more"
std::string joined(const std::vector<std::string>& names) {
  constexpr std::size_t kShown = 8;
  std::string text;
  for (std::size_t k = 0; k < std::min(names.size(), kShown); ++k) {
    text += (k > 0 ? ", " : "") + names[k];
  }
  if (names.size() > kShown) text += " and " + std::to_string(names.size() - kShown) + " more";
  return text;
}

/// Maps that `predict --probability` leaves beside its results are no results.
void leave_companions(FilesByName& files) {
  std::erase_if(files, [&](const auto& file) {
    const std::size_t end = file.first.rfind("_probability");
    const std::size_t scale = file.first.rfind("_scale");
    for (const std::size_t at : {end, scale}) {
      if (at == std::string::npos) continue;
      const std::string of = file.first.substr(0, at);
      if (files.contains(of) && is_companion_of(file.first, of)) return true;
    }
    return false;
  });
}

std::vector<std::string> names_only_in(const FilesByName& here, const FilesByName& there) {
  std::vector<std::string> names;
  for (const auto& [name, path] : here) {
    if (!there.contains(name)) names.push_back(name);
  }
  return names;
}

Result<EvaluationPairs> pair_of_files(const PairOptions& options) {
  EvaluationPair pair{image_stem(options.truth), options.truth, options.prediction, {}};
  std::error_code ignored;
  if (fs::is_regular_file(options.images, ignored)) {
    pair.image = options.images;
  } else if (!options.images.empty()) {
    KARYO_TRY(const FilesByName images, list_files(options.images));
    if (const auto found = images.find(pair.name); found != images.end()) pair.image = found->second;
  }
  return EvaluationPairs{{pair}, {}};
}

}  // namespace

Result<EvaluationPairs> pair_files(const PairOptions& options) {
  std::error_code ignored;
  for (const fs::path& path : {options.truth, options.prediction}) {
    if (!fs::exists(path, ignored)) {
      return Error(ErrorCode::kNotFound, path.string() + " does not exist",
                   "Give a folder of images, or a single file.");
    }
  }
  const bool truth_is_file = fs::is_regular_file(options.truth, ignored);
  if (truth_is_file != fs::is_regular_file(options.prediction, ignored)) {
    return Error(ErrorCode::kInvalidArgument,
                 "one of " + options.truth.string() + " and " + options.prediction.string() +
                     " is a folder, the other a file",
                 "Give two folders, or two files.");
  }
  if (truth_is_file) return pair_of_files(options);

  fs::path truth_folder = options.truth, prediction_folder = options.prediction;
  KARYO_TRY(FilesByName truths, list_images(truth_folder, options.truth_part, "truth"));
  KARYO_TRY(FilesByName predictions,
            list_images(prediction_folder, options.truth_part, "prediction"));
  leave_companions(truths);
  leave_companions(predictions);
  fs::path image_folder = options.images;
  // A dataset's own images serve where none are named.
  if (image_folder.empty() && truth_folder.filename() == options.truth_part &&
      fs::is_directory(truth_folder.parent_path() / options.images_part, ignored)) {
    image_folder = truth_folder.parent_path() / options.images_part;
  }
  FilesByName images;
  if (!image_folder.empty()) {
    KARYO_TRY(images, list_files(image_folder));
  }

  EvaluationPairs result;
  const auto without_prediction = names_only_in(truths, predictions);
  const auto without_truth = names_only_in(predictions, truths);
  if (without_prediction.size() == truths.size()) {
    return Error(ErrorCode::kNotFound,
                 "no image of " + truth_folder.string() + " (" + joined(without_prediction) +
                     ") has a partner of the same name in " + prediction_folder.string() + " (" +
                     joined(without_truth) + ")",
                 "Name each prediction like its true image, whatever the ending.");
  }
  if (!without_prediction.empty() && !options.allow_missing) {
    return Error(ErrorCode::kNotFound,
                 std::to_string(without_prediction.size()) +
                     (without_prediction.size() == 1 ? " image of " : " images of ") +
                     truth_folder.string() + " without prediction in " +
                     prediction_folder.string() + ": " + joined(without_prediction),
                 "Predict these as well, or give --allow-missing to leave them out of the scores.");
  }
  if (!without_prediction.empty()) {
    result.warnings.push_back("left out, as there is no prediction for them: " +
                              joined(without_prediction) + ". Predict these as well to judge them.");
  }
  if (!without_truth.empty()) {
    result.warnings.push_back("left out, as there is no truth for them: " + joined(without_truth) +
                              ". Add it to " + truth_folder.string() + " to judge them.");
  }
  for (const auto& [name, truth] : truths) {
    const auto prediction = predictions.find(name);
    if (prediction == predictions.end()) continue;
    const auto image = images.find(name);
    result.pairs.push_back(
        {name, truth, prediction->second, image == images.end() ? fs::path() : image->second});
  }
  return result;
}

}  // namespace karyo
