//! What must be true in the end. Reads only what the network and the phones saw, and the database.

use super::coverage::Tally;
use super::ledger::{Call, Ledger, Sent};
use super::rig::OWNER;
use super::run::{Witness, number};
use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

/// A call is over and on record this long after its end.
const SEEN_WITHIN: Duration = Duration::from_secs(20);
/// What the owner is told of a text in doubt starts so.
const IN_DOUBT: &str = "Not sure your caller";

/// Everything that is wrong.
pub fn verdict(ledger: &Ledger, witness: &Witness, held: &[Vec<u8>], well: bool) -> Vec<String> {
    let mut wrong = Vec::new();
    if !well {
        wrong.push("the box is not ready in the end".to_owned());
    }
    if !ledger.sound {
        wrong.push("the database is damaged".to_owned());
    }
    for sent in ledger
        .sent
        .iter()
        .filter(|s| matches!(s.state.as_str(), "queued" | "submitting"))
    {
        wrong.push(format!(
            "not drained: outbox {} to {} is {}: {}",
            sent.id, sent.recipient, sent.state, sent.text
        ));
    }
    if ledger.stale > 0 {
        wrong.push(format!("{} texts kept longer than they may", ledger.stale));
    }
    for kind in &ledger.overdue {
        wrong.push(format!("a timer never went off: {kind}"));
    }
    wrong.extend(once(ledger, witness));
    wrong.extend(untold(ledger, witness));
    wrong.extend(calls(ledger, witness));
    wrong.extend(received(ledger, witness, held));
    wrong.extend(answers(ledger, witness));
    wrong.extend(opted_out(ledger, witness));
    wrong
}

/// Each part accepted by the network as often as the outbox says, and no caller's ever twice.
pub fn once(ledger: &Ledger, witness: &Witness) -> Vec<String> {
    let mut counts: BTreeMap<(&str, &str), (u64, u64, u64)> = BTreeMap::new();
    for sent in &ledger.sent {
        let count = counts.entry((&sent.recipient, &sent.part_text)).or_default();
        if went(sent) {
            count.0 += 1;
        } else if sent.state == "in_doubt" {
            count.1 += 1;
        }
    }
    for (to, text) in &witness.accepted {
        counts.entry((to, text)).or_default().2 += 1;
    }
    let mut wrong = Vec::new();
    for ((to, text), (sure, doubt, accepted)) in counts {
        if accepted < sure {
            wrong.push(format!(
                "lost: {sure} on record as sent to {to}, the network took {accepted}: {text}"
            ));
        }
        if accepted > sure + doubt {
            wrong.push(format!(
                "duplicate: {accepted} taken by the network for {to}, {sure} on record and {doubt} in doubt: {text}"
            ));
        }
    }
    wrong
}

/// On record as taken by the network.
fn went(sent: &Sent) -> bool {
    matches!(sent.state.as_str(), "accepted" | "delivered")
        || (sent.state == "failed" && sent.reason.starts_with("status 0x"))
}

/// Texts to callers in doubt of which the owner was not told.
pub fn untold(ledger: &Ledger, witness: &Witness) -> Vec<String> {
    let told = |sent: &Sent| {
        let mut texts = witness.arrived.iter().filter(|(phone, _)| phone == OWNER);
        texts.any(|(_, text)| text.contains(IN_DOUBT) && text.contains(&sent.recipient))
    };
    let doubted = ledger
        .sent
        .iter()
        .filter(|s| s.state == "in_doubt" && !s.to_owner && !told(s));
    doubted
        .map(|s| {
            format!(
                "the owner was not told of a text in doubt to {}: {}",
                s.recipient, s.text
            )
        })
        .collect()
}

