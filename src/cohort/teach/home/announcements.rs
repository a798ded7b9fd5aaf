//! Page on which tutors write announcements, plan them, and see who has read them.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use super::api::{DeleteAnnouncement, SaveAnnouncement, load_announcements};
use super::pages::id_of;
use super::{
    AnnouncementReaders, AnnouncementsPage, HEADING_CHARACTERS, TEXT_CHARACTERS,
    WrittenAnnouncement, announcements_path,
};
use crate::cohort::teach::cohort_path;
use crate::cohort::teach::pages::counted;
use crate::platform::address;
use crate::platform::ui::{
    Badge, Button, ButtonKind, Checkbox, EmptyState, Erase, Field, Form, FormState, Glyph, Html,
    Page, TextArea, Tone, loaded, page_resource, path_part, query_value,
};
use crate::teaching::Area;
use crate::teaching::pages::{TeachHeading, frame_below};

/// Pages `/teach/COURSE/cohorts/ID/announcements` and `/teach/COURSE/announcements`.
pub fn announcements_page() -> AnyView {
    let (course, cohort) = (path_part("course"), path_part("cohort"));
    let readers = query_value("readers");
    let page = page_resource(
        move || (course.get(), cohort.get(), readers.get()),
        |(course, cohort, readers)| {
            let cohort = (!cohort.is_empty()).then(|| id_of(&cohort));
            load_announcements(course, cohort, readers)
        },
    );
    let forms = (
        FormState::of(SaveAnnouncement::PATH),
        FormState::of(DeleteAnnouncement::PATH),
    );
    let show = move |page: AnnouncementsPage| {
        let course = course.get_untracked();
        let title = page.course_title.clone();
        let heading = TeachHeading::task("Announcements");
        let (area, heading) = match &page.cohort {
            Some((id, title)) => {
                let above = cohort_path(&course, *id);
                (Area::Cohorts, heading.below(title.clone(), above))
            }
            None => (Area::Learners, heading),
        };
        let inside = announcements(page, &course, forms);
        frame_below(&course, &title, area, heading, inside)
    };
    view! { <Page title="Announcements">{loaded(page, show)}</Page> }.erase()
}

fn announcements(
    mut page: AnnouncementsPage,
    course: &str,
    (save, delete): (FormState, FormState),
) -> AnyView {
    let written = std::mem::take(&mut page.announcements);
    let list = match written.is_empty() {
        true => {
            let text = match page.cohort {
                Some(_) => "Members see announcements on the cohort’s home, newest first.",
                None => {
                    "All learners see them among the news of the course, also those in cohorts."
                }
            };
            view! { <EmptyState glyph=Glyph::Mail title="No announcements yet" text=text /> }
                .erase()
        }
        false => written
            .into_iter()
            .map(|it| announcement(it, &page, course, save, delete))
            .collect_view()
            .erase(),
    };
    // The id of the form for a new announcement is empty.
    let form = announcement_form(None, &page, course, save.of_item("id", ""));
    view! {
        <section class="cohort-brief" aria-label="New announcement">
            {form}
        </section>
        {list}
    }
    .erase()
}

/// Form of a new announcement, or of the given one.
fn announcement_form(
    old: Option<&WrittenAnnouncement>,
    page: &AnnouncementsPage,
    course: &str,
    form: FormState,
) -> AnyView {
    let (title, body) = old.map_or(("", ""), |old| (old.title.as_str(), old.body.as_str()));
    let id = old.map(|old| old.announcement_id.to_string());
    let named = id.clone().unwrap_or_else(|| "new".to_owned());
    let planned = match old {
        None => Some(""),
        Some(old) => old.planned.as_deref(),
    };
    let label = match (old, planned) {
        (None, _) => "Announce",
        (Some(_), _) => "Save",
    };
    let planned = planned.map(|planned| {
        let hint = format!(
            "In the time zone {}. Leave empty to announce now.",
            page.time_zone
        );
        view! {
            <Field
                id=format!("ly-publish-{named}")
                name="publish[at]"
                label="Publish at"
                r#type="datetime-local"
                hint=hint
                value=form.value("publish[at]", planned)
                error=form.error("publish_at")
            />
        }
    });
    let all = match old {
        None if page.running > 1 => Some((
            format!("To all {} running cohorts of the course", page.running),
            "A planned time is told by each cohort’s own clock.",
        )),
        Some(old) if old.others > 0 => Some((
            format!(
                "Also in {}",
                counted(old.others, "other cohort", "other cohorts")
            ),
            "",
        )),
        _ => None,
    };
    let all = all.map(|(label, hint)| {
        let checked = !form.value("publish[all]", "").is_empty();
        view! { <Checkbox name="publish[all]" label=label hint=hint checked=checked /> }
    });
    let key = old
        .is_none()
        .then(|| form.value("key", &page.key.to_string()));
    let (title, body) = (form.value("title", title), form.value("body", body));
    let named_place = place(page, course);
    view! {
        <Form form=form>
            {named_place}
            {id.map(|id| view! { <input type="hidden" name="id" value=id /> })}
            {key.map(|key| view! { <input type="hidden" name="key" value=key /> })}
            <Field
                id=format!("ly-title-{named}")
                name="title"
                label="Title"
                value=title
                error=form.error("title")
                max_length=HEADING_CHARACTERS
                required=true
                autocomplete="off"
            />
            <TextArea
                id=format!("ly-body-{named}")
                name="body"
                label="Text"
                hint="You can use Markdown."
                value=body
                error=form.error("body")
                max_length=TEXT_CHARACTERS
            />
            {planned}
            {all}
            <div class="row">
                <Button busy=form.busy()>{label}</Button>
            </div>
        </Form>
    }
    .erase()
}

