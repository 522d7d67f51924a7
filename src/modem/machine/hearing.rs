//! What the modem says, unasked or as the end of a command, and the room it concerns.

use super::super::replies::not_known;
use super::super::{Event, Output, bringup, calls};
use super::chores::AskClock;
use super::{Job, Modem, Question};
use crate::at::{self, Failure, Outcome, Urc};
use crate::ids::MessageReference;
use std::time::Instant;

impl Modem {
    pub(super) fn urc(&mut self, urc: Urc, at: Instant) {
        if !matches!(urc, Urc::Other(_)) {
            self.health.proof(at);
        }
        match urc {
            Urc::Ring => self.calls.ring(at),
            Urc::CallingLine { number, validity } => self.calls.calling_line(number, validity, at),
            Urc::CallWaiting { number, validity } => self.calls.call_waiting(number, validity, at),
            Urc::Call(report) => self.calls.report(&report, at),
            Urc::CallConnected { id } => self.calls.connected(id, at),
            Urc::CallReleased {
                evidence,
                id,
                number,
                duration_s,
                cause,
            } => {
                self.calls.released(evidence, id, number, duration_s, cause, at);
            }
            Urc::MessageStored { storage, index } | Urc::ReportStored { storage, index } => {
                self.inbox.stored(&storage, index, at);
            }
            Urc::MessageDirect { pdu } | Urc::ReportDirect { pdu } => self.inbox.direct(pdu),
            Urc::LateSubmit { reference } => self.sender.late_reference(MessageReference(reference)),
            Urc::StorageFull { storage } => self.inbox.full(storage.as_deref()),
            Urc::Registration { domain, stat } => {
                let was = self.status.is_registered();
                self.status.registered(domain, stat);
                // +CLIP asks the network on some modems, and is refused before there is one.
                self.clip_due |= !was && self.status.is_registered() && self.opened && !self.bringup.shows_callers();
            }
            Urc::Signal { dbm } => self.status.signal_is(dbm),
            Urc::SimState(state) => self.sim_state(&state),
            Urc::Restarted { line } => self.restarted(&line, at),
            Urc::SmsReady => self.bringup.texts_ready(),
            Urc::PowerTrouble { line } => self.note("power", line.chars().take(60).collect()),
            Urc::NetworkTime { utc_ms, offset_s } => {
                self.heard = true;
                self.clock = AskClock::Told;
                self.out
                    .push_back(Output::Event(Event::NetworkTime { utc_ms, offset_s }));
            }
            // Nothing follows from these for the job.
            Urc::PhonebookReady => {}
            Urc::Ussd { mode, text, dcs, whole } => self.ussd.said(mode, &text, dcs, whole, at),
            Urc::Other(line) => self.ussd.more(&line, at),
        }
    }

    fn sim_state(&mut self, state: &str) {
        let was = self.bringup.is_ready();
        self.bringup.sim_state(state);
        if was && !self.bringup.is_ready() {
            self.opened = false;
            self.reading = false;
            self.sender.give_back("the SIM changed");
            self.note(
                "sim_changed",
                format!("the modem says +CPIN: {}", state.chars().take(20).collect::<String>()),
            );
        }
    }

    fn restarted(&mut self, line: &str, at: Instant) {
        if self.bringup.is_late_answer(line) {
            return;
        }
        if !self.bringup.is_knocking() {
            self.note("modem_restarted", line.chars().take(40).collect());
            self.cut_off("modem_restarted", "the modem started anew", at);
        }
        self.bringup.restart();
    }

