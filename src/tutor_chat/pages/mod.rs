//! Page of a conversation with the tutor, and the dock of the player, which shows the same.

pub mod dock;
#[cfg(feature = "hydrate")]
mod forms;

use leptos::prelude::*;
use leptos_meta::Title;

pub use dock::{dock, dock_link};

use super::TutorTalkPage;
use super::api::load_tutor;
use crate::platform::ui::{Breadcrumbs, Crumb, Erase, Page, loaded, page_resource, path_part};

/// Page `/learn/COURSE/TOPIC/tutor`.
pub fn tutor_page() -> AnyView {
    let (course, topic) = (path_part("course"), path_part("topic"));
    let page = page_resource(
        move || (course.get(), topic.get()),
        |(course, topic)| load_tutor(course, topic),
    );
    view! { <Page title="Tutor">{loaded(page, conversation)}</Page> }.erase()
}

fn conversation(page: TutorTalkPage) -> AnyView {
    #[cfg(feature = "hydrate")]
    forms::send_in_place();
    let language = &page.course_title.language;
    view! {
        <Title text=format!("Tutor · {} · {}", page.topic.title, page.course_title) />
        <div class="narrow stack">
            <Breadcrumbs trail=vec![
                page.course_title.crumb(format!("/learn/{}", page.course_slug)),
                Crumb::new(page.topic.title.clone(), page.topic.href.clone()).in_language(language),
                Crumb::new("Tutor", ""),
            ] />
            <h1>"Tutor"</h1>
            <p class="soft">"Speaks only from this course."</p>
            <p class="vh" role="status" id="ly-tutor-said"></p>
            <div class="tutor-panel" id="ly-tutor" data-page=page.here inner_html=page.talk.0></div>
        </div>
    }
    .erase()
}
