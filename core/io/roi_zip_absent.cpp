// Stands in for roi_zip.cpp where libzip is missing.

#include "core/base/left_out.h"
#include "core/io/roi_zip.h"

namespace karyo {
namespace {

Error absent() {
  return left_out("read and write ImageJ's regions", "libzip-dev");
}

}  // namespace

Result<RoiSet> read_rois(const std::filesystem::path&, const RoiSetLimits&) {
  return absent();
}

Result<RoiSet> parse_rois(std::span<const std::byte>, const std::string&, const RoiSetLimits&) {
  return absent();
}

Result<void> write_rois(const std::filesystem::path&, std::span<const Roi>) {
  return absent();
}

}  // namespace karyo
