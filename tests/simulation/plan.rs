//! What happens in one run: who calls and texts when, and what breaks when. Made from a seed, written and read as text, so
//! that a run that failed can be cut down and kept whatever becomes of the generator.

use super::chance::Chance;
use std::fmt;
use std::str::FromStr;
use std::time::Duration;
use textback::sim::{Family, Fault};

/// Callers a plan may have.
pub const CALLERS: u64 = 6;
/// Callers that a contractor has within weeks.
const REGULARS: u64 = 80;
/// Things happen within this.
const FAULT_PHASE_MS: u64 = 40 * 60_000;
/// The faults end so long after the last thing happened.
const LAST_FAULTS: Duration = Duration::from_secs(8 * 60);

/// One run.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    pub seed: u64,
    pub family: Family,
    pub steps: Vec<Step>,
}

/// Something that happens at its time.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// Since the box was ready first.
    pub at: Duration,
    pub what: What,
}

/// What happens.
#[derive(Debug, Clone, PartialEq)]
pub enum What {
    /// A caller rings so many seconds.
    Call {
        who: u64,
        rings_s: u64,
    },
    /// Somebody who hides their number does.
    Withheld {
        rings_s: u64,
    },
    /// A caller texts something of this length with a word in it that nobody else uses.
    Text {
        who: u64,
        words: u64,
    },
    /// A caller texts STOP.
    Stop {
        who: u64,
    },
    /// A caller texts HELP.
    Help {
        who: u64,
    },
    /// The owner texts an order.
    Order(String),
    /// A caller's phone is off for so long.
    PhoneOff {
        who: u64,
        for_s: u64,
    },
    /// Something breaks in the modem or the network.
    Fault(Fault),
    /// Modem and network are as they should be.
    Clear,
    Break(Break),
}

/// What breaks on our side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Break {
    /// The modem is pulled out and back after so long.
    Unplug { for_s: u64 },
    /// The program is killed now and started so much later.
    Kill { down_s: u64 },
    /// The same right after the so-manieth commit from now, before anybody hears of it.
    KillAfterCommit { n: u64, down_s: u64 },
    /// The same in the middle of the so-manieth write to the modem from now.
    KillInWrite { n: u64, down_s: u64 },
    /// Box and modem lose power in the middle of the so-manieth commit from now: what was not synced may be there or not.
    PowerCutInCommit { n: u64, down_s: u64 },
    /// The same so long after that commit, when what followed from it is under way.
    PowerCutAfterCommit { n: u64, after_ms: u64, down_s: u64 },
    /// The same as in the middle of a commit, and again when the program opens what that left.
    PowerCutsInARow { n: u64, down_s: u64 },
    /// The same while the write-ahead log is moved into the database.
    PowerCutInCheckpoint { down_s: u64 },
    /// The disk is full for so long.
    DiskFull { for_s: u64 },
    /// It is read-only for so long, as the kernel makes one that fails.
    DiskReadOnly { for_s: u64 },
    /// Every commit takes this long, for so long.
    SlowDisk { ms: u64, for_s: u64 },
    /// The system's clock is set by so much.
    ClockStep { by_s: i64 },
}

impl Plan {
    /// The plan of a seed.
    pub fn of(seed: u64) -> Plan {
        let mut chance = Chance::new(seed);
        let family = *chance.pick(&Family::ALL);
        let callers = chance.between(1, CALLERS);
        let mut steps = Vec::new();
        for _ in 0..chance.between(2, 14) {
            let at = time(&mut chance);
            steps.push(Step {
                at,
                what: traffic(&mut chance, callers),
            });
        }
        for _ in 0..chance.between(0, 8) {
            // Half of the faults strike where something is going on.
            let near = chance.pick(&steps).at;
            let at = if chance.one_in(2) {
                near + chance.millis(0, 30_000)
            } else {
                time(&mut chance)
            };
            let what = fault(&mut chance);
            if let What::Fault(fault) = &what
                && lasts(fault)
            {
                let until = at + chance.millis(2_000, 300_000);
                steps.push(Step {
                    at: until,
                    what: What::Clear,
                });
            }
            if matches!(what, What::Fault(Fault::CdRom(_))) {
                // It shows at the next restart.
                steps.push(Step {
                    at: at + Duration::from_secs(1),
                    what: What::Fault(Fault::Reset),
                });
            }
            steps.push(Step { at, what });
        }
        steps.sort_by_key(|step| step.at);
        Plan { seed, family, steps }
    }

