#include "core/io/image_names.h"

#include <algorithm>
#include <array>
#include <sstream>

#include "core/base/atomic_file.h"
#include "core/base/text.h"

namespace karyo {
namespace {

// TIFF comes first; ".nii.gz" is one ending, as ".gz" alone is no image. Bio-Formats writes BigTIFF
// as .btf and .tf8.
constexpr std::size_t kTiffEndings = 4;
constexpr std::array<std::string_view, 13> kEndings{".tif",    ".tiff", ".btf",  ".tf8",  ".png",
                                                    ".jpg",    ".jpeg", ".nrrd", ".nhdr", ".nii",
                                                    ".nii.gz", ".mha",  ".mhd"};

/// The end of `name` (in lower case) that an image's name may lack; empty for other files.
std::string_view ending_of(std::string_view name) {
  const auto ends_so = [&](std::string_view ending) {
    return name.size() > ending.size() && name.ends_with(ending);
  };
  const auto found = std::find_if(kEndings.begin(), kEndings.end(), ends_so);
  if (found == kEndings.end()) return {};
  std::size_t length = found->size();
  constexpr std::string_view kOme = ".ome";
  const std::string_view before = name.substr(0, name.size() - length);
  if (found < kEndings.begin() + kTiffEndings && before.size() > kOme.size() &&
      before.ends_with(kOme)) {
    length += kOme.size();
  }
  return name.substr(name.size() - length);
}

}  // namespace

std::span<const std::string_view> image_endings() {
  return kEndings;
}

bool is_image_name(const std::filesystem::path& path) {
  return !ending_of(lower_ascii(path.filename().string())).empty();
}

std::string image_stem(const std::filesystem::path& path) {
  const std::string name = path.filename().string();
  const std::string lower = lower_ascii(name);
  const std::string_view ending = ending_of(lower);
  return ending.empty() ? path.stem().string() : name.substr(0, name.size() - ending.size());
}

Result<std::vector<std::filesystem::path>> image_files(const std::filesystem::path& folder) {
  std::error_code failed;
  std::vector<std::filesystem::path> files;
  for (std::filesystem::directory_iterator it(folder, failed), end; !failed && it != end;
       it.increment(failed)) {
    std::error_code ignored;
    const bool hidden = it->path().filename().string().front() == '.';
    if (!hidden && is_image_name(it->path()) && it->is_regular_file(ignored)) {
      files.push_back(it->path());
    }
  }
  if (failed) {
    return Error(ErrorCode::kNotFound,
                 "cannot look into the folder " + folder.string() + ": " + failed.message(),
                 "Choose a folder of images.");
  }
  std::sort(files.begin(), files.end());
  return files;
}

Result<std::vector<std::string>> read_name_list(const std::filesystem::path& file) {
  KARYO_TRY(const std::string text, read_file(file, std::uintmax_t{16} << 20));
  std::vector<std::string> names;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (!line.empty() && line.back() == '\r') line.pop_back();
    if (!line.empty()) names.push_back(line);
  }
  if (names.empty()) {
    return Error(ErrorCode::kInvalidArgument, file.string() + " names no image",
                 "Write one name a line, without ending.");
  }
  return names;
}

}  // namespace karyo
