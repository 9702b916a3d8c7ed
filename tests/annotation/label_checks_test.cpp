#include "annotation/qc/label_checks.h"

#include <gtest/gtest.h>

#include <chrono>

#include "annotation/brush.h"
#include "annotation/objects.h"
#include "annotation/split.h"
#include "tests/annotation/labels_for_tests.h"

namespace karyo {
namespace {

/// Discs in rows, ids from 1.
LabelArray field(std::int64_t rows, std::int64_t columns, double radius = 8) {
  LabelArray labels({1, rows * 24, columns * 24});
  std::uint32_t id = 0;
  for (std::int64_t row = 0; row < rows; ++row) {
    for (std::int64_t column = 0; column < columns; ++column) {
      const std::int64_t y = row * 24 + 12, x = column * 24 + 12;
      ++id;
      for (std::int64_t dy = -11; dy <= 11; ++dy) {
        for (std::int64_t dx = -11; dx <= 11; ++dx) {
          if (std::hypot(double(dy), double(dx)) <= radius) labels(0, y + dy, x + dx) = id;
        }
      }
    }
  }
  return labels;
}

std::vector<LabelFinding> findings_of(const LabelArray& labels, const VoxelGrid& grid = {}) {
  return check_labels(LabelVolume::from_dense(labels.view()), grid);
}

/// The text of a finding; empty when there is none.
std::string text_of(const std::vector<LabelFinding>& findings, std::uint32_t id, Reason reason) {
  for (const LabelFinding& finding : findings) {
    if (finding.id == id && finding.reason == reason) return finding.text;
  }
  return {};
}

TEST(LabelChecks, FindNothingInAFieldOfDiscs) {
  EXPECT_TRUE(findings_of(field(4, 5)).empty());
  EXPECT_TRUE(check_labels(LabelVolume(), {}).empty());
  EXPECT_TRUE(check_labels(LabelVolume({1, 30, 30}), {}).empty());
}

TEST(LabelChecks, SayWhatIsWrongWithNumbers) {
  LabelArray labels = field(4, 6);
  labels(0, 1, 30) = labels(0, 1, 31) = 8;  // a speck of another object
  labels(0, 12, 12) = 0;                    // a hole in the first
  for (std::int64_t x = 60; x < 85; ++x) labels(0, 60, x) = labels(0, 61, x) = 15;
  for (std::uint32_t& id : labels) {
    if (id == 16) id = 15;  // the 15th and 16th became one
    if (id == 20) id = 0;
  }
  labels(0, 90, 36) = 20;
  for (std::int64_t x = 98; x < 119; ++x) labels(0, 93, x) = labels(0, 94, x) = 23;
  labels(0, 95, 100) = 23;  // a foot that stands on the border
  const auto findings = findings_of(labels);
  EXPECT_EQ(text_of(findings, 8, Reason::kPieces), "2 pieces of 197 and 2 px");
  EXPECT_EQ(text_of(findings, 1, Reason::kHoles), "1 hole of 1 px");
  EXPECT_EQ(text_of(findings, 20, Reason::kSmall), "1 px, fewer than 20");
  EXPECT_EQ(text_of(findings, 20, Reason::kSize), "1 px, 0.01 times the median of 197");
  EXPECT_EQ(text_of(findings, 15, Reason::kMerged).rfind("perhaps several objects: ", 0), 0U);
  EXPECT_NE(text_of(findings, 15, Reason::kSize), "");
  EXPECT_NE(text_of(findings, 23, Reason::kShape), "");
  EXPECT_EQ(text_of(findings, 23, Reason::kBorder), "touches the border (bottom)");
  for (const LabelFinding& finding : findings) {
    EXPECT_TRUE(finding.score > 0 && finding.score <= 1);
    EXPECT_TRUE(finding.id == 1 || finding.id == 8 || finding.id == 15 || finding.id == 20 ||
                finding.id == 23)
        << finding.text;
  }
}

TEST(LabelChecks, TellTwoTouchingNucleiFromOneByShapeAndByThePicture) {
  LabelArray labels({1, 60, 200});
  add_ball(labels, {}, {0, 30, 20}, 10, 1);
  add_ball(labels, {}, {0, 30, 37}, 10, 1);  // two discs
  add_ball(labels, {}, {0, 30, 90}, 14, 2);  // one
  // An ellipse as long as two discs, with two bright centres.
  for (std::int64_t y = 0; y < 60; ++y) {
    for (std::int64_t x = 0; x < 200; ++x) {
      if (std::hypot(double(y - 30) / 10, double(x - 150) / 18) <= 1) labels(0, y, x) = 3;
    }
  }
  const ReadIntensity image = [](const Box3& box) {
    Array3<float> values(box.shape());
    for (std::int64_t y = 0; y < box.shape().y; ++y) {
      for (std::int64_t x = 0; x < box.shape().x; ++x) {
        float& value = values(0, y, x);
        for (const double centre : {20.0, 37.0, 90.0, 141.0, 159.0}) {
          const double off =
              std::hypot(double(box.begin.y + y) - 30, double(box.begin.x + x) - centre);
          value += static_cast<float>(std::exp(-off * off / 50));
        }
      }
    }
    return values;
  };
  const LabelVolume volume = LabelVolume::from_dense(labels.view());
  const auto by_shape = check_labels(volume, {});
  EXPECT_NE(text_of(by_shape, 1, Reason::kMerged), "");
  EXPECT_EQ(text_of(by_shape, 2, Reason::kMerged), "");
  EXPECT_EQ(text_of(by_shape, 3, Reason::kMerged), "");
  const auto by_picture = check_labels(volume, {}, image);
  EXPECT_NE(text_of(by_picture, 1, Reason::kMerged).find("2 bright centres"), std::string::npos);
  EXPECT_EQ(text_of(by_picture, 2, Reason::kMerged), "");
  EXPECT_NE(text_of(by_picture, 3, Reason::kMerged).find("2 bright centres"), std::string::npos);
}

TEST(LabelChecks, FindThinObjectsAndHolesOfStacks) {
  VoxelGrid grid;
  grid.spacing_z = 2;
  LabelArray labels({20, 80, 170});
  std::uint32_t id = 0;
  for (std::int64_t y = 20; y < 80; y += 28) {
    for (std::int64_t x = 20; x < 150; x += 25) add_ball(labels, grid, {10, y, x}, 10, ++id);
  }
  add_ball(labels, grid, {10, 20, 20}, 3, 0);  // inside the first
  // The second in a single slice, the third in the first slice alone.
  for (std::int64_t i = 0; i < labels.count(); ++i) {
    const std::int64_t z = i / (80 * 170);
    if (labels.data()[i] == 2 && z != 10) labels.data()[i] = 0;
    if (labels.data()[i] == 3) labels.data()[i] = 0;
  }
  labels(0, 20, 70) = 3;
  const auto findings = findings_of(labels, grid);
  EXPECT_EQ(text_of(findings, 2, Reason::kThin), "in 1 slice only");
  EXPECT_EQ(text_of(findings, 3, Reason::kThin), "") << "the border cuts it off";
  EXPECT_EQ(text_of(findings, 3, Reason::kBorder), "touches the border (first slice)");
  EXPECT_EQ(text_of(findings, 1, Reason::kHoles).rfind("1 hole of ", 0), 0U);
  EXPECT_EQ(text_of(findings, 4, Reason::kMerged), "");
}

TEST(LabelChecks, AfterEachEditAreAsIfAllWasCheckedAgain) {
  Random random(61);
  for (const std::int64_t depth : {std::int64_t{1}, std::int64_t{6}}) {
    const Index3 shape{depth, 90, 150};
    LabelArray start = random_objects(random, shape, {}, 25);
    LabelVolume labels = LabelVolume::from_dense(start.view());
    LabelChecks checks({});
    checks.check_all(labels);
    for (int edit = 0; edit < 40; ++edit) {
      LabelWriter writer(labels);
      const auto id = static_cast<std::uint32_t>(random.below(27));
      Box3 changed;
      if (edit % 4 == 0) {
        changed = replace_id(writer, labels, id + 1, static_cast<std::uint32_t>(random.below(27)));
      } else {
        Brush brush;
        brush.radius = random.uniform(0.5, 7);
        brush.ball = depth > 1;
        brush.label = edit % 5 == 0 ? kIgnoredLabel : id;
        const WorldPoint from{0.5, random.uniform(0, 90), random.uniform(0, 150)};
        const WorldPoint to{0.5, from.y + random.uniform(-9, 9), from.x + random.uniform(-9, 9)};
        changed = paint(writer, labels, {}, from, to, brush);
      }
      writer.finish();
      checks.check_changed(labels, changed);
      ASSERT_TRUE(checks.findings() == check_labels(labels, {})) << "edit " << edit;
    }
  }
}

TEST(Fingerprint, ChangesWithEveryVoxelAndWithNothingElse) {
  LabelArray start = field(2, 2);
  LabelVolume labels = LabelVolume::from_dense(start.view());
  const std::uint64_t first = fingerprint(labels, {1}), second = fingerprint(labels, {2});
  EXPECT_NE(first, second);
  EXPECT_EQ(fingerprint(labels, {9}), 0U);
  LabelWriter writer(labels);
  writer.set({0, 12, 30}, 0);
  EXPECT_EQ(fingerprint(labels, {1}), first);
  EXPECT_NE(fingerprint(labels, {2}), second);
  writer.set({0, 12, 30}, 2);
  EXPECT_EQ(fingerprint(labels, {2}), second);
  LabelChecks checks({});
  checks.check_all(labels);
  EXPECT_EQ(checks.facts().at(2).fingerprint, second);
}

TEST(LabelChecks, TakeLittleTimeForAThousandObjects) {
  const LabelArray labels = field(85, 85, 9.5);  // 2040 x 2040, 7225 objects
  const LabelVolume volume = LabelVolume::from_dense(labels.view());
  const auto start = std::chrono::steady_clock::now();
  EXPECT_TRUE(check_labels(volume, {}).empty());
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
  RecordProperty("milliseconds", static_cast<int>(taken.count() * 1000));
  EXPECT_LT(taken.count(), 4) << "measured: far less than 1 s on two cores";
}

}  // namespace
}  // namespace karyo
