#pragma once

/// Corrections of tracks by hand. Each takes a list and gives the corrected one, so undo keeps
/// both.
///
/// A cell has one predecessor at most: what led to it before is cut where it is linked anew. Pieces
/// that are cut off get the next free number. A mother who loses one of two daughters goes on as
/// the other, under her own number. Time: linear in the points.

#include "core/track/listed_tracks.h"

namespace karyo {

/// The cell at `from` goes on as the one at `to`, a later one: the rest of that track, daughters
/// too, becomes a part of from's track. What `from` went on as, or divided into, stands alone then.
/// Errors: kNotFound (no such place), kInvalidArgument (not later; linked already).
Result<TrackList> link_places(const TrackList& list, const TrackPlace& from, const TrackPlace& to);

/// Nothing leads to the cell any more: a track begins there. Errors: kNotFound; kInvalidArgument
/// where nothing did.
Result<TrackList> unlink_place(const TrackList& list, const TrackPlace& at);

/// The cell at `mother` divides: one daughter is what it goes on as, the other begins at
/// `daughter`, a later place of another track. Errors: as link_places; kInvalidArgument where it
/// divides already, or does not go on, so that linking is what is meant.
Result<TrackList> add_division(const TrackList& list, const TrackPlace& mother,
                               const TrackPlace& daughter);

/// Its daughters stand alone then. Errors: kNotFound.
Result<TrackList> delete_track(const TrackList& list, std::int64_t track);

/// Takes one place out of a track, which goes on over the gap. Errors: kNotFound.
Result<TrackList> delete_place(const TrackList& list, const TrackPlace& place);

/// Gives a track another number. Errors: kNotFound; kInvalidArgument for a number that is taken or
/// below 1.
Result<TrackList> number_track(const TrackList& list, std::int64_t track, std::int64_t number);

}  // namespace karyo
