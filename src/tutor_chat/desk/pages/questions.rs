//! Page `/teach/COURSE/questions/all`: questions that learners handed to a person, questions that
//! the course does not answer, and the settings of the AI tutor.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use super::settings::settings;
use super::unknown::{ANSWERED, UNKNOWN, grouped};
use crate::paths::edit_path;
use crate::paths::suggestions_path;
use crate::platform::address;
use crate::platform::ui::{
    Badge, Button, ButtonKind, Checkbox, EmptyState, Erase, Form, FormState, Glyph, Html, Language,
    Notice, Page, Pagination, TextArea, Tone, loaded, page_resource, path_part, query_now,
    query_value,
};
use crate::teaching::Area;
use crate::teaching::pages::frame;
use crate::tutor_chat::desk::api::{
    ReplyToRequest, SaveTutorSettings, SetRequestDone, load_learner_questions,
};
use crate::tutor_chat::desk::{
    EarlierTurn, HandedQuestion, LearnerQuestionsPage, LearnerQuestionsQuery, REPLY_CHARACTERS,
    RequestFilter,
};

/// The forms of the page.
#[derive(Clone, Copy)]
struct QuestionForms {
    reply: FormState,
    done: FormState,
    settings: FormState,
}

pub fn learner_questions_page() -> AnyView {
    let course = path_part("course");
    let (show, after) = (query_value("show"), query_value("after"));
    let forms = QuestionForms {
        reply: FormState::of(ReplyToRequest::PATH),
        done: FormState::of(SetRequestDone::PATH),
        settings: FormState::of(SaveTutorSettings::PATH),
    };
    let keep = forms.reply.value("request", "");
    let query = Memo::new(move |_| LearnerQuestionsQuery {
        filter: RequestFilter::parse(&show.get()),
        after: after.get(),
        keep: keep.clone(),
    });
    let page = page_resource(
        move || (course.get(), query.get()),
        |(course, query)| load_learner_questions(course, query),
    );
    let shown = move |page: LearnerQuestionsPage| {
        let course = course.get_untracked();
        let title = page.course_title.clone();
        let inside = questions(&course, page, &query.get_untracked(), forms);
        frame(&course, &title, Area::LearnerQuestions, inside)
    };
    view! { <Page title="Learner questions">{loaded(page, shown)}</Page> }.erase()
}

fn questions(
    course: &str,
    page: LearnerQuestionsPage,
    query: &LearnerQuestionsQuery,
    forms: QuestionForms,
) -> AnyView {
    let language = page.course_title.language;
    let chips = RequestFilter::ALL.map(|filter| {
        let href = LearnerQuestionsQuery {
            filter,
            ..LearnerQuestionsQuery::default()
        }
        .path(course);
        let label = match filter {
            RequestFilter::Open => format!("{} ({})", filter.label(), page.open),
            RequestFilter::Done => filter.label().to_owned(),
        };
        view! {
            <a class="chip" href=href aria-current=(filter == query.filter).then_some("true")>
                {label}
            </a>
        }
    });
    let next = page.next.map_or(String::new(), |after| {
        LearnerQuestionsQuery {
            after,
            ..query.clone()
        }
        .path(course)
    });
    let list = match page.questions.is_empty() {
        true => empty(query.filter),
        false => {
            let items = page
                .questions
                .into_iter()
                .map(|it| view! { <li>{handed(course, it, &language, forms)}</li> })
                .collect_view();
            view! { <ol class="asked">{items}</ol> }.erase()
        }
    };
    let unknown = page
        .unknown
        .map(|found| grouped(course, found, &language, &UNKNOWN));
    let answered = page
        .answered
        .map(|found| grouped(course, found, &language, &ANSWERED));
    view! {
        {said(course, forms.done)}
        <p class="soft">
            "Learners hand a question to you with “Ask a person”. Your reply appears in their conversation, and they are notified."
        </p>
        <nav class="chips" aria-label="Questions">
            {chips.into_iter().collect_view()}
        </nav>
        {list}
        <Pagination next=next />
        {unknown}
        {answered}
        {settings(course, page.settings, forms.settings)}
    }
    .erase()
}

/// Says how the last act ended. A question that was closed can be opened again here.
fn said(course: &str, done: FormState) -> Option<AnyView> {
    let text = match query_now("done").as_str() {
        "replied" => "Your reply was sent.",
        "closed" => "The question is closed.",
        "opened" => "The question is open again.",
        "settings" => "The settings were saved.",
        _ => return None,
    };
    let request = query_now("request");
    let undo = (query_now("done") == "closed" && !request.is_empty())
        .then(|| done_form(course, &request, false, "this question", done));
    let notice = view! {
        <Notice tone=Tone::Ok focused=true>
            {text}
        </Notice>
        {undo}
    };
    Some(notice.erase())
}

fn empty(filter: RequestFilter) -> AnyView {
    let (title, text) = match filter {
        RequestFilter::Open => (
            "No open questions",
            "Questions that learners hand to a person appear here.",
        ),
        RequestFilter::Done => (
            "No questions done",
            "Questions appear here once you have replied to them or closed them.",
        ),
    };
    view! { <EmptyState glyph=Glyph::Check title=title text=text /> }.erase()
}

