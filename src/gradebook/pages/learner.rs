//! Page of one learner: progress, attempts and sittings, and the tutor's actions.

use leptos::prelude::*;

use super::actions::{self, ActionForms, ActionKind};
use super::tone;
use crate::enrollment::EnrollmentStatus;
use crate::exam::teach::{exam_path, sitting_path};
use crate::gradebook::api::load_learner;
use crate::gradebook::{
    CellState, LearnerPage, ModuleCard, OpenedAttempt, PastAction, QuizCard, learner_path,
};
use crate::platform::ui::{
    Badge, Button, ButtonKind, Erase, Meter, Notice, Page, Tone, loaded, page_resource, path_part,
    query_value,
};
use crate::question_bank::pages::history::history;
use crate::quiz::pages::result_mark;
use crate::teaching::Area;
use crate::teaching::pages::frame;

pub fn learner_page() -> AnyView {
    let (course, learner, attempt) = (
        path_part("course"),
        path_part("learner"),
        query_value("attempt"),
    );
    let query = (
        query_value("do"),
        query_value("module"),
        query_value("pair"),
        query_value("exam"),
    );
    let done = query_value("done");
    let page = page_resource(
        move || (course.get(), learner.get(), attempt.get()),
        |(course, learner, attempt)| load_learner(course, learner, attempt),
    );
    let forms = ActionForms::new();
    let show = move |page: LearnerPage| {
        let shown = page.clone();
        let inside = view! {
            {head(&page)}
            {move || notice(&done.get())}
            {move || {
                let (name, module, section, exam) = query;
                let action = ActionKind::parse(&name.get(), &module.get(), &section.get(), &exam.get());
                action.map(|action| actions::form(action, &shown, forms))
            }}
            {page.opened.clone().map(|opened| attempt_view(&page, opened))}
            {allowances(&page)}
            {page.modules.iter().map(|module| module_view(&page, module)).collect_view()}
            {exams(&page)}
            {record(page.record.clone())}
        };
        frame(
            &page.course_slug,
            &page.course_title,
            Area::Learners,
            inside.erase(),
        )
    };
    view! { <Page title="Learner">{loaded(page, show)}</Page> }.erase()
}

/// Confirms the action that was just carried out.
fn notice(done: &str) -> Option<AnyView> {
    let text = match done {
        "reset" => "The quiz is reset.",
        "excuse" => "The learner is excused.",
        "end-excuse" => "The learner is no longer excused.",
        "unlock" => "Unlocked for the learner.",
        "allow" => "The time and attempts are changed.",
        "reset-exam" => "The exam is reset.",
        "excuse-exam" => "The learner is excused from the exam.",
        "end-exam-excuse" => "The learner is no longer excused from the exam.",
        _ => return None,
    };
    let said = format!("{text} The learner will receive an email.");
    Some(view! { <Notice tone=Tone::Ok>{said}</Notice> }.erase())
}

fn head(page: &LearnerPage) -> AnyView {
    let (tone, status) = match page.status {
        EnrollmentStatus::Active => (Tone::Info, "Active"),
        EnrollmentStatus::Completed => (Tone::Ok, "Completed"),
        EnrollmentStatus::Withdrawn => (Tone::Neutral, "Withdrawn"),
        EnrollmentStatus::Expired => (Tone::Neutral, "Expired"),
    };
    let (done, all) = page.done;
    let percent = u8::try_from(100 * done / all.max(1)).unwrap_or_default();
    let active = page.last_active.clone();
    view! {
        <header class="learner-head">
            <h2>{page.name.clone()}</h2>
            <p class="row">
                <Badge tone=tone text=status />
                <a href=format!("mailto:{}", page.email)>{page.email.clone()}</a>
            </p>
            <p class="soft">
                {format!(
                    "Enrolled on {}, {}.",
                    page.enrolled,
                    active.map_or("not started".to_owned(), |when| format!("last active {when}")),
                )}
            </p>
            <div class="row">
                <div class="grow">
                    <Meter percent=percent label="Topics completed" />
                </div>
                <span class="num">{format!("{done} of {all} topics")}</span>
            </div>
        </header>
    }
    .erase()
}

fn attempt_view(page: &LearnerPage, opened: OpenedAttempt) -> AnyView {
    let back = learner_path(&page.course_slug, &page.username);
    let way = view! {
        <Button kind=ButtonKind::Secondary href=back>
            "Close"
        </Button>
    };
    view! {
        <section class="learner-attempt" aria-labelledby="ly-attempt">
            <h2 id="ly-attempt">{format!("{}, {}", opened.quiz, opened.when)}</h2>
            {result_mark(opened.graded, &page.course_title.language, "Learner’s answer", way.erase())}
        </section>
    }
    .erase()
}

