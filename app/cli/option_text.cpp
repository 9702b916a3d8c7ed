#include "app/cli/option_text.h"

#include <cstdio>
#include <system_error>

#include "core/base/text.h"

namespace karyo::cli {

std::optional<Index3> parse_zyx(const std::string& text) {
  long long z = 1, y = 0, x = 0;
  char rest = 0;
  if (std::sscanf(text.c_str(), "%lld,%lld,%lld%c", &z, &y, &x, &rest) != 3) {
    z = 1;
    if (std::sscanf(text.c_str(), "%lld,%lld%c", &y, &x, &rest) != 2) return std::nullopt;
  }
  if (z < 1 || y < 1 || x < 1) return std::nullopt;
  return Index3{z, y, x};
}

bool has_ending(const std::string& path, const std::string& ending) {
  return lower_ascii(path).ends_with(ending);
}

Result<void> check_no_input(const std::filesystem::path& output,
                            std::initializer_list<std::filesystem::path> inputs) {
  for (const auto& input : inputs) {
    std::error_code absent;
    if (!std::filesystem::equivalent(input, output, absent)) continue;
    return Error(ErrorCode::kInvalidArgument, "the output is the image itself, " + input.string(),
                 "Give another name; originals are never overwritten.");
  }
  return {};
}

CLI::Validator at_least(double least) {
  char text[32];
  std::snprintf(text, sizeof text, "%g", least);
  const std::string limit = text;
  return CLI::Validator(
      [least, limit](std::string& given) -> std::string {
        double value = 0;
        if (CLI::detail::lexical_cast(given, value) && value >= least) return {};
        return given + " is not a number from " + limit + " on";
      },
      ">= " + limit);
}

}  // namespace karyo::cli