    pub(super) fn job_done(&mut self, job: Job, outcome: &Outcome, at: Instant) {
        let timed_out = matches!(outcome.result, Err(Failure::TimedOut { .. }));
        if timed_out
            && !matches!(
                job,
                Job::Restart(_)
                    | Job::Radio
                    | Job::Chore(_)
                    | Job::Acknowledge
                    | Job::Calls(calls::Ask::Cause)
                    | Job::Idle(Question::OwnTest)
            )
            && !self.bringup.is_knocking()
        {
            self.health.unanswered(job.name(), at);
        }
        match job {
            Job::BringUp => {
                self.bringup.done(outcome, at);
                if bringup::sets_pdu_mode(&outcome.command) && outcome.result.is_ok() {
                    self.pdu_mode_at = Some(at);
                }
                for line in &outcome.lines {
                    self.status.reply_line(line);
                    self.inbox.usage_line(line);
                    self.canary.answer(line, at);
                }
                self.calls.set_family(self.bringup.family(), self.bringup.tells_ends());
                self.sender.set_family(self.bringup.family());
                self.examination.set_family(self.bringup.family());
                self.engine.set_submit_timeout(self.bringup.family().submit_timeout);
                if self.bringup.is_mute() {
                    self.health.mute_at(at);
                    self.bringup.start(false);
                }
            }
            Job::Calls(calls::Ask::List) => match outcome.result {
                Ok(()) => {
                    let rows: Vec<at::urc::CallReport> = outcome
                        .lines
                        .iter()
                        .filter_map(|line| match at::urc::parse(line) {
                            Urc::Call(row) => Some(row),
                            _other => None,
                        })
                        .collect();
                    self.calls.listed(&rows, at);
                }
                Err(Failure::PortLost) => {}
                Err(_) => {
                    let ignored = timed_out && self.bringup.ignores_unknown();
                    self.calls.list_failed(!ignored && !not_known(outcome), at);
                }
            },
            Job::Calls(calls::Ask::Cause) => {
                let known = outcome.result.is_ok() || timed_out;
                self.calls.cause(at::reply::ceer(&outcome.lines), known);
            }
            Job::Calls(calls::Ask::HangUp(_)) => {
                if outcome.result != Err(Failure::PortLost) {
                    self.calls.hung_up(outcome.result.is_ok(), at);
                }
            }
            Job::Submit => self.sender.done(outcome, at),
            Job::Inbox(ask) => {
                self.inbox.done(&ask, outcome, at);
                for line in &outcome.lines {
                    self.inbox.usage_line(line);
                }
                self.pdu_mode_due |= self.inbox.take_text_mode();
            }
            Job::Acknowledge => {
                if self.inbox.acknowledgements.done(outcome) {
                    self.after_call.push_back(Question::Notifications);
                }
            }
            Job::Idle(question) => self.idle_answered(question, outcome, at),
            Job::Chore(chore) => self.chore_done(chore, outcome, at),
            Job::Knock => {}
            Job::Radio => self.health.radio_switched(!timed_out, at),
            // Not this way: the next one, if there is one.
            Job::Restart(way) if !timed_out && outcome.result.is_err() && self.restart_way(way + 1).is_some() => {
                self.restart_way = way + 1;
            }
            Job::Restart(_) => {
                self.restart_way = 0;
                self.health.restart_given(at);
            }
        }
    }

    fn idle_answered(&mut self, question: Question, outcome: &Outcome, at: Instant) {
        match question {
            Question::Signal | Question::Registration | Question::EpsRegistration => {
                for line in &outcome.lines {
                    self.status.reply_line(line);
                }
                if question == Question::Signal && outcome.result.is_ok() && self.status.is_registered() {
                    self.reach.signal(at::reply::csq(&outcome.lines).is_some());
                }
                if question == Question::Registration {
                    self.look_at_settings(&outcome.lines, at);
                }
            }
            Question::Notifications => self.look_at_settings(&outcome.lines, at),
            Question::OwnTest => {
                let answered = matches!(at::reply::clip(&outcome.lines), Some(0 | 1));
                self.reach.tested(answered, at);
            }
            Question::Attention | Question::Sweep => {}
            Question::Storage => {
                for line in &outcome.lines {
                    self.inbox.usage_line(line);
                }
            }
            Question::ShowCallers => {
                if outcome.result.is_ok() {
                    self.bringup.callers_shown();
                }
            }
            Question::PduMode { undone } => {
                // Refused or not answered, it was asked for: the text goes all the same.
                self.pdu_mode_at = Some(at);
                if undone && outcome.result.is_ok() {
                    self.note(
                        "pdu_mode",
                        "message format had been changed to text; set back".to_string(),
                    );
                    self.inbox.sweep_now();
                }
            }
        }
    }
}
