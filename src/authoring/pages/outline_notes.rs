//! Parts of the outline about reviews of topics, and about texts that an import brought.

use leptos::prelude::*;

use crate::authoring::AuthoredTopic;
use crate::authoring::review::REVIEW;
use crate::paths::edit_path;
use crate::platform::ui::{Badge, Erase, Tone};

/// State of the topic's review and its open comments, with a link to them.
pub fn notes(course: &str, topic: &AuthoredTopic) -> Option<AnyView> {
    let path = format!("{}#{REVIEW}", edit_path(course, &topic.slug));
    let badges = topic
        .notes
        .iter()
        .map(|words| view! { <Badge tone=Tone::Info text=words.clone() /> });
    (!topic.notes.is_empty()).then(|| view! { <a href=path>{badges.collect_view()}</a> }.erase())
}

/// Topics whose text was changed on the site and in the course's source.
pub fn differing(topics: &[(String, String)]) -> Option<AnyView> {
    let links = topics.iter().cloned();
    let links = links.map(|(title, path)| view! { <li><a href=path dir="auto">{title}</a></li> });
    (!topics.is_empty()).then(|| {
        view! {
            <section class="outline-differing" aria-labelledby="ly-differing">
                <h2 id="ly-differing" class="label">
                    "Changed here and in the source"
                </h2>
                <p>
                    "An import brought new texts for these topics, which were changed here too. Learners see the texts of the site until you decide."
                </p>
                <ul>{links.collect_view()}</ul>
            </section>
        }
        .erase()
    })
}
