#pragma once

/// Pictures compared with baselines: small PNG files under tests/data/baselines, made by the
/// program itself and looked at by a person before they are committed.
///
/// KARYOSCOPE_RENEW_BASELINES=1 writes them anew instead of comparing.

#include <gtest/gtest.h>

#include <QImage>
#include <filesystem>
#include <string>

namespace karyo::test {

/// How far a picture may be from its baseline.
struct Tolerance {
  int grey = 0;      ///< largest difference of a pixel's red, green or blue, 0 .. 255
  double share = 0;  ///< of all pixels that may differ by more, 0 .. 1
};

/// Where baselines lie, and where pictures go that do not match theirs.
struct BaselineFolders {
  std::filesystem::path baselines;
  std::filesystem::path output;
  bool renew = false;

  /// tests/data/baselines of the checkout, tests/baselines of the build folder, and what the
  /// environment says of renewing.
  static BaselineFolders usual();
};

/// Compares a picture with NAME.png; transparency is left aside. A mismatch writes
/// NAME_actual.png and NAME_difference.png (differences, 8 times as bright) to the output folder
/// and says so; a match removes what an earlier one left there. An absent baseline is a mismatch.
::testing::AssertionResult matches_baseline(
    const QImage& picture, const std::string& name, Tolerance tolerance = {},
    const BaselineFolders& folders = BaselineFolders::usual());

}  // namespace karyo::test
