//! Renders a conversation with its forms as HTML. The page of the conversation and the dock of the
//! player show it as it is: the browser has no view of it, and loads it again after each form.

use std::collections::HashMap;

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use uuid::Uuid;

use super::answer::Quotation;
use super::history::others;
use super::ladder::{self, AnswerKind, Wish, intro, place_words};
use super::links::{passage_href, place_href};
use super::store::{PreparedQuestion, TalkRow};
use super::view::TalkView;
use super::written_html::{unfinished, written};
use crate::course::server::render::Links;
use crate::paths::tutor_file_path;
use crate::platform::http::flash::Flash;
use crate::platform::ids::ChatMessageId;
use crate::platform::markdown;
use crate::platform::time::Clock;
use crate::platform::ui::{
    Avatar, Badge, Button, ButtonKind, Erase, Field, Form, FormState, Html, Language, Notice,
    TextArea, Tone, rendered,
};
use crate::tutor_chat::api::{
    AskPerson, AskSuggestion, AskTutor, DeleteConversation, RateAnswer, StopAnswer, TakeStep,
    WriteAnswerAgain,
};
use crate::tutor_chat::desk::server::live::topic;
use crate::tutor_chat::{QUESTION_CHARACTERS, RATING_CHARACTERS};

/// Id of a message on the page.
pub fn message_anchor(message: ChatMessageId) -> String {
    format!("m-{message}")
}

/// Renders the conversation, with the outcome of the form that the page comes back from.
pub fn talk(view: &TalkView, flash: Option<&Flash>, clock: &Clock) -> Html {
    rendered(|| whole(view, flash, clock))
}

/// The forms of a conversation, after the outcome of one of them.
#[derive(Clone, Copy)]
pub struct TalkForms {
    ask: FormState,
    suggestion: FormState,
    step: FormState,
    pub stop: FormState,
    pub again: FormState,
    person: FormState,
    rate: FormState,
    delete: FormState,
}

impl TalkForms {
    fn after(flash: Option<&Flash>) -> Self {
        let of =
            |path: &'static str| FormState::after(path, flash.filter(|flash| flash.form == path));
        Self {
            ask: of(AskTutor::PATH),
            suggestion: of(AskSuggestion::PATH),
            step: of(TakeStep::PATH),
            stop: of(StopAnswer::PATH),
            again: of(WriteAnswerAgain::PATH),
            person: of(AskPerson::PATH),
            rate: of(RateAnswer::PATH),
            delete: of(DeleteConversation::PATH),
        }
    }
}

fn whole(view: &TalkView, flash: Option<&Flash>, clock: &Clock) -> AnyView {
    let forms = TalkForms::after(flash);
    let messages = view.rows.iter().map(|row| match row.role.as_str() {
        "user" => question(row),
        "tutor" => person(row, clock),
        _ => answer(view, row, forms),
    });
    let empty = view.rows.is_empty().then(|| {
        let text = match view.is_model {
            true => {
                "Ask about this topic. A language model answers from the course, each sentence is compared with the course's text, and the places are shown. It gets your question without your name."
            }
            false => {
                "Ask about this topic. The tutor answers only with what the course says, word for word, and shows where it stands."
            }
        };
        view! { <p class="soft">{text}</p> }
    });
    // The browser follows this until the answer is there.
    let live = (view.rows.iter().find(|row| row.is_unwritten())).map(|row| topic(row.session_id));
    let since = live.is_some().then(|| view.since.to_string());
    view! {
        <div class="tutor-talk" data-live=live data-since=since>
            {empty} <ol class="tutor-messages" aria-label="Conversation">
                {messages.collect_view()}
            </ol> {suggestions(view, forms.suggestion)} {keeping(view, forms.delete)} {others(view)}
        </div>
        {ask(view, forms.ask)}
    }
    .erase()
}

