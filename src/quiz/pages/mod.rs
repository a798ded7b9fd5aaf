//! The page of a quiz: its terms, the running attempt, a result and the history.

pub mod result;
pub mod running;

use leptos::{prelude::*, server_fn};
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;
use server_fn::ServerFn;

use self::result::result;
pub use self::result::result_mark;
use super::api::{SaveAnswer, StartQuiz, SubmitQuiz, load_quiz};
use super::{
    AttemptStatus, PastAttempt, QuizPage, QuizState, QuizTerms, RunningAttempt, SaveReply,
};
use crate::paths::quiz_path;
use crate::platform::ui::{
    Badge, Breadcrumbs, Button, Crumb, Erase, Form, FormState, Language, Notice, Page, Tone,
    loaded, page_resource, query_value,
};
use crate::question_bank::Mark;
use crate::question_bank::pages::history::{PastLine, history};
use crate::question_bank::pages::marks::open_words;
use crate::question_bank::pages::timer::{time_over, timer};
use crate::quiz::pages::running::question;

pub fn quiz_page() -> AnyView {
    let params = Memo::new(|_| {
        use_params_map().with(|params| {
            let number = |name| params.get(name).and_then(|n| n.parse().ok()).unwrap_or(0);
            (
                params.get("course").unwrap_or_default(),
                number("module"),
                number("pair"),
            )
        })
    });
    let show = query_value("show");
    let page = page_resource(
        move || (params.get(), show.get()),
        |((course, module, section), show)| load_quiz(course, module, section, show),
    );
    let forms = QuizForms {
        start: FormState::of(StartQuiz::PATH),
        save: FormState::of(SaveAnswer::PATH),
        submit: FormState::of(SubmitQuiz::PATH),
    };
    view! { <Page title="Quiz">{loaded(page, move |page| quiz(page, forms))}</Page> }.erase()
}

#[derive(Clone, Copy)]
struct QuizForms {
    start: FormState,
    save: FormState,
    submit: FormState,
}

fn quiz(page: QuizPage, forms: QuizForms) -> AnyView {
    let number = page.number;
    let name = format!("Quiz {number}");
    let course = format!("/learn/{}", page.course_slug);
    let path = quiz_path(&page.course_slug, number);
    let is_running = matches!(page.state, QuizState::Running(_));
    let state = match page.state.clone() {
        QuizState::Ready(terms) => ready(page.clone(), terms, forms.start),
        QuizState::Closed(why) => view! {
            <Notice tone=Tone::Info title="Not available now">
                {why}
            </Notice>
        }
        .erase(),
        QuizState::Running(attempt) => running(*attempt, &page.course_title.language, &path, forms),
        QuizState::Result(graded) => result(&page, *graded, &path),
    };
    let excused = page.is_excused.then(|| {
        view! { <Notice>"Your tutor excused you from this quiz. It counts as passed whether you take it or not."</Notice> }
    });
    let about = (!is_running).then(|| {
        let links = page
            .topics
            .clone()
            .into_iter()
            .map(|topic| {
                view! {
                    <li>
                        <a href=topic.href>{page.course_title.language.inline(topic.title)}</a>
                    </li>
                }
            })
            .collect_view();
        view! {
            <section class="quiz-about">
                <h2 class="label">"Topics covered"</h2>
                <ul>{links}</ul>
            </section>
            {history("Your attempts", &format!("{path}?show="), page.history.clone())}
        }
    });
    view! {
        <Title text=format!("{name} · {}", page.course_title) />
        <div class="narrow quiz-page">
            <Breadcrumbs trail=vec![
                page.course_title.crumb(course),
                Crumb::new(page.module_title.clone(), "").in_language(&page.course_title.language),
                Crumb::new(name.clone(), ""),
            ] />
            <h1>{name}</h1>
            {excused}
            {state}
            {about}
        </div>
    }
    .erase()
}

