#include "core/io/roi_zip.h"

#include <zip.h>

#include <algorithm>
#include <cstring>
#include <fstream>
#include <memory>
#include <string_view>
#include <unordered_set>

#include "core/base/atomic_file.h"
#include "core/base/text.h"

namespace karyo {
namespace {

struct CloseArchive {
  void operator()(zip_t* archive) const { zip_discard(archive); }
};
using Archive = std::unique_ptr<zip_t, CloseArchive>;

struct CloseEntry {
  void operator()(zip_file_t* entry) const { zip_fclose(entry); }
};

/// Tells the set of an image without objects from an archive that lost its entries.
constexpr std::string_view kNoObjects = "Karyoscope: no objects";

std::string message_of(zip_error_t* error) {
  std::string message = zip_error_strerror(error);
  zip_error_fini(error);
  return message;
}

Error no_archive(const std::string& why) {
  return {ErrorCode::kBadFile, "this is no readable RoiSet.zip (" + why + ")",
          "Save the set again from ImageJ's ROI Manager (More > Save)."};
}

bool ends_with_roi(const std::string& name) { return lower_ascii(name).ends_with(".roi"); }

/// The last part of an entry's name without ".roi"; what comes before may be anything.
std::string roi_name(const std::string& entry) {
  const std::size_t slash = entry.find_last_of("/\\");
  std::string name = slash == std::string::npos ? entry : entry.substr(slash + 1);
  if (ends_with_roi(name)) name.resize(name.size() - 4);
  return name;
}

/// Names as they may stand in an archive on every system.
std::string entry_name(const std::string& name) {
  std::string safe;
  for (const char c : name) {
    const bool bad =
        static_cast<unsigned char>(c) < 32 || c == '/' || c == '\\' || c == ':' || c == '\x7f';
    safe.push_back(bad ? '_' : c);
  }
  if (safe.size() > 200) {
    safe.resize(200);
    // No half of a UTF-8 letter at the end.
    while (!safe.empty() && (static_cast<unsigned char>(safe.back()) & 0xC0) == 0x80)
      safe.pop_back();
    if (!safe.empty() && static_cast<unsigned char>(safe.back()) >= 0xC0) safe.pop_back();
  }
  if (safe.empty() || safe.find_first_not_of('.') == std::string::npos) safe = "roi";
  return safe;
}

Result<std::vector<std::byte>> read_entry(zip_t* archive, zip_uint64_t index, std::uint64_t limit) {
  const std::unique_ptr<zip_file_t, CloseEntry> entry(zip_fopen_index(archive, index, 0));
  if (!entry) return no_archive(zip_strerror(archive));
  std::vector<std::byte> bytes;
  std::array<std::byte, 8192> part;
  // The size an archive states is a claim; what comes out is counted.
  for (;;) {
    const zip_int64_t count = zip_fread(entry.get(), part.data(), part.size());
    if (count < 0) return no_archive("its data is damaged");
    if (count == 0) return bytes;
    bytes.insert(bytes.end(), part.begin(), part.begin() + count);
    if (bytes.size() > limit) {
      return Error(ErrorCode::kTooLarge,
                   "the entry unpacks to more than " + std::to_string(limit >> 20) + " MiB",
                   "No ROI is that large; leave the entry out of the archive.");
    }
  }
}

Result<RoiSet> parse_archive(zip_t* archive, const RoiSetLimits& limits) {
  const zip_int64_t entries = zip_get_num_entries(archive, 0);
  if (entries < 0 || static_cast<std::uint64_t>(entries) > limits.entries) {
    return Error(ErrorCode::kTooLarge,
                 "the archive has " + std::to_string(entries) + " entries; at most " +
                     std::to_string(limits.entries) + " are read",
                 "Split the set into several archives.");
  }
  RoiSet set;
  std::uint64_t total = 0;
  std::string first_fix;
  ErrorCode first_code = ErrorCode::kBadFile;
  constexpr std::size_t kProblemsKept = 1000;
  const auto report = [&](const std::string& name, const Error& error) {
    if (set.problems.empty()) {
      first_fix = error.fix;
      first_code = error.code;
    }
    if (set.problems.size() < kProblemsKept) set.problems.push_back(name + ": " + error.what);
  };
  for (zip_uint64_t i = 0; i < static_cast<zip_uint64_t>(entries); ++i) {
    const char* stored = zip_get_name(archive, i, 0);
    const std::string name = stored != nullptr ? stored : "entry " + std::to_string(i + 1);
    if (!name.empty() && name.back() == '/') continue;  // a folder
    if (!ends_with_roi(name)) {
      report(name, {ErrorCode::kBadFile, "not a .roi file, left out", "Leave it out."});
      continue;
    }
    const auto bytes = read_entry(archive, i, limits.entry_bytes);
    if (!bytes) {
      report(name, bytes.error());
      continue;
    }
    total += bytes->size();
    if (total > limits.total_bytes) {
      return Error(
          ErrorCode::kTooLarge,
          "the archive unpacks to more than " + std::to_string(limits.total_bytes >> 20) + " MiB",
          "Split the set into several archives.");
    }
    auto roi = parse_roi(*bytes);
    if (!roi) {
      report(name, roi.error());
      continue;
    }
    if (roi->name.empty()) roi->name = roi_name(name);
    set.rois.push_back(*std::move(roi));
  }
  if (!set.rois.empty()) return set;
  int length = 0;
  const char* comment = zip_get_archive_comment(archive, &length, 0);
  if (entries == 0 && comment != nullptr &&
      std::string_view(comment, static_cast<std::size_t>(length)) == kNoObjects) {
    return set;
  }
  if (set.problems.empty()) return no_archive("it is empty");
  return Error(first_code, "no ROI in the archive can be read; " + set.problems.front(), first_fix);
}

}  // namespace

Result<RoiSet> parse_rois(std::span<const std::byte> bytes, const std::string& name,
                          const RoiSetLimits& limits) {
  if (bytes.size() >= 4 && std::memcmp(bytes.data(), "PK", 2) == 0) {
    zip_error_t error;
    zip_error_init(&error);
    zip_source_t* source = zip_source_buffer_create(bytes.data(), bytes.size(), 0, &error);
    if (source == nullptr) return no_archive(message_of(&error));
    const Archive archive(zip_open_from_source(source, ZIP_RDONLY, &error));
    if (!archive) {
      zip_source_free(source);
      return no_archive(message_of(&error));
    }
    zip_error_fini(&error);
    return parse_archive(archive.get(), limits);
  }
  KARYO_TRY(Roi roi, parse_roi(bytes));
  if (roi.name.empty()) roi.name = roi_name(name);
  RoiSet set;
  set.rois.push_back(std::move(roi));
  return set;
}

Result<RoiSet> read_rois(const std::filesystem::path& path, const RoiSetLimits& limits) {
  std::ifstream file(path, std::ios::binary);
  std::error_code ignored;
  if (!file || !std::filesystem::is_regular_file(path, ignored)) {
    return Error(ErrorCode::kNotFound, "there is no ROI file " + path.string(),
                 "Check the name; RoiSet.zip and .roi files are read.");
  }
  const std::string place = "reading " + path.string();
  char magic[2] = {};
  file.read(magic, 2);
  if (file && magic[0] == 'P' && magic[1] == 'K') {
    int code = 0;
    const Archive archive(zip_open(path.c_str(), ZIP_RDONLY, &code));
    if (!archive) {
      zip_error_t error;
      zip_error_init_with_code(&error, code);
      return no_archive(message_of(&error)).in(place);
    }
    auto set = parse_archive(archive.get(), limits);
    if (!set) return set.error().in(place);
    return set;
  }
  const auto content = read_file(path, limits.entry_bytes);
  if (!content) return content.error();
  auto set = parse_rois(std::as_bytes(std::span(content->data(), content->size())),
                        path.filename().string(), limits);
  if (!set) return set.error().in(place);
  return set;
}

Result<void> write_rois(const std::filesystem::path& path, std::span<const Roi> rois) {
  const std::string ending = path.extension().string();
  if (ending == ".roi" && rois.size() == 1) {
    KARYO_TRY(const auto bytes, format_roi(rois[0]));
    return write_file_atomically(path, {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  }
  if (ending != ".zip" && ending != ".ZIP") {
    return Error(ErrorCode::kInvalidArgument,
                 "ROIs are written as RoiSet.zip, not as \"" + path.filename().string() + "\"",
                 "Give a name that ends in .zip.");
  }
  if (rois.empty()) {
    // libzip writes no empty archives; one is an end record, with its comment, and nothing before.
    std::string end = std::string("PK\5\6") + std::string(18, '\0');
    end[20] = static_cast<char>(kNoObjects.size());
    return write_file_atomically(path, end + std::string(kNoObjects));
  }
  KARYO_TRY(AtomicFile file, AtomicFile::create(path));
  const auto refused = [&path](const std::string& why) {
    return Error(ErrorCode::kIo, "writing " + path.string() + ": " + why,
                 "Check the free space and the rights of the folder.");
  };
  int code = 0;
  Archive archive(zip_open(file.temporary_path().c_str(), ZIP_CREATE | ZIP_TRUNCATE, &code));
  if (!archive) {
    zip_error_t error;
    zip_error_init_with_code(&error, code);
    return refused(message_of(&error));
  }
  // libzip packs at the end, so the bytes stay until then.
  std::vector<std::vector<std::byte>> contents;
  contents.reserve(rois.size());
  std::unordered_set<std::string> taken;
  for (const Roi& roi : rois) {
    const std::string name = entry_name(roi.name);
    std::string unique = name;
    for (int i = 1; !taken.insert(unique).second; ++i) unique = name + "-" + std::to_string(i);
    KARYO_TRY(auto bytes, format_roi(roi));
    contents.push_back(std::move(bytes));
    zip_source_t* source =
        zip_source_buffer(archive.get(), contents.back().data(), contents.back().size(), 0);
    if (source == nullptr) return refused(zip_strerror(archive.get()));
    const zip_int64_t index =
        zip_file_add(archive.get(), (unique + ".roi").c_str(), source, ZIP_FL_ENC_UTF_8);
    if (index < 0) {
      zip_source_free(source);
      return refused(zip_strerror(archive.get()));
    }
    // A fixed date (1980-01-01, the first a zip can hold): the same ROIs make the same file.
    zip_file_set_dostime(archive.get(), static_cast<zip_uint64_t>(index), 0, (1 << 5) | 1, 0);
  }
  zip_t* closing = archive.release();
  if (zip_close(closing) != 0) {
    const std::string why = zip_strerror(closing);
    zip_discard(closing);
    return refused(why);
  }
  return file.commit();
}

}  // namespace karyo
