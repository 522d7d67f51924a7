//! Version 4: fewer pages a commit, as version 3.

use super::Piece;

pub(super) const PIECES: &[Piece] = &[Piece::Sql(ATTEMPTS), Piece::Sql(SHOWN), Piece::Sql(TIMERS)];

/// When the network took a text has a column of its own, so that the index over the attempts stays as it is then.
const ATTEMPTS: &str = "
ALTER TABLE outbox ADD COLUMN accepted_at INTEGER;
";

/// What a phone was shown within some hours is found by what was sent to it.
const SHOWN: &str = "
DROP INDEX message_shown;
";

/// Timers are for what is open: so few that looking through all of them costs less than keeping them in order.
const TIMERS: &str = "
DROP INDEX timer_due;
";
