#pragma once

/// Real images and reference answers that are not part of the repository.

#include <gtest/gtest.h>

#include <filesystem>

namespace karyo::test {

/// The folder named by KARYOSCOPE_SHARED, else `../shared` beside the checkout.
std::filesystem::path shared_dir();
bool have_shared();

}  // namespace karyo::test

/// Skips the test, and says why, where the shared reference data is absent.
#define KARYO_NEEDS_SHARED()                                                               \
  if (!karyo::test::have_shared()) {                                                       \
    GTEST_SKIP() << "no reference data at " << karyo::test::shared_dir()                   \
                 << "; set KARYOSCOPE_SHARED to the folder that holds golden/ and data/";  \
  }
