//! The thread of a cold call. It is kept up to date by live events: only what changed is rendered
//! again, so a reply that somebody is writing stays.

use leptos::prelude::*;

use super::message::message;
use crate::coldcall::{AnswerThread, ColdCallThread, ReplyThread, ThreadMessage};
use crate::platform::ids::MessageId;
use crate::platform::live::LiveTopic;
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
    /// Course, topic and number of the cold call, and the cohort if the address names one.
    pub at: (String, String, String, String),
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
                .flat_map(AnswerThread::messages)
                .find(|message| message.message_id == id)
                .map(part)
        })
    }

    /// Reads a part of the replies to an answer's reply.
    fn below<T>(self, reply: MessageId, part: impl Fn(&ReplyThread) -> T) -> Option<T> {
        self.thread.with(|thread| {
            let mut replies = thread.answers.iter().flat_map(|answer| &answer.replies);
            replies.find(|of| of.reply.message_id == reply).map(part)
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
    prompt: LiveTopic,
) -> AnyView {
    let endorsed = endorsed(&revealed);
    let left_out = (revealed.left_out.clone()).map(|said| view! { <p class="soft">{said}</p> });
    #[cfg(feature = "hydrate")]
    let live = revealed.live.clone();
    let signal = RwSignal::new(revealed);
    let said = RwSignal::new(String::new());
    let refusal = RwSignal::new(refusal);
    let state = ThreadState {
        thread: signal,
        forms,
        open: RwSignal::new(opened()),
        refresh: refresher(signal, (said, refusal), refresh),
    };
    #[cfg(feature = "hydrate")]
    Effect::new(move |_| {
        use crate::platform::live::browser::follow;

        // The topic of an answer that only tutors read is not above that of the prompt.
        for topic in [live.clone(), prompt.clone()] {
            follow(topic, move || state.refresh.run(()));
        }
        open_named(signal);
    });
    #[cfg(not(feature = "hydrate"))]
    let _ = prompt;
    let ids = move || {
        signal.with(|thread| {
            let answers = thread.answers.iter();
            answers
                .map(|answer| answer.answer.message_id)
                .collect::<Vec<_>>()
        })
    };
    view! {
        <div role="status">
            {move || refusal.get().map(|refusal| view! { <Notice>{refusal}</Notice> })}
        </div>
        <p class="vh" role="status">
            {move || said.get()}
        </p>
        {left_out}
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
                .map(|of| of.reply.message_id)
                .collect::<Vec<_>>()
        })
    };
    view! {
        <li>
            {message(id, state)}
            <ol class="thread-replies">
                <For each=replies key=|id| *id children=move |id| reply(id, state) />
            </ol>
        </li>
    }
    .erase()
}

/// Shows a reply to an answer. The replies below it fold.
fn reply(id: MessageId, state: ThreadState) -> AnyView {
    let deeper = move || {
        let ids = |of: &ReplyThread| {
            let deeper = of.deeper.iter().map(|reply| reply.message_id);
            deeper.collect::<Vec<_>>()
        };
        state.below(id, ids).unwrap_or_default()
    };
    let has_deeper = Memo::new(move |_| !deeper().is_empty());
    let is_open = Memo::new(move |_| {
        let tool = state.open.get().map(|(of, _)| of);
        state
            .below(id, |of| {
                let mut deeper = of.deeper.iter();
                of.is_open || deeper.any(|reply| Some(reply.message_id) == tool)
            })
            .unwrap_or(false)
    });
    let label = move || match deeper().len() {
        1 => "1 more reply".to_owned(),
        count => format!("{count} more replies"),
    };
    view! {
        <li>
            {message(id, state)}
            <Show when=move || has_deeper.get()>
                <details class="thread-fold" open=move || is_open.get()>
                    <summary>{label}</summary>
                    <ol class="thread-replies">
                        <For
                            each=deeper
                            key=|id| *id
                            children=move |id| view! { <li>{message(id, state)}</li> }.erase()
                        />
                    </ol>
                </details>
            </Show>
        </li>
    }
    .erase()
}

/// Opens the fold with the message that the address names, and shows that message.
#[cfg(feature = "hydrate")]
fn open_named(thread: RwSignal<ColdCallThread>) {
    use crate::coldcall::message_anchor;

    let hash = window().location().hash().unwrap_or_default();
    let anchor = hash.trim_start_matches('#').to_owned();
    let is_named = |of: &ReplyThread| {
        let mut deeper = of.deeper.iter();
        deeper.any(|reply| message_anchor(reply.message_id) == anchor)
    };
    let is_folded = thread.with_untracked(|thread| {
        let mut replies = thread.answers.iter().flat_map(|answer| &answer.replies);
        replies.any(|of| !of.is_open && is_named(of))
    });
    if !is_folded {
        return;
    }
    thread.update(|thread| {
        let replies = thread
            .answers
            .iter_mut()
            .flat_map(|answer| &mut answer.replies);
        for of in replies {
            of.is_open |= is_named(of);
        }
    });
    request_animation_frame(move || {
        if let Some(element) = document().get_element_by_id(&anchor) {
            element.scroll_into_view();
        }
    });
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
fn refresher(
    _: RwSignal<ColdCallThread>,
    _: (RwSignal<String>, RwSignal<Option<String>>),
    refresh: Refresh,
) -> Callback<()> {
    // The server renders once; the fields are for the browser.
    let _ = refresh.at;
    refresh.whole
}

/// Returns a function that loads the thread again. Calls during a request are joined to one more
/// request after it.
#[cfg(feature = "hydrate")]
fn refresher(
    thread: RwSignal<ColdCallThread>,
    (said, refusal): (RwSignal<String>, RwSignal<Option<String>>),
    refresh: Refresh,
) -> Callback<()> {
    use crate::coldcall::api::load_cold_call;
    use crate::platform::error::AppError;

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
                let (course, topic, n, cohort) = at.clone();
                let page = load_cold_call(course, topic, n, cohort).await;
                match page.map(|page| {
                    if refusal.with_untracked(|old| *old != page.card.refusal) {
                        refusal.try_set(page.card.refusal);
                    }
                    page.thread
                }) {
                    Ok(Some(mut new)) => {
                        thread.try_with_untracked(|old| keep_open(&mut new, old));
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
                    // Without a connection there may be no next event.
                    Err(AppError::Unreachable | AppError::Busy | AppError::TooMany(_)) => {
                        crate::platform::live::browser::pause().await;
                        if thread.is_disposed() {
                            break;
                        }
                        continue;
                    }
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

/// Opens the folds that were open and those in which something has arrived.
#[cfg(feature = "hydrate")]
fn keep_open(new: &mut ColdCallThread, old: &ColdCallThread) {
    use std::collections::HashSet;

    let messages = old.answers.iter().flat_map(AnswerThread::messages);
    let known: HashSet<MessageId> = messages.map(|message| message.message_id).collect();
    let replies = old.answers.iter().flat_map(|answer| &answer.replies);
    let open: HashSet<MessageId> = replies
        .filter(|of| of.is_open)
        .map(|of| of.reply.message_id)
        .collect();
    for of in new
        .answers
        .iter_mut()
        .flat_map(|answer| &mut answer.replies)
    {
        let mut deeper = of.deeper.iter();
        of.is_open |= open.contains(&of.reply.message_id)
            || deeper.any(|reply| !known.contains(&reply.message_id));
    }
}

#[cfg(feature = "hydrate")]
fn count(thread: &ColdCallThread) -> usize {
    thread
        .answers
        .iter()
        .flat_map(AnswerThread::messages)
        .count()
}
