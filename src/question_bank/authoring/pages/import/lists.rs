//! Lists of questions in a preview and in a report.

use leptos::prelude::*;

use crate::platform::ui::{Column, Erase, Table};
use crate::question_bank::authoring::LeftOutGroup;

/// Shows the questions and the parts of questions that a file loses.
pub fn left_out(groups: Vec<LeftOutGroup>) -> AnyView {
    let (refused, noted): (Vec<LeftOutGroup>, Vec<LeftOutGroup>) =
        groups.into_iter().partition(|group| group.is_refused);
    view! {
        {table("Questions left out", refused)}
        {table("Parts left out", noted)}
    }
    .erase()
}

/// A table of notes, one row for each reason.
fn table(title: &'static str, groups: Vec<LeftOutGroup>) -> Option<AnyView> {
    if groups.is_empty() {
        return None;
    }
    let rows = groups
        .into_iter()
        .map(|group| {
            let more =
                (group.more > 0).then(|| view! { <p>{format!("and {} more", group.more)}</p> });
            let items = group
                .items
                .into_iter()
                .map(|item| view! { <li>{item}</li> });
            view! {
                <tr>
                    <td>
                        <ul>{items.collect_view()}</ul>
                        {more}
                    </td>
                    <td>{group.why}</td>
                </tr>
            }
        })
        .collect_view();
    let columns = vec![Column::new(title), Column::new("Why")];
    Some(view! { <Table label=title columns=columns>{rows}</Table> }.erase())
}

pub fn list(title: &'static str, prompts: Vec<String>) -> Option<AnyView> {
    if prompts.is_empty() {
        return None;
    }
    let lines = prompts
        .into_iter()
        .map(|prompt| view! { <li>{prompt}</li> })
        .collect_view();
    Some(
        view! {
            <h2>{title}</h2>
            <ul>{lines}</ul>
        }
        .erase(),
    )
}
