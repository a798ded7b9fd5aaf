//! Page `/study/settings`: retention, daily limits, and cards from wrong answers.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use crate::paths::STUDY;
use crate::platform::ui::{
    Breadcrumbs, Button, Crumb, Erase, Field, Form, FormState, Notice, Page, Switch, Tone, loaded,
    page_resource, query_now,
};
use crate::study::StudySettingsPage;
use crate::study::api::{SaveStudySettings, load_study_settings};

pub fn study_settings_page() -> AnyView {
    let page = page_resource(|| (), |()| load_study_settings());
    let form = FormState::of(SaveStudySettings::PATH);
    view! {
        <Page title="Study settings">
            <div class="narrow stack study">
                <Breadcrumbs trail=vec![Crumb::new("Study", STUDY), Crumb::new("Study settings", "")] />
                <h1>"Study settings"</h1>
                {loaded(page, move |page| settings(page, form))}
            </div>
        </Page>
    }
    .erase()
}

fn settings(page: StudySettingsPage, form: FormState) -> AnyView {
    let done =
        (query_now("done") == "saved").then(|| view! { <Notice tone=Tone::Ok>"Saved."</Notice> });
    let came_back = !form.value("retention", "").is_empty();
    let from_answers = match came_back {
        true => !form.value("from_answers", "").is_empty(),
        false => page.from_answers,
    };
    view! {
        {done}
        <Form form=form class="stack" guards=true>
            <Field
                name="retention"
                label="Retention that you want (%)"
                r#type="number"
                hint="A card comes back when the probability that you remember it falls to this. More means more reviews."
                value=form.value("retention", &page.retention)
                error=form.error("retention")
                required=true
            />
            <Field
                name="new_per_day"
                label="New cards a day"
                r#type="number"
                value=form.value("new_per_day", &page.new_per_day)
                error=form.error("new_per_day")
                required=true
            />
            <Field
                name="reviews_per_day"
                label="Reviews a day"
                r#type="number"
                value=form.value("reviews_per_day", &page.reviews_per_day)
                error=form.error("reviews_per_day")
                required=true
            />
            <Switch
                name="from_answers"
                label="Make cards of wrong answers"
                hint="Questions of quizzes and practice that you answered wrong come into a deck for each course."
                checked=from_answers
            />
            <div class="row">
                <Button busy=form.busy()>"Save"</Button>
            </div>
        </Form>
    }
    .erase()
}
