//! The policy: whether a missed caller is texted, and if not, why not (product.md §2). Pure: facts in, verdict out.

use crate::config::Topology;
use crate::desk::rules::Rules;
use crate::phone::{Country, NumberClass, NumberProblem};
use crate::store::types::Verdict;
use std::time::Duration;

/// A human text this recent means that a conversation is alive.
pub(in crate::desk) const ALIVE: Duration = Duration::from_secs(72 * 3600);
/// A call learnt of this late gets the late text.
pub(in crate::desk) const LATE: Duration = Duration::from_secs(30 * 60);
/// A call learnt of this late gets none.
const TOO_LATE: Duration = Duration::from_secs(4 * 3600);
/// Q.850 cause 26, non-selected user clearing: another phone of the same number answered.
const ANSWERED_ELSEWHERE: u8 = 26;

/// Who called, as far as policy is concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::desk) enum CallerKind {
    Number {
        class: NumberClass,
        country: Option<Country>,
    },
    Unusable(NumberProblem),
    Withheld,
    Unavailable,
}

/// What the decision rests on.
#[derive(Debug, Clone)]
pub(in crate::desk) struct Facts {
    pub verdict: Verdict,
    pub cause: Option<u8>,
    /// How long it rang, if anybody saw it ring.
    pub ringing: Option<Duration>,
    pub caller: CallerKind,
    /// Countries that may be texted; empty while the SIM's own is unknown.
    pub home: Vec<Country>,
    pub own: bool,
    pub team: bool,
    pub blocked: bool,
    pub friend: bool,
    pub opted_out: bool,
    pub frozen: Option<String>,
    pub learned_landline: bool,
    /// Since the last text-back to them went out.
    pub last_text_back: Option<Duration>,
    /// Since a human text last went either way.
    pub last_human: Option<Duration>,
    pub automatic_today: u32,
    /// Automatic texts of a day that hardly anybody answered, if so.
    pub hardly_answered: Option<u32>,
    pub named: bool,
    pub open: bool,
    /// The owner is away.
    pub away: bool,
    pub paused: bool,
    /// Since the call, when we learnt of it late.
    pub late: Duration,
}

/// Why a call waits for its decision.
const WAITS: &str = "our country is not known yet";

impl Refusal {
    /// Whether a recorded reason means that no text can get there: only a call reaches them.
    pub fn leaves_only_a_call(reason: &str) -> bool {
        [Refusal::Landline, Refusal::LearnedLandline, Refusal::OptedOut]
            .iter()
            .any(|refusal| refusal.to_string() == reason)
    }

    /// Whether the decision only waits for the SIM's country, on which reading the number or texting it depends.
    pub fn waits_for_country(&self) -> bool {
        *self == Refusal::CountryUnknown || *self == Refusal::Unusable(NumberProblem::NoCountry)
    }
}

/// Which text they get.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::desk) enum Choice {
    First,
    Known,
    AfterHours,
    /// The owner is away: the out-of-hours text.
    Away,
    Late,
}

impl Choice {
    /// For the record.
    pub fn reason(self) -> &'static str {
        match self {
            Choice::First => "missed call",
            Choice::Known => "missed call, known caller",
            Choice::AfterHours => "missed call, out of hours",
            Choice::Away => "missed call, owner away",
            Choice::Late => "missed call, learnt of late",
        }
    }
}

/// Why they get none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(in crate::desk) enum Refusal {
    #[error("answered")]
    Answered,
    #[error("answered on another phone")]
    AnsweredElsewhere,
    #[error("number withheld")]
    Withheld,
    #[error("number not available")]
    Unavailable,
    #[error("our own number")]
    Own,
    #[error("owner or crew")]
    Team,
    #[error("no number to text: {0}")]
    Unusable(NumberProblem),
    #[error("blocked")]
    Blocked,
    #[error("friend, never texted")]
    Friend,
    #[error("opted out")]
    OptedOut,
    #[error("automatic texts stopped: {0}")]
    Frozen(String),
    #[error("paused by the owner")]
    Paused,
    #[error("rang too short")]
    TooShort,
    #[error("landline")]
    Landline,
    #[error("can't get texts (learnt from a failed one)")]
    LearnedLandline,
    #[error("premium or service number")]
    Premium,
    #[error("toll-free number")]
    TollFree,
    #[error("foreign number")]
    Foreign,
    #[error("{WAITS}")]
    CountryUnknown,
    #[error("learnt of too late")]
    TooLate,
    #[error("texted within the last {} hours", .cooldown.as_secs().div_ceil(3600))]
    Cooldown { cooldown: Duration },
    #[error("a conversation is under way")]
    Alive,
    #[error("had {0} automatic texts today")]
    Cap(u32),
    #[error("our text to them takes more parts than can be sent")]
    TooLong,
    #[error("{0} automatic texts in a day, and hardly anybody answered")]
    Hardly(u32),
}

