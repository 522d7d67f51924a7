//! Version 4: fewer pages a commit, as version 3.

use super::Piece;

pub(super) const PIECES: &[Piece] = &[
    Piece::Sql(ATTEMPTS),
    Piece::Sql(SHOWN),
    Piece::Sql(TIMERS),
    Piece::Sql(LEDGER),
];

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

/// Only wishes are looked up by who uttered them: few entries. Those of every call went to pages all over the index.
const LEDGER: &str = "
DROP INDEX ledger_subject;
CREATE INDEX ledger_wish ON ledger (substr(subject, 1, 8)) WHERE event IN ('opt_out', 'opt_in');
";
