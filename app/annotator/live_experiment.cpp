#include "app/annotator/live_experiment.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <set>
#include <thread>
#include <utility>

#include "app/annotator/simulated_person.h"
#include "app/comparison.h"
#include "app/dataset_session.h"
#include "app/layer_commands.h"
#include "app/model_in_use.h"
#include "app/training_run.h"
#include "app/worker/run_once.h"
#include "core/base/random.h"
#include "core/dataset/dataset_folder.h"
#include "core/io/image_io.h"
#include "core/labels/label_rois.h"
#include "core/metrics/matching.h"

namespace karyo {
namespace {

using nlohmann::json;
namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr std::size_t kScoreAt = 8;  // of ComparedImage::by_threshold: IoU 0.5

/// Many short epochs, so that what comes is learned from soon, at one rate, and the mean of the
/// last weights as the model: when it is stopped nobody knows.
const std::vector<std::string> kSettings{"epochs=100000", "steps=20",   "batch=4", "lr=0.001",
                                         "warmup=100",    "ema=0.99",  "val_patches=8"};

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

struct Scores {
  double accuracy = 0, f1 = 0;
};

class Experiment {
 public:
  Experiment(const ExperimentPlan& plan, const std::function<void(const std::string&)>& say)
      : plan_(plan), say_(say), start_(Clock::now()) {
    add_workspace_commands(commands_, workspace_);
    watch_ = workspace_.failed.connect([this](const Error& error) {
      if (!failure_) failure_ = error;
    });
  }

  Result<json> run() {
    KARYO_CHECK_OK(open());
    while (used_ < plan_.budget) {
      KARYO_TRY(const bool more, annotate_next());
      if (!more) break;
      if (done_ < first_images() || (!plan_.loop && used_ < plan_.budget)) continue;
      KARYO_CHECK_OK(keep_training());
      if (plan_.loop) KARYO_CHECK_OK(let_time_pass());
    }
    KARYO_CHECK_OK(keep_training());
    KARYO_CHECK_OK(train_until(plan_.minutes * 60));
    KARYO_CHECK_OK(keep_round());
    workspace_.training().stop();
    workspace_.training().wait();
    return judged();
  }

 private:
  Result<void> command(const std::string& id, const json& arguments = json::object()) {
    KARYO_CHECK_OK(commands_.run(id, arguments));
    workspace_.finish_jobs();
    if (failure_) return *std::exchange(failure_, std::nullopt);
    return {};
  }

  /// The images, without their masks, as a folder that is annotated.
  Result<void> open() {
    std::error_code ec;
    fs::create_directories(plan_.work, ec);
    fs::create_directory_symlink(fs::absolute(plan_.data) / "images", plan_.work / "images", ec);
    if (ec) {
      return Error(ErrorCode::kIo, "cannot make " + plan_.work.string() + ": " + ec.message(),
                   "Give a new folder that can be written to.");
    }
    KARYO_TRY(const auto truth, open_dataset(plan_.data));
    KARYO_CHECK_OK(truth.usable());
    for (const DatasetPair& pair : truth.pairs) waiting_.push_back(pair);
    Random random(plan_.seed);
    for (std::size_t i = waiting_.size(); i > 1; --i) {
      std::swap(waiting_[i - 1],
                waiting_[static_cast<std::size_t>(random.below(static_cast<std::int64_t>(i)))]);
    }
    KARYO_CHECK_OK(command("dataset.open", {{"path", plan_.work.string()}}));
    if (!plan_.suggestions) return {};
    say_("making objects as the pictures suggest");
    return command("steps.apply_next", {{"count", 100000}, {"suggest", true}});
  }

  /// Before the training begins: one to learn from and one to judge; two judge where the others are
  /// learned from as well.
  std::size_t first_images() const { return plan_.suggestions ? 4 : 2; }

  /// Opens the next image that the budget allows for, mends it and marks it as done. False: none.
  Result<bool> annotate_next() {
    while (!waiting_.empty()) {
      const DatasetPair pair = waiting_.back();
      waiting_.pop_back();
      KARYO_TRY(const LabelArray truth, read_labels(pair.mask));
      KARYO_CHECK_OK(command("dataset.go_to", {{"image", pair.name}}));
      KARYO_TRY(const auto wanted, suggested(truth));
      // Half an image teaches that the rest is background; a person takes a smaller one.
      if (used_ + wanted.count() > plan_.budget) continue;
      KARYO_CHECK_OK(mend(truth, wanted));
      KARYO_CHECK_OK(command("dataset.save"));
      KARYO_CHECK_OK(command("dataset.mark_done"));
      ++done_;
      used_ += wanted.count();
      say_(pair.name + ": " + std::to_string(wanted.count()) + " corrections, " +
           std::to_string(wanted.left) + " nuclei were right; " + std::to_string(used_) + " of " +
           std::to_string(plan_.budget));
      return true;
    }
    return false;
  }