/// Which text, or why none. The first reason that holds is the one recorded; those about the caller's wishes come before
/// those about ours.
pub(in crate::desk) fn decide(facts: &Facts, rules: &Rules) -> Result<Choice, Refusal> {
    match facts.verdict {
        Verdict::Answered => return Err(Refusal::Answered),
        Verdict::Missed | Verdict::Rejected => {}
    }
    let own_phone_diverts = rules.topology == Topology::Overflow;
    if facts.cause == Some(ANSWERED_ELSEWHERE) && !own_phone_diverts {
        return Err(Refusal::AnsweredElsewhere);
    }
    let (class, country) = match facts.caller {
        CallerKind::Number { class, country } => (class, country),
        CallerKind::Unusable(problem) => return Err(Refusal::Unusable(problem)),
        CallerKind::Withheld => return Err(Refusal::Withheld),
        CallerKind::Unavailable => return Err(Refusal::Unavailable),
    };
    person(facts)?;
    if facts.learned_landline {
        return Err(Refusal::LearnedLandline);
    }
    number(class, country, &facts.home, rules.landlines)?;
    timing(facts, rules)?;
    Ok(match (facts.late >= LATE, facts.named, facts.open) {
        (false, _, _) if facts.away => Choice::Away,
        (true, _, _) => Choice::Late,
        (false, _, false) => Choice::AfterHours,
        (false, true, true) => Choice::Known,
        (false, false, true) => Choice::First,
    })
}

/// Who they are to us.
fn person(facts: &Facts) -> Result<(), Refusal> {
    if facts.own {
        return Err(Refusal::Own);
    }
    if facts.team {
        return Err(Refusal::Team);
    }
    if facts.opted_out {
        return Err(Refusal::OptedOut);
    }
    if facts.blocked {
        return Err(Refusal::Blocked);
    }
    if facts.friend {
        return Err(Refusal::Friend);
    }
    if let Some(why) = &facts.frozen {
        return Err(Refusal::Frozen(why.clone()));
    }
    Ok(())
}

/// What kind of number it is: never premium, toll-free or foreign; landlines only where the configuration says so.
pub(in crate::desk) fn number(
    class: NumberClass,
    country: Option<Country>,
    home: &[Country],
    landlines: bool,
) -> Result<(), Refusal> {
    match class {
        NumberClass::Landline if landlines => {}
        NumberClass::Landline => return Err(Refusal::Landline),
        NumberClass::TollFree => return Err(Refusal::TollFree),
        NumberClass::Premium
        | NumberClass::SharedCost
        | NumberClass::Personal
        | NumberClass::Pager
        | NumberClass::Company => return Err(Refusal::Premium),
        NumberClass::Mobile | NumberClass::MobileOrLandline | NumberClass::Voip => {}
    }
    if home.is_empty() {
        return Err(Refusal::CountryUnknown);
    }
    if !country.is_some_and(|country| home.contains(&country)) {
        return Err(Refusal::Foreign);
    }
    Ok(())
}

/// How often and how late.
fn timing(facts: &Facts, rules: &Rules) -> Result<(), Refusal> {
    if facts.paused {
        return Err(Refusal::Paused);
    }
    if facts.ringing.is_some_and(|rang| rang < rules.min_ring) {
        return Err(Refusal::TooShort);
    }
    if facts.late >= TOO_LATE {
        return Err(Refusal::TooLate);
    }
    if facts.last_human.is_some_and(|ago| ago < ALIVE) {
        return Err(Refusal::Alive);
    }
    if facts.last_text_back.is_some_and(|ago| ago < rules.cooldown) {
        return Err(Refusal::Cooldown {
            cooldown: rules.cooldown,
        });
    }
    if facts.automatic_today >= rules.automatic_per_day {
        return Err(Refusal::Cap(facts.automatic_today));
    }
    if let Some(count) = facts.hardly_answered {
        return Err(Refusal::Hardly(count));
    }
    Ok(())
}
