#include "core/io/ome_set.h"

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "core/io/limits.h"

namespace karyo::io {
namespace {

constexpr int kDescription = 270;

/// A file of the same folder, and nothing else.
Result<void> check_name(const std::string& name) {
  constexpr std::size_t kLongestName = 255;
  const bool plain = !name.empty() && name != "." && name != ".." && name.size() <= kLongestName &&
                     name.find_first_of(std::string_view("/\\\0", 3)) == std::string::npos;
  if (plain) return {};
  return Error(ErrorCode::kBadFile,
               "the OME-XML names the file \"" + name.substr(0, 80) +
                   "\"; only files of the same folder are followed",
               "Put the files of the set into one folder and export the set again with plain file "
               "names, for example with Bio-Formats' bfconvert.");
}

/// OME-XML out of a set's metadata file: a companion, or a TIFF of the set.
Result<std::string> text_of_metadata_file(const ByteSource& source) {
  std::array<std::byte, 8> head{};
  if (!looks_like_tiff(std::span(head).first(source.read_some(0, head)))) {
    return companion_text(source);
  }
  KARYO_TRY(const TiffStructure structure, read_tiff_structure(source));
  return tiff_description(source, structure);
}

/// Replaces what is known of the set by what its metadata file says. False when that is not there.
Result<bool> follow_metadata_file(OmeSet& set, const OmeFile& own, const Neighbours& beside) {
  const std::string name = set.ome->metadata_file;
  KARYO_CHECK_OK(check_name(name));
  auto source = beside.open(name);
  if (!source && source.error().code == ErrorCode::kNotFound) {
    set.notes.push_back("The file belongs to an OME-TIFF set whose metadata file \"" + name +
                        "\" is not in its folder: only this file's pages were read. Put it there "
                        "to open the whole image.");
    set.ome.reset();
    return false;
  }
  if (!source) return source.error().in(name);
  auto found = [&]() -> Result<OmeDescription> {
    KARYO_TRY(const std::string text, text_of_metadata_file(**source));
    return parse_ome_xml(text, own);
  }();
  if (!found) return found.error().in(name);
  if (!found->metadata_file.empty()) {
    return Error(ErrorCode::kBadFile,
                 name + ": it should describe the set, but names another file, \"" +
                     found->metadata_file.substr(0, 80) + "\"",
                 "Export the set again from the program that made it.");
  }
  set.ome = *std::move(found);
  set.metadata_file = name;
  return true;
}

/// Gives each file a number; the opened one is 0.
Result<void> number_files(OmeSet& set, const OmeFile& own, bool own_has_pages, bool told_itself,
                          const Neighbours& beside) {
  const std::vector<OmeFile>& files = set.ome->files;
  // A single file whose name was changed is still itself.
  const bool one_name = std::all_of(files.begin(), files.end(), [&](const OmeFile& file) {
    return file.name == files.front().name;
  });
  if (own_has_pages && told_itself && one_name) {
    set.file_of.assign(files.size(), 0);
    return {};
  }
  std::map<std::string, std::uint32_t> numbers;
  for (const OmeFile& file : files) {
    if (own_has_pages && same_file(file, own)) {
      set.file_of.push_back(0);
      continue;
    }
    KARYO_CHECK_OK(check_name(file.name));
    const auto [at, added] =
        numbers.try_emplace(file.name, static_cast<std::uint32_t>(set.names.size()));
    if (added) set.names.push_back(file.name);
    set.file_of.push_back(at->second);
  }
  std::string missing;
  std::size_t absent = 0;
  for (std::size_t i = 1; i < set.names.size(); ++i) {
    const std::string& name = set.names[i];
    auto source = beside.open(name);
    if (!source && source.error().code == ErrorCode::kNotFound) {
      if (absent++ == 0) missing = name;
      set.pages.push_back(0);
      continue;
    }
    if (!source) return source.error().in(name);
    const auto structure = read_tiff_structure(**source);
    if (!structure) return structure.error().in(name);
    set.pages.push_back(static_cast<std::int64_t>(structure->pages.size()));
  }
  if (absent == 0) return {};
  const std::size_t all = set.names.size() - (own_has_pages ? 0 : 1);
  return Error(ErrorCode::kNotFound,
               "the image is a set of " + std::to_string(all) + " files, and \"" + missing + "\"" +
                   (absent > 1 ? " and " + std::to_string(absent - 1) + " more" : "") +
                   (absent > 1 ? " are" : " is") + " missing",
               "Copy all files of the set into one folder, under the names they had.");
}

}  // namespace

Result<std::string> tiff_description(const ByteSource& source, const TiffStructure& structure) {
  KARYO_TRY(const auto tag,
            read_tiff_tag(source, structure, structure.pages[0], kDescription, kMaxTextBytes));
  if (!tag) return std::string();
  return std::string(reinterpret_cast<const char*>(tag->bytes.data()), tag->bytes.size());
}

bool looks_like_companion(const ByteSource& source) {
  std::array<std::byte, 4096> raw{};
  const std::string_view head(reinterpret_cast<const char*>(raw.data()), source.read_some(0, raw));
  constexpr std::string_view kMark = "\xef\xbb\xbf";  // U+FEFF, which some editors put in front
  return head.substr(head.starts_with(kMark) ? kMark.size() : 0).starts_with('<') &&
         is_ome_xml(head);
}

Result<std::string> companion_text(const ByteSource& source) {
  if (source.size() > kMaxTextBytes) {
    return Error(ErrorCode::kTooLarge,
                 "the OME-XML holds " + readable_bytes(source.size()) + "; at most " +
                     readable_bytes(kMaxTextBytes) + " are read",
                 "Export the image without the extra metadata.");
  }
  std::string text(static_cast<std::size_t>(source.size()), '\0');
  KARYO_CHECK_OK(source.read_at(0, std::as_writable_bytes(std::span(text))));
  return text;
}

bool is_ome_xml(std::string_view text) {
  const std::string_view head = text.substr(0, 4096);
  return head.find("<OME") != std::string_view::npos ||
         head.find("<ome:OME") != std::string_view::npos;
}

bool same_file(const OmeFile& named, const OmeFile& own) {
  if (!named.uuid.empty() && named.uuid == own.uuid) return true;
  return named.name.empty() ? named.uuid.empty() : named.name == own.name;
}

Result<OmeSet> find_ome_set(std::string_view text, bool companion, const Neighbours& beside) {
  OmeSet set;
  if (!is_ome_xml(text)) return set;
  OmeFile own{beside.own_name, ""};
  KARYO_TRY(set.ome, parse_ome_xml(text, own));
  own.uuid = set.ome->uuid;
  bool told_itself = true;
  if (!set.ome->metadata_file.empty()) {
    if (companion) {
      return Error(ErrorCode::kBadFile, "the companion file describes no image itself",
                   "Open \"" + set.ome->metadata_file.substr(0, 80) + "\" instead.");
    }
    KARYO_TRY(const bool followed, follow_metadata_file(set, own, beside));
    if (!followed) return set;
    told_itself = false;
  }
  if (set.ome->images > 1) {
    set.notes.push_back("The file describes " + std::to_string(set.ome->images) +
                        " images; one was read.");
  }
  const bool unnamed =
      set.ome->data.empty() || std::any_of(set.ome->data.begin(), set.ome->data.end(),
                                           [](const auto& run) { return run.file < 0; });
  if ((companion || !told_itself) && unnamed) {
    return Error(ErrorCode::kBadFile, "the set's OME-XML does not say which files hold the planes",
                 "Export the set again from the program that made it.");
  }
  KARYO_CHECK_OK(number_files(set, own, !companion, told_itself, beside));
  return set;
}

}  // namespace karyo::io
