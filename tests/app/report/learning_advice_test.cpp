#include "app/report/learning_advice.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

namespace karyo {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

using Curve = std::function<double(int)>;  // of the epoch, from 1

History made(
    int epochs, const Curve& loss, const Curve& validation,
    const Curve& rate = [](int) { return 3e-4; }) {
  History history;
  history.columns = {"epoch", "loss", "val_loss", "learning_rate"};
  for (int epoch = 1; epoch <= epochs; ++epoch) {
    history.rows.push_back({double(epoch), loss(epoch), validation(epoch), rate(epoch)});
  }
  return history;
}

double falling(int epoch, double time) {
  return 0.2 + 0.8 * std::exp(-epoch / time);
}

const LearningAdvice* find(const std::vector<LearningAdvice>& all, LearningFinding finding) {
  const auto found = std::find_if(all.begin(), all.end(),
                                  [&](const auto& advice) { return advice.finding == finding; });
  return found == all.end() ? nullptr : &*found;
}

TEST(LearningAdvice, ACurveThatCameToRestHasConverged) {
  const auto all = learning_advice(made(
      100, [](int e) { return falling(e, 10); }, [](int e) { return 0.1 + falling(e, 10); }));
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].finding, LearningFinding::kConverged);
  EXPECT_FALSE(all[0].warning);
  EXPECT_THAT(all[0].text, HasSubstr("the last 20 of 100 epochs"));
}

TEST(LearningAdvice, ACurveThatStillFallsHasNot) {
  const auto all = learning_advice(made(
      50, [](int e) { return falling(e, 60); }, [](int e) { return 0.1 + falling(e, 60); }));
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].finding, LearningFinding::kNotConverged);
  EXPECT_TRUE(all[0].warning);
}

TEST(LearningAdvice, ValidationThatRisesWhileTrainingFallsIsOverfittingFromItsLowestPoint) {
  const auto validation = [](int e) {
    return 0.3 + 0.7 * std::exp(-e / 8.0) + 0.004 * std::max(0, e - 40);
  };
  const auto all = learning_advice(made(
      100, [](int e) { return falling(e, 30); }, validation));
  const auto* overfit = find(all, LearningFinding::kOverfitting);
  ASSERT_NE(overfit, nullptr) << all[0].text;
  EXPECT_NEAR(double(overfit->epoch), 40, 3);
  EXPECT_THAT(overfit->text, HasSubstr("since epoch " + std::to_string(overfit->epoch)));
}

TEST(LearningAdvice, TheSameRiseOfBothIsNoOverfitting) {
  const auto rising = [](int e) {
    return 0.3 + 0.7 * std::exp(-e / 8.0) + 0.004 * std::max(0, e - 40);
  };
  EXPECT_EQ(find(learning_advice(made(100, rising, rising)), LearningFinding::kOverfitting),
            nullptr);
}

TEST(LearningAdvice, ALossThatIsNoNumberOrRunsAwayDiverged) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const auto broken = learning_advice(made(
      30, [&](int e) { return e < 17 ? falling(e, 5) : nan; },
      [](int e) { return falling(e, 5); }));
  EXPECT_EQ(broken[0].finding, LearningFinding::kDiverged);
  EXPECT_EQ(broken[0].epoch, 17);
  const auto away = learning_advice(made(
      30, [](int e) { return e < 20 ? falling(e, 5) : double(e); },
      [](int e) { return falling(e, 5); }));
  EXPECT_EQ(away[0].finding, LearningFinding::kDiverged);
  EXPECT_NEAR(double(away[0].epoch), 20, 2);
}

TEST(LearningAdvice, NegativeLossesAreJudgedAsOthers) {
  // The likelihood of a probabilistic CARE model goes below 0.
  const auto all = learning_advice(made(
      100, [](int e) { return falling(e, 10) - 2; }, [](int e) { return falling(e, 10) - 1.9; }));
  EXPECT_EQ(all[0].finding, LearningFinding::kConverged) << all[0].text;
}

