//! The simulated modem on a real pseudo terminal. The tests with other people's AT clients run only with
//! `TEXTBACK_PEERS=1` and only for the clients that are installed; `cargo test peers -- --nocapture` shows what they say.

use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};
use textback::sim::{Family, pty};

/// Longest a real port may take to answer before the test gives up.
const PATIENCE: Duration = Duration::from_secs(10);

/// A simulator in a thread of its own; ends with `quit`.
struct Running {
    dir: tempfile::TempDir,
    thread: Option<std::thread::JoinHandle<anyhow::Result<()>>>,
}

impl Running {
    fn new(family: Family, speed: f64) -> Self {
        let dir = tempfile::tempdir().expect("a temporary folder");
        let options = pty::Options {
            link: dir.path().join("modem"),
            family,
            control: Some(dir.path().join("control")),
            seed: 1,
            speed,
        };
        let (ready, started) = std::sync::mpsc::channel();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            runtime.block_on(async {
                let (_handle, running) = pty::start(options)?;
                ready.send(())?;
                running.run(std::future::pending()).await
            })
        });
        started.recv().expect("the simulator starts");
        Running {
            dir,
            thread: Some(thread),
        }
    }

    fn link(&self) -> PathBuf {
        self.dir.path().join("modem")
    }

    /// Gives a command; the reply, with `lines` lines.
    fn ask(&self, command: &str) -> String {
        let mut socket = UnixStream::connect(self.dir.path().join("control")).expect("the control socket");
        socket
            .write_all(format!("{command}\n").as_bytes())
            .expect("the command goes");
        socket.shutdown(std::net::Shutdown::Write).expect("no more commands");
        let mut reply = String::new();
        socket.read_to_string(&mut reply).expect("a reply");
        reply.trim_end().to_owned()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.ask("quit");
        let ended = self.thread.take().map(std::thread::JoinHandle::join);
        assert!(matches!(ended, Some(Ok(Ok(())))), "{ended:?}");
        assert!(!self.link().is_symlink(), "the link stays behind");
    }
}

fn open(path: &Path) -> std::fs::File {
    let deadline = Instant::now() + PATIENCE;
    loop {
        match std::fs::OpenOptions::new().read(true).write(true).open(path) {
            Ok(file) => return file,
            Err(e) => assert!(Instant::now() < deadline, "{e}"),
        }
    }
}

fn exchange(port: &mut std::fs::File, sent: &str, end: &str) -> String {
    port.write_all(sent.as_bytes()).expect("the port takes it");
    let (mut seen, mut byte) = (String::new(), [0]);
    while !seen.ends_with(end) {
        let patience = rustix::time::Timespec::try_from(PATIENCE).expect("a time");
        let mut fds = [rustix::event::PollFd::new(&*port, rustix::event::PollFlags::IN)];
        let ready = rustix::event::poll(&mut fds, Some(&patience)).expect("the port can be waited for");
        assert_eq!(ready, 1, "nothing more came after {seen:?}");
        assert_eq!(port.read(&mut byte).expect("the port gives"), 1, "{seen:?}");
        seen.push(char::from(byte[0]));
    }
    seen
}

#[test]
fn a_client_that_opens_the_port_right_after_another_closed_it_is_served() {
    let running = Running::new(Family::Generic, 1.0);
    for _ in 0..300 {
        let mut port = open(&running.link());
        assert!(exchange(&mut port, "AT\r", "OK\r\n").contains("OK"));
    }
}

#[test]
fn a_client_may_close_the_port_and_open_it_again_even_if_it_was_exclusive() {
    let running = Running::new(Family::Generic, 1.0);
    for _ in 0..3 {
        let mut port = open(&running.link());
        assert_eq!(exchange(&mut port, "ATE0\r", "OK\r\n").matches("OK").count(), 1);
        rustix::termios::ioctl_tiocexcl(&port).expect("exclusive");
        drop(port);
    }
}

#[test]
fn who_watches_goes_on_commanding_also_with_a_line_that_an_event_comes_into() {
    let running = Running::new(Family::Generic, 20.0);
    let mut socket = UnixStream::connect(running.dir.path().join("control")).expect("the control socket");
    socket.set_read_timeout(Some(PATIENCE)).expect("a time-out");
    let mut lines = BufReader::new(socket.try_clone().expect("another handle")).lines();
    let mut next = || lines.next().expect("a line").expect("it can be read");
    socket
        .write_all(b"watch\nphone +15125550101\nphone +1512")
        .expect("they go");
    assert_eq!(next(), "0 texts", "the reply to what stands behind the watch");
    assert_eq!(running.ask("call +15125550102 3"), "ok");
    let event = next();
    assert!(event.ends_with(" calling +15125550102"), "{event}");
    socket.write_all(b"5550103\n").expect("the rest goes");
    let mut said = next();
    while !said.ends_with(" texts") {
        said = next();
    }
    assert_eq!(said, "0 texts");
    socket.shutdown(std::net::Shutdown::Write).expect("no more commands");
    assert_eq!(running.ask("text +15125550104 hello"), "ok");
    while !next().contains("+15125550104") {}
}

