//! The exam room. Every question has its own form, which works without scripts. With scripts the
//! page saves answers itself, switches questions without loading, and survives a lost connection.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use crate::exam::api::{SaveExamAnswer, SubmitExam};
use crate::exam::{Room, RoomQuestion};
use crate::platform::ui::{Erase, FormState, Language, Notice, Tone};
use crate::question_bank::pages::answer_fields::{as_typed, question_fields, steps};
use crate::question_bank::pages::marks::open_words;
use crate::question_bank::pages::sorting;
use crate::question_bank::pages::timer::{countdown, time_over};
use crate::question_bank::{Mark, QuestionView};

/// `problem` is what was wrong with what a page sent that was not awake; `save` has the values that
/// it sent.
pub fn room(
    room: Room,
    language: &Language,
    path: &str,
    save: FormState,
    problem: Option<String>,
) -> AnyView {
    sorting::wake();
    let said_left = RwSignal::new(room.seconds_left);
    #[cfg(feature = "hydrate")]
    super::browser::wake(&room, said_left);
    let ends = ends_words(&room.ends);
    let (at, of, forward_only) = (room.at, room.of.clone(), room.forward_only);
    let sitting = room.sitting_id.to_string();
    let marks: Vec<Mark> = room.questions.iter().map(|one| one.mark).collect();
    let last = room.questions.last().map(|question| question.number);
    let jumps = (!forward_only).then(|| jumps(&marks, at, path));
    // The page of a forward-only exam reloads after each step, and every page without scripts, so
    // the focus returns to the question. An error is more urgent.
    let takes_focus = problem.is_none();
    let end = end(&marks, &sitting, path, at.is_none(), forward_only);
    let questions = room
        .questions
        .into_iter()
        .map(|mut question| {
            let is_shown = at == Some(question.number);
            if save.value("question", "") == question.number.to_string() {
                question.shown = QuestionView {
                    kind: as_typed(question.shown.kind, save),
                    ..question.shown
                };
            }
            let is_last = last == Some(question.number);
            let way = match (forward_only, is_last) {
                (true, _) => LeaveDirection::Forward,
                (false, true) => LeaveDirection::ToEnd,
                (false, false) => LeaveDirection::Free,
            };
            section(
                question,
                (&of, language),
                &sitting,
                (is_shown, takes_focus),
                way,
            )
        })
        .collect_view();
    view! {
        <div class="exam-room" id="ly-room">
            <div class="quiz-bar exam-bar">
                <p class="exam-kept" id="ly-kept" role="status"></p>
                <p class="soft num" id="ly-ends">{ends}</p>
                {countdown(said_left)}
            </div>
            {problem.map(|problem| view! { <Notice tone=Tone::Danger>{problem}</Notice> })}
            {questions}
            {end}
            {jumps}
        </div>
    }
    .erase()
}

pub fn ends_words(ends: &str) -> String {
    format!("until {ends}")
}

/// Shows buttons for all questions. Without scripts a button also saves the question that is
/// shown.
fn jumps(marks: &[Mark], at: Option<usize>, path: &str) -> AnyView {
    let form = at.map(|at| format!("ly-q{at}"));
    let jump = |go: String, current: bool, class: &'static str, inside: AnyView| {
        let current = current.then_some("step");
        match form.clone() {
            Some(form) => view! {
                <button class=class form=form name="go" value=go.clone() data-go=go aria-current=current>
                    {inside}
                </button>
            }
            .erase(),
            None => {
                let href = format!("{path}?show={go}");
                view! {
                    <a class=class href=href rel="external" data-go=go aria-current=current>
                        {inside}
                    </a>
                }
                .erase()
            }
        }
    };
    let chips = marks
        .iter()
        .enumerate()
        .map(|(number, mark)| {
            let inside = view! {
                <span class="vh">"Question "</span>
                {(number + 1).to_string()}
                <span class="vh">", " <span data-state="">{mark.words()}</span></span>
            };
            jump(
                (number + 1).to_string(),
                at == Some(number),
                mark.class(),
                inside.erase(),
            )
        })
        .collect_view();
    view! {
        <nav class="chips quiz-jumps" aria-label="Questions">
            {chips}
            {jump("end".to_owned(), at.is_none(), "chip", "Review".erase())}
        </nav>
    }
    .erase()
}