/// Every missed call decided, every decided one told, nobody texted twice for one.
fn calls(ledger: &Ledger, witness: &Witness) -> Vec<String> {
    let mut wrong = Vec::new();
    for call in &ledger.calls {
        if call.verdict.is_none() || call.decision == "pending" {
            wrong.push(format!("undecided: {call}"));
        }
        if call.decision == "skipped" && call.reason.is_empty() {
            wrong.push(format!("no reason: {call}"));
        }
        let number = call.caller.as_deref().unwrap_or("");
        let told = witness
            .arrived
            .iter()
            .any(|(phone, text)| phone == OWNER && text.contains(number));
        if call.verdict.as_deref() == Some("missed") && !told {
            wrong.push(format!("the owner was not told of a missed call: {call}"));
        }
    }
    let callers = witness.rang.iter().filter_map(|r| r.who);
    for who in callers.collect::<BTreeSet<u64>>() {
        let number = number(who);
        let rang = witness.rang.iter().filter(|r| r.who == Some(who));
        let sure = rang.clone().filter(|r| !excused(witness, r)).count();
        let seen = ledger
            .calls
            .iter()
            .filter(|c| c.caller.as_deref() == Some(&number))
            .count();
        if seen < sure {
            wrong.push(format!(
                "missed calls of {number} not on record: {sure} rang while all was well, {seen} seen"
            ));
        }
        let texts = ledger
            .sent
            .iter()
            .filter(|s| s.recipient == number && s.kind == "text_back");
        let mut messages: Vec<i64> = texts.map(|s| s.message).collect();
        messages.dedup();
        if messages.len() > rang.clone().count() {
            wrong.push(format!(
                "{number} was texted {} times for {} calls",
                messages.len(),
                rang.count()
            ));
        }
        let first = witness.rang.iter().find(|r| r.who == Some(who));
        let quiet_before = |from| witness.wrote.iter().all(|w| w.who != who || w.at > from);
        if let Some(first) = first
            && !excused(witness, first)
            && quiet_before(first.until)
            && !ledger.calls.iter().any(|c| {
                c.caller.as_deref() == Some(&number) && (c.decision == "texted" || withdrawn(c, ledger, witness, first))
            })
        {
            wrong.push(format!("{number} called first and was not texted: {first:?}"));
        }
    }
    wrong
}

/// Its text was taken back before it went: by a STOP of this caller's after it rang, or because the owner's own words reached
/// them first; and by nothing else.
fn withdrawn(call: &Call, ledger: &Ledger, witness: &Witness, rang: &super::run::Rang) -> bool {
    let stopped = |w: &super::run::Wrote| w.stop && Some(w.who) == rang.who && w.at >= rang.from;
    let reached = |s: &Sent| {
        let part = (s.recipient.clone(), s.part_text.clone());
        s.kind == "relay" && call.caller.as_ref() == Some(&s.recipient) && witness.accepted.contains(&part)
    };
    match call.reason.as_str() {
        "withdrawn before it went: opted out" => witness.wrote.iter().any(stopped),
        "withdrawn before it went: a conversation is under way" => ledger.sent.iter().any(reached),
        _ => false,
    }
}

/// A call may go unseen if something hid it while it rang.
fn excused(witness: &Witness, rang: &super::run::Rang) -> bool {
    // Two at a time: the second caller may hear the busy tone.
    let busy = |r: &&super::run::Rang| r.from < rang.until && rang.from < r.until + Duration::from_secs(8);
    let alone = witness.rang.iter().filter(busy).count() == 1;
    let hidden = witness
        .outages
        .iter()
        .any(|(from, until)| *from <= rang.until + SEEN_WITHIN && rang.from <= *until + Duration::from_secs(5));
    !alone || hidden || touched(witness, rang.from - Duration::from_secs(5), rang.until + SEEN_WITHIN)
}

/// The line spoilt something that was said between then and then.
fn touched(witness: &Witness, from: Instant, until: Instant) -> bool {
    witness.spoilt.iter().any(|(at, _)| (from..=until).contains(at))
}

/// The line spoilt a reading of this very text.
fn spoilt(witness: &Witness, tpdu: &[u8]) -> bool {
    let hex = tpdu.iter().map(|octet| format!("{octet:02X}")).collect::<String>();
    witness.spoilt.iter().any(|(_, said)| said.contains(&hex))
}

/// Every text that the modem took is in its memory or on record, and every whole one reached the owner.
fn received(ledger: &Ledger, witness: &Witness, held: &[Vec<u8>]) -> Vec<String> {
    let mut wrong = Vec::new();
    // Read wrongly over a line that turns bits, it is on record as it was read.
    let taken: Vec<Vec<u8>> = witness
        .taken
        .iter()
        .filter(|tpdu| !spoilt(witness, tpdu))
        .cloned()
        .collect();
    wrong.extend(lost(&taken, held, &ledger.inbound));
    for wrote in witness.wrote.iter().filter(|w| !w.stop && !w.token.is_empty()) {
        let mut texts = witness.arrived.iter().filter(|(phone, _)| phone == OWNER);
        if !texts.any(|(_, text)| text.contains(&wrote.token)) {
            wrong.push(format!("a caller's text never reached the owner: {wrote:?}"));
        }
    }
    if !held.is_empty() {
        wrong.push(format!("{} texts left in the modem", held.len()));
    }
    wrong
}

