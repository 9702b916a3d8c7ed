#pragma once

/// Reads little-endian numbers from bytes without ever leaving them.

#include <bit>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace karyo {

/// After the first read past the end ok() is false for good and every read gives zeros or nothing,
/// so one check after several reads is enough.
class ByteCursor {
 public:
  ByteCursor(std::string_view bytes, std::uint64_t at)
      : bytes_(bytes), at_(at), ok_(at <= bytes.size()) {}

  bool ok() const { return ok_; }
  std::uint64_t left() const { return ok_ ? bytes_.size() - at_ : 0; }

  std::string_view take(std::uint64_t count) {
    if (!ok_ || count > left()) {
      ok_ = false;
      return {};
    }
    const auto taken = bytes_.substr(at_, count);
    at_ += count;
    return taken;
  }
  void skip(std::uint64_t count) { take(count); }
  std::string_view peek(std::uint64_t count) const { return ByteCursor(*this).take(count); }

  template <typename T>
  T number() {
    static_assert(std::endian::native == std::endian::little);
    const auto taken = take(sizeof(T));
    T value{};
    if (!taken.empty()) std::memcpy(&value, taken.data(), sizeof(T));
    return value;
  }
  /// A number of 1, 2, 4 or 8 bytes.
  std::uint64_t sized_number(unsigned size) {
    const auto taken = take(size);
    std::uint64_t value = 0;
    if (!taken.empty()) std::memcpy(&value, taken.data(), size);
    return value;
  }

 private:
  std::string_view bytes_;
  std::uint64_t at_;
  bool ok_;
};

}  // namespace karyo
