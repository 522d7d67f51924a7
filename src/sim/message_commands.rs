//! Settings of and access to the message memories: TS 27.005 §3.2–3.4, in PDU mode (§4) and text mode.

use super::agenda::Request;
use super::command_line::{Argument, Command, Form};
use super::modem::Modem;
use super::octets::hex;
use super::profiles::CnmiRule;
use super::reply::{Answer, cms, line};
use super::storage::Status;
use super::text_mode;

/// Names of this file's commands, all of which need an unlocked SIM.
const COMMANDS: [&str; 12] = [
    "+CSMS", "+CPMS", "+CNMI", "+CSCA", "+CSMP", "+CSCB", "+CMGL", "+CMGR", "+CMGD", "+CNMA", "+CSAS", "+CRES",
];

impl Modem {
    pub(super) fn message_command(&mut self, command: &Command) -> Option<Answer> {
        let Command::Extended { name, form } = command else {
            return None;
        };
        let name = name.as_str();
        if !COMMANDS.contains(&name) {
            return None;
        }
        if self.pin.needed && *form != Form::Test && matches!(name, "+CPMS" | "+CSCA" | "+CMGL" | "+CMGR" | "+CMGD") {
            return cms(311);
        }
        match (name, form) {
            ("+CSMS", Form::Test) => line("+CSMS: (0,1)"),
            ("+CSMS", Form::Read) => line(format!("+CSMS: {},1,1,1", self.parameters.get("+CSMS"))),
            ("+CSMS", Form::Set(arguments)) => match arguments[0].number() {
                Some(service @ 0..=1) => {
                    self.parameters.set("+CSMS", service);
                    line("+CSMS: 1,1,1")
                }
                _ => cms(302),
            },
            ("+CPMS", _) => self.storage(form),
            ("+CNMI", _) => self.notification(form),
            ("+CSCA", Form::Read) => {
                let shown = self.charset.write_address(self.service_centre.as_str());
                line(format!("+CSCA: \"{shown}\",{}", self.service_centre.type_of_address()))
            }
            ("+CSCA", Form::Set(arguments)) if !arguments[0].text.is_empty() => {
                let Some(number) = self.charset.read_address(&arguments[0].text) else {
                    return cms(305);
                };
                let international = arguments.get(1).and_then(Argument::number) == Some(145);
                self.service_centre = if international { number.international() } else { number };
                Some(Answer::Ok)
            }
            ("+CSMP", Form::Read) => {
                let p = self.text_parameters;
                line(format!("+CSMP: {},{},{},{}", p.first_octet, p.validity, p.pid, p.dcs))
            }
            ("+CSMP", Form::Set(arguments)) => self.text_settings(arguments),
            ("+CSCB", Form::Read) => line("+CSCB: 0,\"\",\"\""),
            ("+CSCB", Form::Set(_)) | ("+CSCA" | "+CSMP" | "+CMGR" | "+CSCB" | "+CNMA", Form::Test) => Some(Answer::Ok),
            ("+CSAS" | "+CRES", Form::Execute | Form::Set(_)) => Some(Answer::Ok),
            ("+CMGL", _) => self.list(form),
            ("+CMGR", Form::Set(arguments)) => self.read_message(&arguments[0]),
            ("+CMGD", Form::Test) => {
                let (first, last) = self.memories.chosen(0).range();
                line(format!("+CMGD: ({first}-{last}),(0-4)"))
            }
            ("+CMGD", Form::Set(arguments)) => self.delete(arguments),
            ("+CNMA", Form::Execute | Form::Set(_)) => {
                if self.unacknowledged.take().is_none() {
                    return cms(340);
                }
                self.requests.push_back(Request::Ready);
                Some(Answer::Ok)
            }
            (_, _) => None,
        }
    }

