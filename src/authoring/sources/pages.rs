//! Page `/teach/COURSE/topics/TOPIC/source`: the text of the site beside that of the source.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use super::api::{DecideSource, load_topic_source};
use super::{DifferingText, SourcePage};
use crate::authoring::TITLE_CHARACTERS;
use crate::authoring::editor::pages::{changed_lines, sides};
use crate::authoring::editor::{ConflictPlace, TEXT_CHARACTERS};
use crate::paths::edit_path;
use crate::platform::ui::{
    Button, ButtonKind, Erase, Field, Form, FormState, Language, Page, TextArea, loaded,
    page_resource, path_part,
};
use crate::teaching::Area;
use crate::teaching::pages::{TeachHeading, frame_below};

/// Names of the sides.
const OF_SOURCE: (&str, &str) = ("On the site", "In the source");

pub fn topic_source_page() -> AnyView {
    let (course, topic) = (path_part("course"), path_part("topic"));
    let page = page_resource(
        move || (course.get(), topic.get()),
        |(course, topic)| load_topic_source(course, topic),
    );
    let form = FormState::of(DecideSource::PATH);
    let show = move |page: SourcePage| {
        let (course, topic) = (course.get_untracked(), topic.get_untracked());
        let title = page.course_title.clone();
        let heading = TeachHeading::task("Site and source")
            .below(page.topic_title.clone(), edit_path(&course, &topic));
        let inside = match page.differing {
            Some(differing) => comparison(
                &course,
                page.topic_id.to_string(),
                differing,
                form,
                &title.language,
            ),
            None => decided(&course, &topic),
        };
        frame_below(&course, &title, Area::Outline, heading, inside)
    };
    view! { <Page title="Site and source">{loaded(page, show)}</Page> }.erase()
}

fn decided(course: &str, topic: &str) -> AnyView {
    view! {
        <p>"There is nothing to decide: the source has no other text for this topic."</p>
        <p>
            <a href=edit_path(course, topic)>"Edit the topic"</a>
        </p>
    }
    .erase()
}

fn comparison(
    course: &str,
    topic: String,
    differing: DifferingText,
    form: FormState,
    language: &Language,
) -> AnyView {
    let course = course.to_owned();
    let titles = differing.titles.map(|(mine, theirs)| {
        let place = ConflictPlace {
            base: String::new(),
            mine,
            theirs,
        };
        sides("Title", OF_SOURCE, language, place)
    });
    let words = match (
        differing.places.is_empty() && titles.is_none(),
        differing.has_base,
    ) {
        (true, _) => {
            "The site and the source changed different paragraphs. Both changes are in the merged text below."
        }
        (false, true) => {
            "The site and the source changed the same paragraphs. The merged text below has both, one after the other: the source’s first. Remove what you do not need."
        }
        (false, false) => {
            "It is not known from which text the changes on the site started. The merged text below has both texts, the source’s first. Remove what you do not need."
        }
    };
    // Without a common origin both sides are whole texts, which the differences show better.
    let places = differing.places.into_iter().enumerate();
    let places = places
        .filter(|_| differing.has_base)
        .map(|(at, place)| sides(&format!("Place {}", at + 1), OF_SOURCE, language, place))
        .collect_view();
    let site = differing.has_base.then(|| {
        view! {
            <details>
                <summary>"What was changed on the site"</summary>
                {changed_lines(&differing.site, language)}
            </details>
        }
    });
    // After a refusal the fields show the present texts, and what was typed stands below.
    let is_refused = form.problem().get_untracked().is_some();
    let typed = |field: &str, or: &str| match is_refused {
        true => or.to_owned(),
        false => form.value(field, or),
    };
    let (merged_title, merged) = (
        typed("title", &differing.title),
        typed("text", &differing.text),
    );
    let refused = is_refused.then(|| {
        view! {
            <h3 class="label">"Your text, which is not saved"</h3>
            <pre class="topic-side" dir="auto">{form.value("text", "")}</pre>
        }
    });
    let summary = match differing.has_base {
        true => "What the source changed",
        false => "How the source differs from the site",
    };
    view! {
        <p class="soft">{format!("The source’s text was imported on {}.", differing.imported)}</p>
        <p>{words}</p>
        {titles}
        {places}
        {site}
        <details open=!differing.has_base>
            <summary>{summary}</summary>
            {changed_lines(&differing.source, language)}
        </details>
        <Form form=form class="stack topic-form">
            <input type="hidden" name="course" value=course />
            <input type="hidden" name="topic" value=topic />
            <input type="hidden" name="seen" value=differing.seen />
            <h2>"Merged text"</h2>
            <Field
                name="title"
                label="Title"
                value=merged_title
                error=form.error("title")
                max_length=TITLE_CHARACTERS
                required=true
                autocomplete="off"
            />
            <TextArea
                id="ly-text"
                name="text"
                label="Text"
                value=merged
                error=form.error("text")
                max_length=TEXT_CHARACTERS
                unmarked=true
            />
            <p class="soft">"The text that you choose becomes the draft. Learners see it when you publish it."</p>
            <div class="row">
                <Button name="keep" value="merged" busy=form.busy()>
                    "Use this text"
                </Button>
                <Button kind=ButtonKind::Secondary name="keep" value="site">
                    "Keep the site’s text"
                </Button>
                <Button kind=ButtonKind::Secondary name="keep" value="source">
                    "Take the source’s text"
                </Button>
            </div>
        </Form>
        {refused}
    }
    .erase()
}
