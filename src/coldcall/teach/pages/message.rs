//! A message with all that a tutor may know and do.

use leptos::html::Details;
use leptos::{prelude::*, server_fn};
use server_fn::ServerFn;

use crate::coldcall::teach::api::{HoldMember, ModerateMessages, ReplyAsTutor};
use crate::coldcall::teach::{CohortPerson, MessageAct, TutorMessage};
use crate::coldcall::{MESSAGE_CHARACTERS, REASON_CHARACTERS, message_anchor};
use crate::platform::ids::MessageId;
use crate::platform::ui::{
    Avatar, Badge, Button, ButtonKind, Erase, Field, Form, FormState, TextArea, Tone,
};

/// Forms of a page with messages.
#[derive(Clone, Copy)]
pub struct TutorForms {
    pub act: FormState,
    pub reply: FormState,
    pub hold: FormState,
    /// Names the replies of this page, so that sending one twice is as good as once.
    key: uuid::Uuid,
    /// Loads the page again.
    pub again: Callback<()>,
}

impl TutorForms {
    pub fn new(again: Callback<()>) -> Self {
        Self {
            act: FormState::of(ModerateMessages::PATH),
            reply: FormState::of(ReplyAsTutor::PATH),
            hold: FormState::of(HoldMember::PATH),
            key: uuid::Uuid::nil(),
            again,
        }
    }

    /// The forms of the page that was loaded with this key.
    pub fn with_key(self, key: uuid::Uuid) -> Self {
        Self { key, ..self }
    }
}

pub fn tutor_message(course: &str, message: TutorMessage, forms: TutorForms) -> AnyView {
    let id = message.message_id;
    let is_author_held = message.member.as_ref().is_some_and(|member| member.is_held);
    let badges = [
        (message.is_tutor, Tone::Info, "Tutor"),
        (is_author_held, Tone::Warn, "Posts need approval"),
        (message.hidden_reason.is_some(), Tone::Danger, "Hidden"),
        (message.is_held, Tone::Warn, "Waiting for approval"),
        (message.is_pinned, Tone::Neutral, "Pinned"),
        (message.is_endorsed, Tone::Ok, "Endorsed"),
        (message.is_credited, Tone::Ok, "Credited"),
    ]
    .into_iter()
    .filter(|(is_on, ..)| *is_on)
    .map(|(_, tone, text)| view! { <Badge tone=tone text=text /> })
    .collect_view();
    let stars = (message.stars > 0)
        .then(|| view! { <span class="soft num">{format!("★ {}", message.stars)}</span> });
    let reasons = message
        .hidden_reason
        .iter()
        .map(|reason| format!("Hidden: {reason}"))
        .chain((message.reports.iter()).map(|reason| format!("Reported: {reason}")))
        .map(|line| view! { <p class="message-hidden" dir="auto">{line}</p> })
        .collect_view();
    let (when, exactly) = message.at.clone();
    view! {
        <article class="message" id=message_anchor(id)>
            <header class="message-head">
                <Avatar name=message.author.clone() />
                <b dir="auto">{message.author.clone()}</b>
                {badges}
                <span class="grow"></span>
                {stars}
                <span class="soft">
                    <time datetime=exactly>{when}</time>
                    {message.marks.clone()}
                </span>
            </header>
            {reasons}
            <div class="message-body prose" dir="auto" inner_html=message.html.0.clone()></div>
            {acts(course, &message, forms)}
        </article>
    }
    .erase()
}

/// Returns the acts that change something.
fn possible(message: &TutorMessage) -> Vec<MessageAct> {
    let either = |is_on: bool, on: MessageAct, off: MessageAct| if is_on { off } else { on };
    let mut acts = Vec::new();
    if message.is_held {
        acts.push(MessageAct::Approve);
    }
    if !message.reports.is_empty() {
        acts.push(MessageAct::Settle);
    }
    if message.hidden_reason.is_some() {
        acts.push(MessageAct::Restore);
    }
    if !message.is_tutor {
        acts.extend([
            either(
                message.is_credited,
                MessageAct::Credit,
                MessageAct::Uncredit,
            ),
            either(
                message.is_endorsed,
                MessageAct::Endorse,
                MessageAct::Unendorse,
            ),
        ]);
    }
    acts.push(either(
        message.is_pinned,
        MessageAct::Pin,
        MessageAct::Unpin,
    ));
    acts
}

fn acts(course: &str, message: &TutorMessage, forms: TutorForms) -> AnyView {
    let id = message.message_id;
    let buttons = possible(message)
        .into_iter()
        .map(|act| {
            view! {
                <button class="message-tool" name="act" value=act.name() aria-label=format!("{} · {}", act.label(), message.author)>
                    {act.label()}
                </button>
            }
        })
        .collect_view();
    let form = forms.act.of_item("messages[]", &id.to_string());
    let (own, hidden) = (course.to_owned(), message.hidden_reason.is_some());
    let hold = message
        .member
        .as_ref()
        .and_then(|member| hold_form(course, member, forms.hold, forms.again));
    let hide = (!hidden).then(|| hide_form(course, id, &message.author, forms));
    view! {
        <div class="message-tools">
            <Form form=form class="message-acts" on_done=forms.again>
                <input type="hidden" name="course" value=own />
                <input type="hidden" name="messages[]" value=id.to_string() />
                <input type="hidden" name="reason" value="" />
                {buttons}
            </Form>
            {hide}
            {reply_form(course, vec![id], &message.author, forms)}
            {hold}
        </div>
    }
    .erase()
}