    fn storage(&mut self, form: &Form) -> Option<Answer> {
        match form {
            Form::Test => {
                let names = self
                    .memories
                    .names()
                    .iter()
                    .map(|n| format!("\"{n}\""))
                    .collect::<Vec<_>>()
                    .join(",");
                line(format!("+CPMS: ({names}),({names}),({names})"))
            }
            Form::Read => {
                let rows = self
                    .memories
                    .in_use()
                    .map(|m| format!("\"{}\",{},{}", m.name, m.used(), m.total()))
                    .to_vec();
                line(format!("+CPMS: {}", rows.join(",")))
            }
            Form::Set(arguments) if arguments.len() <= 3 => {
                let mut chosen = self.memories.chosen;
                for (which, argument) in arguments.iter().enumerate().filter(|(i, a)| *i == 0 || !a.is_absent()) {
                    let Some(place) = self.memories.place(&argument.text) else {
                        return cms(302);
                    };
                    chosen[which] = place;
                }
                self.memories.chosen = chosen;
                let rows = self
                    .memories
                    .in_use()
                    .map(|m| format!("{},{}", m.used(), m.total()))
                    .to_vec();
                line(format!("+CPMS: {}", rows.join(",")))
            }
            Form::Set(_) | Form::Execute => cms(302),
        }
    }

    fn notification(&mut self, form: &Form) -> Option<Answer> {
        let mut now = self.notify;
        let rule = self.faults.cnmi.unwrap_or(self.profile.cnmi);
        match form {
            Form::Test => line(match rule {
                CnmiRule::Standard | CnmiRule::NoDirectReports => "+CNMI: (0-2),(0-3),(0,2),(0-2),(0,1)",
                CnmiRule::Simcom | CnmiRule::SimcomNoReportStore => "+CNMI: (0,1,2),(0,1,2,3),(0,2),(0,1,2),(0,1)",
                CnmiRule::DirectOnly => "+CNMI: (0-2),(0,2),(0),(0,1),(0)",
                CnmiRule::Unannounced => "+CNMI: (0-2),(0),(0),(0,1),(0)",
            }),
            Form::Read => line(format!("+CNMI: {}", now.map(|v| v.to_string()).join(","))),
            Form::Set(arguments) if arguments.len() <= 5 => {
                for (place, argument) in arguments.iter().enumerate().filter(|(_, a)| !a.is_absent()) {
                    let max = [2, 3, 3, 2, 1][place];
                    match argument.number() {
                        Some(value) if value <= max => now[place] = value,
                        _ => return cms(303),
                    }
                }
                if !rule.allows(now) {
                    return cms(303);
                }
                self.notify = now;
                Some(Answer::Ok)
            }
            // TS 27.005 §3.4.1: the execute form sets the defaults.
            Form::Execute => {
                self.notify = [0; 5];
                Some(Answer::Ok)
            }
            Form::Set(_) => cms(303),
        }
    }

    fn text_settings(&mut self, arguments: &[Argument]) -> Option<Answer> {
        let mut p = self.text_parameters;
        for (argument, field) in arguments
            .iter()
            .zip([&mut p.first_octet, &mut p.validity, &mut p.pid, &mut p.dcs])
        {
            if !argument.is_absent() {
                let Some(value) = argument.number().and_then(|v| u8::try_from(v).ok()) else {
                    return cms(305);
                };
                *field = value;
            }
        }
        self.text_parameters = p;
        Some(Answer::Ok)
    }

