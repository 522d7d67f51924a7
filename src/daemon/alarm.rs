//! One alarm for everything that is due. The runtime's timer wheel wakes the processor up to three times for one long sleep;
//! the kernel's timer wakes it once, and an idle box should sleep.

use rustix::time::{
    Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, Timespec, timerfd_create, timerfd_settime,
};
use std::io;
use std::os::fd::OwnedFd;
use std::time::{Duration, Instant};
use tokio::io::unix::AsyncFd;

/// The shortest time the kernel takes for "now": zero would disarm the timer.
const AT_ONCE: Duration = Duration::from_nanos(1);

/// A kernel timer. It is set anew only when the moment changes.
#[derive(Debug)]
pub struct Alarm {
    timer: AsyncFd<OwnedFd>,
    set: Option<Instant>,
}

impl Alarm {
    /// An alarm that is not set. Must be called within a tokio runtime with I/O.
    ///
    /// # Errors
    /// If the kernel has no timer to give.
    pub fn new() -> io::Result<Self> {
        let timer = timerfd_create(
            TimerfdClockId::Monotonic,
            TimerfdFlags::NONBLOCK | TimerfdFlags::CLOEXEC,
        )?;
        // SAFETY: `timer` is an OwnedFd: open, its own, and the same until AsyncFd, which owns it from here, drops it.
        let timer = unsafe { AsyncFd::register(timer) }?;
        Ok(Alarm { timer, set: None })
    }

    /// Resolves at `at`, or never. Cancel safe.
    ///
    /// # Errors
    /// If the kernel refuses the timer.
    pub async fn ring(&mut self, at: Option<Instant>) -> io::Result<()> {
        let Some(at) = at else {
            return std::future::pending().await;
        };
        if self.set != Some(at) {
            let wait = at.saturating_duration_since(Instant::now()).max(AT_ONCE);
            let it_value = Timespec::try_from(wait).map_err(|_| io::ErrorKind::InvalidInput)?;
            let once = Itimerspec {
                it_interval: Timespec { tv_sec: 0, tv_nsec: 0 },
                it_value,
            };
            timerfd_settime(self.timer.get_ref(), TimerfdTimerFlags::empty(), &once)?;
            self.set = Some(at);
        }
        loop {
            let mut ready = self.timer.readable().await?;
            // What a timer set earlier left behind must not count: only reading tells whether this one has run out.
            let mut count = [0_u8; 8];
            match rustix::io::read(self.timer.get_ref(), &mut count) {
                Ok(_) => {
                    ready.clear_ready();
                    self.set = None;
                    return Ok(());
                }
                Err(rustix::io::Errno::WOULDBLOCK) => ready.clear_ready(),
                Err(error) => return Err(error.into()),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn it_rings_at_its_time_and_again_when_set_again() {
        let mut alarm = Alarm::new().unwrap();
        for _ in 0..3 {
            let at = Instant::now() + Duration::from_millis(2);
            alarm.ring(Some(at)).await.unwrap();
            assert!(Instant::now() >= at);
        }
        alarm.ring(Some(Instant::now())).await.unwrap();
    }
}
