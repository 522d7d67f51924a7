//! What comes back from the clerk, and what may happen then.

use super::Exchange;
use crate::daemon::clerk::Done;
use crate::daemon::control::Answer;
use crate::daemon::notify;
use crate::desk::{Effects, Next};
use crate::modem;
use std::time::Instant;

impl Exchange {
    pub(in crate::daemon) fn done(&mut self, done: Done) {
        match done {
            Done::Desk { effects, next } => {
                self.effects(effects, next.is_none());
                if let Some(next) = next {
                    self.asked_next = false;
                    self.next(next);
                }
            }
            Done::Next(next) => {
                self.asked_next = false;
                self.next(next);
            }
            Done::Trouble(why) => self.state.storage(Some(why)),
            Done::Recovered => self.state.storage(None),
            Done::Alive => notify::watchdog(),
        }
    }

    pub(in crate::daemon) fn effects(&mut self, effects: Effects, look_for_more: bool) {
        let Effects {
            committed,
            permit,
            send,
            examine,
            ask_balance,
            wake,
            queued,
        } = effects;
        let at = Instant::now();
        for token in committed {
            self.modem.handle(modem::Input::Committed(token), at);
        }
        match permit {
            None => {}
            Some(Ok(outbox)) => self.modem.handle(modem::Input::Permit(outbox), at),
            Some(Err(outbox)) => self.modem.handle(modem::Input::Withdraw(outbox), at),
        }
        if examine {
            self.modem.handle(modem::Input::Examine, at);
        }
        if ask_balance {
            self.modem.handle(modem::Input::AskBalance, at);
        }
        self.desk_due = wake.map(|steady| self.clock.instant(steady));
        if let Some(queued) = queued
            && let Some(asker) = self.senders.pop_front()
        {
            let answer = match queued {
                Ok(id) => Answer::Ok(serde_json::json!({ "message_id": id })),
                Err(why) => Answer::Error(why),
            };
            // The asker may have hung up: nobody to tell.
            let _ = asker.send(answer);
        }
        if send && look_for_more {
            self.send_due = Some(at);
        }
    }

    pub(in crate::daemon) fn next(&mut self, next: Next) {
        match next {
            Next::Submit(submission) => {
                self.send_due = None;
                self.modem_ready = false;
                self.submitting = true;
                self.modem.handle(modem::Input::Submit(submission), Instant::now());
            }
            Next::NotBefore(steady) => self.send_due = Some(self.clock.instant(steady)),
            Next::Empty => self.send_due = None,
        }
    }
}
