#include "core/base/log.h"

namespace karyo {

void Log::write(LogLevel level, const std::string& text) const {
  if (sink_) sink_(level, text);
}

}  // namespace karyo
