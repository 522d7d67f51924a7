//! The modem: takes octets, runs command lines one at a time, and tells the network what it wants.

use super::agenda::{Due, Input, Latency, Phase, Pin, Request, Waiting};
use super::calendar::Calendar;
use super::calls::Call;
use super::command_line::{self, Command};
use super::fault::Faults;
use super::messages::HandedOn;
use super::number::Number;
use super::parameters::Parameters;
use super::prng::Prng;
use super::profiles::{Family, Profile};
use super::reply::{Answer, FinalResult};
use super::storage::{Memories, Status};
use super::wire::Wire;
use std::collections::{BTreeMap, VecDeque};
use std::time::{Duration, Instant};

/// Octets kept while a command runs; a client that sends more loses them, as on a UART without flow control.
const MAX_TYPEAHEAD: usize = 4096;
/// The simulated modem. It is driven through [`super::World`].
#[derive(Debug)]
pub struct Modem {
    pub(super) family: Family,
    pub(super) profile: &'static Profile,
    pub(super) calendar: Calendar,
    pub(super) latency: Latency,
    pub(super) now: Instant,
    pub(super) parameters: Parameters,
    pub(super) vendor: BTreeMap<String, String>,
    pub(super) registers: BTreeMap<u32, u32>,
    pub(super) echo: bool,
    pub(super) verbose: bool,
    pub(super) quiet: bool,
    pub(super) charset: super::text_mode::Charset,
    pub(super) text_parameters: super::text_mode::TextParameters,
    pub(super) notify: [u32; 5],
    pub(super) memories: Memories,
    pub(super) service_centre: Number,
    pub(super) own_number: Number,
    pub(super) pin: Pin,
    pub(super) calls: Vec<Call>,
    pub(super) last_cause: u8,
    pub(super) call_waiting: (u32, bool),
    pub(super) diverts: super::diverts::Diverts,
    pub(super) selection: super::operator_commands::Selection,
    pub(super) phonebook: super::phonebook::Phonebook,
    pub(super) stat: u8,
    pub(super) faults: Faults,
    pub(super) reference: u8,
    pub(super) requests: VecDeque<Request>,
    /// The message handed on that waits for `+CNMA`, counted.
    pub(super) unacknowledged: Option<HandedOn>,
    pub(super) handed_on: u64,
    prng: Prng,
    pub(super) wire: Wire,
    pub(super) input: Input,
    pub(super) rest: String,
    pub(super) last_line: String,
    pub(super) typeahead: VecDeque<u8>,
    pub(super) phase: Phase,
    /// A command speaks now.
    pub(super) running: bool,
    /// Unsolicited lines that wait for the end of a command.
    pub(super) waiting_lines: VecDeque<String>,
    pub(super) agenda: BTreeMap<(Instant, u64), Due>,
    serial: u64,
}

impl Modem {
    pub(super) fn new(family: Family, seed: u64, at: Instant, own_number: Number, service_centre: Number) -> Self {
        let profile = family.profile();
        let phonebook = super::phonebook::Phonebook::new(&own_number);
        Modem {
            family,
            profile,
            calendar: Calendar::new(at),
            latency: Latency::default(),
            now: at,
            parameters: Parameters::defaults(profile),
            vendor: BTreeMap::new(),
            registers: super::power::default_registers(),
            echo: true,
            verbose: true,
            quiet: false,
            charset: super::text_mode::Charset::Ira,
            text_parameters: super::text_mode::TextParameters::default(),
            notify: [2, 1, 0, 0, 0],
            memories: Memories::new(profile),
            service_centre,
            own_number,
            pin: Pin::unlocked(),
            calls: vec![],
            last_cause: 0,
            call_waiting: (0, true),
            diverts: super::diverts::Diverts::default(),
            selection: super::operator_commands::Selection::default(),
            phonebook,
            stat: 1,
            faults: Faults::default(),
            reference: 0,
            requests: VecDeque::new(),
            unacknowledged: None,
            handed_on: 0,
            prng: Prng::new(seed),
            wire: Wire::default(),
            input: Input::Line(vec![]),
            rest: String::new(),
            last_line: String::new(),
            typeahead: VecDeque::new(),
            phase: Phase::Idle,
            running: false,
            waiting_lines: VecDeque::new(),
            agenda: BTreeMap::new(),
            serial: 0,
        }
    }

