//! The thread of a cold call. It is kept up to date by live events: only what changed is rendered
//! again, so a reply that somebody is writing stays.

use leptos::prelude::*;

use super::message::message;
use crate::coldcall::{ColdCallThread, ThreadMessage};
use crate::platform::ids::MessageId;
use crate::platform::ui::{Badge, Erase, FormState, Notice, Tone, query_now};

#[derive(Clone, Copy)]
pub struct ThreadForms {
    pub reply: FormState,
    pub edit: FormState,
    pub delete: FormState,
    pub star: FormState,
    pub report: FormState,
}

/// The ways to load a thread again.
#[derive(Clone)]
pub struct Refresh {
    /// Course, topic and number of the cold call.
    pub at: (String, String, String),
    /// Loads the whole page again.
    pub whole: Callback<()>,
}

/// A form that a message can open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MessageTool {
    Reply,
    Edit,
    Delete,
    Report,
}

impl MessageTool {
    pub const ALL: [Self; 4] = [Self::Reply, Self::Edit, Self::Delete, Self::Report];

    /// Name in addresses.
    pub fn name(self) -> &'static str {
        match self {
            Self::Reply => "reply",
            Self::Edit => "edit",
            Self::Delete => "delete",
            Self::Report => "report",
        }
    }

    pub fn label(self) -> &'static str {
        match self {
            Self::Reply => "Reply",
            Self::Edit => "Edit",
            Self::Delete => "Delete",
            Self::Report => "Report",
        }
    }
}

/// State that the messages of a thread share.
#[derive(Clone, Copy)]
pub struct ThreadState {
    pub thread: RwSignal<ColdCallThread>,
    pub forms: ThreadForms,
    /// The one open form.
    pub open: RwSignal<Option<(MessageId, MessageTool)>>,
    /// Loads the thread again.
    pub refresh: Callback<()>,
}

impl ThreadState {
    pub fn find<T>(self, id: MessageId, part: impl Fn(&ThreadMessage) -> T) -> Option<T> {
        self.thread.with(|thread| {
            thread
                .answers
                .iter()
                .flat_map(|answer| std::iter::once(&answer.answer).chain(&answer.replies))
                .find(|message| message.message_id == id)
                .map(part)
        })
    }
}

/// Returns the form that the address opens.
fn opened() -> Option<(MessageId, MessageTool)> {
    MessageTool::ALL.into_iter().find_map(|tool| {
        let id = query_now(tool.name()).parse().ok()?;
        Some((MessageId(id), tool))
    })
}

pub fn thread(
    revealed: ColdCallThread,
    refusal: Option<String>,
    forms: ThreadForms,
    refresh: Refresh,
) -> AnyView {
    let endorsed = endorsed(&revealed);
    #[cfg(feature = "hydrate")]
    let live = revealed.live.clone();
    let signal = RwSignal::new(revealed);
    let said = RwSignal::new(String::new());
    let state = ThreadState {
        thread: signal,
        forms,
        open: RwSignal::new(opened()),
        refresh: refresher(signal, said, refresh),
    };
    #[cfg(feature = "hydrate")]
    Effect::new(move |_| {
        crate::platform::live::browser::follow(live.clone(), move || state.refresh.run(()));
    });
    let refusal = refusal.map(|refusal| view! { <Notice>{refusal}</Notice> });
    let ids = move || {
        signal.with(|thread| {
            let answers = thread.answers.iter();
            answers
                .map(|answer| answer.answer.message_id)
                .collect::<Vec<_>>()
        })
    };
    view! {
        {refusal}
        <p class="vh" role="status">
            {move || said.get()}
        </p>
        <section aria-label="Answers of your cohort">
            <ol class="thread">
                <For each=ids key=|id| *id children=move |id| answer(id, state) />
            </ol>
        </section>
        {endorsed}
    }
    .erase()
}

fn answer(id: MessageId, state: ThreadState) -> AnyView {
    let replies = move || {
        state.thread.with(|thread| {
            let answer = thread
                .answers
                .iter()
                .find(|answer| answer.answer.message_id == id);
            answer
                .into_iter()
                .flat_map(|answer| &answer.replies)
                .map(|reply| reply.message_id)
                .collect::<Vec<_>>()
        })
    };
    view! {
        <li>
            {message(id, state)}
            <ol class="thread-replies">
                <For each=replies key=|id| *id children=move |id| view! { <li>{message(id, state)}</li> }.erase() />
            </ol>
        </li>
    }
    .erase()
}

/// Shows the endorsed answers of earlier cohorts.
fn endorsed(thread: &ColdCallThread) -> AnyView {
    if thread.endorsed.is_empty() {
        return ().erase();
    }
    let answers = thread
        .endorsed
        .iter()
        .map(|answer| {
            view! {
                <li class="message">
                    <header class="message-head">
                        <b>{format!("A member of {}", answer.cohort)}</b>
                        <Badge tone=Tone::Info text="Endorsed" />
                    </header>
                    <div class="message-body prose" dir="auto" inner_html=answer.html.0.clone()></div>
                </li>
            }
        })
        .collect_view();
    view! {
        <section class="thread-endorsed">
            <h2 class="label">"From earlier cohorts"</h2>
            <ol class="thread">{answers}</ol>
        </section>
    }
    .erase()
}

#[cfg(not(feature = "hydrate"))]
fn refresher(_: RwSignal<ColdCallThread>, _: RwSignal<String>, refresh: Refresh) -> Callback<()> {
    // The server renders once; the fields are for the browser.
    let _ = refresh.at;
    refresh.whole
}

/// Returns a function that loads the thread again. Calls during a request are joined to one more
/// request after it.
#[cfg(feature = "hydrate")]
fn refresher(
    thread: RwSignal<ColdCallThread>,
    said: RwSignal<String>,
    refresh: Refresh,
) -> Callback<()> {
    use crate::coldcall::api::load_cold_call;

    // Whether a request runs, and whether another one must follow.
    let running = StoredValue::new((false, false));
    let Refresh { at, whole } = refresh;
    Callback::new(move |()| {
        let is_running = running.try_update_value(|(is_running, again)| {
            *again = *is_running;
            std::mem::replace(is_running, true)
        });
        if is_running != Some(false) {
            return;
        }
        let at = at.clone();
        leptos::task::spawn_local(async move {
            loop {
                let (course, topic, n) = at.clone();
                match load_cold_call(course, topic, n)
                    .await
                    .map(|page| page.thread)
                {
                    Ok(Some(new)) => {
                        let before = thread.try_with_untracked(count).unwrap_or_default();
                        let more = count(&new).saturating_sub(before);
                        if more > 0 {
                            said.try_set(format!(
                                "{more} new {}",
                                if more == 1 { "message" } else { "messages" }
                            ));
                        }
                        thread.try_set(new);
                    }
                    // The answer was deleted, or the person may not read the thread any more.
                    Ok(None) => whole.run(()),
                    // The next event loads it.
                    Err(_) => {}
                }
                let again = running
                    .try_update_value(|(is_running, again)| {
                        *is_running = *again;
                        std::mem::replace(again, false)
                    })
                    .unwrap_or(false);
                if !again {
                    break;
                }
            }
        });
    })
}

#[cfg(feature = "hydrate")]
fn count(thread: &ColdCallThread) -> usize {
    let replies: usize = thread
        .answers
        .iter()
        .map(|answer| answer.replies.len())
        .sum();
    thread.answers.len() + replies
}