#[test]
fn the_control_socket_moves_the_world_and_names_mistakes() {
    let running = Running::new(Family::Generic, 20.0);
    assert_eq!(running.ask("call"), "error: call needs a number");
    assert_eq!(
        running.ask("fault wobble").split(';').next(),
        Some("error: no such fault")
    );
    assert_eq!(running.ask("phone +15125550101"), "0 texts");
    assert_eq!(
        running.ask(&format!("{}call +15125550101 3\nhangup", "x".repeat(8192))),
        "error: a line may have 8192 octets\nerror: nobody is calling",
        "the tail of a long line is no command"
    );
    let mut port = open(&running.link());
    exchange(&mut port, "ATE0+CLIP=1;+CNMI=2,1,0,0,0\r", "OK\r\n");
    assert_eq!(running.ask("call +15125550101 3"), "ok");
    assert_eq!(
        exchange(&mut port, "", "0\r\n"),
        "\r\nRING\r\n\r\n+CLIP: \"+15125550101\",145,,,,0\r\n"
    );
    assert_eq!(running.ask("text +15125550101 hello"), "ok");
    exchange(&mut port, "", "+CMTI: \"SM\",1\r\n");
    exchange(&mut port, "AT+CMGS=23\r", "> ");
    exchange(
        &mut port,
        "0031000B916407281553F80000AA0AE8329BFD4697D9EC37\x1a",
        "OK\r\n",
    );
    let deadline = Instant::now() + PATIENCE;
    while !running.ask("phone +46708251358").ends_with("+15125550199 hellohello") {
        assert!(Instant::now() < deadline);
    }
}

#[test]
fn unplugged_the_link_is_gone_and_the_client_sees_the_port_die() {
    let running = Running::new(Family::Generic, 1.0);
    let mut port = open(&running.link());
    exchange(&mut port, "AT\r", "OK\r\n");
    running.ask("unplug");
    assert!(!running.link().is_symlink());
    assert!(!matches!(port.read(&mut [0]), Ok(1)));
    running.ask("replug");
    exchange(&mut open(&running.link()), "AT\r", "OK\r\n");
}

/// True if tests with this client are wanted and can be.
fn wanted(program: &str) -> bool {
    std::env::var_os("TEXTBACK_PEERS").is_some() && Command::new(program).arg("--version").output().is_ok()
}

/// Runs a script of this folder against the simulator and says what it said.
fn peer(script: &str, running: &Running, arguments: &[&str]) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/peers").join(script);
    let output = Command::new("sh")
        .arg(path)
        .arg(running.link())
        .args(arguments)
        .output()
        .expect("sh runs");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    println!("{said}");
    said
}

/// True if tests with this interpreter's module are wanted and can be.
fn module_wanted(program: &str, code: &str) -> bool {
    let there = || {
        Command::new(program)
            .args(["-c", code])
            .output()
            .is_ok_and(|o| o.status.success())
    };
    let there_by_e = || {
        Command::new(program)
            .args(["-e", code])
            .output()
            .is_ok_and(|o| o.status.success())
    };
    std::env::var_os("TEXTBACK_PEERS").is_some() && if program == "python3" { there() } else { there_by_e() }
}

/// Runs a client that says `NOW TEXT` and `NOW CALL` when it wants to be texted and called; what it said, line by line.
fn talk(program: &str, script: &str, running: &Running, arguments: &[&str]) -> Vec<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/peers").join(script);
    let mut child = Command::new(program)
        .arg(path)
        .arg(running.link())
        .args(arguments)
        .stdout(std::process::Stdio::piped())
        .spawn()
        .expect("the client runs");
    let mut said = Vec::new();
    for line in BufReader::new(child.stdout.take().expect("its output")).lines() {
        let line = line.expect("text");
        println!("{line}");
        match line.as_str() {
            "NOW TEXT" => assert_eq!(running.ask(&format!("text {FRIEND} a text for {script}")), "ok"),
            "NOW CALL" => assert_eq!(running.ask(&format!("call {FRIEND} 30")), "ok"),
            _ => said.push(line),
        }
    }
    child.wait().expect("it ends");
    said
}

/// Waits, for real, until the text has come to the modem.
fn let_texts_arrive() {
    std::thread::sleep(Duration::from_secs(1));
}

const FRIEND: &str = "+15125550101";

