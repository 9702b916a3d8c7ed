// In builds whose compiler Debian's ITK refuses (clang, for fuzzing).

#include "core/filters/background.h"
#include "core/filters/smoothing.h"

namespace karyo {
namespace {

Error absent() {
  return {ErrorCode::kUnsupported, "this build has no filters of ITK's",
          "Use a build by GCC, as tools/setup.sh makes it."};
}

}  // namespace

Result<Volume> top_hat(const Volume&, TopHat, const Index3&, TaskControl&) {
  return absent();
}

Result<Volume> median(const Volume&, const Index3&, TaskControl&) {
  return absent();
}

}  // namespace karyo
