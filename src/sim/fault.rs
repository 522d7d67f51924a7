//! What can go wrong, by name. Every one is a complaint somebody really had (`field-pains.md` §11, `modem-facts.md` §8).

use super::profiles::CnmiRule;
use std::time::{Duration, Instant};

/// One thing to go wrong from now on; most last until [`Fault::Clear`], the ones that say "next" happen once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// No faults from now on; the PIN, storage and registration become as they should be.
    Clear,
    /// One in so many octets towards the client is lost.
    DropBytes(u32),
    /// One in so many octets towards the client has a bit turned.
    GarbleBytes(u32),
    /// One in so many lines (answers, final results, news) is lost whole.
    LoseLines(u32),
    /// One in so many lines comes twice.
    DoubleLines(u32),
    /// Every octet comes alone.
    SplitBytes,
    /// Every answer is late by this much.
    Slow(Duration),
    /// The next submission reaches the service centre and its result never comes.
    LoseSendResult,
    /// The next submission reaches the service centre, and the modem says network timeout (`+CMS ERROR: 332`).
    TimeoutAfterSending,
    /// The next submission's result comes this much later.
    DelaySendResult(Duration),
    /// The next prompt never comes; ESC frees the modem.
    NoPrompt,
    /// Prompts come as `>` without the space (gammu#1176).
    BarePrompt,
    /// The next submission is answered OK at once, without `+CMGS` (MC7455).
    EarlyOk,
    /// The next so many submissions end in `+CMS ERROR` with this code.
    SendErrors { code: u16, times: u16 },
    /// Nothing is said or heard for this long.
    Mute(Duration),
    /// The modem starts anew: boot lines, settings lost, echo on, calls gone.
    Reset,
    /// The modem starts anew without a word: no boot lines, settings lost, echo on, calls gone, still registered.
    SilentReset,
    /// The next restart brings a stick back as a CD-ROM: its port is gone for this long (gammu#687).
    CdRom(Duration),
    /// The network has forgotten the modem, which still says that it is registered, for this long or until its radio is switched
    /// off and on: no calls, no texts either way (HA core#71162).
    Forgotten(Duration),
    /// Every storage counts as full: texts wait in the network.
    StorageFull,
    /// The next `+CMTI` has index -1 (wdoekes#35).
    IndexMinusOne,
    /// The next `+CMTI` names another memory than the text is in.
    WrongMemory,
    /// The next text is stored and "memory full" said in place of its `+CMTI`, or nothing where the family has no such line
    /// (wdoekes#47).
    FullInsteadOfNotice,
    /// Texts are only handed on as they come, unstored: `+CNMI` knows `<mt>` 0 and 2.
    DirectOnly,
    /// Texts are stored and never announced: `+CNMI` knows `<mt>` 0 alone.
    Unannounced,
    /// The next report is announced in the first slot of SM, where somebody's text may lie, whatever memory it is in.
    WrongReportSlot,
    /// Unsolicited lines come twice.
    DuplicateUrcs,
    /// Not registered for this long: no calls, no texts.
    RegistrationLost(Duration),
    /// The SIM asks for PIN 1234, with so many tries left, after a restart.
    PinRequired { tries: u8 },
    /// A `^RSSI`-like line between everything.
    Chatter,
    /// ATH says OK and does nothing, as with CVHU=1.
    AthIgnored,
    /// The next `+CLIP` is left out.
    NoClip,
    /// The line that ends the next call never comes.
    NoRelease,
    /// `+CLIP` comes before its RING.
    ClipFirst,
    /// The call list has a row for the data bearer, which is no call (modem-facts §2.2).
    PhantomCall,
    /// The SIM answers "busy" for this long, as just after a start.
    SimBusy(Duration),
    /// The registration is this `<stat>` from now on: 6 for texts only, 3 for denied …
    Registration(u8),
}

/// Words for the control socket, with an example for the faults that take a number.
pub const NAMES: &[&str] = &[
    "clear",
    "drop 50",
    "garble 50",
    "lose-lines 20",
    "double-lines 20",
    "split",
    "slow 500",
    "lose-result",
    "timeout-after-sending",
    "delay-result 5000",
    "no-prompt",
    "bare-prompt",
    "early-ok",
    "send-error 38 1",
    "mute 10",
    "reset",
    "silent-reset",
    "cd-rom 30",
    "forgotten 600",
    "storage-full",
    "index-minus-one",
    "wrong-memory",
    "full-instead-of-notice",
    "direct-only",
    "unannounced",
    "wrong-report-slot",
    "duplicate-urcs",
    "no-registration 30",
    "pin 3",
    "chatter",
    "ath-ignored",
    "no-clip",
    "no-release",
    "clip-first",
    "phantom-call",
    "sim-busy 10",
    "registration 6",
];

