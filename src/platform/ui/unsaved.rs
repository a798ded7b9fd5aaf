//! Asks before a page is left with changes that were not sent.

use leptos::prelude::*;

/// Watches the changes of one form.
#[derive(Clone, Copy)]
pub struct Guard {
    has_changes: StoredValue<bool>,
}

impl Guard {
    /// Starts to watch, until the form is removed from the page. `has_changes` is true if some were
    /// sent before and refused.
    pub fn new(has_changes: bool) -> Self {
        let guard = Self {
            has_changes: StoredValue::new(has_changes),
        };
        #[cfg(feature = "hydrate")]
        guard.watch();
        guard
    }

    pub fn changed(self) {
        self.has_changes.set_value(true);
    }

    /// The form was sent. If it is refused, [`Guard::changed`] follows.
    pub fn sent(self) {
        self.has_changes.set_value(false);
    }

    #[cfg(feature = "hydrate")]
    fn watch(self) {
        use leptos::ev;
        use leptos::wasm_bindgen::JsCast;
        use leptos::wasm_bindgen::closure::Closure;

        let has_changes = self.has_changes;
        let leave = window_event_listener(ev::beforeunload, move |event| {
            if has_changes.try_get_value().unwrap_or_default() {
                event.prevent_default();
            }
        });
        // Links to pages of the site load no document, so the browser would not ask. This listens
        // before the router does.
        let click =
            Closure::<dyn FnMut(web_sys::MouseEvent)>::new(move |event: web_sys::MouseEvent| {
                let is_link = event
                    .target()
                    .and_then(|target| target.dyn_into::<web_sys::Element>().ok())
                    .and_then(|target| {
                        target
                            .closest("a[href]:not([target], [download])")
                            .ok()
                            .flatten()
                    })
                    .is_some_and(|link| {
                        link.get_attribute("href")
                            .is_some_and(|href| !href.starts_with('#'))
                    });
                if !is_link || !has_changes.try_get_value().unwrap_or_default() {
                    return;
                }
                let question = "Leave without saving? Your changes will be lost.";
                match window().confirm_with_message(question) {
                    Ok(true) => has_changes.set_value(false),
                    _ => {
                        event.prevent_default();
                        event.stop_propagation();
                    }
                }
            });
        let listener: js_sys::Function = click.into_js_value().unchecked_into();
        let _ = document().add_event_listener_with_callback_and_bool("click", &listener, true);
        let listener = send_wrapper::SendWrapper::new(listener);
        on_cleanup(move || {
            leave.remove();
            let _ =
                document().remove_event_listener_with_callback_and_bool("click", &listener, true);
        });
    }
}