fn ready(page: QuizPage, terms: QuizTerms, start: FormState) -> AnyView {
    let questions = match terms.questions {
        1 => "One question".to_owned(),
        count => format!("{count} questions"),
    };
    let pass = format!("{}% to pass", terms.passing_score_percent);
    let time = terms.time.unwrap_or_else(|| "no time limit".to_owned());
    let attempts = terms.attempts_left.map(|left| match left {
        1 => "This is your last attempt.".to_owned(),
        left => format!("You have {left} attempts left."),
    });
    let begin = if terms.is_repeat {
        "Try again"
    } else {
        "Start"
    };
    view! {
        <ul class="quiz-terms">
            <li>{questions}</li>
            <li>{pass}</li>
            <li>{time}</li>
        </ul>
        <p class="soft">
            "Your answers are saved as you go. You can return to a question, flag it for review, or close the page without losing anything."
        </p>
        {attempts.map(|attempts| view! { <p class="soft">{attempts}</p> })}
        <Form form=start>
            <input type="hidden" name="course" value=page.course_slug />
            <input type="hidden" name="module_no" value=page.number.module_no.to_string() />
            <input type="hidden" name="pair" value=page.number.section.to_string() />
            <Button big=true busy=start.busy()>
                {begin}
            </Button>
        </Form>
    }
    .erase()
}

fn running(attempt: RunningAttempt, language: &Language, path: &str, forms: QuizForms) -> AnyView {
    let attempt_id = attempt.attempt_id.to_string();
    let said_left = attempt.seconds_left.map(RwSignal::new);
    let told = Callback::new(move |answer: String| {
        let told: SaveReply = serde_json::from_str(&answer).unwrap_or_default();
        if let (Some(said_left), Some(left)) = (said_left, told.seconds_left) {
            said_left.try_set(left);
        }
        told.basis
    });
    let clock = said_left.map(timer);
    let at_end = attempt.at.is_none();
    let inside = match attempt.at.clone() {
        Some((at, shown)) => question(attempt, at, shown, language, forms.save, told),
        None => overview(attempt.marks, path),
    };
    view! {
        <div class="quiz-run">
            <div class="quiz-bar">{forms.save.status()} {clock}</div>
            {inside}
            <Form form=forms.submit class=if at_end { "stack quiz-submit" } else { "quiz-submit vh" } id="ly-submit" on_answer=told>
                <input type="hidden" name="attempt" value=attempt_id />
                {at_end.then(|| view! { <Button big=true busy=forms.submit.busy()>"Submit"</Button> })}
                {time_over()}
            </Form>
        </div>
    }
    .erase()
}

/// The overview before handing in: which questions are answered and which are flagged.
fn overview(marks: Vec<Mark>, path: &str) -> AnyView {
    let said = open_words(&marks);
    let lines = marks
        .into_iter()
        .zip(1..)
        .map(|(mark, number): (_, usize)| {
            view! {
                <li>
                    <a href=format!("{path}?show={number}") rel="external">
                        {format!("Question {number}")}
                    </a>
                    <span class="soft">{mark.answer.words()}</span>
                    {mark.flagged.then(|| view! { <Badge tone=Tone::Warn text="Flagged" /> })}
                </li>
            }
        })
        .collect_view();
    view! {
        <h2 tabindex="-1" autofocus=true>
            "Ready to submit?"
        </h2>
        <p>{said}</p>
        <ol class="quiz-overview">{lines}</ol>
    }
    .erase()
}

impl From<PastAttempt> for PastLine {
    fn from(attempt: PastAttempt) -> Self {
        let (tone, text) = outcome(attempt.status);
        Self {
            id: attempt.attempt_id.to_string(),
            when: attempt.when,
            score: Some(attempt.score),
            counts: attempt.counts,
            outcome: Some((tone, text.to_owned())),
        }
    }
}

/// The badge of a status: its tone and its text.
pub fn outcome(status: AttemptStatus) -> (Tone, &'static str) {
    match status {
        AttemptStatus::Passed => (Tone::Ok, "Passed"),
        AttemptStatus::Failed => (Tone::Danger, "Not passed"),
        AttemptStatus::Expired => (Tone::Warn, "Time ran out"),
        AttemptStatus::InProgress => (Tone::Neutral, "In progress"),
    }
}