#[test]
fn gammu_identifies_sends_and_receives() {
    if !wanted("gammu") {
        return;
    }
    for family in [Family::Generic, Family::Sim7600, Family::Ec25, Family::Huawei] {
        let running = Running::new(family, 5.0);
        running.ask(&format!("text {FRIEND} first text for gammu"));
        running.ask(&format!("text {FRIEND} {}", "a long text for gammu ".repeat(12)));
        let_texts_arrive();
        let said = peer("gammu.sh", &running, &[FRIEND]);
        assert!(said.contains("862636050012345"), "{}", family.name());
        assert!(said.contains("first text for gammu"), "{}", family.name());
        assert!(!said.contains("exit 1"), "{}", family.name());
        let got = running.ask(&format!("phone {FRIEND}"));
        println!("{got}");
        assert!(
            got.contains("hello from gammu") && got.contains("Привет из gammu"),
            "{}: {got}",
            family.name()
        );
    }
}

#[test]
fn gammu_smsd_sends_and_receives() {
    if !wanted("gammu-smsd") {
        return;
    }
    let running = Running::new(Family::Generic, 5.0);
    running.ask(&format!("text {FRIEND} a text for smsd"));
    let said = peer("gammu-smsd.sh", &running, &[FRIEND, "25"]);
    assert!(said.contains("a text for smsd") && said.contains("sent: 1"));
    assert!(running.ask(&format!("phone {FRIEND}")).contains("hello from smsd"));
}

#[test]
fn gnokii_identifies_sends_and_receives() {
    if !wanted("gnokii") {
        return;
    }
    for family in [Family::Generic, Family::Sim7600, Family::Sim800] {
        let running = Running::new(family, 5.0);
        running.ask(&format!("text {FRIEND} a text for gnokii"));
        let_texts_arrive();
        let said = peer("gnokii.sh", &running, &[FRIEND]);
        assert!(
            said.contains("862636050012345") && said.contains("a text for gnokii"),
            "{}",
            family.name()
        );
        let got = running.ask(&format!("phone {FRIEND}"));
        println!("{got}");
        assert!(got.contains("hello from gnokii"), "{}: {got}", family.name());
    }
}

#[test]
fn smstools_sends_receives_and_gets_reports() {
    if !wanted("smsd") {
        return;
    }
    for family in [Family::Generic, Family::Sim7600, Family::Sim800] {
        let running = Running::new(family, 5.0);
        running.ask(&format!("text {FRIEND} a text for smsd"));
        let said = peer("smsd.sh", &running, &[FRIEND, "25"]);
        assert!(said.contains("a text for smsd"), "{}", family.name());
        assert!(said.contains("short message received by the SME"), "{}", family.name());
        assert!(said.contains("sent: 2, failed: 0"), "{}", family.name());
        let got = running.ask(&format!("phone {FRIEND}"));
        assert!(
            got.contains("hello from smstools") && got.contains("Привет из smstools"),
            "{got}"
        );
    }
}

#[test]
fn python_gsmmodem_does_all_it_can_in_both_modes() {
    if !module_wanted("python3", "import gsmmodem") {
        return;
    }
    for (family, mode) in [
        (Family::Generic, "pdu"),
        (Family::Generic, "text"),
        (Family::Sim7600, "pdu"),
        (Family::Ec25, "text"),
        (Family::Huawei, "pdu"),
    ] {
        let running = Running::new(family, 5.0);
        let said = talk("python3", "python-gsmmodem.py", &running, &[FRIEND, mode]);
        let heard = |what: &str| {
            assert!(
                said.iter().any(|l| l.contains(what)),
                "{what}: {} {mode}",
                family.name()
            )
        };
        heard("862636050012345 310260123456789");
        heard("ussd Balance");
        heard(&format!("text from {FRIEND} a text for python-gsmmodem.py"));
        heard(&format!("call from {FRIEND}"));
        heard("dialled True");
        heard("done");
        if mode == "pdu" {
            heard("report True");
            assert!(running.ask(&format!("phone {FRIEND}")).contains("Привет из gsmmodem"));
        }
        assert!(running.ask(&format!("phone {FRIEND}")).contains("hello from gsmmodem"));
    }
}

#[test]
fn serialport_gsm_sends_receives_and_sees_calls() {
    if !module_wanted("node", "require('serialport-gsm')") {
        return;
    }
    for family in [Family::Generic, Family::Sim7600] {
        let running = Running::new(family, 5.0);
        let said = talk("node", "serialport-gsm.js", &running, &["15125550101"]);
        let heard = |what: &str| assert!(said.iter().any(|l| l.contains(what)), "{what}: {}", family.name());
        heard("is 862636050012345");
        heard("text from 15125550101 a text for serialport-gsm.js");
        heard(&format!("call from {FRIEND}"));
        heard("done");
        let got = running.ask(&format!("phone {FRIEND}"));
        assert!(
            got.contains("hello from serialport-gsm") && got.contains("Привет из serialport-gsm"),
            "{got}"
        );
    }
}

