//! Reports events of the browser to the server, which answers with the time left.

use std::rc::Rc;

use leptos::server_fn::ServerFn;
use web_sys::UrlSearchParams;

use super::dom::now;
use super::handlers::LiveRoom;
use super::send::TIMEOUT_MS;
use crate::exam::api::ReportExamEvents;
use crate::platform::ui::browser::{FormReply, send};

/// Maximum number of events waiting to be reported.
const EVENTS: usize = 200;

impl LiveRoom {
    pub fn note(&self, kind: &'static str, question: Option<usize>) {
        let mut events = self.events.borrow_mut();
        if events.len() < EVENTS {
            events.push((kind, question, now()));
        }
    }

    pub fn events_body(&self) -> Option<UrlSearchParams> {
        let events: Vec<String> = self
            .events
            .borrow()
            .iter()
            .map(|(kind, question, at)| {
                let question = question
                    .map(|number| number.to_string())
                    .unwrap_or_default();
                format!("{kind}:{question}:{}", ((now() - at) / 1000.0) as u32)
            })
            .collect();
        let body = UrlSearchParams::new().ok()?;
        body.append("sitting", &self.sitting);
        body.append("events", &events.join(" "));
        Some(body)
    }

    /// Reports the recorded events and updates the time left.
    pub fn report(self: &Rc<Self>) {
        let room = self.clone();
        leptos::task::spawn_local(async move {
            if let Some(answer) = room.tell().await {
                room.followed(&answer, None);
            }
        });
    }

    /// Sends the recorded events. Keeps them for the next report if sending fails.
    pub async fn tell(&self) -> Option<FormReply> {
        let body = self
            .events_body()
            .filter(|_| !self.state.borrow().is_leaving())?;
        let told = self.events.take();
        match send(ReportExamEvents::PATH, &body, Some(TIMEOUT_MS)).await {
            Ok(answer) => Some(answer),
            Err(_) => {
                self.events.borrow_mut().splice(..0, told);
                None
            }
        }
    }
}
