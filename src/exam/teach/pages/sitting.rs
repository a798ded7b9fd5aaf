//! Page of one sitting: facts, timeline, answer sheet, and the form for regrading.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use uuid::Uuid;

use super::overview::state;
use crate::exam::teach::api::{RegradeExam, load_sitting};
use crate::exam::teach::{REGRADE_REASON_CHARACTERS, SheetQuestion, SittingPage, exam_path};
use crate::platform::ids::{ExamId, SittingId};
use crate::platform::ui::{
    Button, ButtonKind, Erase, Form, FormState, Language, Page, Select, TextArea, loaded,
    page_resource, path_part,
};
use crate::question_bank::pages::graded::answer;
use crate::teaching::Area;
use crate::teaching::pages::{TeachHeading, frame_below};

/// Page `/teach/COURSE/exams/ID/SITTING`.
pub fn taught_sitting_page() -> AnyView {
    let (course, exam, id) = (path_part("course"), path_part("exam"), path_part("sitting"));
    let page = page_resource(
        move || (course.get(), exam.get(), id.get()),
        |(course, exam, sitting)| {
            let id = |text: &str| Uuid::parse_str(text).unwrap_or_default();
            load_sitting(course, ExamId(id(&exam)), SittingId(id(&sitting)))
        },
    );
    let regrade = FormState::of(RegradeExam::PATH);
    let show = move |page: SittingPage| {
        let course = course.get_untracked();
        let title = page.course_title.clone();
        let heading = TeachHeading::name(page.sitting.name.clone())
            .below(page.exam_title.clone(), exam_path(&course, page.exam_id))
            .beside(state(page.sitting.state.clone()));
        let inside = sitting(page, &course, regrade);
        frame_below(&course, &title, Area::Exams, heading, inside)
    };
    view! { <Page title="Sitting">{loaded(page, show)}</Page> }.erase()
}

fn sitting(page: SittingPage, course: &str, regrade: FormState) -> AnyView {
    let facts = page
        .facts
        .into_iter()
        .map(|(name, value)| {
            view! {
                <div>
                    <dt class="label">{name}</dt>
                    <dd>{value}</dd>
                </div>
            }
        })
        .collect_view();
    let timeline = page
        .timeline
        .into_iter()
        .map(|(when, what)| {
            view! {
                <li>
                    <span class="soft num">{when}</span>
                    <span>{what}</span>
                </li>
            }
        })
        .collect_view();
    let language = page.course_title.language;
    let gradings = (page.gradings.len() > 1).then(|| gradings(page.gradings));
    let form = (!page.questions.is_empty()).then(|| {
        regrade_form(
            &page.questions,
            course,
            page.exam_id,
            page.sitting.sitting_id,
            regrade,
        )
    });
    let heading = form.is_some().then(|| view! { <h2>"Answers"</h2> });
    let questions = page
        .questions
        .into_iter()
        .zip(1..)
        .map(|(asked, number)| question(asked, number, &language))
        .collect_view();
    view! {
        <p class="soft">{page.sitting.email}</p>
        <dl class="exam-facts">{facts}</dl>
        <details class="exam-timeline">
            <summary>"Timeline"</summary>
            <p class="soft">"Times are from the server’s clock. Browser reports may be incomplete, and many have harmless causes."</p>
            <ol>{timeline}</ol>
        </details>
        {gradings}
        {heading}
        <ol class="quiz-answers">{questions}</ol>
        {form}
    }
    .erase()
}

fn question(question: SheetQuestion, number: usize, language: &Language) -> AnyView {
    view! {
        <li>
            {answer(question.graded, language, Some(number))} <p class="soft num">{question.facts}</p>
        </li>
    }
    .erase()
}

fn gradings(gradings: Vec<(String, i32, String)>) -> AnyView {
    let lines = gradings
        .into_iter()
        .map(|(when, score, why)| {
            view! {
                <li>
                    <span class="soft">{when}</span>
                    <span class="num">{format!("{score}%")}</span>
                    <span>{why}</span>
                </li>
            }
        })
        .collect_view();
    view! {
        <section class="exam-timeline">
            <h2>"Grading history"</h2>
            <ol>{lines}</ol>
        </section>
    }
    .erase()
}

fn regrade_form(
    questions: &[SheetQuestion],
    course: &str,
    exam: ExamId,
    sitting: SittingId,
    form: FormState,
) -> AnyView {
    let numbered = questions
        .iter()
        .zip(1..)
        .map(|(question, number): (_, usize)| {
            (question.question_id.clone(), format!("Question {number}"))
        })
        .collect::<Vec<_>>();
    let course = course.to_owned();
    let pairs = |pairs: [(&str, &str); 2]| -> Vec<(String, String)> {
        pairs
            .map(|(value, words)| (value.to_owned(), words.to_owned()))
            .into()
    };
    view! {
        <section class="stack">
            <h2>"Regrade a question"</h2>
            <p class="soft">
                "Correct the question in the bank first, or give everyone full points. The earlier grading stays on record, and the new one replaces it. If you choose all sittings, those in progress are graded the new way when they end."
            </p>
            <Form form=form class="stack exam-form">
                <input type="hidden" name="course" value=course />
                <input type="hidden" name="exam" value=exam.to_string() />
                <input type="hidden" name="sitting" value=sitting.to_string() />
                <Select
                    id="ly-question"
                    name="regrade[question]"
                    label="Question"
                    options=numbered
                    value=form.value("regrade[question]", "")
                    error=form.error("question")
                />
                <Select
                    id="ly-ruling"
                    name="regrade[ruling]"
                    label="Correct answer"
                    options=pairs([
                        ("key", "As the question bank says now"),
                        ("everybody", "Any answer: full points for everyone"),
                    ])
                    value=form.value("regrade[ruling]", "")
                    error=form.error("ruling")
                />
                <Select
                    id="ly-scope"
                    name="regrade[scope]"
                    label="Apply to"
                    options=pairs([
                        ("exam", "All sittings of this exam with this question"),
                        ("sitting", "This sitting only"),
                    ])
                    value=form.value("regrade[scope]", "")
                />
                <TextArea
                    id="ly-reason"
                    name="regrade[reason]"
                    label="Reason"
                    hint="Learners see it with their result."
                    required=true
                    max_length=REGRADE_REASON_CHARACTERS
                    value=form.value("regrade[reason]", "")
                    error=form.error("reason")
                />
                <div>
                    <Button kind=ButtonKind::Secondary busy=form.busy()>
                        "Regrade"
                    </Button>
                </div>
            </Form>
        </section>
    }
    .erase()
}
