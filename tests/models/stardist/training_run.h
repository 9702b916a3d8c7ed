#pragma once

/// A short training of a small StarDist network.

#include <string>

#include "tests/models/recorder.h"
#include "tests/support/temp_dir.h"

namespace karyo::test {

/// Of 3 epochs of 4 steps on the CPU, on the pairs in data/.
TrainRequest request_in(const TempDir& dir, const std::string& model);

}  // namespace karyo::test
