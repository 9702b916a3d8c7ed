#pragma once

/// Bookmarks for a PDF that Qt wrote, which can write none: an update behind its end (PDF 1.4,
/// section 3.4.5 and 8.2.2), so that not a byte of what is there changes.
///
/// Threads  pure.

#include <cstddef>
#include <string>
#include <vector>

#include "core/base/result.h"

namespace karyo {

struct PdfBookmark {
  std::string title;     ///< UTF-8
  bool below = false;    ///< belongs to the one before that does not
  std::size_t page = 0;  ///< from 0
  double from_top = 0;   ///< of the page, points
};

/// Also says the language, and that viewers show the document's title in place of its file name.
/// Without bookmarks these alone. Errors: kBadFile for a PDF of another make: without a plain table
/// of objects, or with fewer pages than are named.
Result<std::string> with_bookmarks(const std::string& pdf, const std::vector<PdfBookmark>& marks,
                                   const std::string& language);

}  // namespace karyo