fn allowances(page: &LearnerPage) -> AnyView {
    let time = match page.extra_time_percent {
        0 => "Standard time".to_owned(),
        percent => format!("{percent}% extra time"),
    };
    let attempts = match page.extra_attempts {
        0 => "the standard number of attempts".to_owned(),
        1 => "1 extra attempt".to_owned(),
        count => format!("{count} extra attempts"),
    };
    let any_closed = page.modules.iter().any(|module| !module.is_open);
    view! {
        <div class="row learner-actions">
            <p class="grow">{format!("{time} and {attempts} per quiz.")}</p>
            {link(page, ActionKind::Allow, "Extra time or attempts")}
            {any_closed.then(|| link(page, ActionKind::Unlock(None), "Unlock all modules"))}
        </div>
    }
    .erase()
}

fn link(page: &LearnerPage, action: ActionKind, text: &'static str) -> AnyView {
    let href = action.path(&page.course_slug, &page.username);
    view! {
        <Button kind=ButtonKind::Secondary href=href>
            {text}
        </Button>
    }
    .erase()
}

fn module_view(page: &LearnerPage, module: &ModuleCard) -> AnyView {
    let (done, all) = module.done;
    let number = module.number;
    let unlock =
        (!module.is_open).then(|| link(page, ActionKind::Unlock(Some(number)), "Unlock now"));
    let quizzes = module.quizzes.iter();
    view! {
        <section class="learner-module">
            <div class="row">
                <div class="grow">
                    <h2>{format!("{number}. ")} {page.course_title.language.inline(module.title.clone())}</h2>
                    <p class="soft">{format!("{} {done} of {all} topics completed.", sentence(&module.said))}</p>
                </div>
                {unlock}
            </div>
            {quizzes.map(|quiz| quiz_view(page, quiz)).collect_view()}
        </section>
    }
    .erase()
}

fn exams(page: &LearnerPage) -> AnyView {
    if page.exams.is_empty() {
        return ().erase();
    }
    let cards = page.exams.iter().map(|exam| {
        let path = exam_path(&page.course_slug, exam.exam_id);
        let state = exam.cell.state;
        let running = exam.running.map(|sitting| {
            let href = sitting_path(&page.course_slug, exam.exam_id, sitting);
            view! { <a href=href>"View current sitting"</a> }
        });
        let reset = exam
            .has_sittings()
            .then(|| link(page, ActionKind::ResetExam(exam.exam_id), "Reset"));
        let excuse = match state {
            CellState::Excused => link(page, ActionKind::EndExamExcuse(exam.exam_id), "End excuse"),
            _ => link(page, ActionKind::ExcuseExam(exam.exam_id), "Excuse"),
        };
        view! {
            <div class="learner-quiz">
                <div class="row">
                    <h3>
                        <a href=path.clone()>{page.course_title.language.inline(exam.title.clone())}</a>
                    </h3>
                    <Badge tone=tone(state) text=state.label() />
                    {exam.cell.score.map(|score| view! { <span class="num">{format!("{score}%")}</span> })}
                    <span class="grow">{running}</span>
                    {reset}
                    {excuse}
                </div>
                {history("Sittings", &format!("{path}/"), exam.sittings.clone())}
            </div>
        }
    });
    view! {
        <section class="learner-module">
            <h2>"Exams"</h2>
            {cards.collect_view()}
        </section>
    }
    .erase()
}

fn record(record: Vec<PastAction>) -> AnyView {
    if record.is_empty() {
        return ().erase();
    }
    let lines = record.into_iter().map(|action| {
        view! {
            <li>
                <p>
                    <b>{action.said}</b>
                </p>
                <p>{action.reason}</p>
                <p class="soft">{action.by}</p>
            </li>
        }
    });
    view! {
        <section class="gradebook-list">
            <h2>"Tutor actions"</h2>
            <ul>{lines.collect_view()}</ul>
        </section>
    }
    .erase()
}

fn sentence(words: &str) -> String {
    match words.ends_with('.') {
        true => words.to_owned(),
        false => format!("{words}."),
    }
}

fn quiz_view(page: &LearnerPage, quiz: &QuizCard) -> AnyView {
    let number = quiz.number;
    let attempts = match quiz.attempts_used {
        0 => String::new(),
        1 => "1 attempt".to_owned(),
        count => format!("{count} attempts"),
    };
    let excuse = match (quiz.cell.state, quiz.is_retired) {
        (CellState::Excused, _) => link(page, ActionKind::EndExcuse(number), "End excuse"),
        (_, false) => link(page, ActionKind::Excuse(number), "Excuse"),
        (_, true) => ().erase(),
    };
    let retired = if quiz.is_retired { " (retired)" } else { "" };
    let reset = (quiz.attempts_used > 0).then(|| link(page, ActionKind::Reset(number), "Reset"));
    let path = learner_path(&page.course_slug, &page.username);
    let state = quiz.cell.state;
    view! {
        <div class="learner-quiz">
            <div class="row">
                <h3>{format!("Quiz {number}{retired}")}</h3>
                <Badge tone=tone(state) text=state.label() />
                {quiz.cell.score.map(|score| view! { <span class="num">{format!("{score}%")}</span> })}
                <span class="soft grow">{attempts}</span>
                {reset}
                {excuse}
            </div>
            {history("Attempts", &format!("{path}?attempt="), quiz.attempts.clone())}
        </div>
    }
    .erase()
}
