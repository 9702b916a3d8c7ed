#pragma once

/// The 3D view: the open layers as a volume and surfaces, or a hint where there is no depth.

#include <QTimer>
#include <QWidget>
#include <functional>
#include <vector>

#include "app/workspace.h"
#include "viewer/qt/render_surface.h"

class QLabel;

namespace karyo::gui {

class ViewHeader;

class VolumeView : public QWidget {
 public:
  explicit VolumeView(Workspace& workspace, QWidget* parent = nullptr);
  ~VolumeView() override;

  VolumeMethod method() const { return method_; }
  void set_method(VolumeMethod method);
  void set_frame_shown(bool shown);
  bool frame_shown() const { return frame_shown_; }
  void reset_camera();
  void set_maximised(bool maximised);
  /// True when what is shown is up to date, or there is nothing to show.
  bool settled() const;
  RenderSurface& surface() { return *surface_; }

  std::function<void()> on_maximise;
  std::function<void(const Error&)> on_error;

 protected:
  void resizeEvent(QResizeEvent* event) override;
  void enterEvent(QEnterEvent* event) override;
  void leaveEvent(QEvent* event) override;
  void showEvent(QShowEvent* event) override;
  void mouseDoubleClickEvent(QMouseEvent* event) override;

 private:
  /// Gathers what changed since the last picture, once for all changes of this moment.
  void ask_later();
  void rebuild();
  SceneRequest request_from_layers() const;

  Workspace& workspace_;
  RenderSurface* surface_;
  QLabel* hint_;
  ViewHeader* header_;
  QTimer soon_;
  VolumeMethod method_ = VolumeMethod::kMaximum;
  bool frame_shown_ = true;
  bool failed_ = false;
  std::vector<Connection> connections_;
};

}  // namespace karyo::gui