    /// Weeks of a contractor's ordinary days, with a fault or two on each.
    pub fn of_days(seed: u64, days: u64) -> Plan {
        let mut chance = Chance::new(seed);
        let family = *chance.pick(&Family::ALL);
        let mut steps = Vec::new();
        for day in 0..days {
            let open = |chance: &mut Chance| Duration::from_secs(day * 86_400) + chance.millis(0, 9 * 3_600_000);
            for _ in 0..chance.between(10, 25) {
                let at = open(&mut chance);
                steps.push(Step {
                    at,
                    what: traffic(&mut chance, REGULARS),
                });
            }
            for _ in 0..chance.between(0, 2) {
                let at = open(&mut chance);
                let (end, what) = (at + chance.millis(2_000, 300_000), fault(&mut chance));
                if matches!(what, What::Fault(_)) {
                    steps.push(Step {
                        at: end,
                        what: What::Clear,
                    });
                }
                steps.push(Step { at, what });
            }
        }
        steps.sort_by_key(|step| step.at);
        Plan { seed, family, steps }
    }

    /// From then on nothing breaks any more.
    pub fn faults_end(&self) -> Duration {
        let last = self.steps.iter().map(|step| step.at).max();
        last.unwrap_or_default() + LAST_FAULTS
    }

    /// Only the steps for which `keep` says so.
    pub fn only(&self, keep: impl Fn(usize) -> bool) -> Plan {
        let steps = self.steps.iter().enumerate();
        Plan {
            steps: steps.filter(|(i, _)| keep(*i)).map(|(_, step)| step.clone()).collect(),
            ..*self
        }
    }
}

fn time(chance: &mut Chance) -> Duration {
    chance.millis(0, FAULT_PHASE_MS)
}

fn traffic(chance: &mut Chance, callers: u64) -> What {
    let who = chance.between(0, callers - 1);
    match chance.between(0, 19) {
        0..=7 => What::Call {
            who,
            rings_s: *chance.pick(&[1, 4, 7, 18, 25, 45]),
        },
        8 => What::Withheld {
            rings_s: chance.between(4, 30),
        },
        9..=13 => What::Text {
            who,
            words: chance.between(1, 12),
        },
        14 | 15 => What::Text {
            who,
            words: chance.between(20, 120),
        },
        16 => What::Stop { who },
        17 => What::Help { who },
        18 => What::PhoneOff {
            who,
            for_s: chance.between(10, 1500),
        },
        _ => {
            What::Order((*chance.pick(&["LIST", "STATUS", "HELP", "On my way", "WHY 13", "13", "MORE 13"])).to_owned())
        }
    }
}

