#include "core/base/sha256.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <vector>

namespace karyo {
namespace {

/// The first 32 bits of the fractional part, which is how the standard defines its constants.
std::uint32_t fraction_bits(long double value) {
  return static_cast<std::uint32_t>((value - std::floor(value)) * 4294967296.0L);
}

struct Constants {
  std::array<std::uint32_t, 64> rounds{};
  std::array<std::uint32_t, 8> start{};
  Constants() {
    std::size_t found = 0;
    for (int n = 2; found < rounds.size(); ++n) {
      bool prime = true;
      for (int d = 2; d * d <= n; ++d) prime = prime && n % d != 0;
      if (!prime) continue;
      if (found < start.size())
        start[found] = fraction_bits(std::sqrt(static_cast<long double>(n)));
      rounds[found++] = fraction_bits(std::cbrt(static_cast<long double>(n)));
    }
  }
};

const Constants& constants() {
  static const Constants made;
  return made;
}

}  // namespace

Sha256::Sha256() : hash_(constants().start) {}

void Sha256::take_block(const std::byte* data) {
  std::array<std::uint32_t, 64> w{};
  for (std::size_t i = 0; i < 16; ++i) {
    for (std::size_t k = 0; k < 4; ++k) {
      w[i] = w[i] << 8 | std::to_integer<std::uint32_t>(data[4 * i + k]);
    }
  }
  for (std::size_t i = 16; i < 64; ++i) {
    const auto s0 = std::rotr(w[i - 15], 7) ^ std::rotr(w[i - 15], 18) ^ w[i - 15] >> 3;
    const auto s1 = std::rotr(w[i - 2], 17) ^ std::rotr(w[i - 2], 19) ^ w[i - 2] >> 10;
    w[i] = w[i - 16] + s0 + w[i - 7] + s1;
  }
  const auto& rounds = constants().rounds;
  auto [a, b, c, d, e, f, g, h] = hash_;
  for (std::size_t i = 0; i < 64; ++i) {
    const auto s1 = std::rotr(e, 6) ^ std::rotr(e, 11) ^ std::rotr(e, 25);
    const auto t1 = h + s1 + ((e & f) ^ (~e & g)) + rounds[i] + w[i];
    const auto s0 = std::rotr(a, 2) ^ std::rotr(a, 13) ^ std::rotr(a, 22);
    const auto t2 = s0 + ((a & b) ^ (a & c) ^ (b & c));
    h = g, g = f, f = e, e = d + t1, d = c, c = b, b = a, a = t1 + t2;
  }
  const std::array<std::uint32_t, 8> add{a, b, c, d, e, f, g, h};
  for (std::size_t i = 0; i < 8; ++i) hash_[i] += add[i];
}

void Sha256::add(std::span<const std::byte> bytes) {
  const std::size_t held = count_ % rest_.size();
  count_ += bytes.size();
  if (held > 0) {
    const std::size_t some = std::min(bytes.size(), rest_.size() - held);
    std::copy_n(bytes.begin(), some, rest_.begin() + static_cast<std::ptrdiff_t>(held));
    bytes = bytes.subspan(some);
    if (held + some < rest_.size()) return;
    take_block(rest_.data());
  }
  for (; bytes.size() >= rest_.size(); bytes = bytes.subspan(rest_.size())) {
    take_block(bytes.data());
  }
  std::copy(bytes.begin(), bytes.end(), rest_.begin());
}

std::string Sha256::text() {
  const std::uint64_t bits = count_ * 8;
  std::vector<std::byte> tail{std::byte{0x80}};
  while ((count_ + tail.size()) % rest_.size() != 56) tail.push_back(std::byte{0});
  for (int shift = 56; shift >= 0; shift -= 8) {
    tail.push_back(static_cast<std::byte>(bits >> shift & 0xff));
  }
  add(tail);
  std::string digits;
  for (const std::uint32_t word : hash_) {
    char eight[9];
    std::snprintf(eight, sizeof eight, "%08x", word);
    digits += eight;
  }
  return digits;
}

std::string sha256(std::span<const std::byte> bytes) {
  Sha256 hash;
  hash.add(bytes);
  return hash.text();
}

Result<std::string> sha256_of_file(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  Sha256 hash;
  std::vector<char> part(std::size_t{1} << 20);
  while (in) {
    in.read(part.data(), static_cast<std::streamsize>(part.size()));
    hash.add(std::as_bytes(std::span(part.data(), static_cast<std::size_t>(in.gcount()))));
  }
  if (in.eof()) return hash.text();
  return Error(ErrorCode::kIo, "cannot read " + file.string(),
               "Check that the file is there and that you may read it.");
}

}  // namespace karyo
