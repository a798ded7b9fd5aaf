//! Page `/teach/COURSE/outline`: modules and topics, with the buttons that move and publish them.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use super::outline_notes::{differing, notes};
use crate::authoring::api::{
    AddPart, ChangeOutline, PublishCourse, RenamePart, ScheduleTopic, load_outline,
};
use crate::authoring::check::check_path;
use crate::authoring::imports::api::CopyCourse;
use crate::authoring::imports::pages::copy_form;
use crate::authoring::view_as::pages::view_form;
use crate::authoring::{
    AuthoredModule, AuthoredOutline, AuthoredTopic, OutlineChange, OutlinePart, PlannedTopic,
    TITLE_CHARACTERS, TopicStatus, course_details_path, course_zip_path, rename_path,
    schedule_path,
};
use crate::paths::edit_path;
use crate::platform::ids::TopicId;
use crate::platform::ui::{
    Badge, Button, ButtonKind, Erase, Field, Form, FormState, Language, Page, Tone, grip, loaded,
    page_resource, path_part, query_now, query_value, wake_drops,
};
use crate::teaching::pages::frame;
use crate::teaching::{Area, CourseStatus};

/// Id of the form that all buttons of the list belong to.
const LIST: &str = "ly-outline-list";

#[derive(Clone, Copy)]
struct Forms {
    change: FormState,
    add: FormState,
    rename: FormState,
    publish: FormState,
    schedule: FormState,
    copy: FormState,
    again: Callback<()>,
}

pub fn outline_page() -> AnyView {
    wake_drops(LIST);
    let course = path_part("course");
    let (rename, schedule) = (query_value("rename"), query_value("schedule"));
    let page = page_resource(
        move || (course.get(), rename.get() + &schedule.get()),
        |(course, _)| load_outline(course),
    );
    let forms = Forms {
        change: FormState::of(ChangeOutline::PATH),
        add: FormState::of(AddPart::PATH),
        rename: FormState::of(RenamePart::PATH),
        publish: FormState::of(PublishCourse::PATH),
        schedule: FormState::of(ScheduleTopic::PATH),
        copy: FormState::of(CopyCourse::PATH),
        again: Callback::new(move |()| page.refetch()),
    };
    let show = move |page: AuthoredOutline| {
        let course = course.get_untracked();
        let title = page.course_title.clone();
        frame(
            &course,
            &title,
            Area::Outline,
            outline(&course, page, forms),
        )
    };
    view! { <Page title="Outline">{loaded(page, show)}</Page> }.erase()
}

fn outline(course: &str, page: AuthoredOutline, forms: Forms) -> AnyView {
    let renamed = OutlinePart::parse(&query_now("rename"));
    let scheduled = query_now("schedule").parse().ok().map(TopicId);
    let language = page.course_title.language.clone();
    let last = page.modules.iter().filter_map(|module| module.number).max();
    let modules = page
        .modules
        .iter()
        .map(|module| {
            let list = ModuleList {
                course,
                language: &language,
                renamed,
                scheduled,
                last,
                forms,
            };
            list.module(module)
        })
        .collect_view();
    let slug = course.to_owned();
    view! {
        {course_status(course, &page, forms)}
        {differing(&page.differing)}
        <Form form=forms.change id=LIST class="outline-form" on_done=forms.again>
            <input type="hidden" name="course" value=slug />
        </Form>
        <div class="outline-modules">{modules}</div>
        <section aria-labelledby="ly-new-module">
            <h2 id="ly-new-module" class="label">
                "New module"
            </h2>
            {add_form(course, 0, forms)}
        </section>
        {files(course, page.may_publish, forms)}
    }
    .erase()
}

