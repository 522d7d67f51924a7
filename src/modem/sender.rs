//! The sender: one text at a time, through `AT+CMGS` in PDU mode (3GPP TS 27.005 §4.3).
//!
//! The command goes out at once; the PDU only when two things have come, in either order: the modem's prompt and the
//! [permit](super::Input::Permit) that says that the attempt is on record. From the moment the PDU has left, anything
//! but a clear answer is [`SubmitOutcome::Unknown`].

use super::families::{Family, GENERIC, WhileRinging};
use super::refusals::{self, Refusal};
use super::{Event, Submission, SubmitOutcome};
use crate::at::fields::Fields;
use crate::at::{Command, Failure, Outcome};
use crate::ids::{MessageReference, OutboxId};
use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// An open prompt waits this long for its permit; then it is given back.
pub const PERMIT_WAIT: Duration = Duration::from_secs(5);
/// A text waits at most this long behind a ringing call, where the family can't do both.
pub const RING_HOLD: Duration = Duration::from_secs(15);
/// After the engine has given up, a late `+CMGS` still counts for this long.
pub const LATE_VERDICT: Duration = Duration::from_secs(30);
/// 3GPP TS 23.040 §9.2.2.2: the longest SMS-SUBMIT, in octets.
pub const MAX_TPDU: usize = 164;

enum State {
    Idle,
    /// Taken; `AT+CMGS` not given yet.
    Queued {
        submission: Submission,
        hold_until: Instant,
    },
    /// `AT+CMGS` given.
    Commanded {
        submission: Submission,
        permitted: bool,
        prompted: Option<Instant>,
    },
    /// Given back with ESC; the modem has yet to say so.
    Withdrawn {
        outbox: OutboxId,
        why: &'static str,
    },
    /// The PDU has left.
    Supplied {
        outbox: OutboxId,
    },
    /// The PDU has left and no answer came in time.
    Overdue {
        outbox: OutboxId,
        why: String,
        until: Instant,
    },
}

/// What the sender wants done with the command in flight.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    Nothing,
    Supply(Vec<u8>),
    Abort,
}

/// See the module.
pub struct Sender {
    state: State,
    family: &'static Family,
    events: VecDeque<Event>,
}

impl Sender {
    pub fn new() -> Self {
        Sender {
            state: State::Idle,
            family: &GENERIC,
            events: VecDeque::new(),
        }
    }

    pub fn set_family(&mut self, family: &'static Family) {
        self.family = family;
    }

    pub fn poll_event(&mut self) -> Option<Event> {
        self.events.pop_front()
    }

    pub fn is_idle(&self) -> bool {
        matches!(self.state, State::Idle)
    }

    /// Takes a text. `refusal`: why the modem can't send now, if it can't.
    pub fn submit(&mut self, submission: Submission, refusal: Option<&str>, at: Instant) {
        let outbox = submission.outbox;
        if submission.tpdu.is_empty() || submission.tpdu.len() > MAX_TPDU {
            let error = format!(
                "a TPDU of {} octets; 1 to {MAX_TPDU} can be sent",
                submission.tpdu.len()
            );
            let outcome = SubmitOutcome::Refused {
                error,
                class: super::RetryClass::Permanent,
            };
            self.events.push_back(Event::Submitted { outbox, outcome });
        } else if let Some(why) = refusal {
            self.tell(outbox, SubmitOutcome::NotTried { why: why.to_string() });
        } else if !self.is_idle() {
            self.tell(
                outbox,
                SubmitOutcome::NotTried {
                    why: "another text is being sent".to_string(),
                },
            );
        } else {
            self.state = State::Queued {
                submission,
                hold_until: at + RING_HOLD,
            };
        }
    }

    /// The command to give now, if there is one.
    pub fn wants(&self, ringing: bool, at: Instant) -> Option<Command> {
        match &self.state {
            State::Queued { submission, hold_until } => {
                if ringing && self.family.while_ringing == WhileRinging::Hold && at < *hold_until {
                    return None;
                }
                let tpdu_length = u8::try_from(submission.tpdu.len()).ok()?;
                Some(Command::SendMessage { tpdu_length })
            }
            State::Idle
            | State::Commanded { .. }
            | State::Withdrawn { .. }
            | State::Supplied { .. }
            | State::Overdue { .. } => None,
        }
    }

