//! Pages of exams for learners: the list, the start sheet, the exam room and the result.

#[cfg(any(feature = "hydrate", test))]
mod browser;
mod room;

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;

use self::room::room;
use super::api::{SaveExamAnswer, StartExam, SubmitExam, load_exam, load_exams};
use super::{
    ExamLine, ExamList, ExamPage, ExamResult, ExamStanding, ExamState, PastSitting, StartSheet,
};
use crate::paths::{exam_path, exams_path};
use crate::platform::ui::{
    Badge, Breadcrumbs, Button, Checkbox, Crumb, EmptyState, Erase, Form, FormState, Language,
    Notice, Page, Tone, loaded, page_resource, path_part, query_value,
};
use crate::question_bank::pages::graded::{answers, score};
use crate::question_bank::pages::history::{PastLine, history};

/// Page `/learn/COURSE/exam/all`.
pub fn exams_page() -> AnyView {
    let course = path_part("course");
    let exams = page_resource(move || course.get(), load_exams);
    view! { <Page title="Exams">{loaded(exams, list)}</Page> }.erase()
}

fn list(list: ExamList) -> AnyView {
    let course = list.course_slug.clone();
    let language = list.course_title.language.clone();
    let lines = match list.exams.is_empty() {
        true => view! { <EmptyState title="No exams yet" text="The exams of this course appear here." /> }.erase(),
        false => {
            let lines = list.exams.into_iter().map(|exam| line(exam, &course, &language));
            view! { <ul class="exam-list">{lines.collect_view()}</ul> }.erase()
        }
    };
    view! {
        <Title text=format!("Your exams · {}", list.course_title) />
        <div class="narrow quiz-page">
            <Breadcrumbs trail=vec![
                list.course_title.crumb(format!("/learn/{}", list.course_slug)),
                Crumb::new("Your exams", ""),
            ] />
            <h1>"Your exams"</h1>
            {lines}
        </div>
    }
    .erase()
}

fn line(exam: ExamLine, course: &str, language: &Language) -> AnyView {
    let (tone, text) = match exam.standing {
        ExamStanding::Running => (Tone::Warn, "In progress".to_owned()),
        ExamStanding::Open => (Tone::Info, "Open".to_owned()),
        ExamStanding::NotYet => (Tone::Neutral, "Not open yet".to_owned()),
        ExamStanding::Closed => (Tone::Neutral, "Closed".to_owned()),
        ExamStanding::Excused => (Tone::Neutral, "Excused".to_owned()),
        ExamStanding::Taken => (Tone::Neutral, "Submitted".to_owned()),
        ExamStanding::Scored { score, passed } => verdict(score, passed),
    };
    view! {
        <li>
            <div>
                <a href=exam_path(course, exam.exam_id)>{language.inline(exam.title)}</a>
                <p class="soft">{exam.facts}</p>
            </div>
            <Badge tone=tone text=text />
        </li>
    }
    .erase()
}

/// Badge of a result, for example "Passed, 80 %".
pub fn verdict(score: i32, passed: bool) -> (Tone, String) {
    match passed {
        true => (Tone::Ok, format!("Passed, {score}%")),
        false => (Tone::Danger, format!("Not passed, {score}%")),
    }
}

/// Page `/learn/COURSE/exam/ID`.
pub fn exam_page() -> AnyView {
    let params = Memo::new(|_| {
        use_params_map().with(|params| {
            let part = |name| params.get(name).unwrap_or_default();
            (part("course"), part("exam"))
        })
    });
    let show = query_value("show");
    let page = page_resource(
        move || (params.get(), show.get()),
        |((course, exam), show)| load_exam(course, exam, show),
    );
    let forms = ExamForms {
        start: FormState::of(StartExam::PATH),
        save: FormState::of(SaveExamAnswer::PATH),
        submit: FormState::of(SubmitExam::PATH),
    };
    loaded(page, move |page| exam(page, forms))
}

#[derive(Clone, Copy)]
struct ExamForms {
    start: FormState,
    save: FormState,
    submit: FormState,
}

impl ExamForms {
    /// Returns the error of a form that the room sent before its scripts had loaded.
    fn problem_of_room(self) -> Option<String> {
        let problem = |form: FormState| form.problem().get_untracked();
        problem(self.save).or_else(|| problem(self.submit))
    }
}