fn fault(chance: &mut Chance) -> What {
    let down_s = *chance.pick(&[1, 3, 10, 120, 400]);
    let n = chance.between(1, 12);
    match chance.between(0, 43) {
        0 => What::Fault(Fault::DropBytes(*chance.pick(&[40, 300, 2000]))),
        1 => What::Fault(Fault::GarbleBytes(*chance.pick(&[40, 300, 2000]))),
        2 => What::Fault(Fault::SplitBytes),
        3 => What::Fault(Fault::Slow(chance.millis(100, 9_000))),
        4 | 5 => What::Fault(Fault::LoseSendResult),
        6 => What::Fault(Fault::DelaySendResult(chance.millis(1_000, 120_000))),
        7 => What::Fault(Fault::NoPrompt),
        8 => What::Fault(Fault::BarePrompt),
        9 => What::Fault(Fault::EarlyOk),
        10 => What::Fault(Fault::SendErrors {
            code: *chance.pick(&[38, 42, 500, 512, 331, 27, 8, 322]),
            times: *chance.pick(&[1, 2, 5]),
        }),
        11 => What::Fault(Fault::TimeoutAfterSending),
        12 | 13 => What::Fault(Fault::Mute(chance.millis(1_000, 400_000))),
        14 | 15 => What::Fault(Fault::Reset),
        16 => What::Fault(Fault::StorageFull),
        17 => What::Fault(Fault::IndexMinusOne),
        18 => What::Fault(Fault::WrongMemory),
        19 => What::Fault(Fault::DuplicateUrcs),
        20 => What::Fault(Fault::RegistrationLost(chance.millis(5_000, 600_000))),
        21 => What::Fault(Fault::Chatter),
        22 => What::Fault(
            chance
                .pick(&[Fault::NoClip, Fault::NoRelease, Fault::ClipFirst, Fault::PhantomCall])
                .clone(),
        ),
        23 => What::Fault(Fault::SimBusy(chance.millis(1_000, 60_000))),
        24 => What::Break(Break::Unplug {
            for_s: *chance.pick(&[1, 5, 60, 600]),
        }),
        25 => What::Break(Break::Kill { down_s }),
        26..=28 => What::Break(Break::KillAfterCommit { n, down_s }),
        29 | 30 => What::Break(Break::KillInWrite { n, down_s }),
        31 => What::Break(Break::PowerCutInCommit { n, down_s }),
        32 => What::Break(Break::PowerCutAfterCommit {
            n,
            after_ms: *chance.pick(&[0, 5, 400, 3_000, 9_000]),
            down_s,
        }),
        33 => match chance.one_in(2) {
            true => What::Break(Break::PowerCutInCheckpoint { down_s }),
            false => What::Break(Break::PowerCutsInARow { n, down_s }),
        },
        34 => match chance.between(0, 2) {
            0 => What::Break(Break::DiskFull {
                for_s: chance.between(1, 300),
            }),
            1 => What::Break(Break::DiskReadOnly {
                for_s: chance.between(1, 300),
            }),
            _ => What::Break(Break::SlowDisk {
                ms: chance.between(20, 8_000),
                for_s: chance.between(1, 300),
            }),
        },
        35 => What::Fault(Fault::LoseLines(*chance.pick(&[5, 20, 100]))),
        36 => What::Fault(Fault::DoubleLines(*chance.pick(&[5, 20, 100]))),
        37 => What::Fault(Fault::SilentReset),
        38 => What::Fault(Fault::CdRom(chance.millis(5_000, 90_000))),
        39 => What::Fault(Fault::Forgotten(chance.millis(30_000, 1_500_000))),
        40 => What::Fault(Fault::FullInsteadOfNotice),
        41 => What::Fault(Fault::WrongReportSlot),
        _ => What::Break(Break::ClockStep {
            by_s: *chance.pick(&[-400_000_000, -86_400, -3_600, -30, 30, 3_600, 86_400]),
        }),
    }
}

/// Whether a fault stays until it is cleared.
fn lasts(fault: &Fault) -> bool {
    matches!(
        fault,
        Fault::DropBytes(_)
            | Fault::GarbleBytes(_)
            | Fault::SplitBytes
            | Fault::LoseLines(_)
            | Fault::DoubleLines(_)
            | Fault::Slow(_)
            | Fault::BarePrompt
            | Fault::StorageFull
            | Fault::DuplicateUrcs
            | Fault::Chatter
            | Fault::PhantomCall
            | Fault::ClipFirst
            | Fault::Registration(_)
    )
}

