#include "app/gui/window_commands.h"

#include <QApplication>
#include <algorithm>

#include "app/comparison.h"
#include "app/gui/annotate_commands.h"
#include "app/gui/cheat_sheet.h"
#include "app/gui/command_search.h"
#include "app/gui/error_panel.h"
#include "app/gui/group_dialog.h"
#include "app/gui/guide_panel.h"
#include "app/gui/layer_panel.h"
#include "app/gui/macro_commands.h"
#include "app/gui/main_window.h"
#include "app/gui/picture_commands.h"
#include "app/gui/properties_dialog.h"
#include "app/gui/report_commands.h"
#include "app/gui/setting_commands.h"
#include "app/gui/status_line.h"
#include "app/gui/tool_commands.h"
#include "app/gui/track_window_commands.h"
#include "app/gui/view_grid.h"
#include "app/gui/volume_commands.h"
#include "app/gui/window_dialogs.h"
#include "app/layer_commands.h"
#include "app/measured_objects.h"

namespace karyo::gui {
namespace {

using Arguments = nlohmann::json;

/// What a layer of a kind is saved as.
struct SaveFormat {
  QString filter, ending;
};
SaveFormat save_format(const Layer& layer) {
  switch (layer.kind()) {
    case LayerKind::kImage:
    case LayerKind::kLabels:
      break;
    case LayerKind::kPoints:
    case LayerKind::kTracks:
      return {QObject::tr("Tables (*.csv)"), QStringLiteral("csv")};
    case LayerKind::kShapes:
      return {QObject::tr("Regions of ImageJ (*.zip *.roi)"), QStringLiteral("zip")};
    case LayerKind::kSurface:
      return {QObject::tr("Surfaces (*.ply *.stl *.obj)"), QStringLiteral("ply")};
  }
  return {QObject::tr("Images (*.tif *.tiff *.ome.tif *.nrrd)"), QStringLiteral("tif")};
}

void add_opening_commands(CommandTable& commands, MainWindow& window) {
  Command open{"file.open",
               "File",
               "Open images…",
               "Ctrl+O",
               "Opens images and masks. Masks are recognised and laid over the image.",
               [&window](const Arguments& arguments) -> Result<void> {
                 if (!arguments.contains("files")) {
                   ask_for_files(window, OpenAs::kGuess);
                   return {};
                 }
                 return window.commands().run("file.open_files", arguments);
               }};
  open.arguments = {{"files", Argument::Kind::kTexts, "paths"}};
  open.asks = true;
  commands.add(std::move(open));
  const auto asks = [&](const char* id, const char* menu, const char* title, const char* key,
                        const char* help, std::function<void()> body,
                        std::function<bool()> enabled) {
    Command command{id, menu, title, key, help, does(std::move(body)), std::move(enabled)};
    command.asks = true;
    commands.add(std::move(command));
  };
  const auto always = [] { return true; };
  auto& workspace = window.workspace();
  const auto something = [&workspace] { return !workspace.layers().empty(); };
  asks(
      "file.open_labels", "File", "Open as labels…", "Ctrl+Shift+O",
      "Opens files as labels whatever they look like: each value is one object.",
      [&window] { ask_for_files(window, OpenAs::kLabels); }, always);
  asks(
      "file.open_folder", "File", "Open folder…", "Ctrl+Alt+O",
      "Opens an OME-Zarr, or a folder of images as one stack or movie (Fiji: Image Sequence).",
      [&window] { ask_for_folder(window); }, always);
  asks(
      "file.ask_open_session", "File", "Open session…", "",
      "Opens layers, contrast and views as they were saved.",
      [&window] {
        ask_for_file(window, QObject::tr("Open a session"),
                     QObject::tr("Sessions (*.karyoscope.json)"), {}, false,
                     [&window](const std::string& path) { window.open_session(path); });
      },
      always);
  asks(
      "file.save_session", "File", "Save session", "Ctrl+S",
      "Keeps layers, contrast and views in a file; images stay in theirs.",
      [&window] { window.save_session(); }, something);
  asks(
      "file.ask_save_layer", "File", "Save layer as…", "Ctrl+Shift+E",
      "Writes the selected layer: images as TIFF or NRRD, points and tracks as CSV, shapes as ZIP, "
      "surfaces as STL, PLY or OBJ.",
      [&window] {
        const SaveFormat format = save_format(*window.workspace().layers().selected());
        ask_for_file(window, QObject::tr("Save the layer"), format.filter, format.ending, true,
                     [&window](const std::string& path) {
                       window.run("file.save_layer", {{"path", path}});
                     });
      },
      [&workspace] { return workspace.layers().selected() != nullptr; });
}

ImageLayer* image_to_adjust(Workspace& workspace) {
  if (auto* image = dynamic_cast<ImageLayer*>(workspace.layers().selected())) return image;
  for (int i = workspace.layers().count() - 1; i >= 0; --i) {
    auto* image = dynamic_cast<ImageLayer*>(&workspace.layers().at(i));
    if (image != nullptr && image->visible()) return image;
  }
  return nullptr;
}

void add_contrast_command(CommandTable& commands, MainWindow& window) {
  auto& workspace = window.workspace();
  commands.add({"layer.auto_contrast", "Layer", "Auto contrast", "C",
                "Sets black and white so that the plane on screen is seen well.",
                does([&window, &workspace] {
                  ImageLayer* image = image_to_adjust(workspace);
                  const auto& view = window.views().slice(window.views().active_plane());
                  image->auto_contrast(workspace.view().time(), view.visible_box(*image));
                }),
                [&workspace] { return image_to_adjust(workspace) != nullptr; }});
}

void add_display_commands(CommandTable& commands, MainWindow& window) {
  auto& workspace = window.workspace();
  auto& view = workspace.view();
  const auto something = [&workspace] { return !workspace.layers().empty(); };
  commands.add({"view.reset", "View", "Reset view", "Ctrl+R",
                "Shows everything again: planes fill their views, 3D is turned back.",
                does([&window] { window.views().reset(); }), something});
  commands.add(
      {"view.quad", "View", "Four views", "",
       "XY, XZ, YZ and 3D of the same place (Fiji: Orthogonal Views).", does([&workspace, &view] {
         view.set_layout(workspace.has_depth() ? ViewLayoutKind::kFour : ViewLayoutKind::kPlane);
       }),
       something, [&view] { return view.layout() == ViewLayoutKind::kFour; }});
  const auto zoom = [&](const char* id, const char* title, const char* key, double factor) {
    commands.add({id, "View", title, key, "Zooms the view under the pointer about the crosshair.",
                  does([&window, &view, factor] {
                    const Plane plane = window.views().active_plane();
                    view.set_zoom(plane, view.view(plane).zoom * factor);
                  }),
                  something});
  };
  zoom("view.zoom_in", "Zoom in", "+, =", 1.25);
  zoom("view.zoom_out", "Zoom out", "-", 0.8);
  commands.add({"view.fullscreen", "View", "Full screen", "F11",
                "The window alone on the screen, or as it was.", does([&window] {
                  window.isFullScreen() ? window.showNormal() : window.showFullScreen();
                }),
                [] { return true; }, [&window] { return window.isFullScreen(); }});
  commands.add({"view.maximise", "View", "One view or all", "Space+F",
                "Shows the view under the pointer alone, or all four again.",
                does([&window] { window.views().toggle_maximised(); }), something});
  commands.add({"view.toggle_3d", "View", "3D alone", "Ctrl+Y",
                "Shows the 3D view alone, or goes back to the planes.",
                does([&workspace, &view] {
                  const bool in_3d = view.layout() == ViewLayoutKind::kVolume;
                  view.set_layout(!in_3d                  ? ViewLayoutKind::kVolume
                                  : workspace.has_depth() ? ViewLayoutKind::kFour
                                                          : ViewLayoutKind::kPlane);
                }),
                something, [&view] { return view.layout() == ViewLayoutKind::kVolume; }});
  const auto columns = [&](const char* id, const char* title, int count) {
    commands.add({id, "View", title, "",
                  "The same plane several times, each with layers of its own: cursor, zoom and time "
                  "are shared. Choose layers in a view's header, or drop them there.",
                  does([&window, count] { window.views().show_columns(count); }), something});
  };
  columns("view.columns_2", "Side by side", 2);
  columns("view.columns_3", "Three side by side", 3);
  commands.add({"view.grid", "View", "A view for each layer", "Ctrl+G",
                "Shows every layer in a view of its own (grid mode).",
                does([&window] { window.views().show_layer_grid(); }), something,
                [&view] { return view.layout() == ViewLayoutKind::kGrid; }});
  commands.add({"view.roll", "View", "Another plane: XY, XZ, YZ", "Ctrl+E",
                "The view shows the next of the three (roll axes).",
                does([&window] { window.views().roll_planes(); }), something});
  commands.add({"view.play", "View", "Play", "Ctrl+Alt+P",
                "Plays through time, or through planes where there is one time point.",
                does([&window, &workspace] {
                  AxisSlider& slider = workspace.layers().time_count() > 1
                                           ? window.views().time_slider()
                                           : window.views().plane_slider();
                  slider.set_playing(!slider.playing());
                }),
                something});
  commands.add({"view.link", "View", "Link the planes", "",
                "Moving or zooming one plane moves and zooms the others with it.",
                does([&window, &view] {
                  view.set_linked(!view.linked(), window.views().active_plane());
                }),
                something, [&view] { return view.linked(); }});
  const auto overlay = [&](const char* id, const char* title, const char* help,
                           bool OverlayChoice::*part) {
    commands.add({id, "View", title, "", help,
                  does([&window, part] {
                    OverlayChoice choice = window.views().overlays();
                    choice.*part = !(choice.*part);
                    window.views().set_overlays(choice);
                  }),
                  [] { return true; }, [&window, part] { return window.views().overlays().*part; }});
  };
  overlay("view.crosshair", "Crosshair", "Lines through the chosen place in all planes.",
          &OverlayChoice::crosshair);
  overlay("view.scale_bar", "Scale bar", "A bar of known length, where the file says the scale.",
          &OverlayChoice::scale_bar);
  overlay("view.axes", "Axes", "Which way the axes run.", &OverlayChoice::axes);
  commands.add({"view.box", "View", "Frame in 3D", "", "The edges of the stack in the 3D view.",
                does([&window] {
                  auto& volume = window.views().volume();
                  volume.set_frame_shown(!volume.frame_shown());
                }),
                [] { return true; }, [&window] { return window.views().volume().frame_shown(); }});
  const auto method = [&](const char* id, const char* title, const char* help, VolumeMethod how) {
    commands.add({id, "View", title, "", help,
                  does([&window, how] { window.views().volume().set_method(how); }),
                  [] { return true; },
                  [&window, how] { return window.views().volume().method() == how; }});
  };
  method("view.maximum", "3D: brightest voxel",
         "Each pixel shows the brightest voxel behind it (maximum intensity projection).",
         VolumeMethod::kMaximum);
  method("view.composite", "3D: translucent",
         "Bright voxels as translucent matter, so that near ones cover far ones (composite).",
         VolumeMethod::kComposite);
}

void add_go_commands(CommandTable& commands, MainWindow& window) {
  auto& workspace = window.workspace();
  const auto something = [&workspace] { return !workspace.layers().empty(); };
  const auto step = [&](const char* id, const char* title, const char* key, const char* help,
                        std::int64_t by) {
    commands.add({id, "Go", title, key, help,
                  does([&window, &workspace, by] {
                    workspace.view().scroll(window.views().active_plane(), by,
                                            workspace.layers().extent(),
                                            workspace.layers().grid());
                  }),
                  something});
  };
  constexpr std::int64_t kFar = std::int64_t{1} << 40;
  step("go.next", "Next plane", "Right", "One plane on in the view under the pointer.", 1);
  step("go.previous", "Previous plane", "Left", "One plane back in the view under the pointer.",
       -1);
  step("go.next_ten", "Ten planes on", "PgDown", "Ten planes on.", 10);
  step("go.previous_ten", "Ten planes back", "PgUp", "Ten planes back.", -10);
  step("go.first", "First plane", "Home", "The stack's first plane.", -kFar);
  step("go.last", "Last plane", "End", "The stack's last plane.", kFar);
  const auto time = [&](const char* id, const char* title, const char* key, const char* help,
                        std::int64_t by) {
    commands.add({id, "Go", title, key, help,
                  does([&workspace, by] {
                    auto& view = workspace.view();
                    view.set_time(std::clamp<std::int64_t>(
                        view.time() + by, 0, workspace.layers().time_count() - 1));
                  }),
                  [&workspace] { return workspace.layers().time_count() > 1; }});
  };
  time("go.next_time", "Next time point", ".", "One time point on.", 1);
  time("go.previous_time", "Previous time point", ",", "One time point back.", -1);
}

void add_help_commands(CommandTable& commands, MainWindow& window) {
  commands.add({"help.search", "Help", "Find a command", "Ctrl+Shift+P",
                "Finds anything the program can do by a word of it.",
                does([&window] { window.search().open(); })});
  commands.add({"help.keys", "Help", "Keys and mouse", "F1, ?", "Shows what keys and mouse do.",
                does([&window] { window.cheat_sheet().toggle(); })});
  add_guide_command(commands, window);
  commands.add({"help.dismiss", "", "Dismiss", "Esc", "Takes away messages and sheets.",
                does([&window] {
                  if (window.cheat_sheet().isVisible()) {
                    window.cheat_sheet().hide();
                  } else if (window.cancel_drawing()) {
                    return;  // what was drawn is gone; the tool stays
                  } else {
                    window.errors().dismiss();
                  }
                })});
}

}  // namespace

void add_window_commands(CommandTable& commands, MainWindow& window) {
  add_opening_commands(commands, window);
  add_picture_commands(commands, window);
  add_file_commands(commands, window.workspace());
  commands.add({"file.quit", "File", "Quit", "Ctrl+Q", "Closes the window.",
                does([&window] { window.close(); })});
  add_setting_commands(commands, window);
  add_contrast_command(commands, window);
  add_layer_commands(commands, window.workspace());
  add_group_dialog(commands, window);
  add_group_commands(commands, window.workspace());
  add_filter_commands(commands, window.workspace());
  add_label_commands(commands, window.workspace());
  add_paint_tools(commands, window);
  add_draw_commands(commands, window.workspace());
  add_edit_commands(commands, window.workspace());
  add_object_commands(commands, window.workspace());
  add_dataset_dialog(commands, window);
  add_dataset_commands(commands, window.workspace());
  add_steps_commands(commands, window.workspace());
  add_model_commands(commands, window.workspace());
  add_walk_commands(commands, window.workspace());
  add_training_commands(commands, window.workspace());
  add_review_commands(commands, window.workspace());
  add_roi_commands(commands, window.workspace());
  window.set_comparison(add_compare_commands(commands, window.workspace()));
  add_track_window_commands(commands, window);
  Command properties{"layer.properties",
                     "Layer",
                     "Name, scale and place…",
                     "Alt+Return",
                     "Shows and changes the selected layer's name, voxel size and place.",
                     does([&window] {
                       LayerList& layers = window.workspace().layers();
                       const int at = layers.find(layers.selected());
                       if (at >= 0) (new PropertiesDialog(window, layers.shared_at(at)))->show();
                     }),
                     [&window] { return window.workspace().layers().selected() != nullptr; }};
  properties.asks = true;
  commands.add(std::move(properties));
  add_measure_commands(commands, window.workspace());
  window.set_measured_objects(add_measured_object_commands(commands, window.workspace()));
  add_vector_commands(commands, window.workspace());
  add_view_commands(commands, window.workspace());
  add_display_commands(commands, window);
  add_volume_commands(commands, window);
  add_go_commands(commands, window);
  add_tool_commands(commands, window);
  add_annotate_commands(commands, window);
  add_report_commands(commands, window);
  add_macro_commands(commands, window);
  add_help_commands(commands, window);
}

}  // namespace karyo::gui