/// Hidden fields by which a form names the course, and the cohort if there is one.
fn place(page: &AnnouncementsPage, course: &str) -> AnyView {
    let course = course.to_owned();
    let cohort = page.cohort.as_ref().map(|(id, _)| {
        let id = id.to_string();
        view! { <input type="hidden" name="cohort" value=id /> }
    });
    view! {
        <input type="hidden" name="course" value=course />
        {cohort}
    }
    .erase()
}

fn announcement(
    it: WrittenAnnouncement,
    page: &AnnouncementsPage,
    course: &str,
    save: FormState,
    delete: FormState,
) -> AnyView {
    let id = it.announcement_id.to_string();
    let (save, delete) = (save.of_item("id", &id), delete.of_item("id", &id));
    let is_typed = !save.value("course", "").is_empty();
    let form = announcement_form(Some(&it), page, course, save);
    let delete = delete_form(&it, page, course, delete);
    let state = it
        .planned
        .is_some()
        .then(|| view! { <Badge tone=Tone::Info text="Scheduled" /> });
    let readers = match it.planned {
        Some(_) => None,
        None => Some(readers(&it, page, course)),
    };
    let zone = match it.planned {
        Some(_) => format!(" ({})", page.time_zone),
        None => String::new(),
    };
    let (words, exactly) = it.at;
    let Html(body) = it.html;
    view! {
        <article class="cohort-announcement">
            <div class="row">
                <h2>{it.title}</h2>
                {state}
            </div>
            <p class="soft">
                {it.author} ", " <time datetime=exactly>{words}</time> {zone}
            </p>
            <div class="prose" inner_html=body></div>
            {readers}
            <details class="cohort-add" open=is_typed>
                <summary>"Edit or delete"</summary>
                {form}
                {delete}
            </details>
        </article>
    }
    .erase()
}

fn delete_form(
    it: &WrittenAnnouncement,
    page: &AnnouncementsPage,
    course: &str,
    form: FormState,
) -> AnyView {
    let all = (it.others > 0).then(|| {
        let label = format!(
            "Also in {}",
            counted(it.others, "other cohort", "other cohorts")
        );
        view! { <Checkbox name="all" label=label /> }
    });
    let (place, id) = (place(page, course), it.announcement_id.to_string());
    view! {
        <Form form=form class="row">
            {place}
            <input type="hidden" name="id" value=id />
            {all}
            <Button kind=ButtonKind::Danger busy=form.busy()>
                "Delete this announcement"
            </Button>
        </Form>
    }
    .erase()
}

/// Number of readers, and their names if they were asked for.
fn readers(it: &WrittenAnnouncement, page: &AnnouncementsPage, course: &str) -> AnyView {
    let all = match page.cohort {
        Some(_) => counted(page.members, "member", "members"),
        None => counted(page.members, "learner", "learners"),
    };
    let said = format!("Read by {} of {all}", it.readers);
    let shown = page
        .readers
        .as_ref()
        .filter(|readers| readers.announcement_id == it.announcement_id);
    match shown {
        Some(readers) => view! {
            <p>{said}</p>
            {names(readers)}
        }
        .erase(),
        None => {
            let id = it.announcement_id.to_string();
            let path = announcements_path(course, page.cohort.as_ref().map(|(id, _)| *id));
            let href = address::with_query(&path, &[("readers", &id)]);
            view! {
                <p>
                    <a href=href aria-label=format!("{said}: {}", it.title)>
                        {said.clone()}
                    </a>
                </p>
            }
            .erase()
        }
    }
}

fn names(readers: &AnnouncementReaders) -> AnyView {
    let list = |title: &'static str, names: &[String]| {
        let names = match names.is_empty() {
            true => "Nobody".to_owned(),
            false => names.join(", "),
        };
        view! {
            <dt>{title}</dt>
            <dd>{names}</dd>
        }
    };
    view! {
        <dl class="cohort-readers">
            {list("Read", &readers.read)}
            {list("Not read yet", &readers.unread)}
        </dl>
    }
    .erase()
}