/// The word is not one of the faults' names.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no such fault; there are: {}", NAMES.join(", "))]
pub struct UnknownFault;

impl std::str::FromStr for Fault {
    type Err = UnknownFault;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut words = text.split_whitespace();
        let name = words.next().ok_or(UnknownFault)?;
        let mut number = |default: u32| {
            words
                .next()
                .map_or(Ok(default), |w| w.parse().map_err(|_| UnknownFault))
        };
        Ok(match name {
            "clear" => Fault::Clear,
            "drop" => Fault::DropBytes(number(50)?),
            "garble" => Fault::GarbleBytes(number(50)?),
            "lose-lines" => Fault::LoseLines(number(20)?),
            "double-lines" => Fault::DoubleLines(number(20)?),
            "split" => Fault::SplitBytes,
            "slow" => Fault::Slow(Duration::from_millis(number(500)?.into())),
            "lose-result" => Fault::LoseSendResult,
            "timeout-after-sending" => Fault::TimeoutAfterSending,
            "delay-result" => Fault::DelaySendResult(Duration::from_millis(number(5000)?.into())),
            "no-prompt" => Fault::NoPrompt,
            "bare-prompt" => Fault::BarePrompt,
            "early-ok" => Fault::EarlyOk,
            "send-error" => Fault::SendErrors {
                code: u16::try_from(number(38)?).map_err(|_| UnknownFault)?,
                times: u16::try_from(number(1)?).map_err(|_| UnknownFault)?,
            },
            "mute" => Fault::Mute(Duration::from_secs(number(10)?.into())),
            "reset" => Fault::Reset,
            "silent-reset" => Fault::SilentReset,
            "cd-rom" => Fault::CdRom(Duration::from_secs(number(30)?.into())),
            "forgotten" => Fault::Forgotten(Duration::from_secs(number(600)?.into())),
            "storage-full" => Fault::StorageFull,
            "index-minus-one" => Fault::IndexMinusOne,
            "wrong-memory" => Fault::WrongMemory,
            "full-instead-of-notice" => Fault::FullInsteadOfNotice,
            "direct-only" => Fault::DirectOnly,
            "unannounced" => Fault::Unannounced,
            "wrong-report-slot" => Fault::WrongReportSlot,
            "duplicate-urcs" => Fault::DuplicateUrcs,
            "no-registration" => Fault::RegistrationLost(Duration::from_secs(number(30)?.into())),
            "pin" => Fault::PinRequired {
                tries: u8::try_from(number(3)?).map_err(|_| UnknownFault)?,
            },
            "chatter" => Fault::Chatter,
            "ath-ignored" => Fault::AthIgnored,
            "no-clip" => Fault::NoClip,
            "no-release" => Fault::NoRelease,
            "clip-first" => Fault::ClipFirst,
            "phantom-call" => Fault::PhantomCall,
            "sim-busy" => Fault::SimBusy(Duration::from_secs(number(10)?.into())),
            "registration" => Fault::Registration(u8::try_from(number(6)?).map_err(|_| UnknownFault)?),
            _ => return Err(UnknownFault),
        })
    }
}

/// The faults in force.
#[derive(Debug, Clone, Default)]
pub(super) struct Faults {
    pub drop_one_in: u32,
    pub garble_one_in: u32,
    pub lose_lines: u32,
    pub double_lines: u32,
    pub split: bool,
    pub slow: Duration,
    pub lose_result: bool,
    pub timeout_after_sending: bool,
    pub delay_result: Duration,
    pub no_prompt: bool,
    pub bare_prompt: bool,
    pub early_ok: bool,
    pub send_error: u16,
    pub send_errors_left: u16,
    pub storage_full: bool,
    pub index_minus_one: bool,
    pub wrong_memory: bool,
    pub full_instead_of_notice: bool,
    pub wrong_report_slot: bool,
    /// In place of the family's own rule.
    pub cnmi: Option<CnmiRule>,
    pub cd_rom: Duration,
    pub forgotten_until: Option<Instant>,
    pub duplicate_urcs: bool,
    pub chatter: bool,
    pub ath_ignored: bool,
    pub no_clip: bool,
    pub no_release: bool,
    pub clip_first: bool,
    pub phantom_call: bool,
    pub sim_busy_until: Option<Instant>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_listed_name_is_a_fault_and_others_are_not() {
        for name in NAMES {
            assert!(name.parse::<Fault>().is_ok(), "{name}");
        }
        for name in ["", "flood", "drop x", "send-error 70000"] {
            assert_eq!(name.parse::<Fault>(), Err(UnknownFault), "{name}");
        }
    }
}
