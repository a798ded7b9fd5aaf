//! List of a tutor's courses, and the frame of a course's teaching pages.

use leptos::prelude::*;
use leptos_meta::Title;

use super::api::taught_courses;
use super::{Area, TaughtCourse};
use crate::course::CourseTitle;
use crate::platform::ui::{
    Badge, Breadcrumbs, Column, EmptyState, Erase, Page, TabLink, Table, Tabs, Tone, loaded,
    page_resource,
};

pub fn teach_page() -> AnyView {
    let taught = page_resource(|| (), |()| taught_courses());
    view! {
        <Page title="Teaching">
            <div class="wide teach">
                <h1>"Teaching"</h1>
                {loaded(taught, courses)}
            </div>
        </Page>
    }
    .erase()
}

fn courses(courses: Vec<TaughtCourse>) -> AnyView {
    if courses.is_empty() {
        return view! {
            <EmptyState
                title="No courses yet"
                text="Courses appear here once an administrator makes you their tutor."
            />
        }
        .erase();
    }
    let columns = vec![
        Column::new("Course"),
        Column::new("Learners").figures(),
        Column::new("Questions").figures(),
    ];
    let rows = courses
        .into_iter()
        .map(|course| {
            let draft = (!course.is_published)
                .then(|| view! { <Badge tone=Tone::Warn text="Not published" /> });
            view! {
                <tr>
                    <td class="who">
                        <a href=Area::Learners.path(&course.slug)>{course.title.language.inline(course.title.text)}</a>
                        {draft}
                    </td>
                    <td class="r">{course.learners}</td>
                    <td class="r">
                        <a href=Area::Questions.path(&course.slug)>{course.questions}</a>
                    </td>
                </tr>
            }
        })
        .collect_view();
    view! { <Table label="Courses that you teach" columns=columns>{rows}</Table> }.erase()
}

/// A page of teaching a course, under its name and among its other pages.
pub fn frame(course: &str, course_title: &CourseTitle, area: Area, inside: AnyView) -> AnyView {
    let CourseTitle { text, language } = course_title;
    let tabs = Area::ALL.map(|other| {
        view! {
            <TabLink href=other.path(course) current=Signal::from(other == area)>
                {other.label()}
            </TabLink>
        }
    });
    view! {
        <Title text=format!("{} · {course_title}", area.label()) />
        <div class="wide teach">
            <Breadcrumbs trail=vec![
                ("Teaching".to_owned(), "/teach".to_owned()),
                (text.clone(), String::new()),
            ] />
            <h1 lang=language.tag() dir=language.dir()>
                {text.clone()}
            </h1>
            <Tabs label="Teaching this course">{tabs.collect_view()}</Tabs>
            {inside}
        </div>
    }
    .erase()
}
