//! Page on which a tutor writes to members of a cohort, with the messages that were sent.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_router::hooks::use_query_map;

use super::api::{SendMessage, load_message};
use super::{MESSAGE_CHARACTERS, MESSAGE_TITLE_CHARACTERS, MessagePage, Receivers, SentMessage};
use crate::cohort::MemberStatus;
use crate::cohort::teach::pages::counted;
use crate::cohort::teach::{MemberQuery, cohort_path};
use crate::platform::ids::CohortId;
use crate::platform::ui::{
    Button, ButtonKind, Erase, Field, Form, FormState, Html, Notice, Page, TextArea, Tone, loaded,
    page_resource, path_part, query_value,
};
use crate::teaching::Area;
use crate::teaching::pages::{TeachHeading, frame_below};

/// Page `/teach/COURSE/cohorts/ID/message`.
pub fn message_page() -> AnyView {
    let (course, cohort) = (path_part("course"), path_part("cohort"));
    let to = Memo::new(|_| asked());
    let page = page_resource(
        move || (course.get(), cohort.get(), to.get()),
        |(course, cohort, to)| {
            load_message(course, CohortId(cohort.parse().unwrap_or_default()), to)
        },
    );
    let form = FormState::of(SendMessage::PATH);
    let done = query_value("done");
    let show = move |page: MessagePage| {
        let course = course.get_untracked();
        let title = page.course_title.clone();
        let above = cohort_path(&course, page.cohort_id);
        let heading = TeachHeading::task("Write a message").below(page.cohort_title.clone(), above);
        let inside = view! {
            {move || (done.get() == "sent").then(|| view! { <Notice tone=Tone::Ok>"The message is sent."</Notice> })}
            {message(page, &course, to.get_untracked(), form)}
        };
        frame_below(&course, &title, Area::Cohorts, heading, inside.erase())
    };
    view! { <Page title="Write a message">{loaded(page, show)}</Page> }.erase()
}

/// Reads the receivers from the page's address.
fn asked() -> Receivers {
    use_query_map().with(|query| Receivers {
        member: query.get("member").unwrap_or_default(),
        filter: MemberQuery {
            q: query.get("q").unwrap_or_default().trim().to_owned(),
            status: MemberStatus::parse(&query.get("status").unwrap_or_default()),
            batch: query.get("batch").and_then(|batch| batch.parse().ok()),
            page: 0,
        },
    })
}

fn message(page: MessagePage, course: &str, to: Receivers, form: FormState) -> AnyView {
    let count = page.receivers;
    let back = match to.member.is_empty() {
        true => to.filter.path(course, page.cohort_id),
        false => cohort_path(course, page.cohort_id),
    };
    let is_one = !to.member.is_empty();
    let whom = match is_one {
        true => format!("To {}.", page.said),
        false => format!("To {}: {}.", counted(count, "member", "members"), page.said),
    };
    let mailed = (page.without_account > 0).then(|| {
        let people = counted(page.without_account, "receiver has", "receivers have");
        format!("{people} no account yet. They get a mail only.")
    });
    let sent = sent(page.sent, ("member", "members"));
    let form = match count {
        0 => view! {
            <div class="row">
                <Button kind=ButtonKind::Secondary href=back>
                    "Change the filters"
                </Button>
            </div>
        }
        .erase(),
        _ => {
            let key = form.value("key", &page.key.to_string());
            let hidden = hidden(course, page.cohort_id, key, &to);
            message_form(
                (hidden, Default::default()),
                (!is_one).then_some(count),
                back,
                form,
            )
        }
    };
    view! {
        <p>{whom}</p>
        {mailed.map(|said| view! { <p class="soft">{said}</p> })}
        <p class="soft">
            "Each member gets it for themselves, with your name, as a notification and by mail as they have chosen."
        </p>
        {form}
        {sent}
    }
    .erase()
}

