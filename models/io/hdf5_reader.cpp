#include "models/io/hdf5_reader.h"

#include <algorithm>

#include "models/io/byte_cursor.h"

namespace karyo {
namespace {

constexpr std::string_view kSignature("\x89HDF\r\n\x1a\n", 8);
constexpr std::uint64_t kNowhere = ~std::uint64_t{0};
// A network of 200 layers takes about 2^19 steps (bytes of structure looked at).
constexpr std::uint64_t kMostWork = std::uint64_t{1} << 26;
constexpr std::size_t kMostHeaderBlocks = 1024;
constexpr std::size_t kMostNameBytes = 4096;

// Header message types (IV.A.2).
constexpr std::uint16_t kLinkInfo = 0x02, kLink = 0x06, kContinuation = 0x10, kSymbolTable = 0x11;

const char* const kGetAgain =
    "Copy or export the weights again from where they were made; in Python, "
    "model.keras_model.save_weights(\"weights_best.h5\") writes them anew.";

}  // namespace

Error Hdf5Reader::bad(const std::string& what) const {
  return {ErrorCode::kBadFile, name_ + ": " + what, kGetAgain};
}

Error Hdf5Reader::unsupported(const std::string& what) const {
  return {ErrorCode::kUnsupported, name_ + ": " + what, kGetAgain};
}

Result<void> Hdf5Reader::spend(std::uint64_t work) {
  work_ += work;
  if (work_ > kMostWork) return bad("its structure runs in circles or is far too large");
  return {};
}

/// II.A: the superblock.
Result<std::uint64_t> Hdf5Reader::root() {
  if (!bytes_.starts_with(kSignature)) {
    const bool pointer = bytes_.starts_with("version https://git-lfs");
    return Error(ErrorCode::kBadFile,
                 name_ + (pointer ? " is a Git LFS pointer, not the weights" : " is no HDF5 file"),
                 pointer ? "Run: git lfs pull, in the repository it comes from."
                         : "Choose the weights file (weights_best.h5) of a model folder.");
  }
  ByteCursor in(bytes_, kSignature.size());
  const auto version = in.number<std::uint8_t>();
  std::uint8_t offset_bytes = 0, length_bytes = 0;
  if (version <= 1) {
    in.skip(4);
    offset_bytes = in.number<std::uint8_t>();
    length_bytes = in.number<std::uint8_t>();
    in.skip(version == 1 ? 13 : 9);
  } else if (version <= 3) {
    offset_bytes = in.number<std::uint8_t>();
    length_bytes = in.number<std::uint8_t>();
    in.skip(1);
  } else {
    return unsupported("HDF5 superblock version " + std::to_string(version) + " is not known");
  }
  if (offset_bytes != 8 || length_bytes != 8) {
    return unsupported("its addresses are not of 8 bytes, as Python writes them");
  }
  const auto base = in.number<std::uint64_t>();
  in.skip(8);  // free space, or superblock extension
  const auto end = in.number<std::uint64_t>();
  if (version <= 1) in.skip(16);  // driver information, name of the root group
  const auto address = in.number<std::uint64_t>();
  if (!in.ok()) return bad("it is cut off");
  if (base != 0) return unsupported("it begins with a user block");
  if (end > bytes_.size()) {
    return bad("it is cut off: " + std::to_string(bytes_.size()) + " of " + std::to_string(end) +
               " bytes are there");
  }
  return address;
}

/// IV.A.1: messages one after the other; `more` receives the blocks that continue the header.
Result<void> Hdf5Reader::add_messages(std::string_view block, bool new_form, bool ordered,
                                      Hdf5Object& object, std::vector<std::string_view>& more) {
  KARYO_CHECK_OK(spend(block.size() + 16));
  const std::size_t head = new_form ? (ordered ? 6 : 4) : 8;
  ByteCursor in(block, 0);
  while (in.left() >= head) {
    Hdf5Object::Message message{};
    message.type = new_form ? in.number<std::uint8_t>() : in.number<std::uint16_t>();
    const auto size = in.number<std::uint16_t>();
    message.flags = in.number<std::uint8_t>();
    in.skip(new_form ? (ordered ? 2 : 0) : 3);
    message.body = in.take(size);
    if (!in.ok()) return bad("a header is broken");
    if (message.type == kContinuation) {
      ByteCursor next(message.body, 0);
      const auto address = next.number<std::uint64_t>(), length = next.number<std::uint64_t>();
      const auto rest = ByteCursor(bytes_, address).take(length);
      if (!next.ok() || length == 0 || rest.empty()) return bad("a header is continued nowhere");
      more.push_back(rest);
    } else {
      object.messages.push_back(message);
    }
  }
  return {};
}

Result<Hdf5Object> Hdf5Reader::object(std::uint64_t address) {
  ByteCursor in(bytes_, address);
  Hdf5Object object;
  std::vector<std::string_view> blocks;
  bool new_form = false, ordered = false;
  if (in.peek(4) == "OHDR") {
    new_form = true;
    in.skip(5);
    const auto flags = in.number<std::uint8_t>();
    ordered = (flags & 0x04) != 0;
    if (flags & 0x20) in.skip(16);  // times
    if (flags & 0x10) in.skip(4);   // when attributes move elsewhere
    const std::uint64_t size = in.sized_number(1U << (flags & 3));
    blocks.push_back(in.take(size));
  } else {
    if (in.number<std::uint8_t>() != 1) return bad("a header is broken");
    in.skip(7);
    const auto size = in.number<std::uint32_t>();
    in.skip(4);
    blocks.push_back(in.take(size));
  }
  if (!in.ok()) return bad("a header is broken or lies outside the file");
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    std::string_view block = blocks[i];
    if (new_form && i > 0) {  // signature before, checksum after
      if (!block.starts_with("OCHK") || block.size() < 8) return bad("a header is broken");
      block = block.substr(4, block.size() - 8);
    }
    KARYO_CHECK_OK(add_messages(block, new_form, ordered, object, blocks));
    if (blocks.size() > kMostHeaderBlocks) return bad("a header is in too many pieces");
  }
  return object;
}

