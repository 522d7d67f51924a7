//! The ports of a modem that has several: where it answers, and where its news comes out.

use super::{Finding, Item, Verdict, finding};

/// What came of `AT` there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    Yes,
    No,
    /// It could not be opened, and why.
    Shut(String),
}

/// One port beside the one in use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Port {
    /// `/dev/ttyUSB3`
    pub path: String,
    pub answer: Answer,
    /// News of a call came out there.
    pub rang: bool,
    /// News of a text came out there.
    pub announced: bool,
}

/// What they show, if there are any beside `used`. `call_seen`: whether the box saw the call that was made meanwhile, if one was.
#[must_use]
pub fn judge(used: &str, others: &[Port], call_seen: Option<bool>) -> Option<Finding> {
    if others.is_empty() {
        return None;
    }
    let named = |wanted: &dyn Fn(&Port) -> bool| {
        let names: Vec<&str> = others.iter().filter(|p| wanted(p)).map(|p| p.path.as_str()).collect();
        names.join(", ")
    };
    let rang = named(&|port| port.rang);
    if call_seen == Some(false) && !rang.is_empty() {
        return Some(finding(
            Item::Ports,
            Verdict::Fail,
            format!("it rings on {rang}, and the box listens on {used}"),
            &format!(
                "set `port` under [modem] to {}, and restart the daemon",
                rang.split(',').next().unwrap_or(&rang)
            ),
        ));
    }
    let mut said = vec![format!("{used} is used")];
    let mut say = |names: String, what: &str| {
        if !names.is_empty() {
            said.push(format!("{names} {what}"));
        }
    };
    say(named(&|port| port.answer == Answer::Yes), "answers AT too");
    say(named(&|port| port.answer == Answer::No), "does not speak AT");
    say(rang, "rings too");
    say(named(&|port| port.announced), "announces texts too");
    for port in others {
        if let Answer::Shut(why) = &port.answer {
            said.push(why.clone());
        }
    }
    Some(finding(Item::Ports, Verdict::Pass, said.join("; "), ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn port(path: &str, answer: Answer, rang: bool) -> Port {
        Port {
            path: path.to_owned(),
            answer,
            rang,
            announced: false,
        }
    }

    #[test]
    fn a_call_that_rings_where_nobody_listens_is_told_with_the_line_to_write() {
        assert_eq!(judge("/dev/textback-modem", &[], Some(false)), None, "one port only");
        let others = [
            port("/dev/ttyUSB0", Answer::No, false),
            port("/dev/ttyUSB3", Answer::Yes, true),
            port(
                "/dev/ttyUSB1",
                Answer::Shut("/dev/ttyUSB1 is held by gpsd".to_owned()),
                false,
            ),
        ];
        let found = judge("/dev/textback-modem", &others, Some(false)).expect("a finding");
        assert_eq!(found.verdict, Verdict::Fail);
        assert!(found.found.contains("rings on /dev/ttyUSB3"), "{found:?}");
        assert!(found.fix.contains("[modem] to /dev/ttyUSB3"), "{found:?}");
        for call_seen in [None, Some(true)] {
            let found = judge("/dev/textback-modem", &others, call_seen).expect("a finding");
            assert_eq!((found.verdict, found.fix.as_str()), (Verdict::Pass, ""));
            for part in [
                "/dev/textback-modem is used",
                "/dev/ttyUSB3 answers AT too",
                "/dev/ttyUSB0 does not speak AT",
                "/dev/ttyUSB3 rings too",
                "held by gpsd",
            ] {
                assert!(found.found.contains(part), "{part}: {}", found.found);
            }
        }
    }
}
