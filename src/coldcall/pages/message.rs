//! One message of a thread: its text, its star, and the forms that it opens.

use leptos::ev::MouseEvent;
use leptos::prelude::*;

use super::thread::{MessageTool, ThreadState};
use crate::coldcall::{
    MESSAGE_CHARACTERS, MessageBody, MessageRights, MessageText, REASON_CHARACTERS, StarState,
    message_anchor,
};
use crate::platform::ids::MessageId;
use crate::platform::ui::{Avatar, Badge, Button, ButtonKind, Erase, Field, Form, TextArea, Tone};

pub fn message(id: MessageId, state: ThreadState) -> AnyView {
    // Read once: a form that is open must not change under its writer.
    let first = untrack(|| state.find(id, |message| message.source.clone()));
    let (source, note) = first.flatten().unwrap_or_default();
    let may = Memo::new(move |_| state.find(id, |message| message.may).unwrap_or_default());
    let text = Memo::new(move |_| state.find(id, |message| message.text.clone()));
    let stars = Memo::new(move |_| state.find(id, |message| message.stars).unwrap_or_default());
    let author = untrack(|| text.get().map(|text| text.author)).unwrap_or_default();
    let is_removed = move || {
        text.with(|text| {
            text.as_ref()
                .is_none_or(|text| text.body == MessageBody::Removed)
        })
    };
    let opened = move || {
        let (_, tool) = state.open.get().filter(|(of, _)| *of == id)?;
        may_use(may.get_untracked(), tool).then(|| tool_form(id, tool, (&source, &note), state))
    };
    view! {
        <article class="message" id=message_anchor(id)>
            {move || text.get().map(body)}
            <div class="message-tools" hidden=is_removed>
                {
                    let author = author.clone();
                    let may_star = Memo::new(move |_| may.get().star);
                    move || star(id, stars, &author, may_star.get(), state)
                }
                {MessageTool::ALL.map(|tool| tool_link(id, tool, &author, may, state)).into_iter().collect_view()}
            </div>
            {opened}
        </article>
    }
    .erase()
}

fn may_use(may: MessageRights, tool: MessageTool) -> bool {
    match tool {
        MessageTool::Reply => may.reply,
        MessageTool::Edit => may.edit,
        MessageTool::Delete => may.delete,
        MessageTool::Report => may.report,
    }
}

fn body(text: MessageText) -> AnyView {
    let MessageText { author, body, .. } = text.clone();
    let badges = [
        (text.is_tutor, Tone::Info, "Tutor"),
        (text.is_pinned, Tone::Neutral, "Pinned"),
        (text.is_endorsed, Tone::Ok, "Endorsed"),
        (text.is_credited, Tone::Ok, "Credited by a tutor"),
        (text.is_held, Tone::Warn, "Waiting for approval"),
    ]
    .into_iter()
    .filter(|(is_on, ..)| *is_on)
    .map(|(_, tone, text)| view! { <Badge tone=tone text=text /> })
    .collect_view();
    let (html, hidden) = match body {
        MessageBody::Shown(html) => (html, None),
        MessageBody::Hidden(html, reason) => (html, Some(reason)),
        MessageBody::Removed => {
            return view! { <p class="soft message-removed">"This message was deleted."</p> }
                .erase();
        }
    };
    let hidden = hidden.map(|reason| {
        view! {
            <p class="message-hidden">
                "A tutor has hidden this message from others. Reason: " <q dir="auto">{reason}</q>
            </p>
        }
    });
    let (when, exactly) = text.at;
    let to = (text.to).map(|to| view! { <span class="soft">"to " {to}</span> });
    view! {
        <header class="message-head">
            <Avatar name=author.clone() />
            <b dir="auto">{author}</b>
            {to}
            {badges}
            <span class="grow"></span>
            <span class="soft">
                <time datetime=exactly>{when}</time>
                {text.marks}
            </span>
        </header>
        {hidden}
        <div class="message-body prose" dir="auto" inner_html=html.0></div>
    }
    .erase()
}