/// The course as files, and for admins a copy of it.
fn files(course: &str, may_copy: bool, forms: Forms) -> AnyView {
    let zip = course_zip_path(course);
    let copy = may_copy.then(|| {
        view! {
            <details class="outline-copy" open=!forms.copy.value("title", "").is_empty()>
                <summary>"Copy this course"</summary>
                {copy_form(course, forms.copy)}
            </details>
        }
    });
    view! {
        <section class="stack" aria-labelledby="ly-files">
            <h2 id="ly-files" class="label">
                "Files and copies"
            </h2>
            <p class="soft">
                "The download has everything that learners see, and drafts, in files that can be edited and imported again. It includes the answers to questions."
            </p>
            <p>
                <a class="btn second" href=zip rel="external" download>
                    "Download course (zip)"
                </a>
            </p>
            {copy}
        </section>
    }
    .erase()
}

fn course_status(course: &str, page: &AuthoredOutline, forms: Forms) -> AnyView {
    let is_published = page.status == CourseStatus::Published;
    let words = match page.status {
        CourseStatus::Published => {
            "This course is in the catalog. Learners see its published topics."
        }
        CourseStatus::Draft => {
            "This course is a draft. It is not in the catalog, and nobody can enroll."
        }
        CourseStatus::Retired => "This course is retired.",
    };
    let may_publish = page.may_publish && page.status != CourseStatus::Retired;
    let slug = course.to_owned();
    let button = may_publish.then(|| {
        let kind = if is_published {
            ButtonKind::Secondary
        } else {
            ButtonKind::Primary
        };
        let label = if is_published {
            "Unpublish course"
        } else {
            "Publish course"
        };
        view! {
            <Form form=forms.publish class="stack" on_done=forms.again>
                <input type="hidden" name="course" value=slug />
                <input type="hidden" name="published" value=(!is_published).to_string() />
                <Button kind=kind busy=forms.publish.busy()>
                    {label}
                </Button>
            </Form>
        }
    });
    let tone = if is_published { Tone::Ok } else { Tone::Warn };
    view! {
        <div class="outline-status">
            <Badge tone=tone text=page.status.label() />
            <p class="soft">{words}</p>
            <Button kind=ButtonKind::Quiet href=check_path(course)>
                "Check course"
            </Button>
            <Button kind=ButtonKind::Quiet href=course_details_path(course)>
                "Course settings"
            </Button>
            {button}
        </div>
        {view_form(course)}
    }
    .erase()
}

struct ModuleList<'a> {
    course: &'a str,
    language: &'a Language,
    /// The part whose title is a form.
    renamed: Option<OutlinePart>,
    /// The topic with a form for the time at which it is published.
    scheduled: Option<TopicId>,
    /// Number of the last module.
    last: Option<i32>,
    forms: Forms,
}

