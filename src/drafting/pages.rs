//! Page `/teach/COURSE/topics/TOPIC/proposals`.

use leptos::prelude::*;

use super::ProposalsPage;
use super::api::load_proposals;
use crate::paths::suggestions_path;
use crate::platform::ui::{
    EmptyState, Erase, Glyph, Notice, Page, Tone, loaded, page_resource, path_part, query_now,
};
use crate::teaching::Area;
use crate::teaching::pages::{TeachHeading, frame_below};

pub fn proposals_page() -> AnyView {
    let (course, topic) = (path_part("course"), path_part("topic"));
    let page = page_resource(
        move || (course.get(), topic.get()),
        |(course, topic)| load_proposals(course, topic),
    );
    let show = move |page: ProposalsPage| {
        let (course, topic) = (course.get_untracked(), topic.get_untracked());
        let title = page.course_title.clone();
        let text = format!("Proposals for “{}”", page.topic_title);
        let heading = TeachHeading::task(text);
        let inside = proposals(page, suggestions_path(&course, &topic));
        frame_below(&course, &title, Area::Outline, heading, inside)
    };
    view! { <Page title="Proposals">{loaded(page, show)}</Page> }.erase()
}

fn proposals(page: ProposalsPage, suggested: String) -> AnyView {
    let done = match query_now("done").as_str() {
        "used" => "It is in use now. You can still edit it in its place.",
        "dismissed" => "It is dismissed.",
        "again" => "The dismissed ones are back.",
        "gone" => "Somebody has decided about this already, or the text has changed.",
        _ => "",
    };
    let done = (!done.is_empty()).then(|| view! { <Notice tone=Tone::Ok>{done}</Notice> });
    let empty = page.proposals.0.is_empty().then(|| {
        view! {
            <EmptyState
                glyph=Glyph::Check
                title="No proposals"
                text="The rules find no more questions in this text. They look for definitions, numbered steps and tables."
            />
        }
    });
    view! {
        {done}
        <p class="soft">
            "Rules draft these from the topic’s text, each with its passage. Learners see none of them until you use it. "
            <a href=suggested>"Suggested questions of this topic"</a>
        </p>
        {empty}
        <div class="stack" inner_html=page.proposals.0></div>
    }
    .erase()
}