  bool has_model() { return !workspace_.training().history().rows.empty(); }

  Result<Corrections> needed(const LabelArray& truth) {
    const auto& labels = workspace_.dataset().labels();
    return corrections_needed(truth.view(), labels->labels(0).to_dense().view());
  }

  /// Fills the open image with suggestions: by the picture, or what the model has learned so far
  /// sees, whichever a person sees to be better. The model is loaded anew: it has learned since.
  Result<Corrections> suggested(const LabelArray& truth) {
    std::error_code none;
    if (plan_.suggestions && !fs::exists(workspace_.dataset().current_item()->mask, none)) {
      KARYO_CHECK_OK(command("steps.suggest"));
    }
    KARYO_TRY(auto wanted, needed(truth));
    if (!plan_.loop || !has_model()) return wanted;
    KARYO_CHECK_OK(command("model.open", {{"folder", workspace_.training().model().string()}}));
    KARYO_CHECK_OK(command("labels.model_objects", {{"replace", true}}));
    KARYO_TRY(auto by_model, needed(truth));
    if (by_model.count() <= wanted.count()) {
      ++by_model_;
      return by_model;
    }
    KARYO_CHECK_OK(command("edit.undo"));
    return wanted;
  }

  Result<void> mend(const LabelArray& truth, const Corrections& wanted) {
    std::vector<std::uint32_t> remove = wanted.remove;
    std::set<std::uint32_t> draw(wanted.draw.begin(), wanted.draw.end());
    for (const auto& [true_id, id] : wanted.redraw) {
      remove.push_back(id);
      draw.insert(true_id);
    }
    if (!remove.empty()) KARYO_CHECK_OK(command("labels.delete_objects", {{"objects", remove}}));
    for (const auto& [true_id, outlines] : label_outlines(truth.view(), 0)) {
      if (!draw.contains(true_id)) continue;
      for (const Outline& outline : outlines) KARYO_CHECK_OK(draw_outline(outline));
    }
    removed_ += static_cast<std::int64_t>(wanted.remove.size());
    drawn_ += static_cast<std::int64_t>(wanted.draw.size());
    redrawn_ += static_cast<std::int64_t>(wanted.redraw.size());
    return {};
  }

  Result<void> draw_outline(const Outline& outline) {
    json points = json::array();
    for (const Corner& corner : outline) {
      points.push_back(corner.x);
      points.push_back(corner.y);
    }
    KARYO_CHECK_OK(command("labels.new_object"));
    return command("labels.region", {{"points", std::move(points)}});
  }

  Result<void> keep_training() {
    if (workspace_.training().going_on()) return {};
    if (has_model()) return training_ended();
    json settings = kSettings;
    for (const std::string& setting : plan_.settings) settings.push_back(setting);
    say_("the training begins");
    return command("training.start", {{"images", plan_.suggestions ? "masks" : "done"},
                                      {"settings", settings},
                                      {"device", plan_.device}});
  }

  Error training_ended() {
    if (const auto& failure = workspace_.training().failure()) return *failure;
    return {ErrorCode::kInternal, "the training ended before its time", "Look at run.log."};
  }

  /// As long as a person would have taken for the corrections so far, and until there is a model.
  Result<void> let_time_pass() {
    const double share = static_cast<double>(used_) / static_cast<double>(plan_.budget);
    KARYO_CHECK_OK(train_until(share * plan_.minutes * 60));
    // The last round is kept at the end.
    const bool judge = share * plan_.judged >= static_cast<double>(rounds_.size() + 1);
    return judge && used_ < plan_.budget ? keep_round() : Result<void>();
  }

