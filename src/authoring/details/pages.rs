//! Page `/teach/COURSE/course`: what the catalog and the course's page say.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use super::api::{SaveCourseDetails, load_course_details};
use super::{
    CourseDetails, CourseDetailsPage, DESCRIPTION_CHARACTERS, LEVELS, LICENSE_CHARACTERS,
    SettingLine,
};
use crate::authoring::{LANGUAGES, SUMMARY_CHARACTERS, TITLE_CHARACTERS};
use crate::platform::ui::{
    Button, Erase, Field, Form, FormState, Page, Select, Switch, TextArea, loaded, page_resource,
    path_part,
};
use crate::teaching::Area;
use crate::teaching::pages::{TeachHeading, frame_below};

pub fn course_details_page() -> AnyView {
    let course = path_part("course");
    let page = page_resource(move || course.get(), load_course_details);
    let form = FormState::of(SaveCourseDetails::PATH);
    let again = Callback::new(move |()| page.refetch());
    let show = move |page: CourseDetailsPage| {
        let course = course.get_untracked();
        let title = page.course_title.clone();
        let heading = TeachHeading::task("Course settings");
        let inside = settings(&course, page, form, again);
        frame_below(&course, &title, Area::Outline, heading, inside)
    };
    view! { <Page title="Course settings">{loaded(page, show)}</Page> }.erase()
}

fn settings(
    course: &str,
    page: CourseDetailsPage,
    form: FormState,
    again: Callback<()>,
) -> AnyView {
    let set = page.details;
    let texts = texts(&set, form);
    let facts = facts(&set, form);
    let others = others(page.others);
    let sale = page.may_sell.then(|| sale(&set, form));
    let (course, quizzes) = (course.to_owned(), Area::Settings.path(course));
    view! {
        {others}
        <Form form=form class="stack course-form" on_done=again>
            <input type="hidden" name="course" value=course />
            <input type="hidden" name="details[mark]" value=set.mark />
            <p class="soft">
                "Shown in the catalog and on the course’s page. Importing the course again does not change these settings once they are saved here. The pace of modules and quizzes is in "
                <a href=quizzes>"Settings"</a>"."
            </p>
            {form.said("Saved.")}
            {texts}
            {facts}
            {sale}
            <div class="form-foot">
                <Button busy=form.busy()>"Save"</Button>
            </div>
        </Form>
    }
    .erase()
}

/// The other settings of the course, each with its present value and a link to its page.
fn others(lines: Vec<SettingLine>) -> AnyView {
    let lines = lines
        .into_iter()
        .map(|line| {
            let label = match line.href.is_empty() {
                true => view! { <b>{line.label}</b> }.erase(),
                false => view! { <a href=line.href>{line.label}</a> }.erase(),
            };
            view! {
                <li>
                    {label}
                    <span class="soft">{line.value}</span>
                </li>
            }
        })
        .collect_view();
    view! {
        <nav class="topic-beside" aria-label="All settings of this course">
            <ul>{lines}</ul>
        </nav>
    }
    .erase()
}

fn texts(set: &CourseDetails, form: FormState) -> AnyView {
    view! {
        <Field
            id="ly-title"
            name="details[title]"
            label="Title"
            value=form.value("details[title]", &set.title)
            error=form.error("title")
            max_length=TITLE_CHARACTERS
            required=true
            autocomplete="off"
        />
        <TextArea
            id="ly-summary"
            name="details[summary]"
            label="Summary"
            hint="One or two sentences for the catalog."
            value=form.value("details[summary]", &set.summary)
            error=form.error("summary")
            max_length=SUMMARY_CHARACTERS
            required=true
        />
        <TextArea
            id="ly-description"
            name="details[description]"
            label="Description"
            hint="Text of the course’s page, in Markdown."
            value=form.value("details[description]", &set.description)
            error=form.error("description")
            max_length=DESCRIPTION_CHARACTERS
        />
        <TextArea
            id="ly-outcomes"
            name="details[outcomes]"
            label="What learners will learn"
            hint="One sentence a line."
            value=form.value("details[outcomes]", &set.outcomes)
            error=form.error("outcomes")
        />
    }
    .erase()
}

fn facts(set: &CourseDetails, form: FormState) -> AnyView {
    let mut languages: Vec<(String, String)> = LANGUAGES
        .iter()
        .map(|(tag, name)| ((*tag).to_owned(), (*name).to_owned()))
        .collect();
    // An import can bring any language.
    if !languages.iter().any(|(tag, _)| *tag == set.language) {
        languages.push((set.language.clone(), set.language.clone()));
    }
    let levels = LEVELS.map(|(name, level)| (name.to_owned(), level.label().to_owned()));
    view! {
        <Select
            id="ly-language"
            name="details[language]"
            label="Language"
            value=form.value("details[language]", &set.language)
            options=languages
            error=form.error("language")
        />
        <Select
            id="ly-level"
            name="details[level]"
            label="Level"
            value=form.value("details[level]", &set.level)
            options=levels.to_vec()
            error=form.error("level")
        />
        <Field
            id="ly-tags"
            name="details[tags]"
            label="Tags"
            hint="Lowercase words, separated by commas."
            value=form.value("details[tags]", &set.tags)
            error=form.error("tags")
            autocomplete="off"
        />
        <TextArea
            id="ly-authors"
            name="details[authors]"
            label="Authors"
            hint="One name a line."
            value=form.value("details[authors]", &set.authors)
            error=form.error("authors")
        />
        <Field
            id="ly-license"
            name="details[license]"
            label="License"
            hint="One line, for example CC BY 4.0."
            value=form.value("details[license]", &set.license)
            error=form.error("license")
            max_length=LICENSE_CHARACTERS
            autocomplete="off"
        />
    }
    .erase()
}

/// Price and access, which only admins change.
fn sale(set: &CourseDetails, form: FormState) -> AnyView {
    // Browsers send nothing for an empty box, so an absent field of a sent form is off.
    let was_sent = !form.value("course", "").is_empty();
    let cohort_only = match was_sent {
        true => !form.value("details[cohort_only]", "").is_empty(),
        false => set.cohort_only.is_some(),
    };
    view! {
        <h2>"Price and access"</h2>
        <div class="bank-fields">
            <Field
                id="ly-price"
                name="details[price]"
                label="Price"
                hint="Leave it empty for a free course."
                value=form.value("details[price]", &set.price)
                error=form.error("price")
                autocomplete="off"
            />
            <Field
                id="ly-currency"
                name="details[currency]"
                label="Currency"
                hint="Three letters, such as EUR."
                value=form.value("details[currency]", &set.currency)
                error=form.error("currency")
                max_length=3
                required=true
                autocomplete="off"
            />
        </div>
        <Switch
            name="details[cohort_only]"
            label="Members of cohorts only"
            hint="If on, people can study the course only as members of a cohort, not on their own."
            checked=cohort_only
        />
    }
    .erase()
}