TEST(LearningAdvice, ALossThatDoesNotFallTeachesNothing) {
  const auto all = learning_advice(made(
      40, [](int) { return 0.69; }, [](int e) { return 0.69 + 0.001 * (e % 2); }));
  EXPECT_EQ(all[0].finding, LearningFinding::kNothingLearned);
}

TEST(LearningAdvice, FewEpochsOrNoneAreSaidToBe) {
  EXPECT_EQ(learning_advice({})[0].finding, LearningFinding::kNoHistory);
  const auto few = learning_advice(made(
      2, [](int e) { return falling(e, 5); }, [](int e) { return falling(e, 5); }));
  EXPECT_EQ(few[0].finding, LearningFinding::kTooShort);
  EXPECT_THAT(few[0].text, HasSubstr("Only 2 epochs"));
}

TEST(LearningAdvice, WithoutValidationOverfittingCannotBeSeen) {
  const auto all = learning_advice(made(
      40, [](int e) { return falling(e, 5); },
      [](int) { return std::numeric_limits<double>::quiet_NaN(); }));
  EXPECT_EQ(all[0].finding, LearningFinding::kNoValidation);
}

TEST(LearningAdvice, FewImagesOrAJumpingLossAreATooSmallValidation) {
  const auto calm = made(
      60, [](int e) { return falling(e, 8); }, [](int e) { return falling(e, 8); });
  EXPECT_EQ(find(learning_advice(calm), LearningFinding::kValidationTooSmall), nullptr);
  EXPECT_NE(find(learning_advice(calm, {2, 0}), LearningFinding::kValidationTooSmall), nullptr);
  EXPECT_EQ(find(learning_advice(calm, {3, 0}), LearningFinding::kValidationTooSmall), nullptr);
  const auto wild = learning_advice(made(
      60, [](int e) { return falling(e, 8); },
      [](int e) { return falling(e, 8) + (e % 2 == 0 ? 0.2 : 0.0); }));
  EXPECT_NE(find(wild, LearningFinding::kValidationTooSmall), nullptr);
}

TEST(LearningAdvice, DropsOfTheRateAreMarkedButNotAScheduleThatAlwaysFalls) {
  const auto loss = [](int e) { return falling(e, 10); };
  const auto steps = made(100, loss, loss, [](int e) {
    return e < 41 ? 4e-4 : e < 81 ? 2e-4 : 1e-4;
  });
  EXPECT_THAT(rate_drops(steps), ElementsAre(41, 81));
  const auto* drop = find(learning_advice(steps), LearningFinding::kRateDropped);
  ASSERT_NE(drop, nullptr);
  EXPECT_THAT(drop->text, HasSubstr("epochs 41 and 81"));
  const auto cosine =
      made(100, loss, loss, [](int e) { return 1e-3 * (1 + std::cos(e * 3.14159 / 100)); });
  EXPECT_THAT(rate_drops(cosine), IsEmpty());
  EXPECT_THAT(learning_advice(cosine)[0].text, HasSubstr("learning rate had fallen"));
}

TEST(LearningAdvice, BestEpochIsThatOfTheValidation) {
  EXPECT_EQ(best_epoch(made(
                9, [](int e) { return 1.0 / e; }, [](int e) { return std::fabs(e - 4.0); })),
            4);
  EXPECT_EQ(best_epoch({}), 0);
}

TEST(LearningAdvice, ColumnsThatAreMissingOrOddAreNoHarm) {
  History history;
  history.columns = {"something"};
  history.rows.assign(20, {1e300});
  EXPECT_FALSE(learning_advice(history).empty());
  history.columns = {"epoch", "loss", "val_loss"};
  history.rows.assign(20, {std::numeric_limits<double>::infinity(), 1, 1});
  EXPECT_FALSE(learning_advice(history).empty());
}

}  // namespace
}  // namespace karyo
