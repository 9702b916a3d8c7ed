// Stands in for itk_filters.cpp where ITK is missing, or its headers refuse the compiler (clang:
// the fuzzers).

#include "core/base/left_out.h"
#include "core/filters/background.h"
#include "core/filters/smoothing.h"

namespace karyo {

Result<Volume> top_hat(const Volume&, TopHat, const Index3&, TaskControl&) {
  return left_out("have the top hat", "libinsighttoolkit5-dev");
}

Result<Volume> median(const Volume&, const Index3&, TaskControl&) {
  return left_out("have the median", "libinsighttoolkit5-dev");
}

}  // namespace karyo
