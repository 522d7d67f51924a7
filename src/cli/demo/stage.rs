//! Who plays in the demo, and how one waits for something to happen while everything that happens is shown.

use super::timeline::{Column, Timeline};
use anyhow::Context;
use std::time::{Duration, Instant};
use textback::sim::control::Command;
use textback::sim::pty::Handle;
use textback::sim::{Caller, Event, Number, What};
use tokio::sync::broadcast::error::RecvError;

pub const OWNER: &str = "+15125550100";

/// Longer than anything in the story takes at the slowest speed.
const PATIENCE: Duration = Duration::from_secs(60);

pub struct Stage {
    handle: Handle,
    pub page: Timeline,
    speed: f64,
    began: Instant,
    /// The last call that ended, and whose it was.
    call_ended: Option<(Caller, Instant)>,
    sent: Option<Instant>,
    /// From a call's end to the service centre having the text.
    pub text_backs: Vec<Duration>,
    /// From a text's sending to its arrival at the other person's phone.
    pub passed_on: Vec<Duration>,
}

impl Stage {
    pub fn new(handle: Handle, speed: f64) -> Self {
        Stage {
            handle,
            page: Timeline::new(),
            speed,
            began: Instant::now(),
            call_ended: None,
            sent: None,
            text_backs: Vec::new(),
            passed_on: Vec::new(),
        }
    }

    pub async fn call(&self, caller: Caller, rings_for: Duration) -> anyhow::Result<()> {
        self.handle.ask(Command::Call { caller, rings_for }).await.map(drop)
    }

    pub async fn text(&self, from: &str, text: &str) -> anyhow::Result<()> {
        self.handle
            .ask(Command::Text {
                from: Number::new(from),
                text: text.to_owned(),
            })
            .await
            .map(drop)
    }

    /// A human pause.
    pub async fn breathe(&mut self, time: Duration) -> anyhow::Result<()> {
        let until = tokio::time::Instant::now() + time.div_f64(self.speed);
        loop {
            tokio::select! {
                event = self.handle.events.recv() => { self.show(event)?; }
                () = tokio::time::sleep_until(until) => return Ok(()),
            }
        }
    }

    /// Shows what happens until a text arrives at `phone`; gives it.
    pub async fn arrival(&mut self, phone: &str) -> anyhow::Result<String> {
        let wanted = Number::new(phone);
        let waiting = async {
            loop {
                let event = self.next().await?;
                if let What::TextArrived { phone, text } = event.what
                    && phone == wanted
                {
                    return anyhow::Ok(text.text);
                }
            }
        };
        tokio::time::timeout(PATIENCE, waiting)
            .await
            .with_context(|| format!("no text came to {phone}"))?
    }

    /// The next thing that happens, shown.
    pub async fn next(&mut self) -> anyhow::Result<Event> {
        loop {
            let event = self.handle.events.recv().await;
            if let Some(event) = self.show(event)? {
                return Ok(event);
            }
        }
    }

    pub fn box_says(&self, text: &str) {
        self.page.tell(self.began.elapsed(), Column::Appliance, text);
    }

    fn show(&mut self, event: Result<Event, RecvError>) -> anyhow::Result<Option<Event>> {
        let event = match event {
            Ok(event) => event,
            Err(RecvError::Lagged(_)) => return Ok(None),
            Err(RecvError::Closed) => anyhow::bail!("the simulated network ended"),
        };
        let now = Instant::now();
        let at = now.duration_since(self.began);
        let column = |number: &Number| {
            if number.as_str() == OWNER {
                Column::Owner
            } else {
                Column::Caller
            }
        };
        match &event.what {
            What::Calling { caller } => {
                self.page
                    .tell(at, Column::Caller, &format!("☎ {} calls the business", who(caller)))
            }
            What::NotReached { caller } => {
                self.page
                    .tell(at, Column::Caller, &format!("{} hears: not reachable", who(caller)))
            }
            What::Answered { .. } => self.page.tell(at, Column::Appliance, "answered"),
            What::CallEnded { caller, .. } => {
                self.call_ended = Some((caller.clone(), now));
                self.page.tell(
                    at,
                    Column::Caller,
                    &format!("☎ {} hangs up, nobody answered", who(caller)),
                );
            }
            What::TextSent { from, text } => {
                self.sent = Some(now);
                self.page.tell(at, column(from), &format!("▶ {text}"));
            }
            What::PortGone | What::PortBack => {}
            What::Submitted { to, .. } => {
                let called = |(caller, _): &mut (Caller, Instant)| *caller == Caller::Known(to.clone());
                let took = if let Some((_, ended)) = self.call_ended.take_if(called) {
                    let took = now.duration_since(ended);
                    self.text_backs.push(took);
                    format!("missed call: texts back, {} ms after it ended", took.as_millis())
                } else if let Some(sent) = self.sent {
                    format!("texts {}, {} ms later", whose(to), now.duration_since(sent).as_millis())
                } else {
                    format!("texts {}", whose(to))
                };
                self.page.tell(at, Column::Appliance, &took);
            }
            What::TextArrived { phone, text } => {
                if let Some(sent) = self.sent.take() {
                    self.passed_on.push(now.duration_since(sent));
                }
                self.page.tell(at, column(phone), &format!("◀ {}", text.text));
            }
            What::TakenByModem { .. } | What::Reported { .. } => {}
        }
        Ok(Some(event))
    }
}

fn who(caller: &Caller) -> String {
    match caller {
        Caller::Known(number) => number.to_string(),
        Caller::Withheld => "a hidden number".to_owned(),
        Caller::NotAvailable => "an unknown number".to_owned(),
    }
}

fn whose(number: &Number) -> &'static str {
    if number.as_str() == OWNER {
        "the owner"
    } else {
        "the caller"
    }
}
