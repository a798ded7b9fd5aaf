//! The selection of questions, and the bar with what can be done to them.

use leptos::prelude::*;

use crate::course::QuestionPurpose;
use crate::platform::ui::{Erase, FormState, Glyph, Icon};
use crate::question_bank::authoring::BankQuery;

/// The selected questions. Scripts only count them and keep the boxes of topics in step.
pub struct Selection {
    /// Ids that were selected when the form was sent without success.
    pub chosen: Vec<String>,
    pub count: SelectionCount,
}

impl Selection {
    pub fn of(change: FormState) -> Self {
        let chosen = change.values("ids[]");
        let groups = change.values("groups[]");
        let of_groups = groups.iter().flat_map(|ids| ids.split(','));
        let chosen: Vec<String> = of_groups
            .map(str::to_owned)
            .chain(chosen.iter().cloned())
            .collect();
        let count = SelectionCount(RwSignal::new(0));
        #[cfg(feature = "hydrate")]
        Effect::new(move |_| count.count());
        Self { chosen, count }
    }
}

/// The number of selected questions. 0 until scripts have counted them.
#[derive(Clone, Copy)]
pub struct SelectionCount(RwSignal<usize>);

#[cfg(not(feature = "hydrate"))]
impl SelectionCount {
    pub fn changed(self, _: &leptos::ev::Event) {}
}

#[cfg(feature = "hydrate")]
mod awake {
    use leptos::prelude::*;
    use wasm_bindgen::JsCast;
    use web_sys::{Element, HtmlInputElement};

    use super::SelectionCount;

    const BOXES: &str = ".bank-choose > input";

    /// The boxes below an element, checked or not.
    fn boxes(of: &Element) -> Vec<HtmlInputElement> {
        let Ok(found) = of.query_selector_all(BOXES) else {
            return Vec::new();
        };
        let found = (0..found.length()).filter_map(|at| found.get(at));
        found.map(JsCast::unchecked_into).collect()
    }

    impl SelectionCount {
        pub fn count(self) {
            let list = document().query_selector(".bank-list").ok().flatten();
            let boxes = list.map(|list| boxes(&list)).unwrap_or_default();
            self.0.set(boxes.iter().filter(|one| one.checked()).count());
        }

        /// Checks all boxes of a topic with its own box, and that one with all others.
        pub fn changed(self, event: &leptos::ev::Event) {
            let changed = event
                .target()
                .and_then(|one| one.dyn_into::<HtmlInputElement>().ok());
            let group = changed
                .as_ref()
                .and_then(|changed| changed.closest(".bank-group").ok().flatten());
            let (Some(changed), Some(group)) = (changed, group) else {
                return;
            };
            let boxes = boxes(&group);
            if changed.class_name() == "bank-all" {
                for one in boxes {
                    one.set_checked(changed.checked());
                }
            } else if let Some(all) = group.query_selector(".bank-all").ok().flatten() {
                let all: HtmlInputElement = all.unchecked_into();
                let checked = boxes.iter().filter(|one| one.checked()).count();
                all.set_checked(checked == boxes.len());
                all.set_indeterminate(checked > 0 && checked < boxes.len());
            }
            self.count();
        }
    }
}

/// The bar with the buttons that change all selected questions. The stylesheet shows it while
/// questions are selected.
pub fn bulk_bar(
    query: &BankQuery,
    places: &[(String, String)],
    change: FormState,
    SelectionCount(count): SelectionCount,
) -> AnyView {
    let problem = change.error("ids");
    let (action, label) = match query.show.as_str() {
        "retired" => ("restore", "Restore"),
        _ => ("retire", "Retire"),
    };
    let purposes =
        QuestionPurpose::ALL.map(|purpose| (purpose.name().to_owned(), purpose.label().to_owned()));
    let said = move || match count.get() {
        0 => String::new(),
        count => format!("{count} selected"),
    };
    let button = |value: &'static str, label: &'static str| {
        view! {
            <button class="btn second" name="action" value=value aria-busy=move || change.busy().get().then_some("true")>
                {label}
            </button>
        }
        .erase()
    };
    view! {
        <div class="bank-bulk" role="group" aria-label="Change the selected questions">
            <p class="error" role="alert" hidden=move || problem.with(Option::is_none)>
                {move || problem.get()}
            </p>
            <b class="num" role="status">
                {said}
            </b>
            {button(action, label)}
            <span class="bank-pick">
                {pick("place", "Topic to move to", "Move to…", places, change)}
                {button("move", "Move")}
            </span>
            <span class="bank-pick">
                {pick("purpose", "New use", "Use in…", &purposes, change)}
                {button("purpose", "Change")}
            </span>
        </div>
    }
    .erase()
}

/// A selection of one line, without a visible label.
fn pick(
    name: &'static str,
    label: &'static str,
    first: &'static str,
    options: &[(String, String)],
    change: FormState,
) -> AnyView {
    let chosen = change.value(name, "");
    let options = options
        .iter()
        .map(|(value, text)| {
            let (value, text) = (value.clone(), text.clone());
            let selected = value == chosen;
            view! {
                <option value=value selected=selected>
                    {text}
                </option>
            }
        })
        .collect_view();
    view! {
        <span class="select">
            <select class="input" name=name aria-label=label>
                <option value="">{first}</option>
                {options}
            </select>
            <Icon glyph=Glyph::ChevronDown />
        </span>
    }
    .erase()
}
