#pragma once

/// Reads the part of HDF5 that weight files use, from bytes that may be hostile.
///
/// Our own parser, because libhdf5 (1.10) crashes, hangs or overruns memory on most damaged files
/// within seconds of fuzzing. It handles what h5py writes by default, and compact groups of the
/// newer layout: groups, hard links, attributes of text, contiguous and compact arrays of floating
/// point numbers. Links by name, other files, chunks and filters are refused; nothing recurses, and
/// a budget of work bounds time and memory.
///
/// Source  "HDF5 File Format Specification Version 3.0", The HDF Group; section numbers are its.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "models/io/named_array.h"

namespace karyo {

/// The messages of an object's header: each describes one thing (links, an attribute, a shape).
struct Hdf5Object {
  struct Message {
    std::uint16_t type;
    std::uint8_t flags;
    std::string_view body;
  };
  std::vector<Message> messages;
};

/// Names below a group and where their headers lie; no address for links that are not hard ones.
using Hdf5Group = std::map<std::string, std::optional<std::uint64_t>>;

/// Views `bytes`, which have to outlive it. Errors of all members: kBadFile (damaged), kUnsupported
/// (a form of HDF5 that Keras does not write), kTooLarge, kNumeric.
class Hdf5Reader {
 public:
  /// `name` stands for the file in messages.
  Hdf5Reader(std::string_view bytes, std::string name) : bytes_(bytes), name_(std::move(name)) {}

  /// Header address of the root group; the first call to make. Checks signature and file size.
  Result<std::uint64_t> root();
  Result<Hdf5Object> object(std::uint64_t address);
  Result<Hdf5Group> group(const Hdf5Object& object);
  /// Text of an attribute, one entry an element; nothing when there is no such attribute. Numbers
  /// of no length (how Python stores an empty list) are an empty list.
  Result<std::optional<std::vector<std::string>>> text_attribute(const Hdf5Object& object,
                                                                 const std::string& attribute);
  /// A dataset as float32; finite values only. `what` stands for it in messages; the name of the
  /// array is left empty.
  Result<NamedArray> array(const Hdf5Object& object, const std::string& what);

 private:
  struct Type {
    int kind = 0;  ///< HDF5's class: 1 floating point, 3 text, 9 variable length
    std::uint32_t bytes = 0;
    bool big_endian = false;
    bool ieee = false;  ///< half, float or double
    bool variable_text = false;
  };

  Error bad(const std::string& what) const;
  Error unsupported(const std::string& what) const;
  Result<void> spend(std::uint64_t work);
  Result<void> add_messages(std::string_view block, bool new_form, bool ordered, Hdf5Object& object,
                            std::vector<std::string_view>& more);
  Result<void> add_symbol_table(std::uint64_t tree, std::uint64_t heap, Hdf5Group& group);
  Result<void> add_symbols(std::uint64_t node, std::string_view names, Hdf5Group& group);
  Result<void> add_link(std::string_view message, Hdf5Group& group);
  Result<Type> type_of(std::string_view message) const;
  Result<std::vector<std::int64_t>> shape_of(std::string_view message) const;
  Result<std::vector<std::string>> texts(std::string_view message, const std::string& what);
  Result<std::string> heap_text(std::string_view reference);
  Result<std::string_view> stored_bytes(std::string_view layout, const std::string& what) const;

  std::string_view bytes_;
  std::string name_;
  std::uint64_t work_ = 0;
  std::uint64_t array_bytes_ = 0;
};

}  // namespace karyo
