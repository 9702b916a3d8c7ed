// Sentences of code without Qt, in Finnish: how they are found in the catalogue, and that all are.

#include "app/gui/message_catalogue.h"

#include <gtest/gtest.h>

#include <QRegularExpression>
#include <set>

#include "app/gui/translator.h"
#include "tests/app/gui/message_sources.h"

namespace karyo::gui {
namespace {

/// What the review says, which is put together in pieces (annotation/qc/label_checks.cpp).
const char* const kReview[] = {
    "the model is %1 % sure",
    "missed from %1 of %2 sides",
    "%1 pieces of %2 px",
    "%1 pieces of %2 voxels",
    "%1 pieces of %2 px and %3 smaller",
    "%1 pieces of %2 voxels and %3 smaller",
    "perhaps several objects: %1",
    "%1 centres by shape",
    "%1 bright centres",
    "solidity %1",
    "%1 hole of %2 px",
    "%1 hole of %2 voxels",
    "%1 holes of %2 px together",
    "%1 holes of %2 voxels together",
    "in 1 slice only",
    "%1 px, fewer than %2",
    "%1 voxels, fewer than %2",
    "%1 px, %2 times the median of %3",
    "%1 voxels, %2 times the median of %3",
    "solidity %1, the median is %2",
    "circularity %1, the median is %2",
    "in %1 slices, the median is %2",
    "touches the border (%1)",
    "left",
    "right",
    "top",
    "bottom",
    "first slice",
    "last slice",
    "%1, %2",
};

/// The same of links (core/track/track_review.cpp).
const char* const kDoubts[] = {
    "another cell is nearly as near: %1 against %2 %3",
    "it moves unlike the cells around it: %1 %2 from where they go",
    "a track begins here, in the midst of the cells",
    "perhaps no division: one daughter is where the cell was expected, this one is %1 %2 away",
    "it was not seen for %1 frame(s)",
    "a daughter that is seen in %1 frame(s) only",
};

/// What computes, and why (models/device.cpp).
const char* const kDevice[] = {
    "CPU, %1 threads: %2",
    "asked for",
    "no NVIDIA driver on this machine",
    "LibTorch's CUDA libraries are not installed (%1)",
    "the NVIDIA driver shows no GPU",
    "GPU %1: found",
    "GPU %1: asked for",
    "GPU %1: found, shapes of objects too",
    "GPU %1: asked for, shapes of objects too",
    "GPU %1: found, shapes of objects on the CPU (%2)",
    "GPU %1: asked for, shapes of objects on the CPU (%2)",
    "%1 (%2; the CPU does it)",
};

/// Images that come to a training (models/train/came_text.h).
const char* const kCame[] = {"%1 image came (%2)", "%1 images came (%2)"};

/// What a file's claim is about (core/io/limits.h).
const char* const kParts[] = {"strip %1", "tile %1", "the image", "the JPEG", "the PNG"};

TEST(MessageCatalogue, FillsHolesWhereverTheTranslationHasThem) {
  const MessageCatalogue catalogue(R"({
    "cannot write %1: %2": "kirjoitus ei onnistu (%2): %1",
    "no space": "tila loppui",
    "%1 is in %2": "%2 sisältää: %1",
    "%1 is in %2, twice": "%2 sisältää kahdesti: %1"})");
  const auto text = [&](const char* sentence) {
    return catalogue.text(QString::fromUtf8(sentence)).toStdString();
  };
  EXPECT_EQ(text("cannot write a.tif: no space"), "kirjoitus ei onnistu (tila loppui): a.tif");
  EXPECT_EQ(text("no space"), "tila loppui");
  EXPECT_EQ(text("a is in b"), "b sisältää: a");
  EXPECT_EQ(text("a is in b, twice"), "b sisältää kahdesti: a") << "the longer pattern";
  EXPECT_EQ(text("/x/%1.tif: no space"), "/x/%1.tif: tila loppui") << "after a file's name";
  EXPECT_EQ(text("a%2 is in %1b"), "%1b sisältää: a%2") << "a hole is not filled again";
  EXPECT_EQ(text("something else"), "something else");
  EXPECT_EQ(text(""), "");
  EXPECT_EQ(text("cannot write : x"), "cannot write : x") << "no empty hole";
  EXPECT_EQ(MessageCatalogue(QByteArray()).text("no space"), "no space");
}

TEST(MessageCatalogue, KnowsEverySentenceOfTheCode) {
  const Translator finnish(QStringLiteral("fi"));
  const QStringList known = finnish.messages().patterns();
  const std::set<QString> patterns(known.begin(), known.end());
  auto code = test::messages_of_code(KARYOSCOPE_SOURCE_DIR);
  ASSERT_GT(code.size(), 900u);
  for (const char* text : kReview) code[text] = "annotation/qc/label_checks.cpp";
  for (const char* text : kDoubts) code[text] = "core/track/track_review.cpp";
  for (const char* text : kDevice) code[text] = "models/device.cpp";
  for (const char* text : kParts) code[text] = "core/io/limits.h";
  for (const char* text : kCame) code[text] = "models/train/came_text.h";
  int missing = 0;
  for (const auto& [pattern, file] : code) {
    if (patterns.contains(QString::fromStdString(pattern))) continue;
    ++missing;
    ADD_FAILURE() << "no Finnish for \"" << pattern << "\" of " << file;
  }
  EXPECT_EQ(missing, 0);
  for (const QString& pattern : known) {
    EXPECT_TRUE(code.contains(pattern.toStdString())) << "said nowhere: " << pattern.toStdString();
  }
}

TEST(MessageCatalogue, TranslationsHaveTheHolesOfTheirSentences) {
  static const QRegularExpression hole(QStringLiteral("%[1-9]"));
  const Translator finnish(QStringLiteral("fi"));
  for (const QString& pattern : finnish.messages().patterns()) {
    const auto count = static_cast<int>(pattern.count(hole));
    QString sentence = pattern;
    for (int i = 1; i <= count; ++i) {
      sentence.replace(QStringLiteral("%%1").arg(i), QStringLiteral("<%1>").arg(i));
    }
    const QString text = finnish.messages().text(sentence);
    EXPECT_FALSE(text.isEmpty()) << pattern.toStdString();
    for (int i = 1; i <= count; ++i) {
      EXPECT_EQ(text.count(QStringLiteral("<%1>").arg(i)), 1) << text.toStdString();
    }
  }
}

}  // namespace
}  // namespace karyo::gui
