// What a reader learns from the first page: the result, and what a reviewer would ask.

#include <algorithm>
#include <cmath>

#include "app/report/report_sections.h"
#include "app/report/report_text.h"

namespace karyo {
namespace {

constexpr std::int64_t kFewTests = 5, kFewObjects = 100;

class Warnings {
 public:
  void add(const std::string& text, Tone tone = Tone::kWarning) {
    section_.blocks.emplace_back(ReportText{text, tone});
  }
  ReportSection take() {
    if (section_.blocks.empty()) {
      add("None of what is checked here stands out. Repeat the training with another seed to see "
          "how "
          "much of the result is chance.",
          Tone::kGood);
    }
    return std::move(section_);
  }

 private:
  ReportSection section_{"What a reviewer would ask"};
};

void warn_of_seen(const ReportSources& sources, Warnings& warnings) {
  std::vector<std::string> trained, validated, allowed;
  for (const SeenTest& test : sources.seen) {
    auto& list = !test.refused                            ? allowed
                 : test.role == TrainingRole::kValidation ? validated
                                                          : trained;
    list.push_back(test.name);
  }
  if (!trained.empty()) {
    warnings.add(how_many(static_cast<std::int64_t>(trained.size()), "test image") +
                     (trained.size() == 1 ? " was" : " were") + " trained on: " + listed(trained) +
                     ". Scores on such images say nothing of new ones.",
                 Tone::kRefused);
  }
  if (!validated.empty()) {
    warnings.add(how_many(static_cast<std::int64_t>(validated.size()), "test image") +
                     (validated.size() == 1 ? " was" : " were") +
                     " used for validation: " + listed(validated) +
                     ". They chose the best epoch and the thresholds, so the model was fitted to "
                     "them.",
                 Tone::kRefused);
  }
  if (!allowed.empty()) {
    warnings.add(how_many(static_cast<std::int64_t>(allowed.size()), "test image") +
                 (allowed.size() == 1 ? " is" : " are") +
                 " among the noisy images that Noise2Void "
                 "learned from: " +
                 listed(allowed) +
                 ". That is how the method is meant (it never "
                 "saw their truth), but other images may come out less well.");
  }
  if (sources.evaluation && !sources.seen_checked) {
    warnings.add("It could not be checked whether test images were trained on: " +
                 std::string(sources.data
                                 ? "the evaluation is of an earlier version; evaluate again."
                                 : "the model folder does not list its training images."));
  }
}

void warn_of_labels(const LabelEvaluation& labels, Warnings& warnings) {
  const std::size_t at = main_threshold(labels.pooled);
  const Matching& all = labels.pooled[at];
  if (all.n_true < kFewObjects) {
    warnings.add("Only " + how_many(all.n_true, "true object") +
                 " to judge by: with so few, each one moves the scores visibly.");
  }
  std::vector<double> accuracy;
  for (const ImageScores& image : labels.images)
    accuracy.push_back(image.by_threshold[at].accuracy);
  const double middle = median(accuracy);
  std::vector<std::string> poor;
  for (std::size_t i = 0; i < accuracy.size(); ++i) {
    if (accuracy[i] < 0.5 * middle) poor.push_back(labels.images[i].name);
  }
  if (!poor.empty()) {
    warnings.add(
        "Some images are far worse than the others (less than half the median accuracy of " +
        fixed(middle, 3) + "): " + listed(poor) +
        ". Look at them: is it the image, its truth, or something the training lacked?");
  }
  constexpr double kPoor = 0.5;
  if (all.f1 < kPoor) {
    warnings.add("The model does poorly on the test images (F1 " + fixed(all.f1, 3) + " at IoU " +
                 threshold_text(all.threshold) +
                 "): more is wrong than right. It should not be used as it is.");
    return;
  }
  constexpr double kLopsided = 0.15;
  if (all.recall + kLopsided < all.precision) {
    warnings.add("Far more is missed than invented (recall " + fixed(all.recall, 3) +
                 ", precision " + fixed(all.precision, 3) +
                 "): counts of objects will be too low.");
  } else if (all.precision + kLopsided < all.recall) {
    warnings.add("Far more is invented than missed (precision " + fixed(all.precision, 3) +
                 ", recall " + fixed(all.recall, 3) + "): counts of objects will be too high.");
  }
}

void warn_of_restoration(const RestorationEvaluation& restored, Warnings& warnings) {
  const AgainstTruth& mean = restored.mean;
  if (mean.prediction.ssim < mean.source.ssim && mean.prediction.psnr < mean.source.psnr) {
    warnings.add(
        "On average the restored images are further from the truth than what they were made "
        "of: the model does harm on these images.");
  }
  std::vector<std::string> worse;
  for (const RestoredImageScores& image : restored.images) {
    const AgainstTruth& s = image.mean;
    if (s.prediction.ssim < s.source.ssim || s.prediction.psnr < s.source.psnr) {
      worse.push_back(image.name);
    }
  }
  if (!worse.empty()) {
    warnings.add(how_many(static_cast<std::int64_t>(worse.size()), "image") +
                 " came out further from the truth than the source, in SSIM or PSNR: " +
                 listed(worse) + ".");
  }
}

void warn_of_training(const ReportSources& sources, Warnings& warnings) {
  if (sources.model.record && sources.model.record->finished.empty()) {
    warnings.add("The training has not come to its end: the model may still change.");
  }
  for (const LearningAdvice& advice : sources.advice) {
    if (advice.warning) warnings.add(advice.text);
  }
  if (sources.model.kind != ModelKind::kN2v && sources.image_count(TrainingRole::kBoth) > 0) {
    warnings.add(
        "A single pair served for training and validation: the validation loss is too good "
        "to choose by.");
  }
  const auto trained = sources.image_count(TrainingRole::kTraining);
  if (trained > 0 && trained < kFewTests) {
    warnings.add("It was trained on " + how_many(trained, "image") +
                 " only: expect it to work on images of that very kind.");
  }
  if (sources.model.kind == ModelKind::kStarDist && !sources.model.tuned_thresholds) {
    warnings.add("The thresholds are the usual ones, not tuned on validation images.");
  }
  if (sources.data) {
    const auto& images = sources.data->images;
    const auto without = std::count_if(images.begin(), images.end(), [](const SeenImage& image) {
      return !image.grid.calibrated();
    });
    if (without > 0) {
      warnings.add("The pixel size is missing in " +
                   (without == static_cast<std::int64_t>(images.size())
                        ? std::string("all training images")
                        : std::to_string(without) + " of " + std::to_string(images.size()) +
                              " training images") +
                   ": say it in the text, since a model holds for one scale.");
    }
  }
}

}  // namespace

ReportSection warnings_section(const ReportSources& sources) {
  Warnings warnings;
  warn_of_seen(sources, warnings);
  if (!sources.evaluation) {
    if (!sources.all_refused) {
      warnings.add("The model was not evaluated on test images: nothing is known of its quality.");
    }
  } else {
    const auto& evaluation = *sources.evaluation;
    const auto count = static_cast<std::int64_t>(evaluation.image_count());
    if (count < kFewTests) {
      warnings.add("The evaluation rests on " + how_many(count, "image") +
                   ": too few to tell how the model does on others.");
    }
    const auto& record = sources.model.record;
    if (record && evaluation.record && !record->finished.empty() &&
        evaluation.record->made < record->finished) {
      warnings.add("The evaluation (" + evaluation.record->made +
                   ") is older than the end of the training (" + record->finished +
                   "): it may be of other weights. Predict and evaluate again.");
    }
    if (evaluation.restoration) {
      warn_of_restoration(evaluation.restored, warnings);
    } else {
      warn_of_labels(evaluation.labels, warnings);
    }
  }
  warn_of_training(sources, warnings);
  for (const std::string& problem : sources.problems) warnings.add(problem);
  return warnings.take();
}

ReportSection brief_section(const ReportSources& sources) {
  ReportSection section{"In brief"};
  const auto say = [&](const std::string& text, Tone tone = Tone::kPlain) {
    section.blocks.emplace_back(ReportText{text, tone});
  };
  if (!sources.evaluation) {
    if (sources.all_refused) {
      say("Every test image is one that the model was trained or validated with. The evaluation is "
          "refused: this report states nothing of the model's quality.",
          Tone::kRefused);
    } else {
      say(sources.name + " is a " + method_name(sources) + " model that was not evaluated yet.");
    }
    return section;
  }
  const EvaluationFolder& evaluation = *sources.evaluation;
  const std::string images =
      how_many(static_cast<std::int64_t>(evaluation.image_count()), "test image");
  if (evaluation.restoration) {
    const AgainstTruth& m = evaluation.restored.mean;
    say(sources.name + " (" + method_name(sources) + ") takes " + images + " from an SSIM of " +
        fixed(m.source.ssim, 3) + " to " + fixed(m.prediction.ssim, 3) + ", and from a PSNR of " +
        fixed(m.source.psnr, 2) + " dB to " + fixed(m.prediction.psnr, 2) + " dB.");
  } else {
    const Matching& m = evaluation.labels.pooled[main_threshold(evaluation.labels.pooled)];
    say(sources.name + " (" + method_name(sources) + ") finds " + grouped(m.true_positives) +
        " of " + how_many(m.n_true, "true object") + " in " + images + " at IoU " +
        threshold_text(m.threshold) + ", with " + grouped(m.false_positives) +
        " objects too many: F1 " + fixed(m.f1, 3) + ", accuracy " + fixed(m.accuracy, 3) + ".");
  }
  const auto refused = std::count_if(sources.seen.begin(), sources.seen.end(),
                                     [](const SeenTest& test) { return test.refused; });
  if (refused > 0) {
    say(how_many(refused, "further image") + (refused == 1 ? " was" : " were") +
            " left out, as the model was trained or validated with " +
            (refused == 1 ? "it." : "them."),
        Tone::kRefused);
  }
  return section;
}

}  // namespace karyo