/// Texts that the modem took and that are nowhere now: emptied before they were on record.
pub fn lost(taken: &[Vec<u8>], held: &[Vec<u8>], inbound: &[Vec<u8>]) -> Vec<String> {
    let kept = |tpdu: &Vec<u8>| held.contains(tpdu) || inbound.iter().any(|raw| raw.ends_with(tpdu));
    let gone = taken.iter().filter(|tpdu| !kept(tpdu));
    gone.map(|tpdu| format!("taken from the network and nowhere now: {tpdu:02x?}"))
        .collect()
}

/// A text of `who` was read, over a line that spoilt that very text, as one from `phone`: whom the owner then answers there is
/// nobody else's mistake.
fn misread(ledger: &Ledger, witness: &Witness, who: u64, phone: &str) -> bool {
    let from = |number: &str, pdu: &[u8]| {
        let address = address(number);
        pdu.windows(address.len()).any(|part| part == address)
    };
    let own = |tpdu: &&Vec<u8>| from(&number(who), tpdu) && spoilt(witness, tpdu);
    witness.taken.iter().any(|tpdu| own(&tpdu))
        && ledger.inbound.iter().any(|raw| from(phone, raw))
        && !witness.taken.iter().any(|tpdu| from(phone, tpdu))
}

/// An international number as an address (3GPP TS 23.040 §9.1.2.5).
fn address(number: &str) -> Vec<u8> {
    let digits: Vec<u8> = number
        .bytes()
        .filter(u8::is_ascii_digit)
        .map(|digit| digit - b'0')
        .collect();
    let mut octets = vec![u8::try_from(digits.len()).expect("a number"), 0x91];
    octets.extend(digits.chunks(2).map(|pair| pair[0] | pair.get(1).unwrap_or(&0xF) << 4));
    octets
}

/// The owner's words reached whom they were for, and nobody else.
fn answers(ledger: &Ledger, witness: &Witness) -> Vec<String> {
    let mut wrong = Vec::new();
    for (phone, text) in witness.arrived.iter().filter(|(phone, _)| phone != OWNER) {
        for word in text.split_whitespace() {
            if let Some(who) = witness.answers.get(word)
                && *phone != number(*who)
                && !misread(ledger, witness, *who, phone)
            {
                wrong.push(format!("meant for {}, arrived at {phone}: {text}", number(*who)));
            }
        }
    }
    wrong
}

/// Whoever texted STOP is on record as opted out.
fn opted_out(ledger: &Ledger, witness: &Witness) -> Vec<String> {
    let stopped = witness.wrote.iter().filter(|w| w.stop).map(|w| number(w.who));
    let missed = stopped.filter(|number| !ledger.opted_out.contains(number));
    missed
        .map(|number| format!("{number} texted STOP and is not opted out"))
        .collect()
}

/// What there was to see.
pub fn count(ledger: &Ledger, witness: &Witness, tally: &mut Tally) {
    for sent in &ledger.sent {
        let whom = if sent.to_owner { "owner" } else { "caller" };
        tally.count(&format!("text to {whom}: {}", sent.state));
        if sent.state == "in_doubt" && !sent.to_owner {
            tally.count("in doubt and told");
        }
    }
    for call in &ledger.calls {
        tally.count(&format!("call {}: {}", call.decision, call.reason));
    }
    for (what, n) in &ledger.journal {
        tally.add(&format!("journal: {what}"), u64::try_from(*n).unwrap());
    }
    tally.add("calls", u64::try_from(witness.rang.len()).unwrap());
    tally.add("callers' texts", u64::try_from(witness.wrote.len()).unwrap());
    let sure = witness.rang.iter().filter(|r| !excused(witness, r)).count();
    tally.add("calls that had to be seen", u64::try_from(sure).unwrap());
}
