#pragma once

/// Parts that dialogs share which ask for files and settings and then do something.

#include <QString>
#include <filesystem>
#include <functional>
#include <string>

class QDialog;
class QGridLayout;
class QLabel;
class QLineEdit;
class QPushButton;
class QVBoxLayout;
class QWidget;

namespace karyo::gui {

struct DialogForm {
  QVBoxLayout* column;  ///< of the dialog; what follows the form is added here
  QGridLayout* rows;    ///< labels left, controls right; to be added to the column once filled
};
/// Names and titles the dialog, which is deleted when it closes.
DialogForm begin_dialog(QDialog& dialog, const char* name, const QString& title);

struct PathRow {
  QLabel* words;
  QLineEdit* line;
};
/// A path, typed or chosen: a folder or, where it may be, a file. `words` is what choosing is
/// titled with.
PathRow add_path_row(QGridLayout& form, QDialog& dialog, const char* name, const QString& words,
                     bool may_be_file);

/// The same in a panel at the window's side: one small button chooses.
PathRow add_narrow_path_row(QGridLayout& form, QWidget& panel, const char* name,
                            const QString& words, bool may_be_file);

/// Asks for a folder, beginning in `start`; `chosen` hears of it. Does not wait.
void choose_folder(QWidget& parent, const QString& title, const std::filesystem::path& start,
                   std::function<void(const std::string&)> chosen);

/// What stands in such a row, without blanks around it.
std::filesystem::path path_in(const QLineEdit& line);

struct DialogEnd {
  QLabel* outcome;    ///< what will be done, or why it cannot
  QPushButton* does;  ///< the dialog's own button; Cancel stands beside it
};
/// Object names: NAME_outcome and NAME.
DialogEnd add_dialog_end(QVBoxLayout& column, QDialog& dialog, const char* name,
                         const QString& does);

}  // namespace karyo::gui