/// The words of [`FromStr`] for a fault of the simulator.
fn words(fault: &Fault) -> String {
    let ms = |time: &Duration| time.as_millis();
    let s = |time: &Duration| time.as_secs();
    match fault {
        Fault::Clear => "clear".to_owned(),
        Fault::DropBytes(n) => format!("drop {n}"),
        Fault::GarbleBytes(n) => format!("garble {n}"),
        Fault::LoseLines(n) => format!("lose-lines {n}"),
        Fault::DoubleLines(n) => format!("double-lines {n}"),
        Fault::SplitBytes => "split".to_owned(),
        Fault::Slow(by) => format!("slow {}", ms(by)),
        Fault::LoseSendResult => "lose-result".to_owned(),
        Fault::TimeoutAfterSending => "timeout-after-sending".to_owned(),
        Fault::DelaySendResult(by) => format!("delay-result {}", ms(by)),
        Fault::NoPrompt => "no-prompt".to_owned(),
        Fault::BarePrompt => "bare-prompt".to_owned(),
        Fault::EarlyOk => "early-ok".to_owned(),
        Fault::SendErrors { code, times } => format!("send-error {code} {times}"),
        Fault::Mute(time) => format!("mute {}", s(time)),
        Fault::Reset => "reset".to_owned(),
        Fault::SilentReset => "silent-reset".to_owned(),
        Fault::CdRom(time) => format!("cd-rom {}", s(time)),
        Fault::Forgotten(time) => format!("forgotten {}", s(time)),
        Fault::StorageFull => "storage-full".to_owned(),
        Fault::IndexMinusOne => "index-minus-one".to_owned(),
        Fault::WrongMemory => "wrong-memory".to_owned(),
        Fault::FullInsteadOfNotice => "full-instead-of-notice".to_owned(),
        Fault::WrongReportSlot => "wrong-report-slot".to_owned(),
        Fault::DirectOnly => "direct-only".to_owned(),
        Fault::Unannounced => "unannounced".to_owned(),
        Fault::DuplicateUrcs => "duplicate-urcs".to_owned(),
        Fault::RegistrationLost(time) => format!("no-registration {}", s(time)),
        Fault::PinRequired { tries } => format!("pin {tries}"),
        Fault::Chatter => "chatter".to_owned(),
        Fault::AthIgnored => "ath-ignored".to_owned(),
        Fault::NoClip => "no-clip".to_owned(),
        Fault::NoRelease => "no-release".to_owned(),
        Fault::ClipFirst => "clip-first".to_owned(),
        Fault::PhantomCall => "phantom-call".to_owned(),
        Fault::SimBusy(time) => format!("sim-busy {}", s(time)),
        Fault::Registration(stat) => format!("registration {stat}"),
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "plan {} {}", self.seed, self.family.name())?;
        for step in &self.steps {
            write!(f, "; {} {}", step.at.as_millis(), step.what)?;
        }
        Ok(())
    }
}

impl fmt::Display for What {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            What::Call { who, rings_s } => write!(f, "call {who} {rings_s}"),
            What::Withheld { rings_s } => write!(f, "withheld {rings_s}"),
            What::Text { who, words } => write!(f, "text {who} {words}"),
            What::Stop { who } => write!(f, "stop {who}"),
            What::Help { who } => write!(f, "help {who}"),
            What::Order(order) => write!(f, "order {order}"),
            What::PhoneOff { who, for_s } => write!(f, "phone-off {who} {for_s}"),
            What::Fault(fault) => write!(f, "fault {}", words(fault)),
            What::Clear => f.write_str("clear"),
            What::Break(broken) => write!(f, "{broken}"),
        }
    }
}

impl fmt::Display for Break {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Break::Unplug { for_s } => write!(f, "unplug {for_s}"),
            Break::Kill { down_s } => write!(f, "kill {down_s}"),
            Break::KillAfterCommit { n, down_s } => write!(f, "kill-after-commit {n} {down_s}"),
            Break::KillInWrite { n, down_s } => write!(f, "kill-in-write {n} {down_s}"),
            Break::PowerCutInCommit { n, down_s } => write!(f, "power-cut-in-commit {n} {down_s}"),
            Break::PowerCutAfterCommit { n, after_ms, down_s } => {
                write!(f, "power-cut-after-commit {n} {after_ms} {down_s}")
            }
            Break::PowerCutsInARow { n, down_s } => write!(f, "power-cuts-in-a-row {n} {down_s}"),
            Break::PowerCutInCheckpoint { down_s } => write!(f, "power-cut-in-checkpoint {down_s}"),
            Break::DiskFull { for_s } => write!(f, "disk-full {for_s}"),
            Break::DiskReadOnly { for_s } => write!(f, "disk-read-only {for_s}"),
            Break::SlowDisk { ms, for_s } => write!(f, "slow-disk {ms} {for_s}"),
            Break::ClockStep { by_s } => write!(f, "clock-step {by_s}"),
        }
    }
}