fn question(row: &TalkRow) -> AnyView {
    let waiting = (row.is_waiting == Some(true)).then(|| {
        view! {
            <p class="soft">
                "The tutors of this course have this question. Their reply will stand here."
            </p>
        }
    });
    view! {
        <li class="tutor-question" id=message_anchor(row.message_id) tabindex="-1">
            <p class="tutor-asked" dir="auto">
                <span class="vh">"You asked: "</span>
                {row.content.clone()}
            </p>
            {waiting}
        </li>
    }
    .erase()
}

/// Shows the reply of a person.
fn person(row: &TalkRow, clock: &Clock) -> AnyView {
    let name = row
        .name
        .clone()
        .unwrap_or_else(|| "A former member".to_owned());
    let html = markdown::render(&row.content, &|_, _| None).html;
    view! {
        <li class="tutor-answer" id=message_anchor(row.message_id) tabindex="-1">
            <p class="tutor-person">
                <Avatar name=name.clone() />
                <b dir="auto">{name}</b>
                <Badge tone=Tone::Info text="Tutor" />
                <time class="soft" datetime=row.created_at.to_rfc3339()>
                    {clock.ago(row.created_at)}
                </time>
            </p>
            <div class="prose" dir="auto" inner_html=html></div>
        </li>
    }
    .erase()
}

fn answer(view: &TalkView, row: &TalkRow, forms: TalkForms) -> AnyView {
    let sentences = row.sentences();
    if !row.is_complete() {
        return unfinished(view, row, &sentences, forms);
    }
    let body = match row.kind() {
        Some(AnswerKind::Prepared) => prepared(view, row),
        Some(kind) if !sentences.is_empty() => {
            let body = written(view, kind, &sentences, &row.citations());
            view! {
                {body}
                <p class="soft">
                    "Written by a language model. Each sentence was compared with the passages that it names."
                </p>
            }
            .erase()
        }
        Some(kind) => found(view, kind, &row.citations()),
        None => view! { <p dir="auto">{row.content.clone()}</p> }.erase(),
    };
    let note = row
        .note()
        .map(|note| view! { <p class="soft">{note.sentence()}</p> });
    view! {
        <li class="tutor-answer" id=message_anchor(row.message_id) tabindex="-1">
            <span class="vh">"The tutor: "</span>
            {body}
            {note}
            {tools(view, row, forms)}
            {rating(row, forms.rate)}
        </li>
    }
    .erase()
}

/// Shows the answer that a tutor of the course has written for a suggested question.
fn prepared(view: &TalkView, row: &TalkRow) -> AnyView {
    let links = Links {
        course_slug: &view.at.0,
        language: &view.course_title.language.tag(),
        files: &HashMap::new(),
    };
    let html = links.markdown(&row.content).html;
    view! {
        <div class="prose" dir="auto" inner_html=html></div>
        <p class="soft">"Written by a tutor of this course."</p>
    }
    .erase()
}

/// Shows the tutor's own answer: quotations with numbers, and the places that they are from.
fn found(view: &TalkView, kind: AnswerKind, citations: &[Quotation]) -> AnyView {
    let language = &view.course_title.language;
    let course = view.at.0.as_str();
    let is_quoted = matches!(kind, AnswerKind::Quotations);
    let href = |citation: &Quotation| match is_quoted {
        true => passage_href(course, citation),
        false => place_href(course, &citation.source),
    };
    let quotes = citations
        .iter()
        .enumerate()
        .filter(|(_, citation)| !citation.text.is_empty())
        .map(|(at, citation)| {
            quote(
                language,
                citation,
                is_quoted.then(|| (at + 1, href(citation))),
            )
        })
        .collect_view();
    let places = citations.iter().map(|citation| {
        view! {
            <li>
                <a rel="external" href=href(citation)>
                    {language.inline(place_words(&citation.source))}
                </a>
            </li>
        }
    });
    let label = match kind {
        AnswerKind::Quotations | AnswerKind::KeySentence => "Sources",
        AnswerKind::Unknown => "Nearest place",
        _ => "Read here",
    };
    let sources = (!citations.is_empty()).then(|| {
        view! {
            <div class="tutor-sources">
                <b>{label}</b>
                <ol class:tutor-numbered=is_quoted>{places.collect_view()}</ol>
            </div>
        }
    });
    view! {
        <p>{intro(kind)}</p>
        {quotes}
        {sources}
    }
    .erase()
}

