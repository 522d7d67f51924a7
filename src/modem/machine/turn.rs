//! One turn: time passes, the engine and the rooms say what they have, and the next command goes out.

use super::super::health::Step;
use super::super::sender::Action;
use super::super::timers::{IDLE_EVERY, Timer};
use super::super::{Event, Output, inbox};
use super::chores::AskClock;
use super::{Job, Modem, SELECT_WAIT};
use crate::at::{self, Failure, Outcome};
use std::time::Instant;

impl Modem {
    pub(super) fn let_time_pass(&mut self, at: Instant) {
        self.engine.tick(at);
        self.take_engine_events(at);
        self.calls.tick(at);
        let action = self.sender.tick(at);
        self.act(action, at);
        while let Some(timer) = self.timers.expired(at) {
            match timer {
                Timer::Idle => self.idle_due = true,
                Timer::AfterCall => self.look_after_call(),
                // Whoever set these looks at the time by itself.
                Timer::Engine
                | Timer::Call
                | Timer::Sender
                | Timer::Recovery
                | Timer::BringUp
                | Timer::Slot
                | Timer::Reach
                | Timer::Ussd => {}
            }
        }
    }

    /// Goes round until nothing moves: what the engine says, what the rooms say, the next command.
    pub(super) fn run(&mut self, at: Instant) {
        loop {
            self.take_engine_events(at);
            self.open_rooms(at);
            self.take_room_events();
            if !self.open {
                // What only the outside can do needs no port.
                if let Step::Outside(step) = self.health.step(at) {
                    self.out.push_back(Output::Power(step));
                    continue;
                }
                break;
            }
            if self.job.is_some() || !self.engine.is_idle() {
                break;
            }
            let Some((job, command)) = self.next_job(at) else { break };
            self.job = Some(job.clone());
            let patience = match job {
                Job::BringUp => self.bringup.patience(),
                Job::Inbox(inbox::Ask::Select(_)) => Some(SELECT_WAIT),
                Job::Calls(_)
                | Job::Submit
                | Job::Inbox(_)
                | Job::Acknowledge
                | Job::Idle(_)
                | Job::Chore(_)
                | Job::Knock
                | Job::Radio
                | Job::Restart(_) => None,
            };
            self.engine.set_patience(patience);
            if let Err(command) = self.engine.send(command, at) {
                // The engine said that it was idle, so it takes the command; if it ever doesn't, the job is not lost silently.
                self.job = None;
                let outcome = Outcome {
                    command,
                    lines: Vec::new(),
                    result: Err(Failure::Aborted),
                };
                self.job_done(job, &outcome, at);
                break;
            }
            self.flush();
            match job {
                Job::Submit => self.sender.commanded(),
                Job::Calls(ask) => self.calls.asked(ask, at),
                Job::BringUp
                | Job::Inbox(_)
                | Job::Acknowledge
                | Job::Idle(_)
                | Job::Chore(_)
                | Job::Knock
                | Job::Radio
                | Job::Restart(_) => {}
            }
        }
        self.calls.tick(at);
        self.flush();
        self.ussd.tick(at);
        self.take_room_events();
        self.look_at_condition();
        self.end_vain_examination(at);
        self.look_at_reach(at);
        self.ask_for_text();
        self.set_timers(at);
    }

    pub(super) fn take_engine_events(&mut self, at: Instant) {
        self.flush();
        while let Some(event) = self.engine.poll_event() {
            match event {
                at::Event::Urc(urc) => self.urc(urc, at),
                at::Event::Prompt => {
                    let action = self.sender.prompt(at);
                    self.act(action, at);
                }
                at::Event::Done(outcome) => {
                    if !matches!(outcome.result, Err(Failure::TimedOut { .. } | Failure::PortLost)) {
                        self.health.answered(at);
                    }
                    if let Some(job) = self.job.take() {
                        self.job_done(job, &outcome, at);
                    }
                }
                at::Event::Dropped { octets } => {
                    self.note(
                        "line_dropped",
                        format!("{octets} octets were no line a modem would say"),
                    );
                }
            }
            self.take_room_events();
        }
        self.flush();
    }

