#pragma once

/// The window's texts in other languages.
///
/// A text has one translation wherever it stands, whatever the class that shows it: the table is
/// one JSON object, compiled in, from the text in the code to its translation, or to one for one
/// thing and one for several where the text counts (%n). Qt's own contexts would tie each text to
/// the class it is in, and ask for a tool to make tables of.

#include <QHash>
#include <QStringList>
#include <QTranslator>
#include <string>

#include "app/gui/message_catalogue.h"

class QApplication;

namespace karyo::gui {

class Translator : public QTranslator {
 public:
  /// "fi"; any other language has no texts of its own.
  explicit Translator(const QString& language, QObject* parent = nullptr);

  bool isEmpty() const override { return texts_.isEmpty(); }
  QString translate(const char* context, const char* text, const char* disambiguation = nullptr,
                    int n = -1) const override;
  const QHash<QString, QStringList>& texts() const { return texts_; }
  const MessageCatalogue& messages() const { return messages_; }

 private:
  QHash<QString, QStringList> texts_;
  MessageCatalogue messages_;
};

/// "en" or "fi": as the setting says, or for "system" as the desktop does, English where there is
/// no translation.
QString language_from(const std::string& setting);
/// Puts the texts into a language, Qt's own too where its translation is installed. Before any
/// window is made.
void apply_language(QApplication& application, const QString& language);
/// A text of code that knows no Qt.
std::string translated(const std::string& text);
/// A whole sentence of such code: what an error says, what a job does.
QString message_text(const std::string& sentence);

}  // namespace karyo::gui
