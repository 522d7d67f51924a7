//! What may be done as far as bring-up has come.

use super::script;
use super::state::Stage;
use super::{
    AWAKEN_WAIT, BASICS_WAIT, Bringup, Early, IGNORED_MAX, IGNORED_WAIT, LINE_FEED_AT, SIM_WAIT, SIM_WAIT_FIRST,
    SURVEY_BEFORE_TEXTS, State, plain,
};
use crate::at::Command;
use crate::modem::Limit;
use crate::modem::families::Voice;
use std::time::{Duration, Instant};

impl Bringup {
    pub fn is_ready(&self) -> bool {
        self.state == State::Ready
    }

    /// No answer is expected yet, or nobody is there to give one.
    pub fn is_knocking(&self) -> bool {
        matches!(self.state.stage(), Stage::Off | Stage::Knocking)
    }

    /// What we say now should end in CR LF.
    pub fn ends_in_line_feed(&self) -> bool {
        self.wants_line_feed || matches!(self.state, State::Awaken { tries: LINE_FEED_AT })
    }

    /// What is left is good to know and never necessary.
    pub fn is_surveying(&self) -> bool {
        match self.state {
            State::Survey { next } => next >= SURVEY_BEFORE_TEXTS,
            State::Iccid { .. } => true,
            _otherwise => false,
        }
    }

    /// It pauses, and nothing of it is due before the pause is over.
    pub fn is_waiting(&self, at: Instant) -> bool {
        self.pause.is_some_and(|until| at < until)
    }

    /// It leaves unanswered what it doesn't know: questions that may be unknown cost time.
    pub fn ignores_unknown(&self) -> bool {
        self.ignored >= IGNORED_MAX
    }

    /// Nothing comes of `AT` alone, so it proves nothing.
    pub fn ignores_bare_at(&self) -> bool {
        self.ignores_bare_at
    }

    /// What shows whether somebody is there.
    pub fn knock(&self) -> Command {
        match self.ignores_bare_at {
            true => plain(&script::SPEAK_UP, AWAKEN_WAIT),
            false => Command::Attention,
        }
    }

    /// Nobody answers `AT`.
    pub fn is_mute(&self) -> bool {
        self.state == State::Mute
    }

    pub fn limit(&self) -> Option<Limit> {
        match self.state {
            State::Limited(why) => Some(why),
            State::Ready if self.family.voice == Voice::No => Some(Limit::NoVoice),
            _otherwise => None,
        }
    }

    /// What it is doing, in a word.
    pub fn step(&self) -> &'static str {
        match self.state.stage() {
            Stage::Off => "off",
            Stage::Knocking => "knocking",
            Stage::Settling => "settling",
            Stage::Identifying => "identifying",
            Stage::Radio => "radio",
            Stage::Sim => "sim",
            Stage::Calls => "calls",
            Stage::Texts => "texts",
            Stage::Network => "network",
            Stage::Ready => "ready",
        }
    }

    /// A text can be sent: the SIM is open, PDU mode is on, and the registration has been asked for (or a call proved it).
    pub fn can_text(&self) -> bool {
        match self.state.stage() {
            Stage::Ready => true,
            Stage::Network => self.is_surveying() || self.early == Early::Given,
            Stage::Calls | Stage::Texts => self.early == Early::Given,
            Stage::Off | Stage::Knocking | Stage::Settling | Stage::Identifying | Stage::Radio | Stage::Sim => false,
        }
    }

    /// Everything about texts is set: what came in can be read.
    pub fn can_read(&self) -> bool {
        matches!(self.state.stage(), Stage::Network | Stage::Ready)
    }

    /// The longest this step's command is worth waiting for, if that is less than the command's own time.
    pub fn patience(&self) -> Option<Duration> {
        let ignores = (self.ignored >= IGNORED_MAX).then_some(IGNORED_WAIT);
        match self.state {
            State::Basics { .. } => ignores.or(Some(BASICS_WAIT)),
            State::Sim { busy: 0 } => Some(SIM_WAIT_FIRST),
            State::Sim { .. } => Some(SIM_WAIT),
            // What the job can't do without, and what takes its time.
            State::Settings { next: 0 } | State::PduMode { .. } | State::Unlock => None,
            State::RadioOn
            | State::CountTries { .. }
            | State::PduModes
            | State::Storage { .. }
            | State::Notify { .. } => None,
            State::Identify { .. }
            | State::Radio
            | State::Settings { .. }
            | State::Reports { .. }
            | State::Extras { .. }
            | State::Calls
            | State::NotifyCheck
            | State::NotifyRanges
            | State::WithAcknowledgement
            | State::Survey { .. }
            | State::Iccid { .. } => ignores.filter(|_| self.early != Early::Asked),
            State::Awaken { .. } | State::LineEnd => Some(AWAKEN_WAIT),
            State::Off | State::AwaitTexts { .. } | State::Ready | State::Limited(_) | State::Mute => None,
        }
    }
}
