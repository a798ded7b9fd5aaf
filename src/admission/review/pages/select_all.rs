//! The box "Select all" above the applications. Without JavaScript it stands for all applications
//! of the page; with JavaScript it also ticks their boxes.

use leptos::prelude::*;

use crate::platform::ui::Erase;

/// Shows the box above a list whose boxes have the name `registrations[]`.
pub fn with_select_all(list: AnyView) -> AnyView {
    view! {
        <div class="stack" on:change=|event| changed(&event)>
            <label class="check">
                <input class="review-all" type="checkbox" name="all" value="yes" />
                <span>"Select all"</span>
            </label>
            {list}
        </div>
    }
    .erase()
}

/// Ticks the boxes of all applications like the box that stands for them, and that one only as
/// long as all others are ticked.
fn changed(event: &leptos::ev::Event) {
    #[cfg(feature = "hydrate")]
    {
        use wasm_bindgen::JsCast;
        use web_sys::{Element, HtmlInputElement};

        let target = event
            .target()
            .and_then(|target| target.dyn_into::<HtmlInputElement>().ok());
        let list: Option<Element> = target
            .as_ref()
            .and_then(|target| target.closest(".stack").ok().flatten());
        let (Some(target), Some(list)) = (target, list) else {
            return;
        };
        let boxes = |selector: &str| -> Vec<HtmlInputElement> {
            let Ok(found) = list.query_selector_all(selector) else {
                return Vec::new();
            };
            let found = (0..found.length()).filter_map(|at| found.get(at));
            found.map(JsCast::unchecked_into).collect()
        };
        let ones = boxes("input[name='registrations[]']");
        if target.class_name() == "review-all" {
            for one in ones {
                one.set_checked(target.checked());
            }
        } else {
            let is_all = ones.iter().all(HtmlInputElement::checked);
            for all in boxes(".review-all") {
                all.set_checked(is_all);
            }
        }
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = event;
}
