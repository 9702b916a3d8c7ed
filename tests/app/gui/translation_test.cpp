// The window in Finnish: nothing is left in English, nothing translated that is not there.

#include <QFile>
#include <QLabel>
#include <QMenuBar>
#include <QPushButton>
#include <QRegularExpression>
#include <algorithm>
#include <cctype>
#include <iostream>
#include <set>

#include "app/filters.h"
#include "app/gui/translator.h"
#include "models/train/train_config.h"
#include "tests/app/gui/window_fixture.h"

namespace karyo::gui {
namespace {

namespace fs = std::filesystem;

/// What stands in tr() in the window's code.
std::set<QString> texts_of_code() {
  static const QRegularExpression call(
      QStringLiteral(R"re(\b(?:tr|translate)\(\s*((?:"(?:[^"\\]|\\.)*"\s*)+))re"));
  static const QRegularExpression literal(QStringLiteral(R"re("((?:[^"\\]|\\.)*)")re"));
  std::set<QString> texts;
  for (const auto& entry : fs::directory_iterator(fs::path(KARYOSCOPE_SOURCE_DIR) / "app/gui")) {
    if (!entry.is_regular_file()) continue;
    QFile file(QString::fromStdString(entry.path().string()));
    if (!file.open(QIODevice::ReadOnly)) continue;
    auto found = call.globalMatch(QString::fromUtf8(file.readAll()));
    while (found.hasNext()) {
      QString text;
      auto parts = literal.globalMatch(found.next().captured(1));
      while (parts.hasNext()) text += parts.next().captured(1);
      text.replace(QStringLiteral("\\n"), QStringLiteral("\n"));
      text.replace(QStringLiteral("\\\""), QStringLiteral("\""));
      if (!text.isEmpty()) texts.insert(text);
    }
  }
  return texts;
}

std::set<QString> texts_of_commands(const CommandTable& commands) {
  std::set<QString> texts;
  const auto add = [&](const std::string& text) {
    if (!text.empty()) texts.insert(QString::fromStdString(text));
  };
  for (const Command& command : commands.all()) {
    // Commands without a title are for macros, which are written in English; undo names what they
    // did.
    if (command.title.empty()) {
      add(command.step);
      for (const Argument& argument : command.arguments) {
        const bool setting_of_layer =
            command.id == "layer.set" || command.id == "layer.set_channel";
        if (!setting_of_layer || argument.name == "layer" || argument.name == "channel") continue;
        std::string setting = argument.name;
        std::replace(setting.begin(), setting.end(), '_', ' ');
        add(setting);
      }
      continue;
    }
    for (const std::string& text : {command.title, command.menu, command.help}) add(text);
  }
  for (const Filter& filter : all_filters()) {
    for (const Argument& argument : filter.arguments) {
      add(argument.help);
      for (const std::string& choice : argument.choices) add(choice);
      std::string name = argument.name;
      if (name == "3d") continue;
      std::replace(name.begin(), name.end(), '_', ' ');
      name[0] = static_cast<char>(std::toupper(name[0]));
      add(name);
    }
  }
  return texts;
}

/// What the panel of training makes of the table of settings.
std::set<QString> texts_of_training() {
  std::set<QString> texts;
  for (const Setting& setting : train_settings()) {
    if (setting.name == "model" || setting.name == "dims") continue;  // asked in other words
    texts.insert(QString::fromStdString(setting.help));
    std::string name = setting.name;
    std::replace(name.begin(), name.end(), '_', ' ');
    name[0] = static_cast<char>(std::toupper(name[0]));
    texts.insert(QString::fromStdString(name));
    if (!std::holds_alternative<AugmentSet TrainConfig::*>(setting.field)) continue;
    TrainConfig all;
    static_cast<void>(set_setting(all, setting.name, "all"));
    for (const auto& word :
         QString::fromStdString(setting_text(all, setting)).split(QLatin1Char(','))) {
      texts.insert(word.section(QLatin1Char('='), 0, 0));
    }
  }
  return texts;
}

/// Words that are the same in Finnish, or no words.
bool same_in_finnish(const QString& text) {
  static const QRegularExpression letters(QStringLiteral("[A-Za-zµ]{3,}"));
  return !text.contains(letters);
}

TEST(Translation, FinnishIsComplete) {
  Workspace workspace;
  MainWindow window(workspace);
  const Translator finnish(QStringLiteral("fi"));
  std::set<QString> wanted = texts_of_code();
  EXPECT_GT(wanted.size(), 300u) << "the code is read";
  wanted.merge(texts_of_commands(window.commands()));
  wanted.merge(texts_of_training());
  wanted.insert({QStringLiteral("change"), QStringLiteral("%1 of %2")});  // of undo's names
  int missing = 0;
  for (const QString& text : wanted) {
    const QStringList forms = finnish.texts().value(text);
    if (forms.isEmpty() && !same_in_finnish(text)) {
      std::cout << "untranslated: " << text.toStdString() << std::endl;
      ++missing;
      continue;
    }
    for (const QString& form : forms) {
      EXPECT_FALSE(form.isEmpty()) << text.toStdString();
      for (const char* place : {"%1", "%2", "%3", "%4", "%n"}) {
        EXPECT_EQ(form.contains(QLatin1String(place)), text.contains(QLatin1String(place)))
            << form.toStdString();
      }
      EXPECT_EQ(form.endsWith(QChar(0x2026)), text.endsWith(QChar(0x2026))) << form.toStdString();
    }
    EXPECT_EQ(forms.size() > 1, text.contains(QLatin1String("%n"))) << text.toStdString();
  }
  EXPECT_EQ(missing, 0);
  for (auto text = finnish.texts().keyBegin(); text != finnish.texts().keyEnd(); ++text) {
    EXPECT_TRUE(wanted.contains(*text)) << "translated, but nowhere: " << text->toStdString();
  }
}

TEST(Translation, EnglishCountsProperly) {
  const Translator english(QStringLiteral("en"));
  EXPECT_EQ(english.translate("", "\u25cf recording, %n step(s)", nullptr, 1),
            QStringLiteral("\u25cf recording, %n step"));
  EXPECT_EQ(english.translate("", "\u25cf recording, %n step(s)", nullptr, 0),
            QStringLiteral("\u25cf recording, %n steps"));
  EXPECT_TRUE(english.translate("", "Undo").isNull());
}

TEST(Translation, LanguagesAreChosenBySetting) {
  EXPECT_EQ(language_from("fi"), QStringLiteral("fi"));
  EXPECT_EQ(language_from("en"), QStringLiteral("en"));
  EXPECT_EQ(language_from("system"), QStringLiteral("en")) << "tests run in the C locale";
  EXPECT_EQ(language_from("xx"), QStringLiteral("en"));
}

class FinnishWindow : public ::testing::Test {
 protected:
  FinnishWindow() : finnish_(QStringLiteral("fi")) { QApplication::installTranslator(&finnish_); }
  ~FinnishWindow() override { QApplication::removeTranslator(&finnish_); }
  Translator finnish_;
};

TEST_F(FinnishWindow, SpeaksItAndFindsCommandsInBothLanguages) {
  Workspace workspace;
  MainWindow window(workspace);
  QStringList menus;
  for (QAction* menu : window.menuBar()->actions()) {
    menus << menu->text().remove(QLatin1Char('&'));
  }
  EXPECT_TRUE(menus.contains(QString::fromUtf8("Tiedosto"))) << menus.join(' ').toStdString();
  const auto has = [&](const char* words, const char* id) {
    for (const Command* command : window.commands().search(words)) {
      if (command->id == id) return true;
    }
    return false;
  };
  EXPECT_TRUE(has("sulje kerros", "layer.delete"));
  EXPECT_TRUE(has("close layer", "layer.delete"));
  EXPECT_FALSE(has("sulje close nonsense", "layer.delete"));
}

}  // namespace
}  // namespace karyo::gui