/// IV.A.2.g: the newer kind of link, in the header itself.
Result<void> Hdf5Reader::add_link(std::string_view message, Hdf5Group& group) {
  ByteCursor in(message, 0);
  in.skip(1);
  const auto flags = in.number<std::uint8_t>();
  const int kind = flags & 0x08 ? in.number<std::uint8_t>() : 0;
  if (flags & 0x04) in.skip(8);
  if (flags & 0x10) in.skip(1);
  const std::uint64_t length = in.sized_number(1U << (flags & 3));
  const auto name = in.take(std::min<std::uint64_t>(length, kMostNameBytes + 1));
  const std::uint64_t address = kind == 0 ? in.number<std::uint64_t>() : kNowhere;
  if (!in.ok() || name.size() > kMostNameBytes) return bad("a link is broken");
  KARYO_CHECK_OK(spend(name.size() + 64));
  group.emplace(name, kind == 0 ? std::optional(address) : std::nullopt);
  return {};
}

/// III.C: a leaf of a group's tree.
Result<void> Hdf5Reader::add_symbols(std::uint64_t node, std::string_view names, Hdf5Group& group) {
  constexpr std::uint32_t kCachedSoftLink = 2;
  ByteCursor in(bytes_, node);
  if (in.take(4) != "SNOD") return bad("the list of a group is broken");
  in.skip(2);
  const auto count = in.number<std::uint16_t>();
  for (int i = 0; i < count; ++i) {
    const auto name_at = in.number<std::uint64_t>(), address = in.number<std::uint64_t>();
    const auto cached = in.number<std::uint32_t>();
    in.skip(20);
    if (!in.ok() || name_at >= names.size()) return bad("the list of a group is broken");
    const auto rest = names.substr(name_at, kMostNameBytes + 1);
    const auto name = rest.substr(0, rest.find('\0'));
    if (name.empty() || name.size() == rest.size()) return bad("a name in a group is broken");
    KARYO_CHECK_OK(spend(name.size() + 64));
    group.emplace(name, cached == kCachedSoftLink ? std::nullopt : std::optional(address));
  }
  return {};
}

/// III.A.1 and III.D: the tree of a group, walked level by level, and the heap with its names.
Result<void> Hdf5Reader::add_symbol_table(std::uint64_t tree, std::uint64_t heap,
                                          Hdf5Group& group) {
  ByteCursor head(bytes_, heap);
  if (head.take(4) != "HEAP") return bad("the names of a group are missing");
  head.skip(4);
  const auto names_size = head.number<std::uint64_t>();
  head.skip(8);
  const auto names_at = head.number<std::uint64_t>();
  const auto names = ByteCursor(bytes_, names_at).take(names_size);
  if (!head.ok() || names.size() != names_size) return bad("the names of a group are cut off");

  std::vector<std::uint64_t> nodes{tree}, below;
  for (int level = -1; !nodes.empty(); --level) {
    for (const std::uint64_t node : nodes) {
      ByteCursor in(bytes_, node);
      const bool is_tree = in.take(4) == "TREE" && in.number<std::uint8_t>() == 0;
      const int node_level = in.number<std::uint8_t>();
      const auto count = in.number<std::uint16_t>();
      in.skip(16 + 8);  // siblings, first key
      if (level < 0) level = node_level;
      // Levels fall by one from the root to the leaves, so a tree cannot run in circles.
      if (!in.ok() || !is_tree || node_level != level) return bad("the tree of a group is broken");
      KARYO_CHECK_OK(spend(64 + 16 * std::uint64_t{count}));
      for (int i = 0; i < count; ++i) {
        const auto child = in.number<std::uint64_t>();
        in.skip(8);  // key
        if (!in.ok()) return bad("the tree of a group is cut off");
        if (node_level > 0) {
          below.push_back(child);
        } else {
          KARYO_CHECK_OK(add_symbols(child, names, group));
        }
      }
    }
    nodes.swap(below);
    below.clear();
  }
  return {};
}

Result<Hdf5Group> Hdf5Reader::group(const Hdf5Object& object) {
  Hdf5Group group;
  bool is_group = false;
  for (const auto& message : object.messages) {
    ByteCursor in(message.body, 0);
    if (message.type == kSymbolTable) {
      const auto tree = in.number<std::uint64_t>(), heap = in.number<std::uint64_t>();
      if (!in.ok()) return bad("a group is broken");
      KARYO_CHECK_OK(add_symbol_table(tree, heap, group));
      is_group = true;
    } else if (message.type == kLink) {
      KARYO_CHECK_OK(add_link(message.body, group));
      is_group = true;
    } else if (message.type == kLinkInfo) {
      in.skip(1);
      if (in.number<std::uint8_t>() & 1) in.skip(8);
      if (in.number<std::uint64_t>() != kNowhere) {
        return unsupported("it is in HDF5's newest layout (libver=\"latest\")");
      }
      is_group = true;
    }
  }
  if (!is_group) return bad("an array stands where a group of them should be");
  return group;
}

}  // namespace karyo
