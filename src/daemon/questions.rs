//! What the control socket asks, answered: from the daemon's own state, by the clerk's thread, or by the modem.

use super::clerk::{self, Job};
use super::control::{Answer, LISTED_MAX, Question};
use super::doctor::{self, Around};
use super::exchange::Exchange;
use super::{machine, state, why_about};
use crate::checkup::NoModem;
use crate::{desk, modem};
use std::time::Instant;

impl Exchange {
    /// Has the modem examined; the answer comes when nothing more urgent goes on.
    pub(super) fn examine(&mut self, asker: tokio::sync::oneshot::Sender<Box<modem::Report>>) {
        if self.examiners.len() < super::MAX_QUESTIONS {
            self.examiners.push(asker);
            self.modem.handle(modem::Input::Examine, Instant::now());
        }
    }

    /// The list of the check-up: modem and store are asked at once, and judged when both have answered.
    fn doctor(&mut self, answer: tokio::sync::oneshot::Sender<Answer>) -> anyhow::Result<()> {
        let now = self.now();
        let around = Around {
            topology: self.topology,
            trust: now.wall.trust,
            machine: machine::look(&self.database, Some(!self.state.disk_refuses())),
            utc_ms: now.wall.utc_ms,
        };
        let trouble = self.state.trouble().map(machine::no_modem);
        let (asker, examined) = tokio::sync::oneshot::channel();
        if trouble.is_none() {
            self.examine(asker);
        }
        let (tell, told) = tokio::sync::oneshot::channel();
        let look: clerk::Look = Box::new(move |store| {
            // The asker may have hung up: nobody to tell.
            let _ = tell.send(store.lately()?);
            Ok(serde_json::Value::Null)
        });
        let (reply, _) = tokio::sync::oneshot::channel();
        self.give(Job::Look { look, answer: reply })?;
        tokio::spawn(async move {
            let lately = told.await.unwrap_or_default();
            let report = match trouble {
                Some(why) => Err(why),
                None => examined.await.map_err(|_| NoModem {
                    found: "the examination did not come to its end".to_owned(),
                    fix: "the daemon was stopped, or too many ask at once: ask again".to_owned(),
                }),
            };
            let report = report.as_deref();
            let list = doctor::walk(report, lately, &around);
            // As above.
            let _ = answer.send(Answer::Ok(doctor::json(&list, report.ok())));
        });
        Ok(())
    }

    pub(super) fn answer(
        &mut self,
        question: Question,
        answer: tokio::sync::oneshot::Sender<Answer>,
    ) -> anyhow::Result<()> {
        let look: clerk::Look = match question {
            Question::Send { to, text } => {
                self.senders.push_back(answer);
                return self.tell(desk::Input::Send { to, text });
            }
            Question::Examine => {
                let (asker, examined) = tokio::sync::oneshot::channel();
                self.examine(asker);
                tokio::spawn(async move {
                    let text = match examined.await {
                        Ok(report) => Answer::Ok(super::examination::json(&report)),
                        Err(_) => Answer::Error("the daemon is stopping, or too many ask at once".to_owned()),
                    };
                    // The asker may have hung up: nobody to tell.
                    let _ = answer.send(text);
                });
                return Ok(());
            }
            Question::Doctor => return self.doctor(answer),
            Question::Signal => {
                match self.state.trouble() {
                    // The asker may have hung up: nobody to tell.
                    Some(trouble) => drop(answer.send(Answer::Error(trouble.to_string()))),
                    None if self.measurers.len() < super::MAX_QUESTIONS => {
                        self.measurers.push(answer);
                        self.modem.handle(modem::Input::Measure, Instant::now());
                    }
                    None => drop(answer.send(Answer::Error("too many ask at once".to_owned()))),
                }
                return Ok(());
            }
            Question::Status => {
                let state = self.state.json(Instant::now());
                Box::new(move |store| state::with_counts(state, store))
            }
            Question::Calls { limit } => {
                let limit = limit.min(LISTED_MAX);
                Box::new(move |store| Ok(serde_json::json!(store.calls(limit)?)))
            }
            Question::ClaimCode => Box::new(|store| Ok(serde_json::json!(desk::team::claim::code(store)?))),
            Question::Messages { limit } => {
                let limit = limit.min(LISTED_MAX);
                Box::new(move |store| Ok(serde_json::json!(store.messages(limit)?)))
            }
            Question::Why { what } => match why_about(&what) {
                Ok(subject) => Box::new(move |store| Ok(serde_json::json!(store.why(&subject)?))),
                Err(why) => {
                    // The asker may have hung up: nobody to tell.
                    let _ = answer.send(Answer::Error(why));
                    return Ok(());
                }
            },
        };
        let (reply, replied) = tokio::sync::oneshot::channel();
        self.give(Job::Look { look, answer: reply })?;
        tokio::spawn(async move {
            let text = match replied.await {
                Ok(Ok(value)) => Answer::Ok(value),
                Ok(Err(why)) => Answer::Error(why),
                Err(_) => Answer::Error("the daemon is stopping".to_owned()),
            };
            let _ = answer.send(text);
        });
        Ok(())
    }
}
