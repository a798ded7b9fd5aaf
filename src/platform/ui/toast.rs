//! Short messages at the bottom right, which screen readers read politely. A message that must not
//! be missed belongs in the page instead.

use std::time::Duration;

use leptos::prelude::*;

use super::{Erase, Glyph, Icon, Tone};

/// Long enough to read a message twice. Errors stay until they are dismissed.
const SHOWN_FOR: Duration = Duration::from_secs(7);

#[derive(Debug, Clone, PartialEq)]
struct Toast {
    id: u32,
    tone: Tone,
    text: String,
    action: Option<(String, String)>,
}

/// Shows messages. Any component below the app can use it.
#[derive(Debug, Clone, Copy)]
pub struct Toaster {
    toasts: RwSignal<Vec<Toast>>,
    next: StoredValue<u32>,
}

/// Makes the toaster available to all components. Called once by the app.
pub fn provide_toaster() -> Toaster {
    let toaster = Toaster {
        toasts: RwSignal::new(Vec::new()),
        next: StoredValue::new(0),
    };
    provide_context(toaster);
    toaster
}

impl Toaster {
    /// The app's toaster. Outside of the app, a new one that shows nothing.
    pub fn current() -> Self {
        use_context().unwrap_or_else(provide_toaster)
    }

    pub fn say(self, text: impl Into<String>) {
        self.push(Tone::Neutral, text.into(), None);
    }

    /// Shows a message with a link, for example to undo. `action` is the link's text.
    pub fn offer(
        self,
        text: impl Into<String>,
        action: impl Into<String>,
        href: impl Into<String>,
    ) {
        self.push(
            Tone::Neutral,
            text.into(),
            Some((action.into(), href.into())),
        );
    }

    pub fn fail(self, text: impl Into<String>) {
        self.push(Tone::Danger, text.into(), None);
    }

    fn push(self, tone: Tone, text: String, action: Option<(String, String)>) {
        let Some(id) = self.next.try_update_value(|next| {
            *next += 1;
            *next
        }) else {
            return;
        };
        self.toasts.try_update(|toasts| {
            toasts.push(Toast {
                id,
                tone,
                text,
                action,
            })
        });
        if tone != Tone::Danger {
            set_timeout(move || self.dismiss(id), SHOWN_FOR);
        }
    }

    fn dismiss(self, id: u32) {
        self.toasts
            .try_update(|toasts| toasts.retain(|toast| toast.id != id));
    }
}

/// The element in which messages appear. Used once, at the end of the app.
#[component]
pub fn Toasts() -> impl IntoView {
    let toaster = Toaster::current();
    view! {
        <div class="toasts" role="status" aria-live="polite">
            <For each=move || toaster.toasts.get() key=|toast| toast.id children=move |toast| shown(toaster, toast) />
        </div>
    }
    .erase()
}

fn shown(toaster: Toaster, toast: Toast) -> AnyView {
    let danger = toast.tone == Tone::Danger;
    let glyph = if danger { Glyph::Alert } else { Glyph::Check };
    let action = toast
        .action
        .map(|(text, href)| view! { <a href=href>{text}</a> });
    view! {
        <div class="toast" class:danger=danger>
            <Icon glyph=glyph />
            <span>{toast.text}</span>
            {action}
            <button
                class="btn quiet"
                type="button"
                aria-label="Dismiss"
                on:click=move |_| toaster.dismiss(toast.id)
            >
                <Icon glyph=Glyph::Close />
            </button>
        </div>
    }
    .erase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_keep_their_order_and_go_one_by_one() {
        let owner = Owner::new();
        owner.with(|| {
            let toaster = provide_toaster();
            toaster.fail("Not saved. What you wrote is kept.");
            toaster.fail("Still not saved.");
            let ids: Vec<u32> = toaster
                .toasts
                .with_untracked(|all| all.iter().map(|t| t.id).collect());
            assert_eq!(ids, [1, 2]);
            toaster.dismiss(1);
            assert_eq!(toaster.toasts.with_untracked(Vec::len), 1);
            assert_eq!(toaster.toasts.with_untracked(|all| all[0].id), 2);
        });
    }
}
