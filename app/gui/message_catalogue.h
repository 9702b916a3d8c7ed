#pragma once

/// Sentences of code that knows no Qt (errors, jobs, findings) in another language.
///
/// Such a sentence comes whole, with names and numbers in it: "cannot write a.tif: no space". The
/// catalogue is one JSON object from its pattern, "cannot write %1: %2", to the translation with
/// the same holes. What fills a hole may be a sentence of the catalogue itself.

#include <QHash>
#include <QString>
#include <QStringList>
#include <vector>

namespace karyo::gui {

class MessageCatalogue {
 public:
  MessageCatalogue() = default;
  explicit MessageCatalogue(const QByteArray& json);

  /// The sentence itself where no pattern fits. The pattern with most letters of its own is taken.
  QString text(const QString& sentence) const { return text(sentence, 0); }
  QStringList patterns() const;

 private:
  struct Pattern {
    QStringList parts;  ///< of the sentence around its holes, which are %1, %2 ... in order
    QString translation;
  };
  QString text(const QString& sentence, int depth) const;
  static bool fits(const Pattern& pattern, const QString& sentence, QStringList& holes);

  QHash<QString, QString> whole_;  // without holes
  std::vector<Pattern> patterns_;  // those with most letters first
};

}  // namespace karyo::gui