fn quote(language: &Language, citation: &Quotation, source: Option<(usize, String)>) -> AnyView {
    let mark = source.map(|(number, href)| {
        let label = format!("Source {number}: {}", place_words(&citation.source));
        view! {
            <a class="tutor-cite" rel="external" href=href aria-label=label>
                {number}
            </a>
        }
    });
    view! {
        <p class="tutor-quote">
            <q lang=language.tag() dir=language.dir()>
                {citation.text.clone()}
            </q>
            " "
            {mark}
        </p>
    }
    .erase()
}

/// Shows the steps that follow the last answer to a question, and the way to a person.
fn tools(view: &TalkView, row: &TalkRow, forms: TalkForms) -> AnyView {
    let answers = (view.rows.iter()).filter(|other| other.answer_to == row.answer_to);
    let is_last = answers
        .clone()
        .next_back()
        .is_some_and(|last| last.message_id == row.message_id);
    let Some(question) = row.answer_to.filter(|_| is_last && view.refusal.is_none()) else {
        return ().erase();
    };
    let given: Vec<AnswerKind> = answers.filter_map(TalkRow::kind).collect();
    let is_own = given.contains(&AnswerKind::OwnHint);
    let next = |wish: Wish| ladder::next(&given, wish, is_own).is_some();
    let id = question.to_string();
    let step = forms.step.of_item("question", &id);
    let hint = next(Wish::Hint).then(|| {
        view! {
            <Button kind=ButtonKind::Secondary name="wish" value="hint">
                "Another hint"
            </Button>
        }
    });
    let explain = (!is_own && next(Wish::Explanation)).then(|| {
        view! {
            <Button kind=ButtonKind::Secondary name="wish" value="explanation">
                "Explain it"
            </Button>
        }
    });
    let has_steps = hint.is_some() || explain.is_some();
    let steps = has_steps.then(|| {
        view! {
            <Form form=step class="inline row">
                <input type="hidden" name="question" value=id.clone() />
                {hint}
                {explain}
            </Form>
        }
    });
    let is_handed =
        (view.rows.iter()).any(|other| other.message_id == question && other.is_waiting.is_some());
    let person = forms.person.of_item("question", &question.to_string());
    let person = (!is_handed).then(|| {
        view! {
            <Form form=person class="inline">
                <input type="hidden" name="question" value=question.to_string() />
                <Button kind=ButtonKind::Quiet>"Ask a person"</Button>
            </Form>
        }
    });
    view! { <div class="tutor-tools">{steps} {person}</div> }.erase()
}

/// Lets the learner say whether an answer helped, and why.
fn rating(row: &TalkRow, form: FormState) -> AnyView {
    let id = row.message_id.to_string();
    let form = form.of_item("answer", &id);
    let button = |value: bool, label: &'static str| {
        let pressed = (row.is_helpful == Some(value)).to_string();
        view! {
            <button class="chip" name="helpful" value=value.to_string() aria-pressed=pressed>
                {label}
            </button>
        }
    };
    let buttons = [button(true, "Helpful"), button(false, "Not helpful")];
    let answer = id.clone();
    let reason = row.is_helpful.map(|is_helpful| {
        let given = row.feedback_reason.clone().unwrap_or_default();
        let is_open = form.error("reason").get_untracked().is_some();
        view! {
            <details open=is_open>
                <summary>{if given.is_empty() { "Say why" } else { "Your reason" }}</summary>
                <Form form=form class="stack">
                    <input type="hidden" name="answer" value=id.clone() />
                    <input type="hidden" name="helpful" value=is_helpful.to_string() />
                    <Field
                        id=format!("ly-why-{id}")
                        name="reason"
                        label="Reason"
                        value=form.value("reason", &given)
                        error=form.error("reason")
                        max_length=RATING_CHARACTERS
                    />
                    <div class="row">
                        <Button kind=ButtonKind::Secondary>"Send reason"</Button>
                    </div>
                </Form>
            </details>
        }
    });
    // An error of the reason stands in the other form.
    let plain = match reason.is_some() {
        true => form.of_item("answer", ""),
        false => form,
    };
    view! {
        <div class="tutor-rating">
            <Form form=plain class="inline row">
                <input type="hidden" name="answer" value=answer />
                <span class="chips" role="group" aria-label="Was this answer helpful?">
                    {buttons.into_iter().collect_view()}
                </span>
            </Form>
            {reason}
        </div>
    }
    .erase()
}