fn exam(page: ExamPage, forms: ExamForms) -> AnyView {
    let path = exam_path(&page.course_slug, page.exam_id);
    let language = page.course_title.language.clone();
    let trail = vec![
        page.course_title
            .crumb(format!("/learn/{}", page.course_slug)),
        Crumb::new("Your exams", exams_path(&page.course_slug)),
        Crumb::new(page.title.clone(), "").in_language(&language),
    ];
    let past = history(
        "Your sittings",
        &format!("{path}?show="),
        page.history.clone(),
    );
    let excused = page
        .is_excused
        .then(|| view! { <Notice>"Your tutor excused you from this exam. You don't need to take it."</Notice> });
    let title = format!("{} · {}", page.title, page.course_title);
    let state = match page.state.clone() {
        ExamState::Start(sheet) => {
            view! { {excused} {start_sheet(&page, *sheet, forms.start)} {past} }.erase()
        }
        ExamState::Room(sitting) => {
            let inside = room(
                *sitting,
                &language,
                &path,
                forms.save,
                forms.problem_of_room(),
            );
            return in_room(page, title, inside);
        }
        ExamState::Result(came_of_it) => {
            view! { {result(*came_of_it, &language, &path)} {past} }.erase()
        }
    };
    view! {
        <Page title=title>
            <div class="narrow quiz-page">
                <Breadcrumbs trail=trail />
                <h1 lang=language.tag() dir=language.dir()>
                    {page.title}
                </h1>
                {state}
            </div>
        </Page>
    }
    .erase()
}

/// The frame of the exam room: the exam's name and the way out, without the site's navigation.
fn in_room(page: ExamPage, title: String, inside: AnyView) -> AnyView {
    let language = page.course_title.language;
    view! {
        <Title text=title />
        <header class="bar exam-head">
            <h1 lang=language.tag() dir=language.dir()>
                {page.title}
            </h1>
            <span class="grow"></span>
            // Loads the page anew, so that the browser asks before it drops what is not saved.
            <a class="btn quiet" href=exams_path(&page.course_slug) rel="external">
                "Leave"
            </a>
        </header>
        <main id="main">
            <div class="narrow exam-page">{inside}</div>
        </main>
    }
    .erase()
}

fn start_sheet(page: &ExamPage, sheet: StartSheet, start: FormState) -> AnyView {
    let language = &page.course_title.language;
    let sections = sheet
        .sections
        .into_iter()
        .map(|(title, count)| {
            view! {
                <li>
                    <span>{language.inline(title)}</span>
                    <span class="soft num">{count}</span>
                </li>
            }
        })
        .collect_view();
    let lines = |lines: Vec<String>| {
        let lines = lines.into_iter().map(|line| view! { <li>{line}</li> });
        lines.collect_view()
    };
    let (course, exam) = (page.course_slug.clone(), page.exam_id.to_string());
    let begin = match sheet.closed {
        Some(why) => {
            view! { <Notice tone=Tone::Info title="Not available now">{why}</Notice> }.erase()
        }
        None => view! {
            <Form form=start>
                <input type="hidden" name="course" value=course />
                <input type="hidden" name="exam" value=exam />
                <Checkbox name="ready" label="I am ready. The clock starts now and does not stop." required=true />
                <Button big=true busy=start.busy()>
                    "Start exam"
                </Button>
            </Form>
        }
        .erase(),
    };
    view! {
        <ul class="quiz-terms">{lines(sheet.terms)}</ul>
        <div class="prose" lang=language.tag() dir=language.dir() inner_html=sheet.instructions.0></div>
        <ul class="exam-sections">{sections}</ul>
        <ul class="exam-rules soft">{lines(sheet.rules)}</ul>
        {begin}
    }
    .erase()
}

fn result(result: ExamResult, language: &Language, path: &str) -> AnyView {
    let outcome = result.outcome.map(|(percent, passed)| {
        let badge = match passed {
            true => (Tone::Ok, "Passed"),
            false => (Tone::Danger, "Not passed"),
        };
        score(
            percent,
            result.passing_score_percent,
            badge,
            &result.questions,
        )
    });
    view! {
        <section class="quiz-result" aria-label="Result" tabindex="-1" autofocus=true>
            {outcome}
            <div>
                <p>{format!("Submitted on {}.", result.ended)}</p>
                <p class="soft">{result.note}</p>
            </div>
            <div class="row">
                <a href=path.to_owned()>"About this exam"</a>
            </div>
        </section>
        {result.ended_early.map(|what| view! { <Notice tone=Tone::Info title="Ended early">{what}</Notice> })}
        {result
            .regraded
            .map(|reason| view! { <Notice tone=Tone::Info title="Regraded">{reason}</Notice> })}
        {answers(result.questions, language)}
    }
    .erase()
}

impl From<PastSitting> for PastLine {
    fn from(sitting: PastSitting) -> Self {
        Self {
            id: sitting.sitting_id.to_string(),
            when: sitting.when,
            score: None,
            counts: sitting.counts,
            outcome: (sitting.outcome).map(|(score, passed)| verdict(score, passed)),
        }
    }
}