    pub(super) fn flush(&mut self) {
        while let Some(bytes) = self.engine.poll_transmit() {
            self.out.push_back(Output::Transmit(bytes));
        }
    }

    pub(super) fn act(&mut self, action: Action, at: Instant) {
        match action {
            Action::Nothing => {}
            Action::Supply(pdu) => self.engine.supply(&pdu, at),
            Action::Abort => self.engine.abort(at),
        }
        self.flush();
    }

    pub(super) fn note(&mut self, what: &'static str, why: String) {
        self.out.push_back(Output::Event(Event::Note { what, why }));
    }

    /// Texts are set up: the inbox may look. Bring-up is through: the idle questions start.
    pub(super) fn open_rooms(&mut self, at: Instant) {
        if !self.reading && self.bringup.can_read() {
            self.reading = true;
            self.open_inbox();
        }
        if self.opened || !self.bringup.is_ready() {
            return;
        }
        self.opened = true;
        self.health.ready();
        self.look_through_memories();
        self.missed_due = !self.bringup.ignores_unknown();
        if self.missed_due && self.clock == AskClock::NotNow {
            self.clock = AskClock::Due { line: 0 };
        }
        self.clip_due = !self.bringup.shows_callers() && self.status.is_registered();
        self.timers.set(Timer::Idle, Some(at + IDLE_EVERY));
    }

    /// Texts may lie elsewhere than where they are expected. Reports that came while nobody read have a memory of their own on some
    /// modems; the others refuse its name.
    pub(super) fn look_through_memories(&mut self) {
        self.inbox.look_through(self.bringup.family().storage);
        self.inbox.look_through(&["SR"]);
    }

    pub(super) fn open_inbox(&mut self) {
        if let Some(waits) = self.bringup.acknowledges_texts() {
            self.inbox.acknowledgements.are_waited_for(waits);
        }
        if let Some(storage) = self.bringup.storage() {
            self.inbox.opened(storage);
        } else {
            self.inbox.opened_without_selection();
            self.note(
                "no_storage",
                "every +CPMS setting was refused; texts are read from whatever memory there is".to_string(),
            );
        }
    }

    pub(super) fn take_room_events(&mut self) {
        while let Some(event) = self
            .calls
            .poll_event()
            .or_else(|| self.sender.poll_event())
            .or_else(|| self.inbox.poll_event())
            .or_else(|| self.bringup.poll_event())
            .or_else(|| self.status.poll_event())
            .or_else(|| self.health.poll_event())
            .or_else(|| self.reach.poll_event())
            .or_else(|| self.ussd.poll_event())
            .or_else(|| self.missed.poll_event())
        {
            if let Event::CallStarted { .. } = &event {
                self.status.heard_network();
                self.bringup.saw_call();
                if !self.opened {
                    self.bringup.hurry();
                }
            }
            self.learn_of_network(&event);
            self.out.push_back(Output::Event(event));
        }
    }

    pub(super) fn set_timers(&mut self, at: Instant) {
        // A deadline that has passed and still stands waits for something else (an answer, a free engine) that will come
        // as an input of its own.
        let ahead = |due: Option<Instant>| due.filter(|due| *due > at);
        self.timers.set(Timer::Engine, ahead(self.engine.deadline()));
        self.timers.set(Timer::Call, self.calls.deadline(at));
        self.timers.set(Timer::Sender, ahead(self.sender.deadline()));
        self.timers.set(Timer::Recovery, ahead(self.health.deadline()));
        let suspect = self.health.deaf_again().filter(|_| self.suspicious);
        self.timers.set(
            Timer::Reach,
            [self.reach.deadline(at), ahead(suspect)].into_iter().flatten().min(),
        );
        self.timers.set(Timer::Ussd, self.ussd.deadline());
        self.timers.set(Timer::BringUp, ahead(self.bringup.deadline()));
        self.timers
            .set(Timer::Slot, if self.reading { self.inbox.deadline(at) } else { None });
        if self.opened && !self.idle_due && self.timers.get(Timer::Idle).is_none() {
            self.timers.set(Timer::Idle, Some(at + IDLE_EVERY));
        }
    }
}
