//! Page `/teach/COURSE/tutors`.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use super::api::{AddCourseTutor, SetCourseTutor, load_course_tutors};
use super::{CourseTutorLine, CourseTutorsPage};
use crate::people::{invite, person_path};
use crate::platform::ui::{
    Badge, Button, ButtonKind, Column, EmptyState, Erase, Field, Form, FormState, Glyph, Page,
    Table, Tone, loaded, page_resource, path_part,
};
use crate::teaching::Area;
use crate::teaching::pages::frame;

pub fn course_tutors_page() -> AnyView {
    let course = path_part("course");
    let page = page_resource(move || course.get(), load_course_tutors);
    let forms = (
        FormState::of(AddCourseTutor::PATH),
        FormState::of(SetCourseTutor::PATH),
    );
    let show = move |page: CourseTutorsPage| {
        let course = course.get_untracked();
        let title = page.course_title.clone();
        frame(&course, &title, Area::Tutors, tutors(page, &course, forms))
    };
    view! { <Page title="Tutors">{loaded(page, show)}</Page> }.erase()
}

fn tutors(page: CourseTutorsPage, course: &str, (add, set): (FormState, FormState)) -> AnyView {
    let table = match page.tutors.is_empty() {
        true => view! {
            <EmptyState
                glyph=Glyph::User
                title="No tutors yet"
                text="Tutors see the learners, questions and exams of this course. Admins teach every course."
            />
        }
        .erase(),
        false => table(page.tutors, course, set),
    };
    let course = course.to_owned();
    view! {
        <Form form=add class="row admin-role">
            <input type="hidden" name="course" value=course />
            <Field
                name="email"
                label="Email of a tutor"
                r#type="email"
                autocomplete="off"
                required=true
                value=add.value("email", "")
                error=add.error("email")
            />
            <Button busy=add.busy()>"Add tutor"</Button>
        </Form>
        <p class="soft">
            "Somebody without an account? " <a href=invite::INVITATIONS>"Invite them"</a> "."
        </p>
        {table}
    }
    .erase()
}

fn table(tutors: Vec<CourseTutorLine>, course: &str, form: FormState) -> AnyView {
    let columns = vec![
        Column::new("Tutor"),
        Column::new("State"),
        Column::new("Since"),
        Column::new("Actions").silent(),
    ];
    let rows = tutors
        .into_iter()
        .map(|tutor| row(tutor, course, form))
        .collect_view();
    view! {
        <Table label="Tutors of this course" columns=columns stacks=true>
            {rows}
        </Table>
    }
    .erase()
}

fn row(tutor: CourseTutorLine, course: &str, form: FormState) -> AnyView {
    let id = tutor.person.to_string();
    let form = form.of_item("person", &id);
    let (tone, state) = match (tutor.may_sign_in, tutor.teaches) {
        (false, _) => (Tone::Danger, "Deactivated"),
        (true, true) => (Tone::Ok, "Teaches"),
        (true, false) => (Tone::Neutral, "Ended"),
    };
    let label = match tutor.teaches {
        true => "End work",
        false => "Resume work",
    };
    let spoken = format!("{label}: {}", tutor.name);
    let (course, other) = (course.to_owned(), (!tutor.teaches).to_string());
    view! {
        <tr>
            <th scope="row">
                <a href=person_path(tutor.person)>
                    <bdi>{tutor.name}</bdi>
                </a>
                <span class="soft admin-under">{tutor.email}</span>
            </th>
            <td>
                <Badge tone=tone text=state />
            </td>
            <td data-label="Since">{tutor.since}</td>
            <td>
                <Form form=form class="row">
                    <input type="hidden" name="course" value=course />
                    <input type="hidden" name="person" value=id />
                    <input type="hidden" name="teaches" value=other />
                    <Button kind=ButtonKind::Secondary busy=form.busy() label=spoken>
                        {label}
                    </Button>
                </Form>
            </td>
        </tr>
    }
    .erase()
}