    /// Octets from the client.
    pub fn handle_bytes(&mut self, bytes: &[u8], at: Instant) {
        self.tick(at);
        if self.wire.is_mute(at) {
            return;
        }
        for &byte in bytes {
            if self.typeahead.len() < MAX_TYPEAHEAD {
                self.typeahead.push_back(byte);
            }
        }
        self.read_on();
    }

    /// Lets time pass.
    pub fn tick(&mut self, at: Instant) {
        while let Some((&(due, serial), _)) = self.agenda.first_key_value() {
            if due > at {
                break;
            }
            self.now = due.max(self.now);
            if let Some(what) = self.agenda.remove(&(due, serial)) {
                self.running = matches!(what, Due::RunLine | Due::Submitted(..));
                self.come_due(what);
                self.running = false;
                self.say_what_waited();
            }
            self.read_on();
        }
        self.now = at.max(self.now);
    }

    /// When [`Modem::tick`] must be called next.
    #[must_use]
    pub fn deadline(&self) -> Option<Instant> {
        self.agenda.first_key_value().map(|(&(due, _), _)| due)
    }

    /// Octets for the client, as they would come out of one read.
    pub fn poll_bytes(&mut self) -> Option<Vec<u8>> {
        self.wire.poll()
    }

    pub(super) fn later(&mut self, after: Duration, what: Due) {
        self.serial += 1;
        self.agenda.insert((self.now + after, self.serial), what);
    }

    pub(super) fn jitter(&mut self, base: Duration) -> Duration {
        self.prng.jitter(base) + self.faults.slow
    }

    /// Text with a character an octet, as octets; line ends are what S3 and S4 hold (V.250 §6.2.1, §6.2.2).
    fn octets(&self, text: &str) -> Vec<u8> {
        let [end, feed, _] = self.line_characters();
        text.chars()
            .map(|c| match c {
                '\r' => end,
                '\n' => feed,
                _ => u8::try_from(c).unwrap_or(b'?'),
            })
            .collect()
    }

    pub(super) fn say(&mut self, text: String) {
        if self.faults.chatter {
            let noise = b"\r\n^RSSI:18\r\n".to_vec();
            self.wire.send(noise, self.now, &self.faults, &mut self.prng);
        }
        if self.prng.one_in(self.faults.lose_lines) {
            return;
        }
        let octets = self.octets(&text);
        if self.prng.one_in(self.faults.double_lines) {
            self.wire.send(octets.clone(), self.now, &self.faults, &mut self.prng);
        }
        self.wire.send(octets, self.now, &self.faults, &mut self.prng);
    }

    pub(super) fn say_raw(&mut self, bytes: &[u8]) {
        self.wire.send(bytes.to_vec(), self.now, &self.faults, &mut self.prng);
    }

    pub(super) fn run_soon(&mut self) {
        self.phase = Phase::Busy;
        let after = self.jitter(self.latency.reply);
        self.later(after, Due::RunLine);
    }

    pub(super) fn say_prompt(&mut self) {
        let prompt: &[u8] = if self.faults.bare_prompt { b"\r\n>" } else { b"\r\n> " };
        self.say_raw(prompt);
    }

    fn come_due(&mut self, what: Due) {
        match what {
            Due::RunLine => self.run_line(),
            Due::Prompt(body) => {
                if std::mem::take(&mut self.faults.no_prompt) {
                    // The modem sits in the prompt without having said so.
                } else {
                    self.say_prompt();
                }
                self.phase = Phase::Idle;
                self.input = Input::Body(body, vec![]);
            }
            Due::Submitted(body, text) => {
                let answer = self.take_message(body, &text);
                self.conclude(answer);
            }
            Due::Ring(call) => self.ring(call),
            Due::Result { name, result } => self.say_result(name, result),
            Due::BootLine(index) => {
                if let Some(line) = self.profile.boot.get(index) {
                    self.say_unsolicited(line);
                    self.later(super::power::BOOT_STEP, Due::BootLine(index + 1));
                }
            }
            Due::UnlockedSoon => {
                self.look_for_network();
                self.requests.push_back(Request::Ready);
            }
            Due::Unsolicited(line) => self.say_unsolicited(&line),
            Due::PortBack => self.requests.push_back(Request::PortBack),
            Due::RegistrationBack => self.set_registration(1),
            Due::Restart => self.restart(),
            Due::AcknowledgementMissing(message) => self.give_up_acknowledgement(message),
        }
    }

