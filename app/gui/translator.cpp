#include "app/gui/translator.h"

#include <QApplication>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QLibraryInfo>
#include <QLocale>

namespace karyo::gui {
namespace {

const char* const kFinnish =
#include "app/gui/translations/fi.inc"
    ;
const char* const kFinnishMessages =
#include "app/gui/translations/fi_messages.inc"
    ;
/// The context of whole sentences.
constexpr const char* kMessage = "message";
/// What English needs for words that count.
const char* const kEnglish =
#include "app/gui/translations/en.inc"
    ;

}  // namespace

Translator::Translator(const QString& language, QObject* parent) : QTranslator(parent) {
  if (language == QLatin1String("fi")) messages_ = MessageCatalogue(QByteArray(kFinnishMessages));
  const char* const text = language == QLatin1String("fi") ? kFinnish : kEnglish;
  const QJsonObject table = QJsonDocument::fromJson(QByteArray(text)).object();
  for (auto entry = table.begin(); entry != table.end(); ++entry) {
    QStringList forms;
    if (entry.value().isArray()) {
      for (const auto& form : entry.value().toArray()) forms << form.toString();
    } else {
      forms << entry.value().toString();
    }
    texts_.insert(entry.key(), forms);
  }
}

QString Translator::translate(const char* context, const char* text, const char*, int n) const {
  if (qstrcmp(context, kMessage) == 0) return messages_.text(QString::fromUtf8(text));
  const auto found = texts_.find(QString::fromUtf8(text));
  if (found == texts_.end()) return {};
  return found->size() > 1 && n != 1 ? found->at(1) : found->at(0);
}

QString language_from(const std::string& setting) {
  if (setting == "en" || setting == "fi") return QString::fromStdString(setting);
  return QLocale::system().language() == QLocale::Finnish ? QStringLiteral("fi")
                                                          : QStringLiteral("en");
}

void apply_language(QApplication& application, const QString& language) {
  auto* qt = new QTranslator(&application);
  if (qt->load(QStringLiteral("qtbase_") + language,
               QLibraryInfo::path(QLibraryInfo::TranslationsPath))) {
    QApplication::installTranslator(qt);
  }
  QApplication::installTranslator(new Translator(language, &application));
}

QString message_text(const std::string& sentence) {
  return QCoreApplication::translate(kMessage, sentence.c_str());
}

std::string translated(const std::string& text) {
  return QCoreApplication::translate("", text.c_str()).toStdString();
}

}  // namespace karyo::gui
