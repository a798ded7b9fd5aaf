//! Links to the previous and the next page of a list. Lists use cursors, so there are no page
//! numbers.

use leptos::prelude::*;

use super::{Button, ButtonKind, Erase, Glyph, Icon};

/// Leaves out a link if its address is empty. Renders nothing if both are.
#[component]
pub fn Pagination(
    #[prop(optional, into)] previous: String,
    #[prop(optional, into)] next: String,
) -> impl IntoView {
    if previous.is_empty() && next.is_empty() {
        return ().erase();
    }
    let previous = (!previous.is_empty()).then(|| {
        view! {
            <Button kind=ButtonKind::Secondary href=previous rel="prev">
                <Icon glyph=Glyph::ArrowLeft />
                "Previous"
            </Button>
        }
    });
    let next = (!next.is_empty()).then(|| {
        view! {
            <Button kind=ButtonKind::Secondary href=next rel="next">
                "Next"
                <Icon glyph=Glyph::ArrowRight />
            </Button>
        }
    });
    view! {
        <nav class="pagination" aria-label="Pages">
            {previous}
            {next}
        </nav>
    }
    .erase()
}
