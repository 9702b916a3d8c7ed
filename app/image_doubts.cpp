#include "app/image_doubts.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/base/atomic_file.h"

namespace karyo {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr const char* kFile = "doubts.json";
constexpr std::size_t kMostBytes = std::size_t{64} << 20;

std::int64_t count_in(const json& entry, const char* name) {
  const auto found = entry.find(name);
  const bool whole = found != entry.end() && found->is_number_integer();
  return whole ? std::max<std::int64_t>(0, found->get<std::int64_t>()) : 0;
}

}  // namespace

std::map<std::string, ImageDoubt> image_doubts(const fs::path& models) {
  std::map<std::string, ImageDoubt> doubts;
  const auto text = read_file(models / kFile, kMostBytes);
  if (!text) return doubts;
  const json document = json::parse(*text, nullptr, false);
  if (!document.is_object()) return doubts;
  for (const auto& [name, entry] : document.items()) {
    if (entry.is_object()) doubts[name] = {count_in(entry, "objects"), count_in(entry, "unsure")};
  }
  return doubts;
}

Result<void> keep_image_doubts(const fs::path& models,
                               const std::map<std::string, ImageDoubt>& found) {
  if (found.empty()) return {};
  auto all = image_doubts(models);
  for (const auto& [name, doubt] : found) all[name] = doubt;
  json document = json::object();
  for (const auto& [name, doubt] : all) {
    document[name] = {{"objects", doubt.objects}, {"unsure", doubt.unsure}};
  }
  std::error_code exists_or_is_told_below;
  fs::create_directories(models, exists_or_is_told_below);
  return write_file_atomically(models / kFile, document.dump(1) + "\n");
}

}  // namespace karyo