    /// `AT+CMGS` has been given.
    pub fn commanded(&mut self) {
        match std::mem::replace(&mut self.state, State::Idle) {
            State::Queued { submission, .. } => {
                self.events.push_back(Event::Submitting {
                    outbox: submission.outbox,
                });
                self.state = State::Commanded {
                    submission,
                    permitted: false,
                    prompted: None,
                };
            }
            other => self.state = other,
        }
    }

    /// The modem's prompt has come.
    pub fn prompt(&mut self, at: Instant) -> Action {
        if let State::Commanded { prompted, .. } = &mut self.state {
            prompted.get_or_insert(at);
        }
        self.supply(at)
    }

    /// The attempt is on record.
    pub fn permit(&mut self, id: OutboxId, at: Instant) -> Action {
        match &mut self.state {
            State::Commanded {
                submission, permitted, ..
            } if submission.outbox == id => *permitted = true,
            State::Idle
            | State::Queued { .. }
            | State::Commanded { .. }
            | State::Withdrawn { .. }
            | State::Supplied { .. }
            | State::Overdue { .. } => return Action::Nothing,
        }
        self.supply(at)
    }

    /// The text is not wanted any more.
    pub fn withdraw(&mut self, id: OutboxId) -> Action {
        match &self.state {
            State::Queued { submission, .. } if submission.outbox == id => {
                self.tell(
                    id,
                    SubmitOutcome::NotTried {
                        why: "withdrawn".to_string(),
                    },
                );
                self.state = State::Idle;
                Action::Nothing
            }
            State::Commanded { submission, .. } if submission.outbox == id => {
                self.state = State::Withdrawn {
                    outbox: id,
                    why: "withdrawn",
                };
                Action::Abort
            }
            State::Idle
            | State::Queued { .. }
            | State::Commanded { .. }
            | State::Withdrawn { .. }
            | State::Supplied { .. }
            | State::Overdue { .. } => Action::Nothing,
        }
    }

    /// Prompt and permit are both there, and the family's pause is over: the PDU leaves.
    fn supply(&mut self, at: Instant) -> Action {
        let State::Commanded {
            submission,
            permitted: true,
            prompted: Some(since),
        } = &self.state
        else {
            return Action::Nothing;
        };
        if at < *since + self.family.prompt_delay {
            return Action::Nothing;
        }
        // 23.040 §9.1.2.5 as 27.005 §4.3 has it: a service centre of length 0 means the one on the SIM (+CSCA).
        let mut pdu = Vec::with_capacity(submission.tpdu.len() + 1);
        pdu.push(0);
        pdu.extend_from_slice(&submission.tpdu);
        self.state = State::Supplied {
            outbox: submission.outbox,
        };
        Action::Supply(pdu)
    }

    /// The command is over.
    pub fn done(&mut self, outcome: &Outcome, at: Instant) {
        match std::mem::replace(&mut self.state, State::Idle) {
            State::Commanded { submission, .. } => {
                let told = self.before_leaving(outcome);
                self.tell(submission.outbox, told);
            }
            State::Withdrawn { outbox, why } => {
                self.tell(outbox, SubmitOutcome::NotTried { why: why.to_string() });
            }
            State::Supplied { outbox } => match &outcome.result {
                Ok(()) => {
                    let told = match outcome.lines.iter().find_map(|line| reference(line)) {
                        Some(reference) => SubmitOutcome::Accepted(reference),
                        // Some modems answer so after a text that went; others to an ESC.
                        None => SubmitOutcome::Unknown {
                            why: "OK without +CMGS".to_string(),
                        },
                    };
                    self.tell(outbox, told);
                }
                Err(Failure::TimedOut { .. }) => {
                    let why = "no answer in time".to_string();
                    self.state = State::Overdue {
                        outbox,
                        why,
                        until: at + LATE_VERDICT,
                    };
                }
                Err(failure) => {
                    // A reference given before the error is a text that went.
                    let told = match outcome.lines.iter().find_map(|line| reference(line)) {
                        Some(reference) => SubmitOutcome::Accepted(reference),
                        None => self.refused(failure, true),
                    };
                    self.tell(outbox, told);
                }
            },
            other @ (State::Idle | State::Queued { .. } | State::Overdue { .. }) => self.state = other,
        }
    }

