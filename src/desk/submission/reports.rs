//! Status reports: what became of a text after the network took it (3GPP TS 23.040 §9.2.2.3).

use crate::clock::{Steady, Trust};
use crate::desk::submission::air;
use crate::desk::turn::{Done, Turn};
use crate::ids::MessageReference;
use crate::sms::{Outcome, StatusReport};
use crate::store::StoreError;
use crate::store::outbox::OutboxPart;
use crate::store::records::About;
use crate::store::types::{Audience, State, TimerKind};
use std::time::Duration;

/// A report may be this much later than the validity period.
const GRACE: Duration = Duration::from_secs(3600);
/// The service centre's clock and ours may differ by this much, with the time that a submission takes.
const CLOCKS_DIFFER_MS: u64 = 10 * 60_000;
/// A number that can't get texts is believed to be a landline this long.
const LANDLINE_FOR: Duration = Duration::from_secs(90 * 24 * 3600);

impl Turn<'_> {
    /// Settles the part a report is about, found by recipient and reference; else one to that recipient whose reference nobody
    /// learnt, see [`Turn::witnessed`].
    pub fn report(&mut self, report: &StatusReport) -> Done {
        let recipient = self.sender(&report.recipient);
        let since = self.now().steady.minus(air::VALIDITY + GRACE);
        let reference = MessageReference(report.reference);
        let part = match self.tx.awaiting_report(&recipient, reference, since)? {
            Some(part) => Some(part),
            None => self.witnessed(report, &recipient, since)?,
        };
        let Some(part) = part else {
            return self
                .tx
                .journal(About::default(), "status report ignored", "no text of ours awaits it");
        };
        let status = format!("status {:#04x}", report.status);
        match report.outcome() {
            Outcome::Trying if matches!(part.state, State::InDoubt | State::Submitting) => {
                self.tx.mark_accepted(part.id, Some(reference))?;
                self.settled(&part)
            }
            Outcome::Trying => Ok(()),
            Outcome::Delivered => {
                self.tx.settle_part(part.id, State::Delivered, &status, true)?;
                self.settled(&part)
            }
            Outcome::Failed => {
                let before = self.tx.message(part.message)?.map(|message| message.state);
                self.tx.settle_part(part.id, State::Failed, &status, true)?;
                self.settled(&part)?;
                // Parts of one long text fail one by one; the owner is told with the first that does.
                let told = before == Some(State::Failed);
                self.not_delivered(&part, report.status, told)
            }
        }
    }

    /// The oldest part to `recipient` that a report with an unknown reference may be about: in doubt, or still without the
    /// modem's answer, and given to the modem when the service centre says that it got it.
    fn witnessed(
        &self,
        report: &StatusReport,
        recipient: &str,
        since: Steady,
    ) -> Result<Option<OutboxPart>, StoreError> {
        let mut parts = self.tx.doubted_to(recipient, since)?;
        let under_way = self.tx.submitting_parts()?;
        parts.extend(under_way.into_iter().filter(|part| part.recipient == recipient));
        Ok(parts.into_iter().find(|part| self.fits(report, part)))
    }

    /// Whether the service centre got the text of the report when that part was given to the modem, as far as our clock knows.
    fn fits(&self, report: &StatusReport, part: &OutboxPart) -> bool {
        let now = self.now();
        let (Some(got), Some(given)) = (report.timestamp.utc_ms(), part.submitted_at) else {
            return true;
        };
        if now.wall.trust == Trust::Guess {
            return true;
        }
        let since_got = now.wall.utc_ms.saturating_sub(got);
        let since_given = i64::try_from(now.steady.since(given).as_millis()).unwrap_or(i64::MAX);
        since_got.abs_diff(since_given) <= CLOCKS_DIFFER_MS
    }

    fn settled(&mut self, part: &OutboxPart) -> Done {
        self.tx.clear_timer(TimerKind::InDoubt, part.id.0)?;
        self.tx.refresh_message(part.message)?;
        Ok(())
    }

    fn not_delivered(&mut self, part: &OutboxPart, status: u8, told: bool) -> Done {
        if part.audience == Audience::Owner {
            return Ok(());
        }
        let landline = says_landline(status);
        if let Some((mut contact, message)) = self.contact_of(part)? {
            let about = About {
                contact: Some(contact.id),
                call: None,
                message: Some(message.id),
            };
            self.tx.journal(
                about,
                "not delivered",
                &format!("the network reported status {status:#04x}"),
            )?;
            if landline {
                contact.landline_until = Some(self.now().steady.plus(LANDLINE_FOR));
                self.tx.save_contact(&contact)?;
            }
        }
        let why = if landline {
            "number can't get texts (landline?)"
        } else {
            "phone off or out of reach"
        };
        if told { Ok(()) } else { self.tell_of_failed(part, why) }
    }
}

/// Permanent errors that speak of the number rather than of the moment: incompatible destination, connection rejected,
/// not obtainable, no interworking (3GPP TS 23.040 §9.2.3.15: 0x40–0x45). Later ones are expiry and deletions.
fn says_landline(status: u8) -> bool {
    (0x40..=0x45).contains(&status)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_expired_text_makes_no_landline() {
        assert!(says_landline(0x43));
        assert!(!says_landline(0x46));
        assert!(!says_landline(0x62));
        assert!(!says_landline(0x00));
    }
}
