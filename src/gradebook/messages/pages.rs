//! Page on which a tutor writes to learners of a course, with the messages that were sent.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_router::hooks::use_query_map;

use super::api::{SendCourseMessage, load_course_message};
use super::{CourseMessagePage, CourseReceivers, MOST_RECEIVERS};
use crate::activity::LearnerStatus;
use crate::cohort::teach::home::announcements_path;
use crate::cohort::teach::messages::pages::{and_more, message_form, sent};
use crate::cohort::teach::pages::counted;
use crate::gradebook::{LearnerFilter, learner_path};
use crate::platform::figures;
use crate::platform::ui::{
    Button, ButtonKind, Erase, FormState, Notice, Page, Tone, loaded, page_resource, path_part,
    query_value,
};
use crate::teaching::Area;
use crate::teaching::pages::{TeachHeading, frame_below};

/// Page `/teach/COURSE/messages`.
pub fn course_message_page() -> AnyView {
    let course = path_part("course");
    let to = Memo::new(|_| asked());
    let draft = query_value("draft");
    let page = page_resource(
        move || (course.get(), to.get(), draft.get()),
        |(course, to, draft)| load_course_message(course, to, draft),
    );
    let form = FormState::of(SendCourseMessage::PATH);
    let done = query_value("done");
    let show = move |page: CourseMessagePage| {
        let course = course.get_untracked();
        let title = page.course_title.clone();
        let inside = view! {
            {move || (done.get() == "sent").then(|| view! { <Notice tone=Tone::Ok>"The message is sent."</Notice> })}
            {message(page, &course, &to.get_untracked(), form)}
        };
        let heading = TeachHeading::task("Write a message");
        frame_below(&course, &title, Area::Learners, heading, inside.erase())
    };
    view! { <Page title="Write a message">{loaded(page, show)}</Page> }.erase()
}

/// Reads the receivers from the page's address.
fn asked() -> CourseReceivers {
    use_query_map().with(|query| CourseReceivers {
        learner: query.get("learner").unwrap_or_default(),
        q: query.get("q").unwrap_or_default().trim().to_owned(),
        filter: LearnerFilter::parse(&query.get("filter").unwrap_or_default()),
        status: LearnerStatus::parse(&query.get("status").unwrap_or_default()),
    })
}

fn message(
    page: CourseMessagePage,
    course: &str,
    to: &CourseReceivers,
    form: FormState,
) -> AnyView {
    let count = page.receivers;
    let is_one = !to.learner.is_empty();
    let back = match is_one {
        true => learner_path(course, &to.learner),
        false => to.list_path(course),
    };
    let whom = match is_one {
        true => view! { <p>{format!("To {}.", page.said)}</p> }.erase(),
        false => receivers(count, page.said, page.names),
    };
    let is_too_many = usize::try_from(count).is_ok_and(|count| count > MOST_RECEIVERS);
    let form = match count {
        0 => view! {
            <div class="row">
                <Button kind=ButtonKind::Secondary href=back>
                    "Change the filters"
                </Button>
            </div>
        }
        .erase(),
        _ if is_too_many => view! {
            <p>{format!("A message goes to at most {} learners.", figures::number(MOST_RECEIVERS))}</p>
            <div class="row">
                <Button kind=ButtonKind::Secondary href=announcements_path(course, None)>
                    "Announce it to the course"
                </Button>
                <Button kind=ButtonKind::Quiet href=back>
                    "Change the filters"
                </Button>
            </div>
        }
        .erase(),
        _ => {
            let key = form.value("key", &page.key.to_string());
            let hidden = hidden(course, key, to);
            message_form((hidden, page.draft), (!is_one).then_some(count), back, form)
        }
    };
    view! {
        {whom}
        <p class="soft">
            "Each learner gets it for themselves, with your name, as a notification and by mail as they have chosen. Nobody sees who else got it."
        </p>
        {form}
        {sent(page.sent, ("learner", "learners"))}
    }
    .erase()
}

/// Says how many learners get the message, and which ones.
fn receivers(count: i64, said: String, names: Vec<String>) -> AnyView {
    let whom = format!("To {}: {said}.", counted(count, "learner", "learners"));
    let names = (count > 0).then(|| {
        view! {
            <details class="cohort-add">
                <summary>"Show the names"</summary>
                <p class="soft">{and_more(names, count)}</p>
            </details>
        }
    });
    view! {
        <p>{whom}</p>
        {names}
    }
    .erase()
}

/// Names and values of the hidden inputs.
fn hidden(course: &str, key: String, to: &CourseReceivers) -> Vec<(String, String)> {
    let inputs = [
        ("course", course),
        ("key", &key),
        ("to[learner]", &to.learner),
        ("to[q]", &to.q),
        ("to[filter]", to.filter.name()),
        (
            "to[status]",
            to.status.map(LearnerStatus::name).unwrap_or_default(),
        ),
    ];
    inputs
        .into_iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}
