#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "app/cli/option_text.h"
#include "app/image_doubts.h"
#include "app/worker/commands.h"
#include "app/worker/restore_image.h"
#include "app/worker/sides.h"
#include "core/base/atomic_file.h"
#include "core/base/text.h"
#include "core/io/image_io.h"
#include "core/io/image_names.h"
#include "core/io/roi_zip.h"
#include "core/labels/label_rois.h"
#include "models/model.h"
#include "models/process.h"
#include "models/train/data_look.h"

namespace karyo::worker {
namespace {

namespace fs = std::filesystem;

struct PredictOptions {
  std::string model, input, output, tiles = "auto", precision = "auto", shard, only;
  std::optional<double> prob, nms;
  int channel = 0, sides = 1;
  bool rois = false, probability = false, overwrite = false;
};

struct Shard {
  std::size_t number = 1, of = 1;
};

Result<Shard> parse_shard(const std::string& text) {
  Shard shard;
  if (text.empty()) return shard;
  char rest = 0;
  if (std::sscanf(text.c_str(), "%zu/%zu%c", &shard.number, &shard.of, &rest) != 2 ||
      shard.number < 1 || shard.number > shard.of) {
    return Error(ErrorCode::kInvalidArgument, "--shard " + text + " is not part i of n",
                 "Give it as i/n with i from 1 to n, for example 2/8.");
  }
  return shard;
}

/// "auto", "y,x" or "z,y,x".
Result<PredictSettings> parse_settings(const PredictOptions& options) {
  PredictSettings settings;
  settings.prob = options.prob;
  settings.nms = options.nms;
  settings.probability = options.probability;
  settings.channel = options.channel - 1;
  if (options.tiles == "auto") return settings;
  const auto tiles = cli::parse_zyx(options.tiles);
  if (!tiles) {
    return Error(ErrorCode::kInvalidArgument, "--tiles " + options.tiles + " is not a tiling",
                 "Give auto, or how many tiles along z, y and x, for example 1,2,2.");
  }
  settings.tiles_z = tiles->z;
  settings.tiles_y = tiles->y;
  settings.tiles_x = tiles->x;
  return settings;
}

Result<std::vector<fs::path>> input_files(const fs::path& input) {
  std::error_code ec;
  if (fs::is_regular_file(input, ec)) return std::vector<fs::path>{input};
  if (!fs::is_directory(input, ec)) {
    return Error(ErrorCode::kNotFound, input.string() + " is neither a file nor a folder",
                 "Check the path given with --input.");
  }
  KARYO_TRY(auto files, image_files(input));
  if (files.empty()) {
    return Error(ErrorCode::kNotFound, "no images in " + input.string(),
                 "Give a folder that holds TIFF, PNG, JPEG, NRRD, NIfTI or MetaImage files.");
  }
  return files;
}

/// Those that a file names, where one is given.
Result<std::vector<fs::path>> wanted_files(const PredictOptions& options) {
  KARYO_TRY(auto files, input_files(options.input));
  if (options.only.empty()) return files;
  KARYO_TRY(const auto list, read_name_list(options.only));
  std::set<std::string> names(list.begin(), list.end());
  std::erase_if(files, [&](const fs::path& file) { return !names.contains(image_stem(file)); });
  for (const fs::path& file : files) names.erase(image_stem(file));
  if (names.empty()) return files;
  return Error(ErrorCode::kNotFound,
               "no image of " + options.input + " is called " + *names.begin(),
               "Names are those of the image files without their ending.");
}

/// Labels and restored images are TIFF whatever the image was.
fs::path result_file(const PredictOptions& options, const fs::path& input) {
  return fs::path(options.output) / (image_stem(input) + ".tif");
}

/// What --probability writes: of an image without time points the probability of objects, or the
/// scale of a restored image.
fs::path second_file(const PredictOptions& options, const fs::path& input, ModelKind kind) {
  const char* ending = kind == ModelKind::kStarDist ? "_probability.tif" : "_scale.tif";
  return fs::path(options.output) / (image_stem(input) + ending);
}

/// Every image has a result of its own, and none of them stands where an image is.
Result<void> check_targets(const PredictOptions& options, const std::vector<fs::path>& files,
                           ModelKind kind) {
  const std::string result = kind == ModelKind::kStarDist ? "labels" : "restored image";
  std::map<fs::path, fs::path> taken;
  for (const auto& file : files) {
    const auto target = result_file(options, file);
    std::error_code absent;
    if (fs::equivalent(target, file, absent)) {
      return Error(ErrorCode::kInvalidArgument,
                   "the " + result + " of " + file.string() + " would replace the image itself",
                   "Name another folder with --output.");
    }
    const auto [other, is_new] = taken.emplace(target, file);
    if (!is_new) {
      return Error(ErrorCode::kInvalidArgument,
                   other->second.string() + " and " + file.string() + " would both have their " +
                       result + " in " + target.string(),
                   "Rename one of them, or put them into folders of their own.");
    }
  }
  if (!options.probability) return {};
  for (const auto& file : files) {
    const auto map = second_file(options, file, kind);
    if (const auto labels = taken.find(map); labels != taken.end()) {
      return Error(ErrorCode::kInvalidArgument,
                   "what --probability writes of " + file.string() + " and the " + result + " of " +
                       labels->second.string() + " would both be " + map.string(),
                   "Rename one of them, or leave out --probability.");
    }
  }
  return {};
}

/// Each object's class: a table that training and `evaluate labels` read back. The class of an
/// object is the most probable one; empty where that is the background.
std::string class_table(const std::vector<std::string>& names, const Prediction& prediction) {
  std::string text = "label,class,class_id,probability";
  for (const auto& name : names) text += "," + csv_field(name);
  text += "\n";
  for (std::size_t i = 0; i < prediction.class_prob.size(); ++i) {
    const auto& prob = prediction.class_prob[i];
    const auto best =
        static_cast<std::size_t>(std::max_element(prob.begin(), prob.end()) - prob.begin());
    char number[32];
    const auto decimal = [&](float value) {
      std::snprintf(number, sizeof number, ",%.4f", value);
      return std::string(number);
    };
    text += std::to_string(i + 1) + "," + (best == 0 ? "" : csv_field(names[best - 1])) + "," +
            std::to_string(best) + decimal(prediction.scores[i]);
    for (std::size_t c = 1; c < prob.size(); ++c) text += decimal(prob[c]);
    text += "\n";
  }
  return text;
}

/// How sure the model is of each object.
std::string score_table(const std::vector<float>& scores) {
  std::string text = "label,probability\n";
  char line[48];
  for (std::size_t i = 0; i < scores.size(); ++i) {
    std::snprintf(line, sizeof line, "%zu,%.6f\n", i + 1, static_cast<double>(scores[i]));
    text += line;
  }
  return text;
}

/// What a run was shown, to be compared with what the model learned from.
struct Shown {
  DataLook model;
  bool planes = false;  ///< the model goes plane by plane: so are its objects
  std::int64_t images = 0;
  LookGatherer gatherer;