/// Shows the star with its count. On the person's own message, only the count, once it is known.
fn star(
    id: MessageId,
    stars: Memo<StarState>,
    author: &str,
    may: bool,
    state: ThreadState,
) -> AnyView {
    // Set by a click until the server's answer is here.
    let wished = RwSignal::new(None::<bool>);
    let is_on = move || wished.get().unwrap_or(stars.get().is_mine);
    let count = move || {
        let StarState { count, is_mine } = stars.get();
        let count = count? + i64::from(is_on()) - i64::from(is_mine);
        Some(count.to_string())
    };
    if !may {
        let shown = move || {
            count()
                .filter(|count| count != "0")
                .map(|count| format!("★ {count}"))
        };
        return view! { <span class="soft num">{shown}</span> }.erase();
    }
    let form = state.forms.star.of_item("message", &id.to_string());
    let refresh = state.refresh;
    let label = format!("Star the message of {author}");
    Effect::new(move |_| {
        stars.track();
        form.problem().track();
        wished.try_set(None);
    });
    let click = move |_: MouseEvent| {
        if form.busy().get_untracked() {
            return;
        }
        let wish = !untrack(is_on);
        // After the form is sent, because it sends the present state.
        request_animation_frame(move || {
            wished.try_set(Some(wish));
        });
    };
    view! {
        <Form form=form class="star-form" on_done=refresh>
            <input type="hidden" name="message" value=id.to_string() />
            <input type="hidden" name="starred" value=move || if is_on() { "false" } else { "true" } />
            <button
                class="star"
                aria-pressed=move || if is_on() { "true" } else { "false" }
                aria-label=label.clone()
                on:click=click
            >
                <span aria-hidden="true">{move || if is_on() { "★" } else { "☆" }}</span>
                <span class="num">{count}</span>
            </button>
        </Form>
    }
    .erase()
}

/// A link that opens a form below the message: on the page, or at its address without JavaScript.
fn tool_link(
    id: MessageId,
    tool: MessageTool,
    author: &str,
    may: Memo<MessageRights>,
    state: ThreadState,
) -> AnyView {
    let may = Memo::new(move |_| may_use(may.get(), tool));
    let label = format!("{} · {author}", tool.label());
    view! { <Show when=move || may.get()>{link(id, tool, label.clone(), state)}</Show> }.erase()
}

fn link(id: MessageId, tool: MessageTool, label: String, state: ThreadState) -> AnyView {
    let click = move |event: MouseEvent| {
        event.prevent_default();
        state.open.update(|open| {
            *open = match *open == Some((id, tool)) {
                true => None,
                false => Some((id, tool)),
            };
        });
    };
    view! {
        <a
            class="message-tool"
            href=format!("?{}={id}#{}", tool.name(), message_anchor(id))
            aria-label=label
            aria-expanded=move || (state.open.get() == Some((id, tool))).to_string()
            role="button"
            on:click=click
        >
            {tool.label()}
        </a>
    }
    .erase()
}

/// The form of a tool. `source` is the text to be changed, and `note` what a change does besides.
fn tool_form(
    id: MessageId,
    tool: MessageTool,
    (source, note): (&str, &str),
    state: ThreadState,
) -> AnyView {
    let all = state.forms;
    let form = match tool {
        MessageTool::Reply => all.reply,
        MessageTool::Edit => all.edit,
        MessageTool::Delete => all.delete,
        MessageTool::Report => all.report,
    };
    let form = form.of_item("message", &id.to_string());
    let done = Callback::new(move |()| {
        state.open.try_set(None);
        state.refresh.run(());
    });
    let inside = match tool {
        MessageTool::Reply | MessageTool::Edit => {
            let (label, hint) = match tool {
                MessageTool::Reply => ("Your reply", ""),
                _ => ("Your message", note),
            };
            view! {
                <TextArea
                    id=format!("ly-{}-text", tool.name())
                    name="text"
                    label=label
                    hint=hint
                    value=form.value("text", source)
                    error=form.error("text")
                    unmarked=true
                    max_length=MESSAGE_CHARACTERS
                />
            }
            .erase()
        }
        MessageTool::Delete => view! { <p>"Delete this message? Replies to it stay. A new answer is marked."</p> }.erase(),
        MessageTool::Report => view! {
            <Field
                id="ly-report-reason"
                name="reason"
                label="Reason"
                hint="Tutors of the course read it. The author doesn’t learn who reported the message."
                value=form.value("reason", "")
                error=form.error("reason")
                max_length=REASON_CHARACTERS
                required=true
            />
        }
        .erase(),
    };
    let (kind, label) = match tool {
        MessageTool::Reply => (ButtonKind::Primary, "Post reply"),
        MessageTool::Edit => (ButtonKind::Primary, "Save"),
        MessageTool::Delete => (ButtonKind::Danger, "Delete"),
        MessageTool::Report => (ButtonKind::Primary, "Report"),
    };
    view! {
        <Form form=form class="stack message-form" on_done=done>
            <input type="hidden" name="message" value=id.to_string() />
            {inside}
            <div class="row">
                <Button kind=kind busy=form.busy()>
                    {label}
                </Button>
            </div>
        </Form>
    }
    .erase()
}
