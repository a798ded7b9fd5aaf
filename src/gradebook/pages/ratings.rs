//! Shows the ratings and comments of learners who completed the course.

use leptos::prelude::*;

use crate::gradebook::{Comment, GradebookQuery, Opinions};
use crate::platform::ui::{Erase, Pagination};

pub fn opinions(said: Opinions, course: &str, query: &GradebookQuery) -> AnyView {
    let on = |page: u32| query.with_opinions(page).path(course);
    let previous = match said.page {
        0 => String::new(),
        page => on(page - 1),
    };
    let next = match said.has_more {
        true => on(said.page + 1),
        false => String::new(),
    };
    let ratings = match said.ratings {
        1 => "1 rating".to_owned(),
        count => format!("{count} ratings"),
    };
    let comments = said.comments.into_iter().map(comment).collect_view();
    view! {
        <section class="gradebook-list" aria-labelledby="ly-opinions">
            <h2 id="ly-opinions">"What learners say"</h2>
            <p>{format!("{} of 5 stars, {ratings}.", said.mean)}</p>
            <ul>{comments}</ul>
            <Pagination previous=previous next=next />
        </section>
    }
    .erase()
}

fn comment(comment: Comment) -> AnyView {
    view! {
        <li>
            <p dir="auto">{comment.text}</p>
            <p class="soft">{format!("{} of 5 stars, {}", comment.stars, comment.on)}</p>
        </li>
    }
    .erase()
}
