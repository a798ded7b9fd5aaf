//! The form that copies a course.

use leptos::prelude::*;

use crate::authoring::{SLUG_CHARACTERS, TITLE_CHARACTERS};
use crate::platform::ui::{Button, ButtonKind, Erase, Field, Form, FormState};

/// Shows the form for admins. The copy is a draft of its own.
pub fn copy_form(course: &str, form: FormState) -> AnyView {
    let course = course.to_owned();
    view! {
        <Form form=form class="stack course-form">
            <p class="soft">
                "Copies topics, questions, exercises, prompts, files and settings. People, cohorts, exams and results stay here."
            </p>
            <input type="hidden" name="course" value=course />
            <Field
                id="ly-copy-title"
                name="title"
                label="Title of the copy"
                value=form.value("title", "")
                error=form.error("title")
                max_length=TITLE_CHARACTERS
                required=true
                autocomplete="off"
            />
            <Field
                id="ly-copy-slug"
                name="slug"
                label="Name in addresses"
                hint="Leave it empty to use the title."
                value=form.value("slug", "")
                error=form.error("slug")
                max_length=SLUG_CHARACTERS
                autocomplete="off"
            />
            <div class="row">
                <Button kind=ButtonKind::Secondary busy=form.busy()>
                    "Copy course"
                </Button>
            </div>
        </Form>
    }
    .erase()
}