impl ModuleList<'_> {
    fn module(&self, module: &AuthoredModule) -> AnyView {
        let topics = module
            .topics
            .iter()
            .map(|topic| self.topic(topic))
            .collect_view();
        let list = match module.topics.is_empty() {
            true => view! { <p class="soft">"No topics."</p> }.erase(),
            false => view! { <ol class="outline-topics">{topics}</ol> }.erase(),
        };
        let Some(number) = module.number else {
            return view! {
                <section class="outline-module">
                    <h2>{module.title.clone()}</h2>
                    {list}
                </section>
            }
            .erase();
        };
        let part = OutlinePart::Module(number);
        let (title, said) = (module.title.clone(), format!("module {number}"));
        let removable = module.topics.is_empty() && self.last == Some(number);
        let whole = Self::whole(module, part, &said);
        let remove = removable.then(|| button(part, OutlineChange::Remove, "Remove", &said, false));
        let is_last = self.last == Some(number);
        view! {
            <section class="outline-module">
                <header class="outline-line" data-item=part.to_string() data-kind="module" data-takes="module topic">
                    {grip()}
                    <div class="outline-name">
                        <h2>{format!("{number} ")} {self.language.inline(title.clone())}</h2>
                        {(self.renamed == Some(part)).then(|| self.rename_form(part, &title))}
                    </div>
                    <div class="outline-tools">
                        {button(part, OutlineChange::Up, "↑", &said, number == 1)}
                        {button(part, OutlineChange::Down, "↓", &said, is_last)} {self.rename_link(part, &said)} {whole} {remove}
                    </div>
                </header>
                {list}
                {add_form(self.course, number, self.forms)}
            </section>
        }
        .erase()
    }

    /// Buttons that change all topics of a module.
    fn whole(module: &AuthoredModule, part: OutlinePart, said: &str) -> AnyView {
        use OutlineChange::{Publish, Restore, Retire, Unpublish};
        let has = |status| module.topics.iter().any(|topic| topic.status == status);
        let (shown, drafts) = (has(TopicStatus::Published), has(TopicStatus::Draft));
        let tools = [
            (drafts, Publish, "Publish all"),
            (shown, Unpublish, "Unpublish all"),
            (shown || drafts, Retire, "Retire all"),
            (module.is_retired, Restore, "Restore all"),
        ];
        tools
            .into_iter()
            .filter(|(is_shown, ..)| *is_shown)
            .map(|(_, change, text)| button(part, change, text, said, false))
            .collect_view()
            .erase()
    }

    fn topic(&self, topic: &AuthoredTopic) -> AnyView {
        use OutlineChange::{Publish, Restore, Retire, Unpublish};
        let part = OutlinePart::Topic(topic.topic_id);
        let tone = match topic.status {
            TopicStatus::Published => Tone::Ok,
            TopicStatus::Draft => Tone::Warn,
            TopicStatus::Retired => Tone::Neutral,
        };
        let said = topic.title.clone();
        let tools = match topic.status {
            TopicStatus::Published => vec![(Unpublish, "Unpublish"), (Retire, "Retire")],
            TopicStatus::Draft => vec![(Publish, "Publish"), (Retire, "Retire")],
            TopicStatus::Retired => vec![(Restore, "Restore")],
        };
        let tools = tools
            .into_iter()
            .map(|(change, text)| button(part, change, text, &said, false))
            .collect_view();
        let schedule = (topic.status == TopicStatus::Draft).then(|| self.schedule_link(topic));
        view! {
            <li class="outline-line" data-item=part.to_string() data-kind="topic" data-takes="topic">
                {grip()}
                <div class="outline-name">
                    {self.name(topic)} <Badge tone=tone text=topic.status.label() />
                    {notes(self.course, topic)} {topic.planned.as_ref().map(planned)}
                    {(self.renamed == Some(part)).then(|| self.rename_form(part, &topic.title))}
                    {(self.scheduled == Some(topic.topic_id)).then(|| self.schedule_form(topic))}
                </div>
                <div class="outline-tools">
                    {button(part, OutlineChange::Up, "↑", &said, false)}
                    {button(part, OutlineChange::Down, "↓", &said, false)} {self.rename_link(part, &said)} {tools}
                    {schedule}
                </div>
            </li>
        }
        .erase()
    }

    /// A link to the form with the time, and a button that cancels the schedule.
    fn schedule_link(&self, topic: &AuthoredTopic) -> AnyView {
        let said = &topic.title;
        let text = match topic.planned {
            Some(_) => "Change time",
            None => "Schedule",
        };
        let cancel = topic.planned.is_some().then(|| {
            let part = OutlinePart::Topic(topic.topic_id);
            button(
                part,
                OutlineChange::Unschedule,
                "Cancel schedule",
                said,
                false,
            )
        });
        let label = format!("{text} {said}");
        view! {
            <a class="btn quiet" href=schedule_path(self.course, topic.topic_id) aria-label=label>
                {text}
            </a>
            {cancel}
        }
        .erase()
    }

    fn schedule_form(&self, topic: &AuthoredTopic) -> AnyView {
        let form = self.forms.schedule;
        let (course, back) = (self.course.to_owned(), Area::Outline.path(self.course));
        let (topic_id, planned) = (topic.topic_id.to_string(), topic.planned.as_ref());
        let at = form.value("at", planned.map_or("", |planned| &planned.field));
        view! {
            <Form form=form class="outline-add">
                <input type="hidden" name="course" value=course />
                <input type="hidden" name="topic" value=topic_id />
                <Field
                    id="ly-schedule"
                    name="at"
                    label="Publish at"
                    r#type="datetime-local"
                    value=at
                    error=form.error("at")
                    required=true
                    autofocus=true
                />
                <Button busy=form.busy()>"Save time"</Button>
                <Button kind=ButtonKind::Quiet href=back>
                    "Cancel"
                </Button>
            </Form>
        }
        .erase()
    }

    fn name(&self, topic: &AuthoredTopic) -> AnyView {
        let title = self.language.inline(topic.title.clone());
        view! { <a href=edit_path(self.course, &topic.slug)>{title}</a> }.erase()
    }

    fn rename_link(&self, part: OutlinePart, said: &str) -> AnyView {
        view! {
            <a class="btn quiet" href=rename_path(self.course, part) aria-label=format!("Rename {said}")>
                "Rename"
            </a>
        }
        .erase()
    }

    fn rename_form(&self, part: OutlinePart, title: &str) -> AnyView {
        let form = self.forms.rename;
        let (course, back) = (self.course.to_owned(), Area::Outline.path(self.course));
        let title = form.value("title", title);
        view! {
            <Form form=form class="outline-add">
                <input type="hidden" name="course" value=course />
                <input type="hidden" name="part" value=part.to_string() />
                <Field
                    id="ly-rename"
                    name="title"
                    label="New title"
                    value=title
                    error=form.error("title")
                    max_length=TITLE_CHARACTERS
                    required=true
                    autofocus=true
                    autocomplete="off"
                />
                <Button busy=form.busy()>"Save title"</Button>
                <Button kind=ButtonKind::Quiet href=back>
                    "Cancel"
                </Button>
            </Form>
        }
        .erase()
    }
}

