//! Tables with links to sort by, and with placeholders while empty or loading.

use leptos::prelude::*;

use super::{Erase, Inside, Skeleton, SkeletonKind, VisuallyHidden};

/// The sorting by a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sort {
    /// Address of the page sorted by this column, or in the opposite direction.
    pub href: String,
    /// The present direction. None if the table is not sorted by this column.
    pub ascending: Option<bool>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    pub label: String,
    /// Aligns numbers to the right.
    pub figures: bool,
    /// Hides the heading visually, for example above a column of buttons.
    pub silent: bool,
    pub sort: Option<Sort>,
}

impl Column {
    pub fn new(label: impl Into<String>) -> Self {
        Column {
            label: label.into(),
            figures: false,
            silent: false,
            sort: None,
        }
    }

    pub fn figures(self) -> Self {
        Column {
            figures: true,
            ..self
        }
    }

    pub fn silent(self) -> Self {
        Column {
            silent: true,
            ..self
        }
    }

    pub fn sorted(self, href: impl Into<String>, ascending: Option<bool>) -> Self {
        Column {
            sort: Some(Sort {
                href: href.into(),
                ascending,
            }),
            ..self
        }
    }
}

/// A table whose children are its rows. Shows `empty` instead of rows if it is set, and
/// placeholders while `loading`.
#[component]
pub fn Table(
    /// The content of the table, for screen readers.
    #[prop(into)]
    label: String,
    columns: Vec<Column>,
    #[prop(optional)] loading: bool,
    #[prop(optional)] empty: Option<AnyView>,
    /// Lets a wide table scroll with the page instead of within itself, so that its head and its
    /// first column stay at the edges of the window. At most one table of a page.
    #[prop(optional)]
    on_page: bool,
    /// Places the cells of a row below each other on narrow screens. A cell whose meaning then is
    /// unclear has its column's name in `data-label`.
    #[prop(optional)]
    stacks: bool,
    #[prop(optional)] children: Option<Inside>,
) -> impl IntoView {
    let width = columns.len();
    let rows = match (loading, empty, children) {
        (true, _, _) => waiting(width),
        (_, Some(empty), _) => nothing(width, empty),
        (_, _, children) => children.map(Inside::view).erase(),
    };
    let heads = columns.into_iter().map(head).collect_view();
    let class = if stacks { "table stacks" } else { "table" };
    let busy = loading.then_some("true");
    let table = view! {
        <table class=class aria-label=label.clone()>
            <thead>
                <tr>{heads}</tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    };
    match on_page {
        true => view! { <div class="table-page" aria-busy=busy>{table}</div> }.erase(),
        // Takes the focus, so that the arrow keys scroll it.
        false => view! {
            <div class="table-wrap" tabindex="0" role="region" aria-label=label aria-busy=busy>
                {table}
            </div>
        }
        .erase(),
    }
}

fn head(column: Column) -> AnyView {
    let class = column.figures.then_some("r");
    let order = column
        .sort
        .as_ref()
        .and_then(|sort| sort.ascending)
        .map(direction);
    let label = match (column.sort, column.silent) {
        (Some(sort), _) => view! { <a href=sort.href>{column.label}</a> }.erase(),
        (None, true) => view! { <VisuallyHidden>{column.label}</VisuallyHidden> }.erase(),
        (None, false) => column.label.erase(),
    };
    view! {
        <th class=class scope="col" aria-sort=order>
            {label}
        </th>
    }
    .erase()
}

fn direction(ascending: bool) -> &'static str {
    if ascending { "ascending" } else { "descending" }
}

fn nothing(width: usize, empty: AnyView) -> AnyView {
    view! {
        <tr class="none">
            <td colspan=width.to_string()>{empty}</td>
        </tr>
    }
    .erase()
}

fn waiting(width: usize) -> AnyView {
    let row = move || {
        let cells = (0..width)
            .map(|_| view! { <td><Skeleton kind=SkeletonKind::Line /></td> })
            .collect_view();
        view! { <tr class="none">{cells}</tr> }
    };
    (0..5).map(|_| row()).collect_view().erase()
}
