#include "models/io/package_files.h"

#include <algorithm>

#include "core/base/atomic_file.h"

namespace karyo {
namespace {

namespace fs = std::filesystem;

constexpr int kMostDepth = 4;
constexpr std::size_t kMostFiles = 10'000;

bool hidden(const std::string& name) {
  return name.starts_with('.') || name.find("/.") != std::string::npos ||
         name.starts_with("__MACOSX/");
}

Result<std::vector<std::string>> files_below(const fs::path& folder) {
  std::vector<std::string> names;
  std::error_code ec;
  fs::recursive_directory_iterator entry(folder, ec), end;
  for (; !ec && entry != end; entry.increment(ec)) {
    if (entry.depth() >= kMostDepth) entry.disable_recursion_pending();
    std::error_code unreadable;
    if (!entry->is_regular_file(unreadable)) continue;
    names.push_back(entry->path().lexically_relative(folder).generic_string());
    if (names.size() > kMostFiles) {
      return Error(ErrorCode::kTooLarge,
                   folder.string() + " has more than " + std::to_string(kMostFiles) + " files",
                   "Give the folder of one model.");
    }
  }
  if (ec) {
    return Error(ErrorCode::kIo, folder.string() + " cannot be read: " + ec.message(),
                 "Check the folder's permissions.");
  }
  return names;
}

}  // namespace

Result<PackageFiles> PackageFiles::open(const fs::path& path) {
  PackageFiles files;
  files.path_ = path;
  std::error_code ec;
  if (fs::is_directory(path, ec)) {
    KARYO_TRY(files.names_, files_below(path));
  } else if (fs::is_regular_file(path, ec)) {
    KARYO_TRY(files.zip_, ZipFile::open(path));
    files.names_ = files.zip_->names();
  } else {
    return Error(ErrorCode::kNotFound, "there is no model " + path.string(),
                 "Give a model folder, or a zip archive of one or of a bioimage.io package.");
  }
  std::erase_if(files.names_, hidden);
  std::ranges::sort(files.names_);
  return files;
}

bool PackageFiles::has(const std::string& name) const {
  return std::ranges::binary_search(names_, name);
}

Result<std::string> PackageFiles::read(const std::string& name, std::uint64_t most) const {
  if (!has(name)) {
    return Error(ErrorCode::kNotFound, path_.string() + " holds no file " + name,
                 "Get the whole package again from where it was published.");
  }
  return zip_ ? zip_->read(name, most) : read_file(path_ / name, most);
}

}  // namespace karyo
