#include "app/gui/message_catalogue.h"

#include <QJsonDocument>
#include <QJsonObject>
#include <QRegularExpression>
#include <algorithm>

namespace karyo::gui {
namespace {

constexpr int kDeepest = 4;  // sentences within sentences

qsizetype letters_in(const QStringList& parts) {
  qsizetype count = 0;
  for (const QString& part : parts) count += part.size();
  return count;
}

/// "… %2 … %1 …" with what the holes hold; a name with a percent sign stays as it is.
QString filled(const QString& translation, const QStringList& holes) {
  QString text;
  for (qsizetype i = 0; i < translation.size(); ++i) {
    const int hole = translation[i] == QLatin1Char('%') && i + 1 < translation.size()
                         ? translation[i + 1].digitValue()
                         : -1;
    if (hole >= 1 && hole <= holes.size()) {
      text += holes[hole - 1];
      ++i;
    } else {
      text += translation[i];
    }
  }
  return text;
}

}  // namespace

MessageCatalogue::MessageCatalogue(const QByteArray& json) {
  static const QRegularExpression hole(QStringLiteral("%[1-9]"));
  const QJsonObject table = QJsonDocument::fromJson(json).object();
  for (auto entry = table.begin(); entry != table.end(); ++entry) {
    const QStringList parts = entry.key().split(hole);
    if (parts.size() == 1) {
      whole_.insert(entry.key(), entry.value().toString());
    } else {
      patterns_.push_back({parts, entry.value().toString()});
    }
  }
  std::stable_sort(patterns_.begin(), patterns_.end(), [](const Pattern& a, const Pattern& b) {
    return letters_in(a.parts) > letters_in(b.parts);
  });
}

QStringList MessageCatalogue::patterns() const {
  QStringList all = whole_.keys();
  for (const Pattern& pattern : patterns_) {
    QString text = pattern.parts.front();
    for (qsizetype i = 1; i < pattern.parts.size(); ++i) {
      text += QLatin1Char('%') + QString::number(i) + pattern.parts[i];
    }
    all << text;
  }
  return all;
}

bool MessageCatalogue::fits(const Pattern& pattern, const QString& sentence, QStringList& holes) {
  const QString &first = pattern.parts.front(), &last = pattern.parts.back();
  if (!sentence.startsWith(first) || !sentence.endsWith(last) ||
      sentence.size() < first.size() + last.size()) {
    return false;
  }
  const qsizetype end = sentence.size() - last.size();
  qsizetype at = first.size();
  holes.clear();
  for (qsizetype i = 1; i + 1 < pattern.parts.size(); ++i) {
    const qsizetype next = sentence.indexOf(pattern.parts[i], at);
    if (next < 0 || next + pattern.parts[i].size() > end) return false;
    holes << sentence.mid(at, next - at);
    at = next + pattern.parts[i].size();
  }
  holes << sentence.mid(at, end - at);
  return std::none_of(holes.begin(), holes.end(),
                      [](const QString& text) { return text.isEmpty(); });
}

QString MessageCatalogue::text(const QString& sentence, int depth) const {
  if (depth > kDeepest) return sentence;
  if (const auto found = whole_.find(sentence); found != whole_.end()) return *found;
  QStringList holes;
  for (const Pattern& pattern : patterns_) {
    if (!fits(pattern, sentence, holes)) continue;
    for (QString& hole : holes) hole = text(hole, depth + 1);
    return filled(pattern.translation, holes);
  }
  // What was found, after the file's name that it was found in.
  const qsizetype colon = sentence.indexOf(QLatin1String(": "));
  if (colon < 0) return sentence;
  return sentence.left(colon + 2) + text(sentence.mid(colon + 2), depth + 1);
}

}  // namespace karyo::gui