  bool wants_more() const { return images < kMostLooked; }
  void add(const Volume& image, LabelView labels) {
    ++images;
    gatherer.add_image(image);
    const Index3 shape = labels.shape();
    for (std::int64_t z = 0; planes && z < shape.z; ++z) {
      gatherer.add_labels(labels.crop({{z, 0, 0}, {z + 1, shape.y, shape.x}}));
    }
    if (!planes) gatherer.add_labels(labels);
  }
};

/// Segments every time point of one image and writes what was asked for.
Result<ImageDoubt> predict_file(Predictor& predictor, const fs::path& input, const fs::path& output,
                                const PredictOptions& options, const PredictSettings& settings,
                                Shown& shown, TaskControl& control) {
  KARYO_TRY(const auto image, read_image(input));
  const auto stem = image_stem(input);
  std::vector<LabelArray> frames;
  const double sure = settings.prob.value_or(predictor.thresholds().prob) + kDoubtMargin;
  ImageDoubt found;
  for (std::int64_t t = 0; t < image.shape().t; ++t) {
    KARYO_TRY(auto prediction, predictor.predict(image, t, settings, control));
    found.objects += static_cast<std::int64_t>(prediction.scores.size());
    KARYO_TRY(const auto missed,
              missed_from_sides(predictor, image, t, prediction, options.sides, settings, control));
    for (std::size_t i = 0; i < prediction.scores.size(); ++i) {
      found.unsure += prediction.scores[i] < sure || missed[i] > 0 ? 1 : 0;
    }
    if (prediction.probability) {
      const auto name = stem + "_probability" +
                        (image.shape().t > 1 ? "_t" + std::to_string(t + 1) : "") + ".tif";
      KARYO_CHECK_OK(write_image(output / name, *prediction.probability, {.compress = true}));
      const auto table =
          stem + (image.shape().t > 1 ? "_t" + std::to_string(t + 1) : "") + "_scores.csv";
      KARYO_CHECK_OK(write_file_atomically(output / table, score_table(prediction.scores)));
    }
    if (const auto names = predictor.class_names(); !names.empty()) {
      const auto name =
          stem + (image.shape().t > 1 ? "_t" + std::to_string(t + 1) : "") + "_classes.csv";
      KARYO_CHECK_OK(write_file_atomically(output / name, class_table(names, prediction)));
    }
    frames.push_back(std::move(prediction.labels));
  }
  if (shown.wants_more()) shown.add(image, frames.front().view());
  if (options.rois) {
    for (std::size_t t = 0; t < frames.size(); ++t) {
      const auto name = stem + (frames.size() > 1 ? "_t" + std::to_string(t + 1) : "") +
                        "_RoiSet.zip";
      KARYO_CHECK_OK(write_rois(output / name, rois_from_labels(frames[t].view())));
    }
  }
  // The labels come last: where they stand, the image is done.
  const Volume labels = from_labels(frames, image.grid);
  KARYO_CHECK_OK(write_image(result_file(options, input), labels, {.compress = true}));
  return found;
}

/// Options that only one kind of model has a use for.
Result<void> check_options(const PredictOptions& options, const Predictor& predictor) {
  if (predictor.kind() == ModelKind::kStarDist) return {};
  if (options.rois || options.prob || options.nms || options.sides > 1) {
    return Error(ErrorCode::kInvalidArgument,
                 "--rois, --prob, --nms and --sides are of objects, and " + options.model +
                     " restores images",
                 "Leave them out, or choose a StarDist model.");
  }
  if (options.probability && !predictor.probabilistic()) {
    return Error(ErrorCode::kInvalidArgument,
                 "--probability was asked for, but the model is not probabilistic",
                 "Leave it out, or train a CARE model that is.");
  }
  return {};
}

/// What a model makes of one image; restored images have no objects.
Result<ImageDoubt> apply(Predictor& predictor, const fs::path& input, const PredictOptions& options,
                         const PredictSettings& settings, Shown& shown, TaskControl& control) {
  if (predictor.kind() == ModelKind::kStarDist) {
    return predict_file(predictor, input, options.output, options, settings, shown, control);
  }
  const auto scale =
      options.probability ? second_file(options, input, predictor.kind()) : fs::path();
  KARYO_CHECK_OK(
      restore_image(predictor, input, result_file(options, input), scale, settings, control));
  return ImageDoubt{};
}

Result<void> run(const PredictOptions& options, cli::Console& console) {
  const auto start = std::chrono::steady_clock::now();
  tune_process(console.options().threads);
  KARYO_TRY(const auto shard, parse_shard(options.shard));
  KARYO_TRY(const auto settings, parse_settings(options));
  KARYO_TRY(const auto files, wanted_files(options));
  KARYO_TRY(auto predictor,
            open_predictor(options.model, console.options().device, options.precision));
  const bool labels = predictor->kind() == ModelKind::kStarDist;
  KARYO_CHECK_OK(check_options(options, *predictor));
  KARYO_CHECK_OK(check_targets(options, files, predictor->kind()));
  const std::string described = predictor->description();
  console.note(described);

  TaskControl control;
  const InterruptWatch watch(control);
  Shown shown;
  if (const auto folder = ModelFolder::open(options.model)) {
    shown.model = given_look_of(*folder);
    shown.planes = folder->stardist && folder->stardist->n_dim == 2;
  }
  if (!labels && shown.model.images > 0) {
    KARYO_TRY(const DataLook look, look_at(files, {}, control));
    for (const auto& text : differences(shown.model, look)) console.note("warning: " + text);
  }
  nlohmann::json results = nlohmann::json::array();
  std::int64_t done = 0, kept = 0, total_objects = 0;
  for (std::size_t i = shard.number - 1; i < files.size(); i += shard.of) {
    const auto target = result_file(options, files[i]);
    if (!options.overwrite && fs::exists(target)) {
      ++kept;
      continue;
    }
    if (control.cancelled()) return cancelled_error("prediction");
    const auto file_start = std::chrono::steady_clock::now();
    auto found = apply(*predictor, files[i], options, settings, shown, control);
    if (!found) {  // errors of reading name the file themselves
      const bool named = found.error().what.starts_with(files[i].string());
      return named ? found.error() : found.error().in(files[i].string());
    }
    ++done;
    total_objects += found->objects;
    const double ms = std::chrono::duration<double, std::milli>(
                          std::chrono::steady_clock::now() - file_start).count();
    nlohmann::json entry{{"event", "file"},           {"path", files[i].string()},
                         {"output", target.string()}, {"ms", ms},
                         {"number", i + 1},           {"of", files.size()}};
    if (labels) {
      entry["objects"] = found->objects;
      entry["unsure"] = found->unsure;
    }
    console.progress(files[i].filename().string(), static_cast<std::int64_t>(i) + 1,
                     static_cast<std::int64_t>(files.size()), entry);
    for (const char* of_progress : {"event", "number", "of"}) entry.erase(of_progress);
    results.push_back(std::move(entry));
  }
  console.end_progress();
  if (predictor->description() != described) console.note("now " + predictor->description());
  for (const auto& text : differences(shown.model, shown.gatherer.look())) {
    console.note("warning: " + text);
  }
  if (kept > 0) {
    console.note("kept " + std::to_string(kept) +
                 " results that were there already; --overwrite makes them anew");
  }
  const double seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  const std::string images = std::to_string(done) + " images";
  console.say(
      (labels ? std::to_string(total_objects) + " objects in " + images : images + " restored") +
      ", written to " + options.output);
  nlohmann::json summary{{"files", results},
                         {"kept", kept},
                         {"device", predictor->description()},
                         {"seconds", seconds},
                         {"peak_memory_bytes", peak_memory_bytes()}};
  if (labels) summary["objects"] = total_objects;
  console.result(summary);
  return {};
}

}  // namespace

void add_predict_command(cli::Cli& command_line) {
  auto options = std::make_shared<PredictOptions>();
  auto* command = command_line.add_command(
      "predict", "Apply a model to an image or a folder of images",
      [options](cli::Console& console) { return run(*options, console); });
  command->add_option("--model", options->model, "Model folder")->required();
  command->add_option("--input", options->input, "Image, or folder of images")->required();
  command
      ->add_option("--output", options->output,
                   "Folder for labels or restored images of the same file names")
      ->required();
  command->add_option("--tiles", options->tiles,
                      "Tiles along z,y,x, or auto: as many as memory asks for");
  command->add_option("--prob", options->prob, "Probability threshold instead of the model's")
      ->check(CLI::Range(0.0, 1.0));
  command->add_option("--nms", options->nms, "NMS threshold instead of the model's")
      ->check(CLI::Range(0.0, 1.0));
  command->add_option("--channel", options->channel,
                      "Which channel of several to use, from 1; 0: all")
      ->check(CLI::Range(0, 65535));
  command->add_flag("--rois", options->rois, "Also write NAME_RoiSet.zip for ImageJ");
  command->add_flag("--probability", options->probability,
                    "Also write NAME_probability.tif, on the network's grid; of a probabilistic "
                    "CARE model NAME_scale.tif");
  command->add_option("--only", options->only,
                      "File with the names of the images to use, one a line, without ending");
  command->add_option("--shard", options->shard, "Only part i of n of the files, as i/n");
  command
      ->add_option("--sides", options->sides,
                   "From how many sides the model looks (mirrored up-down, left-right, both): an "
                   "object that it misses from one counts as unsure. Takes so many times as long; "
                   "the labels stay those of one side")
      ->check(CLI::Range(1, kMostSides));
  command->add_flag("--overwrite", options->overwrite, "Make results anew that are there already");
  command->add_option("--precision", options->precision, "float32, bfloat16 or auto (float32)")
      ->check(CLI::IsMember({"float32", "bfloat16", "auto"}));
}

}  // namespace karyo::worker
