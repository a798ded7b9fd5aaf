//! Page `/teach/courses/new`, on which an admin makes a course.

use leptos::ev::Event;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use crate::authoring::api::{CreateCourse, load_new_course};
use crate::authoring::imports::IMPORT_COURSE;
use crate::authoring::{
    LANGUAGES, NewCoursePage, OUTLINE_CHARACTERS, SLUG_CHARACTERS, SUMMARY_CHARACTERS,
    TITLE_CHARACTERS,
};
use crate::platform::ui::{
    Breadcrumbs, Button, ButtonKind, Erase, Field, Form, FormState, Page, Select, TextArea, loaded,
    page_resource,
};

const EXAMPLE: &str = "Averages\n- The mean\n- The median\nSpread\n- The range";

pub fn new_course_page() -> AnyView {
    let page = page_resource(|| (), |()| load_new_course());
    let state = FormState::of(CreateCourse::PATH);
    let show = move |page: NewCoursePage| {
        let trail = vec![
            ("Teaching".to_owned(), "/teach".to_owned()),
            ("New course".to_owned(), String::new()),
        ];
        view! {
            <div class="wide teach">
                <Breadcrumbs trail=trail />
                <h1>"New course"</h1>
                <p class="soft">
                    "Or "<a href=IMPORT_COURSE>"import a course"</a>" from files."
                </p>
                {form(&page, state)}
            </div>
        }
        .erase()
    };
    view! { <Page title="New course">{loaded(page, show)}</Page> }.erase()
}

fn form(page: &NewCoursePage, form: FormState) -> AnyView {
    let languages = LANGUAGES
        .iter()
        .map(|(tag, name)| ((*tag).to_owned(), (*name).to_owned()));
    let typed = move |field: &str| form.value(field, "");
    let language = form.value("form[language]", &page.language);
    view! {
        <Form form=form class="stack course-form">
            <div on:input=name_after_title>
                <Field
                    id="ly-title"
                    name="form[title]"
                    label="Title"
                    value=typed("form[title]")
                    error=form.error("title")
                    max_length=TITLE_CHARACTERS
                    required=true
                    autocomplete="off"
                />
            </div>
            <Field
                id="ly-slug"
                name="form[slug]"
                label="Name in addresses"
                hint="Lowercase letters, digits and hyphens, for example how-to-count. Leave it empty to use the title."
                value=typed("form[slug]")
                error=form.error("slug")
                max_length=SLUG_CHARACTERS
                autocomplete="off"
            />
            <TextArea
                id="ly-summary"
                name="form[summary]"
                label="Summary"
                hint="One or two sentences for the catalog."
                value=typed("form[summary]")
                error=form.error("summary")
                max_length=SUMMARY_CHARACTERS
                required=true
            />
            <Select
                id="ly-language"
                name="form[language]"
                label="Language"
                value=language
                options=languages.collect()
                error=form.error("language")
            />
            <TextArea
                id="ly-outline"
                name="form[outline]"
                label="Outline"
                hint="One line for each module and topic. Begin topics with a dash, or indent them. You can change all of it later."
                placeholder=EXAMPLE
                value=typed("form[outline]")
                error=form.error("outline")
                max_length=OUTLINE_CHARACTERS
                required=true
            />
            <div class="row">
                <Button busy=form.busy()>"Create course"</Button>
                <Button kind=ButtonKind::Quiet href="/teach">
                    "Cancel"
                </Button>
            </div>
        </Form>
    }
    .erase()
}

#[cfg(not(feature = "hydrate"))]
fn name_after_title(_: Event) {}

/// Makes the name in addresses from the title until someone types a name.
#[cfg(feature = "hydrate")]
fn name_after_title(event: Event) {
    use leptos::wasm_bindgen::JsCast;
    use leptos::web_sys::HtmlInputElement;

    use crate::authoring::plain_slug;

    let name = document().get_element_by_id("ly-slug");
    let name = name.and_then(|name| name.dyn_into::<HtmlInputElement>().ok());
    let Some(name) = name else { return };
    let made = name.get_attribute("data-made").unwrap_or_default();
    if name.value() == made {
        let slug = plain_slug(&event_target_value(&event));
        name.set_value(&slug);
        let _ = name.set_attribute("data-made", &slug);
    }
}
