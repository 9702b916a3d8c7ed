#include "app/report/learning_advice.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "app/report/number_text.h"

namespace karyo {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr std::size_t kFewest = 10;        // epochs below which nothing is said of the end
constexpr double kStillFalling = 0.03;     // share of the fall that the last fifth contributed
constexpr double kRise = 0.05;             // share of the fall that validation has to rise again
constexpr double kJumps = 0.15;            // share of the fall that one epoch changes on average
constexpr std::int64_t kFewValidated = 3;  // images
constexpr double kLowerRate = 0.95;

struct Curve {
  std::vector<std::int64_t> epochs;
  std::vector<double> loss, validation, rate;  ///< NaN: not recorded
};

Curve curve_of(const History& history) {
  Curve curve;
  const auto cell = [&](const std::vector<double>& row, const char* name) {
    const int at = history.column(name);
    return at < 0 ? kNan : row[static_cast<std::size_t>(at)];
  };
  for (std::size_t i = 0; i < history.rows.size(); ++i) {
    const auto& row = history.rows[i];
    const double epoch = cell(row, "epoch");
    const bool sound = std::isfinite(epoch) && std::fabs(epoch) < 1e9;
    curve.epochs.push_back(sound ? std::llround(epoch) : static_cast<std::int64_t>(i) + 1);
    curve.loss.push_back(cell(row, "loss"));
    curve.validation.push_back(cell(row, "val_loss"));
    curve.rate.push_back(cell(row, "learning_rate"));
  }
  return curve;
}

bool any_finite(const std::vector<double>& values) {
  return std::any_of(values.begin(), values.end(), [](double v) { return std::isfinite(v); });
}

/// The median of what is finite around each value.
std::vector<double> smoothed(const std::vector<double>& values) {
  const std::size_t reach = std::max<std::size_t>(3, values.size() / 20) / 2;
  std::vector<double> smooth(values.size(), kNan);
  for (std::size_t i = 0; i < values.size(); ++i) {
    std::vector<double> around;
    const std::size_t last = std::min(values.size() - 1, i + reach);
    for (std::size_t k = i - std::min(i, reach); k <= last; ++k) {
      if (std::isfinite(values[k])) around.push_back(values[k]);
    }
    if (around.empty()) continue;
    std::sort(around.begin(), around.end());
    smooth[i] = (around[(around.size() - 1) / 2] + around[around.size() / 2]) / 2;
  }
  return smooth;
}

std::size_t lowest(const std::vector<double>& values) {
  std::size_t best = 0;
  for (std::size_t i = 1; i < values.size(); ++i) {
    if (!std::isfinite(values[best]) || values[i] < values[best]) best = i;
  }
  return best;
}

/// From the greatest of the first values to the lowest of all.
double fall_of(const std::vector<double>& smooth) {
  double first = -std::numeric_limits<double>::infinity();
  const std::size_t begin = std::max<std::size_t>(1, smooth.size() / 10);
  for (std::size_t i = 0; i < begin; ++i) {
    if (std::isfinite(smooth[i])) first = std::max(first, smooth[i]);
  }
  const double least = smooth[lowest(smooth)];
  return std::isfinite(first) && std::isfinite(least) ? std::max(0.0, first - least) : 0;
}

std::string number(double value) {
  return general_text(value, 3);
}

std::string percent(double share) {
  return fixed_text(100 * share, 0) + " %";
}

std::optional<LearningAdvice> divergence(const Curve& curve) {
  const auto advice = [](std::int64_t epoch, const std::string& how) {
    return LearningAdvice{LearningFinding::kDiverged, true,
                          "The training diverged at epoch " + std::to_string(epoch) + ": " + how +
                              ". Train again with a lower learning rate (a third of it), and look "
                              "for broken images in the training data.",
                          epoch};
  };
  // A loss that is missing in the middle of others was NaN: files keep it as an empty cell.
  const bool recorded = any_finite(curve.loss);
  for (std::size_t i = 0; recorded && i < curve.loss.size(); ++i) {
    if (!std::isfinite(curve.loss[i])) {
      return advice(curve.epochs[i], "the training loss is no number from there on");
    }
    if (std::isinf(curve.validation[i])) {
      return advice(curve.epochs[i], "the validation loss is infinite");
    }
  }
  if (!recorded || curve.loss.size() < 4) return std::nullopt;
  const auto smooth = smoothed(curve.loss);
  const double begin = smooth.front(), end = smooth.back(), least = smooth[lowest(smooth)];
  const double high = begin + 0.5 * std::fabs(begin);
  if (end > high && end - least > 2 * std::max(1e-12, begin - least)) {
    std::size_t from = lowest(smooth);
    while (from + 1 < smooth.size() && smooth[from] <= begin) ++from;
    return advice(curve.epochs[from], "the training loss rose to " + number(end) + ", from " +
                                          number(begin) + " in the first epoch");
  }
  return std::nullopt;
}

std::optional<LearningAdvice> stagnation(const Curve& curve) {
  if (curve.loss.size() < kFewest || !any_finite(curve.loss)) return std::nullopt;
  const auto smooth = smoothed(curve.loss);
  const double begin = smooth.front(), least = smooth[lowest(smooth)];
  if (begin - least > 0.02 * std::fabs(begin)) return std::nullopt;
  return LearningAdvice{
      LearningFinding::kNothingLearned, true,
      "The training loss did not fall (" + number(begin) + " in the first epoch, " + number(least) +
          " at best): the network has not learned. Check that images and targets belong together, "
          "and try a higher learning rate.",
      0};
}

/// What the validation loss does to the end: rises, still falls, or rests.
LearningAdvice end_of(const Curve& curve) {
  const auto smooth = smoothed(curve.validation), training = smoothed(curve.loss);
  const std::size_t count = smooth.size(), best = lowest(smooth);
  const double fall = std::max(fall_of(smooth), 1e-12);
  const double rise = smooth.back() - smooth[best];
  const std::size_t after = count - 1 - best;
  const bool training_falls = training.back() < training[best];
  if (rise > kRise * fall && after >= std::max<std::size_t>(3, count / 10) && training_falls) {
    return {LearningFinding::kOverfitting, true,
            "Overfitting since epoch " + std::to_string(curve.epochs[best]) +
                ": the validation loss rose from " + number(smooth[best]) + " to " +
                number(smooth.back()) +
                " while the training loss went on falling. The weights of "
                "the best epoch are used, so the model is sound; more training images or stronger "
                "augmentation would help more than further epochs.",
            curve.epochs[best]};
  }
  const std::size_t fifth = std::max<std::size_t>(2, count / 5);
  const double before = *std::min_element(smooth.begin(), smooth.end() - static_cast<long>(fifth));
  const double gained = before - smooth[best];
  if (gained > kStillFalling * fall && best + std::max<std::size_t>(2, count / 10) >= count) {
    return {LearningFinding::kNotConverged, true,
            "Not yet converged: the validation loss was still falling at the end (the last " +
                std::to_string(fifth) + " of " + std::to_string(count) + " epochs brought " +
                percent(gained / fall) +
                " of the whole fall). Train on with --resume and about "
                "twice as many epochs.",
            0};
  }
  return {LearningFinding::kConverged, false,
          "Converged: the last " + std::to_string(fifth) + " of " + std::to_string(count) +
              " epochs lowered the validation loss by " + percent(std::max(0.0, gained) / fall) +
              " of its whole fall.",
          0};
}

/// Of a rate that fell all the time: rest is then what the schedule makes, not the data.
std::string spent_rate(const Curve& curve) {
  constexpr double kSpent = 0.1;  // of the highest
  double highest = 0;
  std::size_t changes = 0;
  for (std::size_t i = 0; i < curve.rate.size(); ++i) {
    if (!std::isfinite(curve.rate[i])) return "";
    highest = std::max(highest, curve.rate[i]);
    changes += i > 0 && curve.rate[i] != curve.rate[i - 1];
  }
  if (2 * changes < curve.rate.size() || curve.rate.back() >= kSpent * highest) return "";
  return " The learning rate had fallen to nearly nothing by then, so a longer training may still "
         "gain.";
}

std::optional<LearningAdvice> validation_size(const Curve& curve, const TrainingFacts& facts) {
  const std::string more =
      " Set more images aside (--val), so that the best epoch is not chosen by chance.";
  if (facts.validation_images >= 0 && facts.validation_images < kFewValidated) {
    return LearningAdvice{
        LearningFinding::kValidationTooSmall, true,
        "The validation set is small: " + std::to_string(facts.validation_images) +
            (facts.validation_images == 1 ? " image." : " images.") + more,
        0};
  }
  const auto& v = curve.validation;
  if (v.size() < 2 * kFewest) return std::nullopt;
  // Of the second half, where the curve is flat and what is left is chance.
  const auto smooth = smoothed(v);
  double sum = 0;
  std::int64_t count = 0;
  for (std::size_t i = v.size() / 2; i + 1 < v.size(); ++i) {
    if (!std::isfinite(v[i]) || !std::isfinite(v[i + 1])) continue;
    sum += std::fabs(v[i + 1] - v[i]);
    ++count;
  }
  const double fall = fall_of(smooth);
  if (count == 0 || fall <= 0 || sum / static_cast<double>(count) < kJumps * fall) {
    return std::nullopt;
  }
  return LearningAdvice{LearningFinding::kValidationTooSmall, true,
                        "The validation set looks too small: its loss jumps by " +
                            percent(sum / static_cast<double>(count) / fall) +
                            " of its whole fall from one epoch to the next." + more,
                        0};
}

}  // namespace