fn handed(course: &str, it: HandedQuestion, language: &Language, forms: QuestionForms) -> AnyView {
    let id = it.request_id.to_string();
    let (when, exactly) = it.at;
    let topic_href = edit_path(course, &it.topic.slug);
    let by = it.learner.clone();
    let answer = it.answer.map(|answer| {
        view! {
            <p class="soft">"The AI tutor answered:"</p>
            <p class="asked-text soft" dir="auto">
                {answer}
            </p>
        }
    });
    let is_done = it.done.is_some();
    let state = it.done.map(|done| {
        let (when, exactly) = done.at;
        let text = match it.reply.is_some() {
            true => "Answered",
            false => "Closed",
        };
        view! {
            <p class="row soft">
                <Badge tone=Tone::Ok text=text />
                <span>
                    {done.name} ", " <time datetime=exactly.clone() title=exactly>{when}</time>
                </span>
            </p>
        }
    });
    let reply = it
        .reply
        .map(|Html(reply)| view! { <div class="prose asked-reply" inner_html=reply></div> });
    let suggest = reply.is_some().then(|| {
        let path = suggestions_path(course, &it.topic.slug);
        let href = address::with_query(&path, &[("from", &id)]);
        view! {
            <Button kind=ButtonKind::Quiet href=href>
                "Make it a suggested question"
            </Button>
        }
    });
    let label = language.inline(it.topic.label);
    view! {
        <article class="asked-question" aria-label=format!("Question of {by}")>
            <header class="row">
                <b>
                    <bdi>{by.clone()}</bdi>
                </b>
                <a href=topic_href>{label}</a>
                <time class="soft" datetime=exactly.clone() title=exactly>
                    {when}
                </time>
            </header>
            <p class="asked-text" dir="auto">
                {it.question}
            </p>
            {answer}
            {turns(it.before)}
            {state}
            {reply}
            {reply_form(course, &id, &by, is_done, forms.reply)}
            <div class="row">
                {done_form(course, &id, !is_done, &format!("the question of {by}"), forms.done)}
                {suggest}
            </div>
        </article>
    }
    .erase()
}

fn turns(before: Vec<EarlierTurn>) -> Option<AnyView> {
    if before.is_empty() {
        return None;
    }
    let turns = before
        .into_iter()
        .map(|turn| {
            view! {
                <li>
                    <p class="soft">
                        <bdi>{turn.by}</bdi>
                    </p>
                    <p class="asked-text" dir="auto">
                        {turn.text}
                    </p>
                </li>
            }
        })
        .collect_view();
    let details = view! {
        <details class="asked-more">
            <summary>"Conversation before the question"</summary>
            <ol class="asked-turns">{turns}</ol>
        </details>
    };
    Some(details.erase())
}

/// The form of a reply. For a question that is done it is folded.
fn reply_form(course: &str, id: &str, by: &str, is_done: bool, form: FormState) -> AnyView {
    let form = form.of_item("request", id);
    let has_problem = form.problem();
    let was_refused = !form.value("text", "").is_empty();
    let (course, request) = (course.to_owned(), id.to_owned());
    let (field, label) = (format!("ly-reply-{id}"), format!("Reply to {by}"));
    let again = match is_done {
        true => view! { <input type="hidden" name="again" value="true" /> }.erase(),
        // Somebody else was faster.
        false => view! {
            <Show when=move || has_problem.with(Option::is_some)>
                <Checkbox name="again" label="Send it as a further reply" />
            </Show>
        }
        .erase(),
    };
    let fields = view! {
        <Form form=form guards=true>
            <input type="hidden" name="course" value=course />
            <input type="hidden" name="request" value=request />
            <TextArea
                id=field
                name="text"
                label=label
                hint="You can use Markdown. The learner sees your name."
                value=form.value("text", "")
                error=form.error("text")
                max_length=REPLY_CHARACTERS
                unmarked=true
            />
            {again}
            <div class="row">
                <Button busy=form.busy()>"Send reply"</Button>
            </div>
        </Form>
    };
    match is_done {
        false => fields.erase(),
        true => view! {
            <details class="asked-more" open=was_refused>
                <summary>"Reply again"</summary>
                {fields}
            </details>
        }
        .erase(),
    }
}

/// A button that closes a question without a reply, or opens it again.
fn done_form(course: &str, id: &str, done: bool, of: &str, form: FormState) -> AnyView {
    let form = form.of_item("request", id);
    let label = match done {
        true => "Close without a reply",
        false => "Open again",
    };
    let said = format!("{label}: {of}");
    let (course, request) = (course.to_owned(), id.to_owned());
    view! {
        <Form form=form class="row">
            <input type="hidden" name="course" value=course />
            <input type="hidden" name="request" value=request />
            <input type="hidden" name="done" value=done.to_string() />
            <Button kind=ButtonKind::Quiet label=said busy=form.busy()>
                {label}
            </Button>
        </Form>
    }
    .erase()
}