    fn list(&mut self, form: &Form) -> Option<Answer> {
        let pdu_mode = self.parameters.get("+CMGF") == 0;
        let argument = match form {
            Form::Test if pdu_mode => return line("+CMGL: (0-4)"),
            Form::Test => return line("+CMGL: (\"REC UNREAD\",\"REC READ\",\"STO UNSENT\",\"STO SENT\",\"ALL\")"),
            Form::Set(arguments) => arguments[0].clone(),
            Form::Execute => Argument {
                text: if pdu_mode { "0" } else { "REC UNREAD" }.to_owned(),
                quoted: !pdu_mode,
            },
            Form::Read => return None,
        };
        let wanted = if pdu_mode {
            match argument.number() {
                Some(4) => None,
                Some(code @ 0..=3) => Status::from_code(code),
                Some(_) | None => return cms(304),
            }
        } else if argument.text == "ALL" {
            None
        } else {
            match Status::from_words(&argument.text) {
                Some(status) => Some(status),
                None => return cms(305),
            }
        };
        let (charset, details, smsc) = (
            self.charset,
            self.parameters.is_on("+CSDH"),
            self.service_centre.clone(),
        );
        let mut lines = vec![];
        for (index, message) in self
            .memories
            .chosen(0)
            .messages()
            .filter(|(_, m)| wanted.is_none_or(|w| w == m.status))
        {
            if pdu_mode {
                lines.push(format!(
                    "+CMGL: {index},{},,{}",
                    message.status.code(),
                    message.tpdu.len()
                ));
                lines.push(hex(&[message.smsc.as_slice(), message.tpdu.as_slice()].concat()));
            } else {
                let shown = text_mode::show(message, charset, details, true, &smsc);
                lines.push(format!("+CMGL: {index},{}", shown.head));
                lines.extend(shown.body);
            }
            if message.status == Status::Unread {
                message.status = Status::Read;
            }
        }
        Some(if lines.is_empty() {
            Answer::Ok
        } else {
            Answer::Lines(lines)
        })
    }

    fn read_message(&mut self, index: &Argument) -> Option<Answer> {
        let pdu_mode = self.parameters.get("+CMGF") == 0;
        let (charset, details, smsc) = (
            self.charset,
            self.parameters.is_on("+CSDH"),
            self.service_centre.clone(),
        );
        let Some(slot) = index.number().and_then(|i| self.memories.chosen(0).get_mut(i)) else {
            return cms(321);
        };
        let Some(message) = slot else { return cms(321) };
        let lines = if pdu_mode {
            let pdu = hex(&[message.smsc.as_slice(), message.tpdu.as_slice()].concat());
            vec![format!("+CMGR: {},,{}", message.status.code(), message.tpdu.len()), pdu]
        } else {
            let shown = text_mode::show(message, charset, details, false, &smsc);
            std::iter::once(format!("+CMGR: {}", shown.head))
                .chain(shown.body)
                .collect()
        };
        if message.status == Status::Unread {
            message.status = Status::Read;
        }
        Some(Answer::Lines(lines))
    }

    /// `+CMGD=<index>[,<delflag>]` (TS 27.005 §3.5.4). An empty slot deletes with OK, as modems do.
    fn delete(&mut self, arguments: &[Argument]) -> Option<Answer> {
        let memory = self.memories.chosen(0);
        match arguments.get(1).map_or(Some(0), Argument::number) {
            Some(0) => {
                let Some(slot) = arguments[0].number().and_then(|i| memory.get_mut(i)) else {
                    return cms(321);
                };
                *slot = None;
            }
            Some(1) => memory.delete_if(|s| s == Status::Read),
            Some(2) => memory.delete_if(|s| matches!(s, Status::Read | Status::Sent)),
            Some(3) => memory.delete_if(|s| matches!(s, Status::Read | Status::Sent | Status::Unsent)),
            Some(4) => memory.delete_if(|_| true),
            _ => return cms(321),
        }
        self.requests.push_back(Request::Ready);
        Some(Answer::Ok)
    }
}

impl CnmiRule {
    /// `modem-facts.md` §3.3.
    fn allows(self, [mode, mt, bm, ds, _]: [u32; 5]) -> bool {
        match self {
            CnmiRule::Standard => true,
            CnmiRule::Simcom => (mt != 3 && ds != 1 || mode == 1) && (mt != 2 || mode != 0) && matches!(bm, 0 | 2),
            CnmiRule::SimcomNoReportStore => ds != 2 && CnmiRule::Simcom.allows([mode, mt, bm, ds, 0]),
            CnmiRule::NoDirectReports => ds != 1,
            CnmiRule::DirectOnly => matches!(mt, 0 | 2) && ds != 2,
            CnmiRule::Unannounced => mt == 0 && ds != 2,
        }
    }
}