/// A button that lets each later post of the member wait for a tutor's approval, or ends that. None
/// for members without an account.
pub fn hold_form(
    course: &str,
    person: &CohortPerson,
    hold: FormState,
    again: Callback<()>,
) -> Option<AnyView> {
    let user = person.user?.to_string();
    let form = hold.of_item("member", &user);
    let (label, held) = match person.is_held {
        true => ("End approval", "false"),
        false => ("Approve posts first", "true"),
    };
    let (course, cohort) = (course.to_owned(), person.cohort.to_string());
    let said = format!("{label} · {}", person.name);
    let button = view! {
        <Form form=form class="message-acts" on_done=again>
            <input type="hidden" name="course" value=course />
            <input type="hidden" name="cohort" value=cohort />
            <input type="hidden" name="member" value=user />
            <input type="hidden" name="held" value=held />
            <button class="message-tool" aria-label=said>
                {label}
            </button>
        </Form>
    };
    Some(button.erase())
}

fn hide_form(course: &str, id: MessageId, author: &str, forms: TutorForms) -> AnyView {
    let form = forms.act.of_item("messages[]", &id.to_string());
    let course = course.to_owned();
    let has_failed = form.error("reason").get_untracked().is_some();
    view! {
        <details class="message-more" open=has_failed>
            <summary class="message-tool" aria-label=format!("Hide · {author}")>
                "Hide"
            </summary>
            <Form form=form class="stack message-form" on_done=forms.again>
                <input type="hidden" name="course" value=course />
                <input type="hidden" name="messages[]" value=id.to_string() />
                <input type="hidden" name="act" value="hide" />
                <Field
                    id=format!("ly-hide-{id}")
                    name="reason"
                    label="Reason"
                    hint="The author sees it."
                    value=form.value("reason", "")
                    error=form.error("reason")
                    max_length=REASON_CHARACTERS
                    required=true
                />
                <div class="row">
                    <Button kind=ButtonKind::Danger busy=form.busy()>
                        "Hide message"
                    </Button>
                </div>
            </Form>
        </details>
    }
    .erase()
}

/// A form that replies to all of these messages at once. `to` names their authors.
pub fn reply_form(course: &str, ids: Vec<MessageId>, to: &str, forms: TutorForms) -> AnyView {
    let first = ids.first().map(MessageId::to_string).unwrap_or_default();
    // A group and its first message have the same first id, so the number counts too.
    let of = format!("{first} {}", ids.len());
    let form = forms.reply.of_item("of", &of);
    let has_failed = form.error("text").get_untracked().is_some();
    let label = match ids.len() {
        1 => "Reply".to_owned(),
        count => format!("Reply to all {count}"),
    };
    let fields = ids
        .iter()
        .map(|id| view! { <input type="hidden" name="messages[]" value=id.to_string() /> })
        .collect_view();
    let course = course.to_owned();
    let element = format!("ly-reply-{}-{first}", ids.len());
    let key = format!("{} {of}", forms.key);
    let opened = NodeRef::<Details>::new();
    let done = Callback::new(move |()| {
        close(opened);
        forms.again.run(());
    });
    view! {
        <details class="message-more" open=has_failed node_ref=opened>
            <summary class="message-tool" aria-label=format!("{label} · {to}")>
                {label.clone()}
            </summary>
            <Form form=form class="stack message-form" on_done=done>
                <input type="hidden" name="course" value=course />
                <input type="hidden" name="of" value=of />
                <input type="hidden" name="key" value=key />
                {fields}
                <TextArea
                    id=element
                    name="text"
                    label="Your reply as a tutor"
                    value=form.value("text", "")
                    error=form.error("text")
                    max_length=MESSAGE_CHARACTERS
                    unmarked=true
                />
                <div class="row">
                    <Button busy=form.busy()>"Post reply"</Button>
                </div>
            </Form>
        </details>
    }
    .erase()
}

/// Empties the form in the opened part and closes it, because the page keeps its elements when it
/// is loaded again.
#[cfg(feature = "hydrate")]
fn close(opened: NodeRef<Details>) {
    use leptos::wasm_bindgen::JsCast;
    use leptos::web_sys::{Element, HtmlElement, HtmlTextAreaElement};

    let Some(details) = opened.get_untracked() else {
        return;
    };
    let details: &Element = &details;
    let find = |what: &str| details.query_selector(what).ok().flatten();
    if let Some(area) =
        find("textarea").and_then(|area| area.dyn_into::<HtmlTextAreaElement>().ok())
    {
        area.set_value("");
    }
    let _ = details.remove_attribute("open");
    // The button that had the focus is gone from the page.
    if let Some(summary) = find("summary").and_then(|part| part.dyn_into::<HtmlElement>().ok()) {
        let _ = summary.focus();
    }
}

#[cfg(not(feature = "hydrate"))]
fn close(_: NodeRef<Details>) {}