    /// Runs the commands of the line until one fails or has to wait (V.250 §5.5).
    fn run_line(&mut self) {
        let line = std::mem::take(&mut self.rest);
        let mut rest = line.as_str();
        loop {
            let answer = match command_line::next(&mut rest) {
                Ok(None) => return self.finish(FinalResult::Ok),
                Ok(Some(command)) => self.run(&command),
                Err(_) => Answer::Final(FinalResult::Error),
            };
            match answer {
                Answer::Ok => {}
                Answer::Lines(lines) => self.say_lines(&lines),
                Answer::Unfinished(_) | Answer::Final(_) | Answer::Prompt(_) | Answer::Wait(_) => {
                    return self.conclude(answer);
                }
            }
        }
    }

    fn run(&mut self, command: &Command) -> Answer {
        if self.sim_is_busy_for(command) {
            return Answer::Final(FinalResult::Cme(14));
        }
        let known = self
            .general_command(command)
            .or_else(|| self.lock_command(command))
            .or_else(|| self.operator_command(command))
            .or_else(|| self.network_command(command))
            .or_else(|| self.card_command(command))
            .or_else(|| self.phonebook_command(command))
            .or_else(|| self.call_command(command))
            .or_else(|| self.send_command(command))
            .or_else(|| self.message_command(command))
            .or_else(|| self.vendor_command(command))
            .or_else(|| self.kept_setting(command))
            .or_else(|| self.command_list(command));
        known.unwrap_or(Answer::Final(FinalResult::Unknown))
    }

    /// Whatever reads the SIM waits for it (TS 27.007 §9.2.1, code 14).
    fn sim_is_busy_for(&self, command: &Command) -> bool {
        const READ_THE_SIM: [&str; 10] = [
            "+CPIN", "+CIMI", "+CRSM", "+CNUM", "+CSCA", "+CPMS", "+CMGL", "+CMGR", "+CMGD", "+CNMI",
        ];
        let busy = self.faults.sim_busy_until.is_some_and(|until| self.now < until);
        busy && matches!(command, Command::Extended { name, .. } if READ_THE_SIM.contains(&name.as_str()))
    }

    fn conclude(&mut self, answer: Answer) {
        match answer {
            Answer::Ok => self.finish(FinalResult::Ok),
            Answer::Lines(lines) => {
                self.say_lines(&lines);
                self.finish(FinalResult::Ok);
            }
            Answer::Unfinished(lines) => {
                self.say_lines(&lines);
                self.phase = Phase::Idle;
            }
            Answer::Final(result) => self.finish(result),
            Answer::Prompt(body) => {
                let after = self.jitter(self.latency.prompt);
                self.later(after, Due::Prompt(body));
            }
            Answer::Wait(waiting) => self.phase = Phase::Waiting(waiting),
        }
    }

    pub(super) fn finish(&mut self, result: FinalResult) {
        self.phase = Phase::Idle;
        self.say_final(result);
    }

    /// The network's verdict on a submission.
    pub(super) fn submitted(&mut self, result: Result<u8, u16>, at: Instant) {
        self.tick(at);
        let Phase::Waiting(Waiting::Submit { name, slot }) = self.phase else {
            return;
        };
        // What the network took was sent, whatever the client hears of it (TS 27.005 §3.1 <stat>).
        if result.is_ok()
            && let Some(Some(stored)) = slot.and_then(|slot| self.memories.chosen(1).get_mut(slot))
        {
            stored.status = Status::Sent;
        }
        if std::mem::take(&mut self.faults.lose_result) {
            // The command is over as far as the modem knows; the client never hears of it.
            self.phase = Phase::Idle;
            return self.read_on();
        }
        let result = match std::mem::take(&mut self.faults.timeout_after_sending) {
            true => Err(332),
            false => result,
        };
        let late = std::mem::take(&mut self.faults.delay_result);
        if late.is_zero() {
            self.phase = Phase::Idle;
            self.say_result(name, result);
        } else {
            // Late answers come whether or not the client has gone on: it may type meanwhile.
            self.phase = Phase::Idle;
            self.later(late, Due::Result { name, result });
        }
        self.read_on();
    }

    fn say_result(&mut self, name: &str, result: Result<u8, u16>) {
        match result {
            Ok(reference) => {
                self.say_lines(&[format!("{name}: {reference}")]);
                self.say_final(FinalResult::Ok);
            }
            Err(code) => self.say_final(FinalResult::Cms(code)),
        }
    }
}