/// Direction in which a question may be left.
#[derive(Clone, Copy, PartialEq)]
enum LeaveDirection {
    Free,
    ToEnd,
    Forward,
}

fn section(
    question: RoomQuestion,
    (of, language): (&str, &Language),
    sitting: &str,
    (is_shown, takes_focus): (bool, bool),
    way: LeaveDirection,
) -> AnyView {
    let number = question.number;
    let (go, label) = match way {
        LeaveDirection::Free => ((number + 2).to_string(), "Next"),
        LeaveDirection::ToEnd => ("end".to_owned(), "Review answers"),
        LeaveDirection::Forward => ("next".to_owned(), "Continue"),
    };
    let is_free = way != LeaveDirection::Forward;
    let jumps_to = is_free.then(|| go.clone());
    let heading = format!("Question {} {of}", number + 1);
    let part = (!question.section.is_empty()).then_some(question.section);
    view! {
        <section class="exam-question" data-number=number.to_string() hidden=!is_shown>
            <h2 class="quiz-heading" tabindex="-1" autofocus=is_shown && takes_focus>
                {heading}
                {part.map(|part| view! { <small class="soft">" · " {language.inline(part)}</small> })}
            </h2>
            <form
                class="quiz-form"
                id=format!("ly-q{number}")
                data-question=number.to_string()
                method="post"
                action=SaveExamAnswer::PATH
                // Shows the server's value, not the one that the browser remembers from an earlier
                // visit.
                autocomplete="off"
            >
                <input type="hidden" name="sitting" value=sitting.to_owned() />
                <input type="hidden" name="question" value=number.to_string() />
                <input type="hidden" name="basis" value=question.basis />
                // Enter presses the first button of a form, so the first button goes on.
                <button class="vh" name="go" value=go.clone() data-go=jumps_to tabindex="-1" aria-hidden="true">
                    {label}
                </button>
                {question_fields(question.shown, format!("ly-prompt-{number}"), is_free, language)}
                {steps((number > 0 && is_free).then_some(number), go, label, is_free)}
            </form>
        </section>
    }
    .erase()
}

/// Shows the last page, which lists answered, open and flagged questions and hands in.
fn end(marks: &[Mark], sitting: &str, path: &str, is_shown: bool, forward_only: bool) -> AnyView {
    let (said, lines) = match forward_only {
        true => ("You have seen every question.".to_owned(), None),
        false => {
            let lines = marks
                .iter()
                .enumerate()
                .map(|(number, mark)| {
                    let go = (number + 1).to_string();
                    view! {
                        <li>
                            <a href=format!("{path}?show={go}") rel="external" data-go=go.clone()>
                                {format!("Question {go}")}
                            </a>
                            <span class="soft" data-state="">
                                {mark.words()}
                            </span>
                        </li>
                    }
                })
                .collect_view();
            let lines = view! { <ol class="quiz-overview">{lines}</ol> };
            (open_words(marks), Some(lines))
        }
    };
    view! {
        <section class="exam-question" data-number="end" hidden=!is_shown>
            <h2 tabindex="-1" autofocus=is_shown>
                "Ready to submit?"
            </h2>
            <p id="ly-open">{said}</p>
            {lines}
            <p class="soft">"You can't change your answers after you submit."</p>
            <form class="stack quiz-submit" id="ly-submit" method="post" action=SubmitExam::PATH>
                <input type="hidden" name="sitting" value=sitting.to_owned() />
                <button class="btn big">"Submit"</button>
                {time_over()}
            </form>
        </section>
    }
    .erase()
}