    /// The command ended although the PDU never left: nothing happened, whatever the modem says.
    fn before_leaving(&self, outcome: &Outcome) -> SubmitOutcome {
        let not_tried = |why: &str| SubmitOutcome::NotTried { why: why.to_string() };
        match &outcome.result {
            Ok(()) => not_tried("OK instead of a prompt"),
            Err(Failure::TimedOut { .. }) => not_tried("no prompt"),
            Err(Failure::Aborted) => not_tried("given back"),
            Err(Failure::PortLost) => not_tried("the port was lost"),
            Err(Failure::Error) => not_tried("ERROR instead of a prompt"),
            Err(failure @ (Failure::Cme(_) | Failure::Cms(_) | Failure::Other(_))) => self.refused(failure, false),
        }
    }

    fn refused(&self, failure: &Failure, left: bool) -> SubmitOutcome {
        match refusals::read(failure, left, self.family.vendor_errors) {
            Refusal::Refused { error, class } => SubmitOutcome::Refused { error, class },
            Refusal::Doubtful { why } => SubmitOutcome::Unknown { why },
        }
    }

    /// `+CMGS: <mr>` after the engine had given up: the text did go.
    pub fn late_reference(&mut self, reference: MessageReference) {
        if let State::Overdue { outbox, .. } = &self.state {
            let outbox = *outbox;
            self.state = State::Idle;
            self.tell(outbox, SubmitOutcome::Accepted(reference));
        }
    }

    /// Lets the sender's own deadlines pass.
    pub fn tick(&mut self, at: Instant) -> Action {
        match &self.state {
            State::Commanded {
                submission,
                permitted: false,
                prompted: Some(since),
            } if at >= *since + PERMIT_WAIT => {
                self.state = State::Withdrawn {
                    outbox: submission.outbox,
                    why: "no permit came",
                };
                Action::Abort
            }
            State::Commanded { .. } => self.supply(at),
            State::Overdue { outbox, why, until } if at >= *until => {
                let (outbox, why) = (*outbox, why.clone());
                self.state = State::Idle;
                self.tell(outbox, SubmitOutcome::Unknown { why });
                Action::Nothing
            }
            State::Idle
            | State::Queued { .. }
            | State::Withdrawn { .. }
            | State::Supplied { .. }
            | State::Overdue { .. } => Action::Nothing,
        }
    }

    /// When [`Sender::tick`] has something to do next.
    pub fn deadline(&self) -> Option<Instant> {
        match &self.state {
            State::Queued { hold_until, .. } => Some(*hold_until),
            State::Commanded {
                permitted: false,
                prompted: Some(since),
                ..
            } => Some(*since + PERMIT_WAIT),
            State::Commanded {
                permitted: true,
                prompted: Some(since),
                ..
            } => Some(*since + self.family.prompt_delay),
            State::Overdue { until, .. } => Some(*until),
            State::Idle | State::Commanded { .. } | State::Withdrawn { .. } | State::Supplied { .. } => None,
        }
    }

    /// The modem can't send any more: what has not been begun is given back.
    pub fn give_back(&mut self, why: &str) {
        if let State::Queued { .. } = self.state {
            self.cut_off(why);
        }
    }

    /// The port is gone or the modem started anew. Call after the engine's own last word.
    pub fn cut_off(&mut self, why: &str) {
        match std::mem::replace(&mut self.state, State::Idle) {
            State::Idle => {}
            State::Queued { submission, .. } | State::Commanded { submission, .. } => {
                self.tell(submission.outbox, SubmitOutcome::NotTried { why: why.to_string() });
            }
            State::Withdrawn { outbox, .. } => self.tell(outbox, SubmitOutcome::NotTried { why: why.to_string() }),
            State::Supplied { outbox } | State::Overdue { outbox, .. } => {
                self.tell(outbox, SubmitOutcome::Unknown { why: why.to_string() });
            }
        }
    }

    fn tell(&mut self, outbox: OutboxId, outcome: SubmitOutcome) {
        self.events.push_back(Event::Submitted { outbox, outcome });
    }
}

/// `+CMGS: <mr>`.
fn reference(line: &str) -> Option<MessageReference> {
    Fields::after_name(line, "+CMGS")?.number::<u8>(0).map(MessageReference)
}
