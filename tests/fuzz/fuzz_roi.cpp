#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>

#include "core/io/roi_zip.h"
#include "core/labels/label_rois.h"

// A .roi or a RoiSet.zip: whatever is read can be written, reads back the same, and can be drawn.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  karyo::RoiSetLimits limits;
  limits.entries = 100;
  limits.entry_bytes = 1U << 20;
  limits.total_bytes = 8U << 20;
  const auto set = karyo::parse_rois(std::as_bytes(std::span(data, size)), "set.zip", limits);
  if (!set) return 0;
  for (const auto& roi : set->rois) {
    const auto bytes = karyo::format_roi(roi);
    if (!bytes) continue;
    const auto again = karyo::parse_roi(*bytes);
    if (!again) std::abort();
  }
  (void)karyo::shape_holding(set->rois);
  (void)karyo::labels_from_rois(set->rois, {2, 40, 50});
  return 0;
}
