//! From one page of a list to the next, by cursor: there are no page numbers.

use leptos::prelude::*;

use super::{Button, ButtonKind, Erase, Glyph, Icon};

/// Addresses that are empty are left out; with neither there is nothing.
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
