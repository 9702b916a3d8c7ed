#include <chrono>

#include "app/worker/commands.h"

namespace karyo::worker {

InterruptWatch::InterruptWatch(TaskControl& control)
    : thread_([this, &control] {
        // A signal handler may not lock or allocate, so the flag it sets is looked at here.
        while (!done_.load()) {
          if (cli::interrupted()) control.request_cancel();
          std::this_thread::sleep_for(std::chrono::milliseconds(50));
        }
      }) {}

InterruptWatch::~InterruptWatch() {
  done_.store(true);
  thread_.join();
}

}  // namespace karyo::worker