fn planned(planned: &PlannedTopic) -> AnyView {
    let text = match planned.problem.is_empty() {
        true => format!("Will be published on {}.", planned.when),
        false => format!("Was not published on {}: {}", planned.when, planned.problem),
    };
    view! { <p class="soft">{text}</p> }.erase()
}

/// A button of the list's form. `said` names the part for screen readers.
fn button(
    part: OutlinePart,
    change: OutlineChange,
    text: &'static str,
    said: &str,
    disabled: bool,
) -> AnyView {
    let label = match change {
        OutlineChange::Up => format!("Move {said} up"),
        OutlineChange::Down => format!("Move {said} down"),
        _ => format!("{text} {said}"),
    };
    view! {
        <button class="btn quiet" form=LIST name="which" value=part.change(change) aria-label=label disabled=disabled>
            {text}
        </button>
    }
    .erase()
}

fn add_form(course: &str, module: i32, forms: Forms) -> AnyView {
    let form = forms.add.of_item("module", &module.to_string());
    let label = if module == 0 {
        "Title of the module"
    } else {
        "Title of a new topic"
    };
    let (text, kind) = match module {
        0 => ("Add module", ButtonKind::Secondary),
        _ => ("Add topic", ButtonKind::Quiet),
    };
    let course = course.to_owned();
    view! {
        <Form form=form class="outline-add" on_done=forms.again>
            <input type="hidden" name="course" value=course />
            <input type="hidden" name="module" value=module.to_string() />
            <Field
                id=format!("ly-add-{module}")
                name="title"
                label=label
                value=form.value("title", "")
                error=form.error("title")
                max_length=TITLE_CHARACTERS
                required=true
                autocomplete="off"
            />
            <Button kind=kind busy=form.busy()>
                {text}
            </Button>
        </Form>
    }
    .erase()
}