impl FromStr for Plan {
    type Err = String;

    fn from_str(text: &str) -> Result<Plan, String> {
        let mut pieces = text.split("; ");
        let head: Vec<&str> = pieces.next().unwrap_or("").split_whitespace().collect();
        let ["plan", seed, family] = head.as_slice() else {
            return Err(format!("no plan: {text}"));
        };
        let steps = pieces.map(|piece| {
            let (at, what) = piece.split_once(' ').ok_or_else(|| format!("no step: {piece}"))?;
            let at = Duration::from_millis(at.parse().map_err(|_| format!("no time: {piece}"))?);
            Ok(Step {
                at,
                what: what.parse()?,
            })
        });
        Ok(Plan {
            seed: seed.parse().map_err(|_| format!("no seed: {seed}"))?,
            family: family.parse().map_err(|_| format!("no family: {family}"))?,
            steps: steps.collect::<Result<_, String>>()?,
        })
    }
}

impl FromStr for What {
    type Err = String;

    fn from_str(text: &str) -> Result<What, String> {
        let (verb, rest) = text.split_once(' ').unwrap_or((text, ""));
        let numbers: Vec<i64> = rest.split(' ').filter_map(|n| n.parse().ok()).collect();
        let signed = |i: usize| numbers.get(i).copied().ok_or_else(|| format!("number missing: {text}"));
        let n = |i: usize| signed(i).and_then(|n| u64::try_from(n).map_err(|e| e.to_string()));
        Ok(match verb {
            "call" => What::Call {
                who: n(0)?,
                rings_s: n(1)?,
            },
            "withheld" => What::Withheld { rings_s: n(0)? },
            "text" => What::Text {
                who: n(0)?,
                words: n(1)?,
            },
            "stop" => What::Stop { who: n(0)? },
            "help" => What::Help { who: n(0)? },
            "order" => What::Order(rest.to_owned()),
            "phone-off" => What::PhoneOff {
                who: n(0)?,
                for_s: n(1)?,
            },
            "fault" => What::Fault(rest.parse().map_err(|_| format!("no fault: {rest}"))?),
            "clear" => What::Clear,
            "unplug" => What::Break(Break::Unplug { for_s: n(0)? }),
            "kill" => What::Break(Break::Kill { down_s: n(0)? }),
            "kill-after-commit" => What::Break(Break::KillAfterCommit {
                n: n(0)?,
                down_s: n(1)?,
            }),
            "kill-in-write" => What::Break(Break::KillInWrite {
                n: n(0)?,
                down_s: n(1)?,
            }),
            "power-cut-in-commit" => What::Break(Break::PowerCutInCommit {
                n: n(0)?,
                down_s: n(1)?,
            }),
            "power-cut-after-commit" => What::Break(Break::PowerCutAfterCommit {
                n: n(0)?,
                after_ms: n(1)?,
                down_s: n(2)?,
            }),
            "power-cuts-in-a-row" => What::Break(Break::PowerCutsInARow {
                n: n(0)?,
                down_s: n(1)?,
            }),
            "power-cut-in-checkpoint" => What::Break(Break::PowerCutInCheckpoint { down_s: n(0)? }),
            "disk-full" => What::Break(Break::DiskFull { for_s: n(0)? }),
            "disk-read-only" => What::Break(Break::DiskReadOnly { for_s: n(0)? }),
            "slow-disk" => What::Break(Break::SlowDisk {
                ms: n(0)?,
                for_s: n(1)?,
            }),
            "clock-step" => What::Break(Break::ClockStep { by_s: signed(0)? }),
            _ => return Err(format!("no step: {text}")),
        })
    }
}
