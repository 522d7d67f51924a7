//! Processes that tests start: none outlives its test, and none that hangs holds up the others for ever.

use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc;
use std::time::Duration;

/// No command takes longer, on a machine with many other things to do.
const PATIENCE: Duration = Duration::from_secs(120);

/// A child that never outlives its test.
pub struct Kept(pub Child);

impl Drop for Kept {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Runs a command to its end, and gives what it printed. One that does not end is killed and fails its test.
#[track_caller]
pub fn ended(command: &mut Command) -> Output {
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let pid = rustix::process::Pid::from_child(&child);
    let (give, output) = mpsc::channel();
    std::thread::spawn(move || give.send(child.wait_with_output()));
    let Ok(output) = output.recv_timeout(PATIENCE) else {
        rustix::process::kill_process(pid, rustix::process::Signal::KILL).unwrap();
        panic!("did not end: {command:?}");
    };
    output.unwrap()
}
