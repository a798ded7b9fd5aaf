//! Pages of exams for tutors: the list, the form, one exam with its sittings, one sitting.

mod edit;
mod overview;
mod sections;
mod sitting;

use leptos::prelude::*;

pub use self::edit::exam_form_page;
pub use self::overview::taught_exam_page;
pub use self::sitting::taught_sitting_page;
use super::api::load_taught_exams;
use super::{ExamStatus, TaughtExam, TaughtExams, exam_path};
use crate::platform::ui::{
    Badge, Button, Column, EmptyState, Erase, Language, Page, Table, Tone, loaded, page_resource,
    path_part,
};
use crate::teaching::{Area, pages::frame};

/// Page `/teach/COURSE/exams`.
pub fn taught_exams_page() -> AnyView {
    let course = path_part("course");
    let page = page_resource(move || course.get(), load_taught_exams);
    let show = move |page: TaughtExams| {
        let course = course.get_untracked();
        let inside = list(page.exams, &course, &page.course_title.language);
        frame(&course, &page.course_title, Area::Exams, inside)
    };
    view! { <Page title="Exams">{loaded(page, show)}</Page> }.erase()
}

fn list(exams: Vec<TaughtExam>, course: &str, language: &Language) -> AnyView {
    let new = format!("{}/new", Area::Exams.path(course));
    if exams.is_empty() {
        return view! {
            <EmptyState
                title="No exams yet"
                text="Exams draw their questions from the question bank, from those that are marked for use in “Exam” or “Quiz and exam”."
            >
                <Button href=new>"Create exam"</Button>
            </EmptyState>
        }
        .erase();
    }
    let columns = vec![
        Column::new("Exam"),
        Column::new("In progress").figures(),
        Column::new("Ended").figures(),
        Column::new("Passed").figures(),
        Column::new("Average score").figures(),
    ];
    let rows = exams
        .into_iter()
        .map(|exam| {
            let mean = exam
                .mean_score
                .map_or_else(|| "–".to_owned(), |score| format!("{score}%"));
            view! {
                <tr>
                    <td>
                        <div class="row">
                            <a href=exam_path(course, exam.exam_id)>{language.inline(exam.title)}</a>
                            {status(exam.status)}
                        </div>
                        <p class="soft">{exam.facts}</p>
                    </td>
                    <td class="r">{exam.running}</td>
                    <td class="r">{exam.ended}</td>
                    <td class="r">{exam.passed}</td>
                    <td class="r">{mean}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <div class="row">
            <Button href=new>"Create exam"</Button>
        </div>
        <Table label="Exams of this course" columns=columns>
            {rows}
        </Table>
    }
    .erase()
}

fn status(status: ExamStatus) -> AnyView {
    let (tone, text) = match status {
        ExamStatus::Draft => (Tone::Warn, "Draft"),
        ExamStatus::Published => (Tone::Ok, "Published"),
        ExamStatus::Retired => (Tone::Neutral, "Retired"),
    };
    view! { <Badge tone=tone text=text /> }.erase()
}
