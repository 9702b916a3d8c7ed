#include "tests/soak/hand.h"

#include <QAbstractButton>
#include <QAbstractSlider>
#include <QApplication>
#include <QComboBox>
#include <QDialog>
#include <QDoubleSpinBox>
#include <QLineEdit>
#include <QMenu>
#include <QPointer>
#include <QSpinBox>
#include <QTest>
#include <QTimer>
#include <QWheelEvent>
#include <array>

#include "app/gui/view_grid.h"

namespace karyo::gui {
namespace {

using nlohmann::json;

constexpr std::size_t kMostLayers = 8;

/// Commands that end the program, write where a person chose, start others, or reach for another
/// computer.
bool left_alone(const Command& command) {
  static constexpr std::array<std::string_view, 8> kLeft{
      "file.quit",       "file.save_picture",    "view.export_figure", "view.turntable",
      "file.save_layer", "file.save_session_as", "measure.save",       "measure.save_profile"};
  const std::string_view id = command.id;
  return command.asks || id.starts_with("macro.") || id.starts_with("file.ask") ||
         id.starts_with("compute.") ||
         std::find(kLeft.begin(), kLeft.end(), id) != kLeft.end();
}

template <typename T>
std::vector<T*> usable(QWidget& in) {
  std::vector<T*> found;
  for (T* widget : in.findChildren<T*>()) {
    if (widget->isVisible() && widget->isEnabled()) found.push_back(widget);
  }
  return found;
}

/// What is used one after the other may go with the one before.
template <typename T>
std::vector<QPointer<T>> guarded(const std::vector<T*>& widgets) {
  return {widgets.begin(), widgets.end()};
}

void wheel(QWidget& widget, int notches, QPointF at, Qt::KeyboardModifiers modifiers) {
  QWheelEvent event(at, widget.mapToGlobal(at), {}, {0, 120 * notches}, Qt::NoButton, modifiers,
                    Qt::NoScrollPhase, false);
  QApplication::sendEvent(&widget, &event);
}

std::string name_of(const QWidget& widget) {
  return (widget.objectName() + QLatin1Char(' ') + widget.metaObject()->className()).toStdString();
}

/// QTest::mouseClick goes on with a widget that its press may have deleted.
void click(const QPointer<QWidget>& widget, Qt::KeyboardModifiers modifiers, QPoint at) {
  QTest::mousePress(widget, Qt::LeftButton, modifiers, at);
  if (widget) QTest::mouseRelease(widget, Qt::LeftButton, modifiers, at);
}

}  // namespace

Hand::Hand(MainWindow& window, std::vector<std::string> files, std::filesystem::path folder,
           std::uint64_t seed, Say say)
    : window_(window),
      files_(std::move(files)),
      folder_(std::move(folder)),
      random_(seed),
      say_(std::move(say)) {}

void Hand::act() {
  if (QWidget* popup = QApplication::activePopupWidget()) {
    say_("popup");
    QTest::keyClick(popup, chance(0.5) ? Qt::Key_Escape : Qt::Key_Return);
    return;
  }
  for (QDialog* dialog : window_.findChildren<QDialog*>()) {
    if (dialog->isVisible()) return answer(*dialog);
  }
  const LayerList& layers = window_.workspace().layers();
  if (layers.empty() || (layers.count() < 4 && chance(0.1))) return open_file();
  if (layers.count() > static_cast<int>(kMostLayers)) return close_layer();
  const double what = random_.uniform();
  if (what < 0.45) return use_mouse();
  if (what < 0.6) return press_key();
  if (what < 0.85) return run_command();
  use_widget();
}

void Hand::open_file() {
  const std::string& file = one_of(files_);
  say_("open " + file);
  window_.run("file.open_files", {{"files", json::array({file})}});
}

void Hand::close_layer() {
  say_("close a layer");
  LayerList& layers = window_.workspace().layers();
  layers.select(&layers.at(static_cast<int>(below(static_cast<std::size_t>(layers.count())))));
  window_.run("layer.set", {{"locked", false}});
  window_.run("layer.delete", json::object());
}

void Hand::use_mouse() {
  std::vector<QWidget*> places;
  for (QWidget* child : window_.findChildren<QWidget*>()) {
    if (child->isVisible() && child->width() > 20 && child->height() > 20) places.push_back(child);
  }
  QWidget* const view = window_.views().childAt(window_.views().rect().center());
  const QPointer<QWidget> widget = chance(0.6) && view != nullptr ? view : one_of(places);
  static const std::vector<Qt::KeyboardModifiers> kModifiers{Qt::NoModifier,    Qt::NoModifier,
                                                             Qt::NoModifier,    Qt::ControlModifier,
                                                             Qt::ShiftModifier, Qt::AltModifier};
  const Qt::KeyboardModifiers modifiers = one_of(kModifiers);
  const double what = random_.uniform();
  const auto say = [&](const char* action) { say_(action + name_of(*widget)); };
  if (what < 0.3) {
    say("wheel on ");
    wheel(*widget, chance(0.5) ? 1 : -1, somewhere_in(*widget), modifiers);
  } else if (what < 0.5) {
    say("click on ");
    click(widget, modifiers, somewhere_in(*widget));
  } else if (what < 0.55) {
    say("double click on ");
    const QPoint at = somewhere_in(*widget);
    click(widget, modifiers, at);
    if (widget) QTest::mouseDClick(widget, Qt::LeftButton, modifiers, at);
  } else if (what < 0.65) {
    say("move on ");
    QTest::mouseMove(widget, somewhere_in(*widget));
  } else {
    say("drag on ");
    drag(widget, modifiers);
  }
}

QPoint Hand::somewhere_in(const QWidget& widget) {
  return {static_cast<int>(between(1, widget.width() - 1)),
          static_cast<int>(between(1, widget.height() - 1))};
}

void Hand::drag(const QPointer<QWidget>& widget, Qt::KeyboardModifiers modifiers) {
  const Qt::MouseButton button = chance(0.8) ? Qt::LeftButton : Qt::MiddleButton;
  QTest::mousePress(widget, button, modifiers, somewhere_in(*widget));
  const std::size_t moves = 2 + below(8);
  for (std::size_t i = 0; i < moves && widget; ++i) {
    const QPoint at = somewhere_in(*widget);
    QMouseEvent move(QEvent::MouseMove, at, widget->mapToGlobal(QPointF(at)), Qt::NoButton, button,
                     modifiers);
    QApplication::sendEvent(widget, &move);
    QTest::qWait(1);
  }
  if (widget) QTest::mouseRelease(widget, button, modifiers, somewhere_in(*widget));
}

void Hand::press_key() {
  static const std::vector<int> kOthers{Qt::Key_Escape, Qt::Key_Return, Qt::Key_Tab,  Qt::Key_Left,
                                        Qt::Key_Right,  Qt::Key_Up,     Qt::Key_Down, Qt::Key_Space,
                                        Qt::Key_Delete, Qt::Key_Home,   Qt::Key_End};
  QWidget* const target = QApplication::focusWidget();
  const int key = one_of(kOthers);
  say_("key " + std::to_string(key));
  QTest::keyClick(target != nullptr ? target : &window_, static_cast<Qt::Key>(key));
}

json Hand::argument_for(const Command& command, const Argument& argument) {
  const LayerList& layers = window_.workspace().layers();
  if (argument.name == "layer" || argument.name == "with" || argument.name == "second") {
    return layers.at(static_cast<int>(below(static_cast<std::size_t>(layers.count())))).name();
  }
  if (argument.name == "path") return (folder_ / "saved").string();
  switch (argument.kind) {
    case Argument::Kind::kText:
      return argument.choices.empty() ? json("text " + std::to_string(below(5)))
                                      : json(one_of(argument.choices));
    case Argument::Kind::kBool:
      return chance(0.5);
    case Argument::Kind::kNumber:
      if (argument.least < argument.most) {
        // Mostly what people set, which is near the usual value: large radii take minutes.
        const double usual = argument.standard.is_number() ? argument.standard.get<double>() : 1;
        return std::clamp(usual * between(0.2, 1.5), argument.least, argument.most);
      }
      return chance(0.5) ? json(static_cast<int>(below(10))) : json(between(-5, 50));
    case Argument::Kind::kNumbers: {
      json list = json::array();
      const std::size_t count =
          command.id.find("points") != std::string::npos ? 2 + 2 * below(5) : 3;
      for (std::size_t i = 0; i < count; ++i) list.push_back(between(-5, 60));
      return list;
    }
    case Argument::Kind::kTexts: {
      json list = json::array();
      for (int i = 0; i < layers.count() && i < 2; ++i) list.push_back(layers.at(i).name());
      return list;
    }
  }
  return {};
}

void Hand::run_command() {
  std::vector<const Command*> able;
  for (const Command& command : window_.commands().all()) {
    if (!left_alone(command) && command.enabled()) able.push_back(&command);
  }
  const Command& command = *one_of(able);
  json arguments = json::object();
  for (const Argument& argument : command.arguments) {
    if (argument.required || chance(0.4)) {
      arguments[argument.name] = argument_for(command, argument);
    }
  }
  const bool asked = !command.title.empty() && chance(0.3);
  say_(command.id + (asked ? std::string(" by its menu") : " " + arguments.dump()));
  // By the queue, as menus and keys come, so that the watchdog sees what takes long.
  QTimer::singleShot(0, &window_, [&window = window_, id = command.id, arguments, asked] {
    const Command* found = window.commands().find(id);
    if (!asked) {
      window.run(id, arguments);
    } else if (found != nullptr) {
      window.run(*found);
    }
  });
  QApplication::processEvents();
}

void Hand::use_widget() {
  if (const auto boxes = usable<QComboBox>(window_); !boxes.empty() && chance(0.3)) {
    QComboBox& box = *one_of(boxes);
    say_("choose in " + name_of(box));
    if (box.count() > 0) box.setCurrentIndex(static_cast<int>(below(std::size_t(box.count()))));
    return;
  }
  if (const auto sliders = usable<QAbstractSlider>(window_); !sliders.empty() && chance(0.4)) {
    QAbstractSlider& slider = *one_of(sliders);
    say_("slide " + name_of(slider));
    slider.setValue(static_cast<int>(between(slider.minimum(), slider.maximum() + 1.0)));
    return;
  }
  if (const auto buttons = usable<QAbstractButton>(window_); !buttons.empty()) {
    QAbstractButton& button = *one_of(buttons);
    say_("press " + name_of(button));
    click(&button, Qt::NoModifier, button.rect().center());
  }
}

void Hand::answer(QWidget& dialog) {
  const QPointer<QWidget> still = &dialog;
  const std::string name = dialog.objectName().toStdString();
  if (chance(0.5)) {
    say_("away with " + name);
    QTest::keyClick(&dialog, Qt::Key_Escape);
    if (still && still->isVisible()) still->close();
    return;
  }
  say_("fill in " + name);
  for (const QPointer<QAbstractSpinBox>& box : guarded(usable<QAbstractSpinBox>(dialog))) {
    if (box && chance(0.5)) box->stepBy(chance(0.5) ? 1 : -1);
  }
  if (!still) return;
  for (const QPointer<QLineEdit>& line : guarded(usable<QLineEdit>(dialog))) {
    if (line && chance(0.2)) QTest::keyClicks(line, QStringLiteral("1"));
  }
  if (!still) return;
  const auto buttons = usable<QAbstractButton>(dialog);
  // The program goes on: a question whether to end it is answered by staying.
  if (buttons.empty() || name == "unsaved" || name.find("file") != std::string::npos) {
    say_("close " + name);
    dialog.close();
    return;
  }
  QAbstractButton& button = *one_of(buttons);
  say_("answer " + name + " by " + name_of(button));
  click(&button, Qt::NoModifier, button.rect().center());
}

}  // namespace karyo::gui
