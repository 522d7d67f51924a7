//! Calls that came before the SIM told its country, and so before anybody could say whether a text may go there: decided
//! as soon as it is known, by the late rules.

use crate::desk::turn::{Done, Turn};
use crate::store::calls::CallEnd;

impl Turn<'_> {
    /// Decides the calls that waited for our country, once it is known.
    pub fn decide_waiting(&mut self) -> Done {
        if self.country.is_none() {
            return Ok(());
        }
        for call in self.tx.undecided_calls()? {
            let Some((verdict, ended_at)) = call.verdict.zip(call.ended_at) else {
                continue;
            };
            let caller = self.recorded_caller(&call);
            // The end is on record already; a cause that speaks against a text was heeded then.
            let end = CallEnd {
                verdict,
                rings: 0,
                ringing: call.ringing,
                evidence: &[],
                cause: None,
            };
            let late = self.now().steady.since(ended_at);
            self.close_call(&call, &caller, &end, late)?;
        }
        Ok(())
    }
}
