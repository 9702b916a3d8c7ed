#include "core/dataset/image_listing.h"

#include <algorithm>
#include <cstdio>
#include <system_error>

#include "core/io/image_names.h"

namespace karyo {

namespace fs = std::filesystem;

VolumeShape Listed::shape() const {
  VolumeShape shape = description.shape;
  if (description.rgb && shape.c == 4) shape.c = 3;
  return shape;
}

std::string plane_text(const VolumeShape& shape) {
  const std::string plane = std::to_string(shape.y) + "x" + std::to_string(shape.x);
  return shape.z > 1 ? std::to_string(shape.z) + "x" + plane : plane;
}

std::string without_path(const std::string& what, const fs::path& path) {
  const std::string lead = path.string() + ": ";
  return what.starts_with(lead) ? what.substr(lead.size()) : what;
}

Result<std::map<std::string, Listed>> list_images(const fs::path& folder, const std::string& form,
                                                  std::vector<Finding>& findings) {
  std::error_code ec;
  std::vector<fs::path> files;
  for (fs::directory_iterator it(folder, ec), end; !ec && it != end; it.increment(ec)) {
    std::error_code ignored;
    const std::string name = it->path().filename().string();
    if (name.front() != '.' && it->is_regular_file(ignored)) files.push_back(it->path());
  }
  if (ec) {
    return Error(ErrorCode::kNotFound,
                 "cannot look into the folder " + folder.string() + ": " + ec.message(), form);
  }
  std::sort(files.begin(), files.end());
  std::map<std::string, Listed> listed;
  for (const auto& path : files) {
    auto description = describe_image(path);
    if (!description) {
      if (is_image_name(path)) {
        findings.push_back(Finding::unreadable(path, description.error()));
      }
      continue;
    }
    const auto [place, added] = listed.try_emplace(image_stem(path), Listed{path, *description});
    if (!added) {
      findings.push_back(Finding::error("duplicate_name", path,
                                        "has the same name as \"" +
                                            place->second.path.filename().string() +
                                            "\", up to the ending",
                                        "Keep one of the two in " + folder.filename().string() +
                                            "/, or rename one (and its partner)."));
    }
  }
  return listed;
}

bool is_unreadable(const std::vector<Finding>& findings, const std::string& part,
                   const std::string& stem) {
  return std::any_of(findings.begin(), findings.end(), [&](const Finding& f) {
    return f.kind == "unreadable" && f.file.parent_path().filename() == part &&
           image_stem(f.file) == stem;
  });
}

Result<void> no_errors(const std::vector<Finding>& findings, const std::string& more) {
  const auto is_error = [](const Finding& f) { return f.severity == Severity::kError; };
  const auto first = std::find_if(findings.begin(), findings.end(), is_error);
  if (first == findings.end()) return {};
  const auto count = std::count_if(findings.begin(), findings.end(), is_error);
  Error stop = first->as_error();
  if (count > 1) {
    stop.what += " (and " + std::to_string(count - 1) + " more files have to be mended)";
    stop.fix += " " + more;
  }
  return stop;
}

void check_channels(const std::vector<std::pair<fs::path, std::int64_t>>& images,
                    std::vector<Finding>& findings) {
  for (const auto& [path, channels] : images) {
    const auto& [first, expected] = images.front();
    if (channels == expected) continue;
    findings.push_back(Finding::error("channel_mismatch", path,
                                      "has " + std::to_string(channels) + " channels, but \"" +
                                          first.filename().string() + "\" has " +
                                          std::to_string(expected),
                                      "Save all images with the same channels."));
  }
}

void Fingerprint::add_file(const fs::path& file) {
  std::error_code ec;
  const auto bytes = fs::file_size(file, ec);
  add(file.filename().string() + " " + std::to_string(ec ? 0 : bytes));
}

void Fingerprint::add_header(const VolumeShape& shape, VoxelType type) {
  add(std::to_string(shape.c) + " " + plane_text(shape) + " " + std::string(name_of(type)));
}

void Fingerprint::add(const std::string& line) {
  for (const char c : line + '\n') {
    hash_ = (hash_ ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
  }
}

std::string Fingerprint::text() const {
  char text[17];
  std::snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(hash_));
  return text;
}

}  // namespace karyo
