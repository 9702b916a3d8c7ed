#include "tests/app/gui/baseline.h"

#include <QtGlobal>
#include <algorithm>
#include <array>
#include <cstdlib>

namespace karyo::test {
namespace {

constexpr const char* kRenew = "KARYOSCOPE_RENEW_BASELINES";
constexpr int kDifferenceGain = 8;  // so that a difference of a few grey values can be seen

bool save(const QImage& picture, const std::filesystem::path& path) {
  std::filesystem::create_directories(path.parent_path());
  return picture.save(QString::fromStdString(path.string()), "PNG");
}

struct Difference {
  int largest = 0;
  int beyond = 0;  ///< pixels further off than the tolerance
  QPoint first{-1, -1};
  QImage picture;
};

/// Of two pictures of one size, both of Format_RGB888.
Difference difference_of(const QImage& actual, const QImage& expected, int grey) {
  Difference found;
  found.picture = QImage(actual.size(), QImage::Format_RGB888);
  for (int y = 0; y < actual.height(); ++y) {
    for (int x = 0; x < actual.width(); ++x) {
      const uchar* a = actual.constScanLine(y) + 3 * x;
      const uchar* b = expected.constScanLine(y) + 3 * x;
      uchar* out = found.picture.scanLine(y) + 3 * x;
      int largest = 0;
      for (int part = 0; part < 3; ++part) {
        const int d = std::abs(a[part] - b[part]);
        largest = std::max(largest, d);
        out[part] = static_cast<uchar>(std::min(255, d * kDifferenceGain));
      }
      found.largest = std::max(found.largest, largest);
      if (largest <= grey) continue;
      if (found.beyond++ == 0) found.first = {x, y};
    }
  }
  return found;
}

std::string size_text(const QImage& picture) {
  return std::to_string(picture.width()) + " x " + std::to_string(picture.height());
}

std::string remedy(const std::filesystem::path& actual) {
  return "\nThe picture is in " + actual.string() +
         ". If it is as it should be, run the test again with " + kRenew +
         "=1, look at the new baseline and commit it.";
}

}  // namespace

BaselineFolders BaselineFolders::usual() {
  const char* renew = std::getenv(kRenew);
  return {KARYOSCOPE_BASELINES, KARYOSCOPE_BASELINE_OUTPUT,
          renew != nullptr && std::string(renew) == "1"};
}

::testing::AssertionResult matches_baseline(const QImage& picture, const std::string& name,
                                            Tolerance tolerance, const BaselineFolders& folders) {
  const auto baseline = folders.baselines / (name + ".png");
  const auto actual_path = folders.output / (name + "_actual.png");
  const auto difference_path = folders.output / (name + "_difference.png");
  std::filesystem::remove(actual_path);
  std::filesystem::remove(difference_path);
  const QImage actual = picture.convertToFormat(QImage::Format_RGB888);
  if (actual.isNull()) return ::testing::AssertionFailure() << name << ": nothing was drawn";
  if (folders.renew) {
    if (save(actual, baseline)) return ::testing::AssertionSuccess();
    return ::testing::AssertionFailure() << baseline << " cannot be written";
  }
  const QImage expected =
      QImage(QString::fromStdString(baseline.string())).convertToFormat(QImage::Format_RGB888);
  if (expected.size() != actual.size() || expected.isNull()) {
    save(actual, actual_path);
    return ::testing::AssertionFailure()
           << name << ": "
           << (expected.isNull() ? "there is no baseline " + baseline.string()
                                 : "the picture is " + size_text(actual) + ", its baseline " +
                                       size_text(expected))
           << remedy(actual_path);
  }
  const Difference found = difference_of(actual, expected, tolerance.grey);
  const double allowed = tolerance.share * actual.width() * actual.height();
  if (found.beyond <= allowed) return ::testing::AssertionSuccess();
  save(actual, actual_path);
  save(found.picture, difference_path);
  return ::testing::AssertionFailure()
         << name << ": " << found.beyond << " pixels differ by more than " << tolerance.grey
         << " (allowed: " << static_cast<int>(allowed) << "), by up to " << found.largest
         << ", the first at x " << found.first.x() << ", y " << found.first.y()
         << ". Differences are in " << difference_path.string() << "." << remedy(actual_path);
}

}  // namespace karyo::test