std::vector<LearningAdvice> learning_advice(const History& history, const TrainingFacts& facts) {
  const Curve curve = curve_of(history);
  if (curve.epochs.empty()) {
    return {{LearningFinding::kNoHistory, true,
             "No learning curve was recorded, so it cannot be judged whether the training was long "
             "enough.",
             0}};
  }
  std::vector<LearningAdvice> all;
  if (auto diverged = divergence(curve)) all.push_back(*std::move(diverged));
  if (auto stuck = stagnation(curve); stuck && all.empty()) all.push_back(*std::move(stuck));
  const std::size_t count = curve.epochs.size();
  if (count < kFewest) {
    all.push_back({LearningFinding::kTooShort, true,
                   "Only " + std::to_string(count) + (count == 1 ? " epoch was" : " epochs were") +
                       " trained, too few to judge the curve: such a model is a trial.",
                   0});
  } else if (!any_finite(curve.validation)) {
    all.push_back({LearningFinding::kNoValidation, true,
                   "No validation loss was recorded: overfitting cannot be seen.", 0});
  } else if (all.empty()) {
    all.push_back(end_of(curve));
    if (all.back().finding == LearningFinding::kConverged) all.back().text += spent_rate(curve);
  }
  if (facts.epochs_planned > static_cast<std::int64_t>(count) && count >= kFewest) {
    all.back().text += " (" + std::to_string(count) + " of " +
                       std::to_string(facts.epochs_planned) + " planned epochs were trained.)";
  }
  if (auto small = validation_size(curve, facts)) all.push_back(*std::move(small));
  if (const auto drops = rate_drops(history); !drops.empty()) {
    std::string epochs;
    for (std::size_t i = 0; i < drops.size(); ++i) {
      epochs += (i == 0 ? "" : i + 1 == drops.size() ? " and " : ", ") + std::to_string(drops[i]);
    }
    all.push_back({LearningFinding::kRateDropped, false,
                   std::string("The learning rate was reduced at epoch") +
                       (drops.size() > 1 ? "s " : " ") + epochs + ".",
                   drops.front()});
  }
  return all;
}

std::vector<std::int64_t> rate_drops(const History& history) {
  const Curve curve = curve_of(history);
  std::vector<std::int64_t> drops;
  std::size_t changes = 0, compared = 0;
  for (std::size_t i = 1; i < curve.rate.size(); ++i) {
    if (!std::isfinite(curve.rate[i - 1]) || !std::isfinite(curve.rate[i])) continue;
    ++compared;
    changes += curve.rate[i] != curve.rate[i - 1];
    if (curve.rate[i] < kLowerRate * curve.rate[i - 1]) drops.push_back(curve.epochs[i]);
  }
  constexpr std::size_t kOften = 3;  // a change in every third epoch is a schedule, not a drop
  if (changes > 1 && changes * kOften > compared) return {};
  return drops;
}

std::int64_t best_epoch(const History& history) {
  const Curve curve = curve_of(history);
  const auto& judged = any_finite(curve.validation) ? curve.validation : curve.loss;
  return any_finite(judged) ? curve.epochs[lowest(judged)] : 0;
}

}  // namespace karyo
