//! Pages of what a learner knows. The server draws the map.

use leptos::prelude::*;
use leptos_meta::Title;

use super::api::{load_knowledge, load_learner_knowledge};
use super::{KnowledgePage, TaughtKnowledgePage};
use crate::paths::{KNOWLEDGE, PATHS, learner_path};
use crate::platform::ui::{
    Breadcrumbs, Crumb, Erase, Page, loaded, page_resource, path_part, query_value,
};
use crate::teaching::Area;
use crate::teaching::pages::{TeachHeading, frame_below};

/// Page `/knowledge`.
pub fn knowledge_page() -> AnyView {
    let concept = query_value("concept");
    let page = page_resource(move || concept.get(), load_knowledge);
    view! { <Page title="What you know">{loaded(page, own)}</Page> }.erase()
}

fn own(page: KnowledgePage) -> AnyView {
    let mut trail = vec![Crumb::new("Paths", PATHS)];
    let heading = match page.concept.is_empty() {
        true => "What you know".to_owned(),
        false => {
            trail.push(Crumb::new("What you know", KNOWLEDGE));
            page.concept
        }
    };
    trail.push(Crumb::new(heading.clone(), ""));
    view! {
        <Title text=heading.clone() />
        <div class="wide stack">
            <Breadcrumbs trail=trail />
            <h1>
                <bdi>{heading}</bdi>
            </h1>
            <div class="stack" inner_html=page.map.0></div>
        </div>
    }
    .erase()
}

/// Page `/teach/COURSE/learners/NAME/knowledge`.
pub fn learner_knowledge_page() -> AnyView {
    let (course, learner, concept) = (
        path_part("course"),
        path_part("learner"),
        query_value("concept"),
    );
    let page = page_resource(
        move || (course.get(), learner.get(), concept.get()),
        |(course, learner, concept)| load_learner_knowledge(course, learner, concept),
    );
    view! { <Page title="Knowledge">{loaded(page, taught)}</Page> }.erase()
}

fn taught(page: TaughtKnowledgePage) -> AnyView {
    let above = learner_path(&page.course_slug, &page.username);
    let heading = TeachHeading::task("Knowledge").below(page.name, above);
    let inside = view! { <div class="stack" inner_html=page.map.0></div> };
    let (course, title) = (&page.course_slug, &page.course_title);
    frame_below(course, title, Area::Learners, heading, inside.erase())
}