/// Names and values of the hidden inputs.
fn hidden(course: &str, cohort: CohortId, key: String, to: &Receivers) -> Vec<(String, String)> {
    let mut inputs = vec![
        ("course".to_owned(), course.to_owned()),
        ("cohort".to_owned(), cohort.to_string()),
        ("key".to_owned(), key),
        ("to[member]".to_owned(), to.member.clone()),
    ];
    let filters = to.filter.filters().into_iter();
    inputs.extend(
        filters
            .filter(|(_, value)| !value.is_empty())
            .map(|(name, value)| (format!("to[filter][{name}]"), value)),
    );
    inputs
}

/// Form of a message, with its hidden inputs, and the subject and text that it begins with.
/// `confirm` holds the number of receivers, if they are a list.
pub fn message_form(
    (hidden, (title, text)): (Vec<(String, String)>, (String, String)),
    confirm: Option<i64>,
    back: String,
    form: FormState,
) -> AnyView {
    let hidden = hidden
        .into_iter()
        .map(|(name, value)| view! { <input type="hidden" name=name value=value /> })
        .collect_view();
    let confirm = confirm.map(|count| {
        view! {
            <Field
                name="confirmed"
                label="Number of receivers"
                r#type="number"
                hint=format!("Type {count} to confirm that so many people get it.")
                value=form.value("confirmed", "")
                error=form.error("confirmed")
                required=true
                autocomplete="off"
            />
        }
    });
    view! {
        <Form form=form class="stack cohort-brief">
            {hidden}
            <Field
                name="title"
                label="Subject"
                value=form.value("title", &title)
                error=form.error("title")
                max_length=MESSAGE_TITLE_CHARACTERS
                required=true
                autocomplete="off"
            />
            <TextArea
                name="text"
                label="Message"
                hint="You can use Markdown."
                value=form.value("text", &text)
                error=form.error("text")
                max_length=MESSAGE_CHARACTERS
                required=true
            />
            {confirm}
            <div class="row">
                <Button busy=form.busy()>"Send"</Button>
                <Button kind=ButtonKind::Quiet href=back>
                    "Cancel"
                </Button>
            </div>
        </Form>
    }
    .erase()
}

/// Lists the messages that were sent, with who has read them. `people` is the word for one
/// receiver and for several.
pub fn sent(messages: Vec<SentMessage>, people: (&'static str, &'static str)) -> AnyView {
    if messages.is_empty() {
        return ().erase();
    }
    let messages = messages
        .into_iter()
        .map(|it| sent_message(it, people))
        .collect_view();
    view! {
        <section aria-labelledby="ly-sent">
            <h2 id="ly-sent">"Sent messages"</h2>
            {messages}
        </section>
    }
    .erase()
}

fn sent_message(it: SentMessage, (one, many): (&str, &str)) -> AnyView {
    let (words, exactly) = it.at;
    let Html(body) = it.body;
    let all = counted(it.receivers, one, many);
    let names = |title: &'static str, names: Vec<String>, of: i64| {
        view! {
            <dt>{title}</dt>
            <dd>{and_more(names, of)}</dd>
        }
    };
    view! {
        <article class="cohort-announcement">
            <h3>{it.title}</h3>
            <p class="soft">
                {it.sender} ", " <time datetime=exactly>{words}</time>
            </p>
            <div class="prose" inner_html=body></div>
            <details class="cohort-add">
                <summary>{format!("Read by {} of {all}", it.readers)}</summary>
                <dl class="cohort-readers">
                    {names("Read", it.read, it.readers)}
                    {names("Not read yet", it.unread, it.receivers - it.readers)}
                </dl>
            </details>
        </article>
    }
    .erase()
}

/// Joins the first names of `all` people, and says how many there are beyond these.
pub fn and_more(names: Vec<String>, all: i64) -> String {
    let listed = i64::try_from(names.len()).unwrap_or_default();
    match (listed, all - listed) {
        (0, 0) => "Nobody".to_owned(),
        (_, more) if more > 0 => format!("{} and {more} more", names.join(", ")),
        _ => names.join(", "),
    }
}
