//! Pages of activity.

mod mine;
mod roster;
mod timeline;

pub use mine::my_activity_page;
pub use roster::roster_page;
pub use timeline::timeline_page;

use leptos::prelude::*;

use super::LearnerStatus;
use crate::platform::ui::{Badge, Erase};

/// Shows a status with the sentence that explains it.
fn standing(status: LearnerStatus, reason: String) -> AnyView {
    view! {
        <p class="activity-standing">
            <Badge tone=status.tone() text=status.label() />
            " "
            <span>{reason}</span>
        </p>
    }
    .erase()
}
