//! Views of a list: its filters under a name, of one person or of all who see the list.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use super::{Button, ButtonKind, Checkbox, Erase, Field, Form, FormState};

/// Longest name of a view, in characters.
pub const VIEW_NAME_CHARACTERS: u32 = 60;
/// Views of a list that a person can have.
#[cfg(feature = "ssr")]
const VIEWS_LIMIT: i64 = 30;

/// Filters of a list under a name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedView {
    pub view_id: String,
    pub name: String,
    /// Address of the list with the filters.
    pub path: String,
    pub is_own: bool,
    /// True if others see it, too.
    pub is_shared: bool,
}

/// The list with the filters that are set.
pub struct ViewedList {
    /// Its address from its beginning.
    pub path: String,
    /// Names and values of hidden inputs that both forms send.
    pub named: Vec<(&'static str, String)>,
    /// Names and values of hidden inputs with the filters. Empty values are left out.
    pub filters: Vec<(&'static str, String)>,
    /// Label of the box that shows the view to others.
    pub others: &'static str,
}

/// Shows the saved views, the form that saves the present filters as one, and the forms that delete
/// the person's own.
pub fn saved_views(
    views: Vec<SavedView>,
    list: ViewedList,
    (save, delete): (FormState, FormState),
) -> AnyView {
    let has_views = !views.is_empty();
    let own: Vec<SavedView> = views.iter().filter(|view| view.is_own).cloned().collect();
    let here = list.path;
    let chips = views.into_iter().map(|view| {
        let name = match view.is_shared {
            true => format!("{} (shared)", view.name),
            false => view.name,
        };
        let is_chosen = view.path == here;
        view! {
            <a class="chip" href=view.path aria-current=is_chosen.then_some("true")>
                <bdi>{name}</bdi>
            </a>
        }
    });
    let chips = chips.collect_view();
    let saved = has_views.then(|| {
        view! {
            <nav class="chips" aria-label="Saved views">
                {chips}
            </nav>
        }
    });
    let deletions = own.into_iter().map(|view| {
        let named = hidden(list.named.clone());
        let form = delete.of_item("view", &view.view_id);
        view! {
            <Form form=form class="row">
                {named}
                <input type="hidden" name="view" value=view.view_id.clone() />
                <Button kind=ButtonKind::Quiet busy=form.busy()>
                    {format!("Delete “{}”", view.name)}
                </Button>
            </Form>
        }
    });
    let deletions = deletions.collect_view();
    let inputs = hidden(list.named.iter().cloned().chain(list.filters));
    let failed = save.error("name").get_untracked().is_some();
    view! {
        {saved}
        <details class="soft" open=failed>
            <summary>"Save this view"</summary>
            <Form form=save>
                {inputs}
                <Field
                    name="name"
                    label="Name of the view"
                    value=save.value("name", "")
                    error=save.error("name")
                    required=true
                    max_length=VIEW_NAME_CHARACTERS
                />
                <Checkbox name="shared" label=list.others checked=false />
                <div>
                    <Button kind=ButtonKind::Secondary busy=save.busy()>"Save view"</Button>
                </div>
            </Form>
            {deletions}
        </details>
    }
    .erase()
}

fn hidden(inputs: impl IntoIterator<Item = (&'static str, String)>) -> AnyView {
    let given = inputs.into_iter().filter(|(_, value)| !value.is_empty());
    given
        .map(|(name, value)| view! { <input type="hidden" name=name value=value /> })
        .collect_view()
        .erase()
}

/// Returns the name of a view without needless spaces.
///
/// # Errors
///
/// `Invalid` without a name, and with too long a one.
#[cfg(feature = "ssr")]
pub fn view_name(name: &str) -> crate::platform::error::AppResult<String> {
    use crate::platform::error::AppError;
    use crate::platform::{figures, names};

    let name = names::tidy(name);
    if name.is_empty() {
        return Err(AppError::field("name", "Enter a name for the view."));
    }
    if name.chars().count() > VIEW_NAME_CHARACTERS as usize {
        let problem = figures::use_at_most(VIEW_NAME_CHARACTERS);
        return Err(AppError::field("name", problem));
    }
    Ok(name)
}

/// Refuses a view beyond `VIEWS_LIMIT`. `others` is the number of the person's other views.
#[cfg(feature = "ssr")]
pub fn check_view_count(others: i64) -> crate::platform::error::AppResult<()> {
    if others < VIEWS_LIMIT {
        return Ok(());
    }
    let problem = format!("You have {VIEWS_LIMIT} views. Delete one first.");
    Err(crate::platform::error::AppError::field("name", problem))
}