#[test]
fn dial_scripts_get_as_far_as_a_modem_without_data_lets_them() {
    if !wanted("chat") {
        return;
    }
    for family in [Family::Generic, Family::A7670, Family::Telit] {
        let said = peer("chat.sh", &Running::new(family, 5.0), &[]);
        assert!(said.contains("chat: 0"), "{}", family.name());
        assert!(
            !said.contains("WvDial") || said.contains("Modem initialized"),
            "{}",
            family.name()
        );
    }
}

#[test]
fn kannel_sends_and_answers_what_comes() {
    if !wanted("bearerbox") || !wanted("curl") {
        return;
    }
    let running = Running::new(Family::Generic, 5.0);
    let other = "+15125550102";
    running.ask(&format!("text {other} a text for kannel"));
    let said = peer("kannel.sh", &running, &[FRIEND, "15"]);
    assert!(said.contains("Accepted for delivery"));
    assert!(running.ask(&format!("phone {FRIEND}")).contains("hello from kannel"));
    assert!(running.ask(&format!("phone {other}")).contains("an answer from kannel"));
}

#[test]
fn device_gsm_identifies_sends_and_receives() {
    if !module_wanted("perl", "use Device::Gsm") {
        return;
    }
    for family in [Family::Generic, Family::Sim7600, Family::Huawei] {
        let running = Running::new(family, 5.0);
        running.ask(&format!("text {FRIEND} a text for perl"));
        let_texts_arrive();
        let said = talk("perl", "device-gsm.pl", &running, &[FRIEND]);
        let heard = |what: &str| assert!(said.iter().any(|l| l.contains(what)), "{what}: {}", family.name());
        heard("is 862636050012345");
        heard(&format!("text from {FRIEND} a text for perl"));
        heard("done");
        let_texts_arrive();
        assert!(
            running
                .ask(&format!("phone {FRIEND}"))
                .contains("hello from Device::Gsm")
        );
    }
}

/// Both want a D-Bus of their own and a bridge from a socket to the port.
fn bridged(program: &str) -> bool {
    ["dbus-run-session", "gdbus", "socat", program].into_iter().all(wanted)
}

#[test]
fn modem_manager_sends_receives_and_takes_a_call() {
    if !bridged("ModemManager") {
        return;
    }
    // Its plugin for Huawei ends the whole of ModemManager on a modem that it did not find by udev.
    for (family, plugin) in [
        (Family::Generic, "generic"),
        (Family::Ublox, "u-blox"),
        (Family::Telit, "telit"),
        (Family::Ec25, "quectel"),
    ] {
        let running = Running::new(family, 1.0);
        let said = talk("sh", "modemmanager.sh", &running, &[FRIEND, plugin]);
        let heard = |what: &str| assert!(said.iter().any(|l| l.contains(what)), "{what}: {plugin}");
        heard("862636050012345");
        heard("text: a text for modemmanager.sh");
        heard("state: active");
        heard("new reply from network: 'Balance");
        let got = running.ask(&format!("phone {FRIEND}"));
        assert!(
            got.contains("hello from ModemManager") && got.contains("Привет из ModemManager"),
            "{plugin}: {got}"
        );
    }
}

#[test]
fn ofono_sends_receives_and_takes_a_call() {
    if !bridged("ofonod") {
        return;
    }
    let running = Running::new(Family::Generic, 1.0);
    let said = talk("sh", "ofono.sh", &running, &[FRIEND]);
    let heard = |what: &str| assert!(said.iter().any(|l| l.contains(what)), "{what}");
    heard("'Serial': <'862636050012345'>");
    heard("'Status': <'registered'>");
    heard("IncomingMessage ('a text for ofono.sh'");
    heard("'State': <'active'>");
    heard("Balance");
    let got = running.ask(&format!("phone {FRIEND}"));
    assert!(
        got.contains("hello from oFono") && got.contains("Привет из oFono"),
        "{got}"
    );
}

#[test]
fn comgt_identifies_and_sees_the_signal_and_the_network() {
    if !wanted("comgt") {
        return;
    }
    for family in [Family::Generic, Family::Sim7600, Family::Telit] {
        let said = peer("comgt.sh", &Running::new(family, 5.0), &[]);
        for what in [
            "862636050012345",
            "Signal Quality: 21,99",
            "Registered on Home network",
            "SIM ready",
        ] {
            assert!(said.contains(what), "{what}: {}", family.name());
        }
    }
}