  Result<void> train_until(double seconds) {
    TrainingRun& training = workspace_.training();
    while (seconds_since(start_) < seconds || !has_model()) {
      if (!training.poll()) return training_ended();
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    return {};
  }

  /// The model as it is, to be judged when the training is over.
  Result<void> keep_round() {
    const fs::path from = workspace_.training().model();
    const fs::path to = plan_.work / "rounds" / std::to_string(rounds_.size() + 1);
    std::error_code ec;
    fs::create_directories(to, ec);
    for (const char* file : {"config.json", "karyoscope.json", "weights_best.h5"}) {
      fs::copy_file(from / file, to / file, fs::copy_options::overwrite_existing, ec);
    }
    if (ec) {
      return Error(ErrorCode::kIo, "cannot copy the model to " + to.string() + ": " + ec.message(),
                   "Make room on the disk.");
    }
    rounds_.push_back({{"corrections", used_},
                       {"images", done_},
                       {"seconds", seconds_since(start_)},
                       {"epochs", workspace_.training().history().rows.size()}});
    return {};
  }

  Result<json> judged() {
    json rounds = json::array();
    Scores last;
    for (std::size_t i = 0; i < rounds_.size(); ++i) {
      say_("judging model " + std::to_string(i + 1) + " of " + std::to_string(rounds_.size()));
      KARYO_TRY(last, scores_of(plan_.work / "rounds" / std::to_string(i + 1)));
      json round = rounds_[i];
      round["accuracy"] = last.accuracy;
      round["f1"] = last.f1;
      rounds.push_back(std::move(round));
    }
    const json& end = rounds_.back();
    return json{{"accuracy", last.accuracy},
                {"f1", last.f1},
                {"corrections", used_},
                {"budget", plan_.budget},
                {"actions", {{"draw", drawn_}, {"redraw", redrawn_}, {"remove", removed_}}},
                {"images", done_},
                {"images_by_model", by_model_},
                {"epochs", end["epochs"]},
                {"seconds", end["seconds"]},
                {"loop", plan_.loop},
                {"rounds", rounds}};
  }

  /// Thresholds by the images that are done, then objects in the test images against the truth.
  Result<Scores> scores_of(const fs::path& model) {
    TaskControl control;
    const fs::path results = model / "test";
    KARYO_TRY(const fs::path done, folder_of_done());
    KARYO_CHECK_OK(worker::run_once({"thresholds", "--model", model.string(), "--data",
                                     done.string(), "--device", plan_.device},
                                    control, [](const json&) {}));
    KARYO_CHECK_OK(worker::predict_files(
        {"--model", model.string(), "--input", (plan_.test / "images").string(), "--output",
         results.string(), "--device", plan_.device},
        control, [](const worker::FileDone&) {}));
    PairOptions wanted;
    wanted.truth = plan_.test / "masks";
    wanted.prediction = results;
    KARYO_TRY(const auto files, pair_files(wanted));
    std::vector<Matching> images;
    for (const EvaluationPair& pair : files.pairs) {
      KARYO_TRY(const ComparedImage compared, judge_image(pair));
      images.push_back(compared.by_threshold[kScoreAt]);
    }
    const Matching all = pool(images);
    return Scores{all.accuracy, all.f1};
  }

  /// Links to the images that were corrected, and to their masks.
  Result<fs::path> folder_of_done() {
    const fs::path folder = plan_.work / "done";
    std::error_code ec;
    if (fs::exists(folder, ec)) return folder;
    fs::create_directories(folder / "images", ec);
    fs::create_directories(folder / "masks", ec);
    for (const DatasetItem& item : workspace_.dataset().items()) {
      if (item.state != ImageState::kDone) continue;
      for (const auto& [part, file] : {std::pair("images", item.image), {"masks", item.mask}}) {
        fs::create_symlink(fs::absolute(file), folder / part / file.filename(), ec);
      }
    }
    if (!ec) return folder;
    return Error(ErrorCode::kIo, "cannot make " + folder.string() + ": " + ec.message(),
                 "Give a folder that can be written to and knows links.");
  }

  const ExperimentPlan& plan_;
  const std::function<void(const std::string&)>& say_;
  const Clock::time_point start_;
  Workspace workspace_;
  CommandTable commands_;
  Connection watch_;
  std::optional<Error> failure_;
  std::vector<DatasetPair> waiting_;  // in the order of a shuffle, the next last
  std::size_t done_ = 0;
  std::int64_t by_model_ = 0;  // images whose suggestions were the model's
  std::int64_t used_ = 0, drawn_ = 0, redrawn_ = 0, removed_ = 0;
  std::vector<json> rounds_;
};

}  // namespace

Result<json> run_experiment(const ExperimentPlan& plan,
                            const std::function<void(const std::string&)>& say) {
  if (plan.budget < 1 || !(plan.minutes > 0)) {
    return Error(ErrorCode::kInvalidArgument, "there is nothing to spend",
                 "Give a budget of 1 correction or more, and more than 0 minutes.");
  }
  Experiment experiment(plan, say);
  return experiment.run();
}

}  // namespace karyo
