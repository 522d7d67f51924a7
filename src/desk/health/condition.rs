//! How the box is, as the daemon last saw it: what STATUS tells besides what the store knows. Kept in memory only; it is
//! true of this run alone.

use crate::board::Code;
use crate::clock::Steady;

/// Longest a word of the modem's may be in STATUS, in characters.
pub const WORDS_MAX: usize = 80;

/// The box as the daemon sees it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct BoxCondition {
    /// When this run began.
    pub since: Option<Steady>,
    /// What keeps it from seeing calls or sending texts, in words that the language packs' reasons have; `None`: nothing.
    pub trouble: Option<String>,
    /// It is registered, but in a way that may never let a call ring, and no call has shown yet that one does.
    pub calls_in_doubt: bool,
    /// The operator's name as the network gave it.
    pub operator: Option<String>,
    /// The signal in words (`good`); empty: not known.
    pub signal: String,
    /// What the light counts and nothing else here says; `None`: nothing.
    pub light: Option<Code>,
    /// What is left on a prepaid SIM, as the operator words it.
    pub balance: Option<String>,
    /// The last stretch without a network, in words (`2:10pm to 2:31pm`).
    pub deaf: Option<String>,
}
