//! The forms that begin a view. They load the next page as a whole, because the bar that says whose
//! view it is belongs to the document.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use super::api::StartView;
use super::{AS_KIND, AS_LEARNER, AS_STUDY, AS_VISITOR};
use crate::course::{LearnerPersona, StudyPersona};
use crate::platform::ui::{Button, ButtonKind, Erase, Field, Form, FormState, Select};

/// The form of the outline, in which the person is chosen.
pub fn view_form(course: &str) -> AnyView {
    let form = FormState::of(StartView::PATH);
    let value = |name: &str, text: String| (name.to_owned(), text);
    let mut options = vec![
        value(AS_VISITOR, "A visitor".to_owned()),
        value(AS_LEARNER, "One learner, named below".to_owned()),
    ];
    for persona in StudyPersona::ALL {
        let text = match persona {
            StudyPersona::Normal => "Any learner".to_owned(),
            told => format!("A learner who chose {}", told.label()),
        };
        options.push(value(&format!("{AS_STUDY}{}", persona.name()), text));
    }
    for persona in LearnerPersona::ALL {
        let text = format!("A learner who {}", persona.description());
        options.push(value(&format!("{AS_KIND}{}", persona.name()), text));
    }
    let plain = format!("{AS_STUDY}{}", StudyPersona::Normal.name());
    let is_open = !form.value("who", "").is_empty();
    let course = course.to_owned();
    view! {
        <details class="outline-copy" open=is_open>
            <summary>"See the course as…"</summary>
            <Form form=form reloads=true>
                <input type="hidden" name="course" value=course />
                <Select
                    id="ly-view-who"
                    name="who"
                    label="See it as"
                    options=options
                    value=form.value("who", &plain)
                    error=form.error("who")
                />
                <Field
                    id="ly-view-learner"
                    name="learner"
                    label="Learner"
                    hint="User name or e-mail address of somebody who studies this course. That you looked is kept on record."
                    value=form.value("learner", "")
                    error=form.error("learner")
                    autocomplete="off"
                />
                <div class="row">
                    <Button kind=ButtonKind::Secondary busy=form.busy()>
                        "See the course"
                    </Button>
                </div>
            </Form>
        </details>
    }
    .erase()
}

/// A button that shows the course, or one topic of it, as a learner to whom all is open.
pub fn as_any_learner(course: &str, topic: &str, back: String) -> AnyView {
    let who = format!("{AS_STUDY}{}", StudyPersona::Normal.name());
    button(course, (who, ""), topic, back, "See it as a learner")
}

/// A button that shows the course as this learner sees it.
pub fn as_this_learner(course: &str, username: &str, back: String) -> AnyView {
    let who = AS_LEARNER.to_owned();
    button(
        course,
        (who, username),
        "",
        back,
        "See the course as this learner",
    )
}

fn button(
    course: &str,
    (who, learner): (String, &str),
    topic: &str,
    back: String,
    label: &'static str,
) -> AnyView {
    let form = FormState::of(StartView::PATH);
    let (course, learner, topic) = (course.to_owned(), learner.to_owned(), topic.to_owned());
    view! {
        <Form form=form class="row" reloads=true>
            <input type="hidden" name="course" value=course />
            <input type="hidden" name="who" value=who />
            <input type="hidden" name="learner" value=learner />
            <input type="hidden" name="topic" value=topic />
            <input type="hidden" name="back" value=back />
            <Button kind=ButtonKind::Secondary busy=form.busy()>
                {label}
            </Button>
        </Form>
    }
    .erase()
}
