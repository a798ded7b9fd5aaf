//! Selecting all members of a page with one box.

#[cfg(not(feature = "hydrate"))]
pub fn changed(_: &leptos::ev::Event) {}

/// Checks all boxes with the box for all, and that one with all others.
#[cfg(feature = "hydrate")]
pub fn changed(event: &leptos::ev::Event) {
    use leptos::prelude::document;
    use wasm_bindgen::JsCast;
    use web_sys::HtmlInputElement;

    let changed = event
        .target()
        .and_then(|it| it.dyn_into::<HtmlInputElement>().ok());
    let all = document().query_selector(".cohort-all").ok().flatten();
    let all = all.and_then(|it| it.dyn_into::<HtmlInputElement>().ok());
    let boxes = document().query_selector_all(".cohort-members tbody input[type=checkbox]");
    let (Some(changed), Some(all), Ok(boxes)) = (changed, all, boxes) else {
        return;
    };
    let boxes: Vec<HtmlInputElement> = (0..boxes.length())
        .filter_map(|at| boxes.get(at))
        .map(JsCast::unchecked_into)
        .collect();
    if changed == all {
        for one in boxes {
            one.set_checked(all.checked());
        }
        return;
    }
    let checked = boxes.iter().filter(|one| one.checked()).count();
    all.set_checked(checked == boxes.len());
    all.set_indeterminate(checked > 0 && checked < boxes.len());
}
