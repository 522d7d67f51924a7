//! `TEST` by text: the check-up's list in a text, then a call that proves it.
//!
//! Whoever asks gets what is not right (that this text reaches them is the test of a text out), and is asked to call. Until
//! [`WINDOW`] is over, what became of a call is told to them: seen or not, texted or why not. One test at a time: a second
//! asker takes it over.

use crate::board::light::bars;
use crate::checkup::{self, Facts, Finding, Item, Machine, Verdict};
use crate::clock::Steady;
use crate::desk::calls::textback::Refusal;
use crate::desk::rules::Member;
use crate::desk::turn::{Done, Turn};
use crate::modem::Report;
use crate::store::StoreError;
use crate::store::calls::CallEnd;
use crate::store::records::About;
use crate::store::types::TimerKind;
use std::time::Duration;

/// So long a test call is waited for.
const WINDOW: Duration = Duration::from_secs(10 * 60);
/// Who asked, until when (steady milliseconds): `+15125550100 123456`.
const ASKED: &str = "test_asked";
/// What [`crate::modem::Condition::Mute`] is called where the packs have a word for it.
const MUTE: &str = "the modem does not answer";
/// The asker waits for the list as well.
const WANTS_LIST: &str = "test_wants_list";

impl Turn<'_> {
    /// `TEST`.
    pub(in crate::desk) fn test(&mut self, member: &Member) -> Done {
        let until = self.now().steady.plus(WINDOW);
        self.tx.set_setting(ASKED, &format!("{} {}", member.number, until.0))?;
        self.tx.set_setting(WANTS_LIST, "1")?;
        self.tx.set_timer(TimerKind::TestCall, 0, until)?;
        self.effects.examine = true;
        self.tx.journal(
            About::default(),
            "test asked for",
            "the examination comes first, then a call",
        )
    }

    /// The examination that a test asked for.
    pub(in crate::desk) fn test_examined(&mut self, report: &Report, machine: Machine) -> Done {
        if !self.tx.drop_setting(WANTS_LIST)? {
            return Ok(());
        }
        let Some(asker) = self.test_asker()? else {
            return Ok(());
        };
        let list = checkup::walk(&Facts {
            report: Ok(report),
            topology: self.rules.topology,
            trust: self.now().wall.trust,
            text_out: None,
            text_in: None,
            call: None,
            machine,
        });
        let troubles: Vec<String> = list
            .iter()
            .filter(|finding| is_trouble(finding))
            .filter_map(|finding| match trouble(finding.check) {
                Some(key) => Some(self.line(key, &[])),
                None if report.in_vain && finding.check == Item::Modem => Some(self.rules.pack.reason(MUTE)),
                None => None,
            })
            .collect();
        let operator = report.identity.operator.as_deref().unwrap_or("?");
        let signal = bars(report.signal).map_or_else(|| "?".to_owned(), |bars| bars.to_string());
        let now_call = self.line("test_now_call", &[]);
        let found = match troubles.as_slice() {
            [] => self.line(
                "test_fine",
                &[
                    ("model", &report.identity.model),
                    ("operator", &operator),
                    ("bars", &signal),
                ],
            ),
            troubles => self.line("test_troubles", &[("troubles", &troubles.join("; "))]),
        };
        self.reply(&asker, &format!("{found} {now_call}"))
    }

    /// A call was decided: whoever tests is told. `refused`: why it was not texted.
    pub(in crate::desk) fn test_call_seen(&mut self, end: &CallEnd<'_>, refused: Option<&Refusal>) -> Done {
        let Some(asker) = self.test_asker()? else {
            return Ok(());
        };
        // The list comes first; a call before it belongs to somebody else.
        if self.tx.setting(WANTS_LIST)?.is_some() {
            return Ok(());
        }
        let what = match refused {
            None => self.line("texting_back", &[]),
            Some(refusal) => {
                let why = self.rules.pack.reason(&refusal.to_string());
                self.line("not_texted", &[("why", &why)])
            }
        };
        let line = self.line(
            "test_call_seen",
            &[
                ("rings", &end.rings),
                ("seconds", &end.ringing.as_secs()),
                ("what", &what),
            ],
        );
        self.end_test()?;
        self.reply(&asker, &line)
    }

    /// The window is over, and no call was seen in it.
    pub(in crate::desk) fn test_over(&mut self) -> Done {
        let asked = self.tx.setting(ASKED)?;
        let asker = asked
            .as_deref()
            .and_then(|asked| asked.split_once(' '))
            .map(|(number, _)| number.to_owned());
        self.end_test()?;
        match asker.filter(|number| self.member(number).is_some()) {
            Some(asker) => self.say(&asker, "test_no_call", &[("minutes", &(WINDOW.as_secs() / 60))]),
            None => Ok(()),
        }
    }

    fn end_test(&mut self) -> Done {
        self.tx.drop_setting(ASKED)?;
        self.tx.drop_setting(WANTS_LIST)?;
        self.tx.clear_timer(TimerKind::TestCall, 0)?;
        Ok(())
    }

    /// Who tests just now; somebody who has left the team since does no more.
    fn test_asker(&self) -> Result<Option<String>, StoreError> {
        let Some(asked) = self.tx.setting(ASKED)? else {
            return Ok(None);
        };
        let Some((number, until)) = asked.split_once(' ') else {
            return Ok(None);
        };
        let open = until.parse().is_ok_and(|until| Steady(until) > self.now().steady);
        Ok((open && self.member(number).is_some()).then(|| number.to_owned()))
    }
}

/// Whether the asker is to look at it. What nobody could tell is for the call to show, but without a SIM or voice none comes.
fn is_trouble(finding: &Finding) -> bool {
    match finding.verdict {
        Verdict::Fail | Verdict::Warn => true,
        Verdict::Unknown => matches!(finding.check, Item::Sim | Item::Voice),
        Verdict::Pass => false,
    }
}

/// The pack's line for a trouble with this item; `None`: not for a text.
fn trouble(item: Item) -> Option<&'static str> {
    Some(match item {
        Item::Voice => "test_voice",
        Item::Sim => "test_sim",
        Item::Network => "test_network",
        Item::Signal => "test_signal",
        Item::ServiceCentre => "test_service_centre",
        Item::CallerNumbers => "test_caller_numbers",
        Item::Diverts => "test_diverts",
        Item::Storage => "test_storage",
        Item::Clock => "test_clock",
        Item::Disk => "test_disk",
        Item::Power => "test_power",
        // The modem answers, the text TEST came in, its answer goes out, and the call is asked for.
        Item::Modem | Item::Ports | Item::TextOut | Item::TextIn | Item::Call => return None,
    })
}
