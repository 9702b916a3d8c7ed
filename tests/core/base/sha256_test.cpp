#include "core/base/sha256.h"

#include <gtest/gtest.h>

#include <fstream>

#include "tests/support/temp_dir.h"

namespace karyo {
namespace {

TEST(Sha256, GivesTheStandardsAnswers) {  // FIPS 180-2, appendix B
  EXPECT_EQ(sha256(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(sha256("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(sha256(std::string(1000000, 'a')),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Sha256, DoesNotDependOnHowBytesArePartedAndReadsFiles) {
  std::string text;
  for (int i = 0; i < 500; ++i) text += static_cast<char>(i * 7);
  for (std::size_t part = 1; part < 200; part += 13) {
    Sha256 hash;
    for (std::size_t at = 0; at < text.size(); at += part) {
      const std::string some = text.substr(at, part);
      hash.add(std::as_bytes(std::span(some.data(), some.size())));
    }
    EXPECT_EQ(hash.text(), sha256(text)) << part;
  }
  const test::TempDir folder;
  std::ofstream(folder / "a", std::ios::binary) << text;
  EXPECT_EQ(*sha256_of_file(folder / "a"), sha256(text));
  std::ofstream(folder / "empty");
  EXPECT_EQ(*sha256_of_file(folder / "empty"), sha256(""));
  EXPECT_FALSE(sha256_of_file(folder / "nothing"));
}

}  // namespace
}  // namespace karyo