fn suggestions(view: &TalkView, form: FormState) -> AnyView {
    if view.suggestions.is_empty() {
        return ().erase();
    }
    let (course, topic) = view.at.clone();
    let chip = |one: &PreparedQuestion| {
        view! {
            <button class="chip" name="suggestion" value=one.suggestion_id.to_string() dir="auto">
                {one.prompt_text.clone()}
            </button>
        }
    };
    let chips = view.suggestions.iter().map(chip).collect_view();
    view! {
        <Form form=form class="stack">
            <input type="hidden" name="course" value=course />
            <input type="hidden" name="topic" value=topic />
            <div class="chips" role="group" aria-label="Suggested questions">
                {chips}
            </div>
        </Form>
    }
    .erase()
}

/// Shows how to keep the conversation and how to delete it.
fn keeping(view: &TalkView, form: FormState) -> AnyView {
    if view.rows.is_empty() {
        return ().erase();
    }
    let (course, topic) = view.at.clone();
    let file = tutor_file_path(&course, &topic);
    view! {
        <div class="tutor-keep">
            <a href=file rel="external" download="">
                "Download"
            </a>
            <details>
                <summary>"Delete conversation"</summary>
                <Form form=form class="stack">
                    <input type="hidden" name="course" value=course />
                    <input type="hidden" name="topic" value=topic />
                    <p>
                        "Delete all messages of this conversation, also the replies of people? Questions that you have used stay used."
                    </p>
                    <div class="row">
                        <Button kind=ButtonKind::Danger>"Delete it"</Button>
                    </div>
                </Form>
            </details>
        </div>
    }
    .erase()
}

fn ask(view: &TalkView, form: FormState) -> AnyView {
    if let Some(refusal) = view.refusal {
        return view! {
            <div class="tutor-ask">
                <Notice>{refusal}</Notice>
            </div>
        }
        .erase();
    }
    let (course, topic) = view.at.clone();
    let (left, all) = (view.terms.left(), view.terms.settings.questions_per_module);
    let (kind, submit) = match left {
        0 => (ButtonKind::Primary, None),
        _ => (
            ButtonKind::Quiet,
            Some(view! { <Button>"Ask the tutor"</Button> }),
        ),
    };
    let read = match view.terms.settings.tutors_may_read {
        true => {
            "The tutors of this course see the questions that are asked here, without names. If you ask a person, they see your name, the question and the messages before it."
        }
        false => {
            "Only you can read this conversation. If you ask a person, the tutors of this course see the question and the messages before it."
        }
    };
    view! {
        <Form form=form class="tutor-ask">
            <input type="hidden" name="course" value=course />
            <input type="hidden" name="topic" value=topic />
            <input type="hidden" name="key" value=Uuid::now_v7().to_string() />
            <TextArea
                id="ly-tutor-question"
                name="question"
                label="Your question"
                value=form.value("question", "")
                error=form.error("question")
                max_length=QUESTION_CHARACTERS
                unmarked=true
            />
            <div class="row">
                {submit}
                <Button kind=kind name="to" value="person">
                    "Ask a person"
                </Button>
            </div>
            <p class="soft num">{format!("{left} of {all} questions left in this module · suggestions are free")}</p>
            <p class="soft">{read}</p>
        </Form>
    }
    .erase()
}
