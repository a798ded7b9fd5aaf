//! Form controls with labels. They are uncontrolled: `value` is only the initial value, so text
//! typed before hydration stays.

use leptos::prelude::*;

use super::error_summary::in_summary;
use super::{Erase, Glyph, Icon, filled};

/// The ids that connect a control with its label, its hint and its error.
struct Wiring {
    control: String,
    hint: String,
    error: String,
    has_hint: bool,
}

impl Wiring {
    fn new(id: String, name: &str, hint: &str) -> Self {
        let control = if id.is_empty() {
            format!("ly-{name}")
        } else {
            id
        };
        Wiring {
            hint: format!("{control}-hint"),
            error: format!("{control}-error"),
            has_hint: !hint.is_empty(),
            control,
        }
    }

    /// The ids of the texts that a screen reader reads after the control's name.
    fn described_by(&self, invalid: bool) -> Option<String> {
        match (self.has_hint, invalid) {
            (true, true) => Some(format!("{} {}", self.error, self.hint)),
            (true, false) => Some(self.hint.clone()),
            (false, true) => Some(self.error.clone()),
            (false, false) => None,
        }
    }
}

/// Places a label above a control, and its error and hint below.
fn framed(
    wiring: Wiring,
    label: String,
    hint: String,
    required: bool,
    error: FieldError,
    control: AnyView,
) -> AnyView {
    in_summary(&wiring.control, &label, error);
    let optional = (!required).then(|| view! { <span class="soft">"optional"</span> });
    let hint = wiring.has_hint.then(|| {
        view! {
            <p class="hint" id=wiring.hint>
                {hint}
            </p>
        }
    });
    view! {
        <div class="control" class:invalid=move || is_some(error)>
            <label class="control-label" for=wiring.control>
                {label}
                {optional}
            </label>
            {control}
            <p class="error" id=wiring.error hidden=move || !is_some(error)>
                {move || error.get()}
            </p>
            {hint}
        </div>
    }
    .erase()
}

type FieldError = Signal<Option<String>>;

fn is_some(error: FieldError) -> bool {
    error.with(Option::is_some)
}

/// An input of one line.
#[component]
pub fn Field(
    #[prop(into)] name: String,
    #[prop(into)] label: String,
    /// The input's type: `text`, `email`, `password`, `url`, `tel`, `number`, `date` and so on.
    #[prop(default = "text")]
    r#type: &'static str,
    #[prop(optional, into)] value: String,
    #[prop(optional, into)] hint: String,
    #[prop(optional, into)] error: Signal<Option<String>>,
    #[prop(optional)] required: bool,
    /// Hides the mark "optional" although the field may be empty.
    #[prop(optional)]
    unmarked: bool,
    #[prop(optional)] disabled: bool,
    /// The token by which browsers and password managers fill in the field, such as `new-password`.
    #[prop(optional)]
    autocomplete: &'static str,
    #[prop(optional, into)] placeholder: String,
    #[prop(optional)] max_length: Option<u32>,
    /// Gives the field the focus when the page is loaded.
    #[prop(optional)]
    autofocus: bool,
    /// Needed if two forms of a page have fields with the same name.
    #[prop(optional, into)]
    id: String,
    /// Id of a `datalist` with values that the browser offers.
    #[prop(optional, into)]
    list: String,
) -> impl IntoView {
    let wiring = Wiring::new(id, &name, &hint);
    let (plain, wrong) = (wiring.described_by(false), wiring.described_by(true));
    let control = view! {
        <input
            list=filled(list)
            class="input"
            id=wiring.control.clone()
            name=name
            type=r#type
            value=filled(value)
            placeholder=filled(placeholder)
            autocomplete=filled(autocomplete)
            maxlength=max_length.map(|n| n.to_string())
            autofocus=autofocus
            required=required
            disabled=disabled
            aria-invalid=move || is_some(error).then_some("true")
            aria-describedby=move || if is_some(error) { wrong.clone() } else { plain.clone() }
        />
    };
    framed(
        wiring,
        label,
        hint,
        required || unmarked,
        error,
        control.erase(),
    )
}

/// An input of several lines that grows with its text.
#[component]
pub fn TextArea(
    #[prop(into)] name: String,
    #[prop(into)] label: String,
    #[prop(optional, into)] value: String,
    #[prop(optional, into)] hint: String,
    #[prop(optional, into)] error: Signal<Option<String>>,
    #[prop(optional)] required: bool,
    /// Hides the mark "optional" although the field may be empty.
    #[prop(optional)]
    unmarked: bool,
    #[prop(optional)] disabled: bool,
    #[prop(optional, into)] placeholder: String,
    #[prop(optional)] max_length: Option<u32>,
    #[prop(optional)] autocomplete: &'static str,
    #[prop(optional, into)] id: String,
) -> impl IntoView {
    let wiring = Wiring::new(id, &name, &hint);
    let (plain, wrong) = (wiring.described_by(false), wiring.described_by(true));
    let control = view! {
        <textarea
            class="input"
            id=wiring.control.clone()
            name=name
            rows="4"
            placeholder=filled(placeholder)
            autocomplete=filled(autocomplete)
            maxlength=max_length.map(|n| n.to_string())
            required=required
            disabled=disabled
            aria-invalid=move || is_some(error).then_some("true")
            aria-describedby=move || if is_some(error) { wrong.clone() } else { plain.clone() }
            inner_html=text_of_area(&value)
        ></textarea>
    };
    framed(
        wiring,
        label,
        hint,
        required || unmarked,
        error,
        control.erase(),
    )
}

/// The content of a text area as escaped HTML. A text node will not do: an empty one is rendered as
/// a space, which would hide the placeholder. The parser drops one leading line break, so a text
/// that begins with a line break gets a second one.
pub fn text_of_area(value: &str) -> String {
    let escaped = value.replace('&', "&amp;").replace('<', "&lt;");
    if escaped.starts_with('\n') {
        format!("\n{escaped}")
    } else {
        escaped
    }
}

/// A choice of one from pairs of value and text.
#[component]
pub fn Select(
    #[prop(into)] name: String,
    #[prop(into)] label: String,
    options: Vec<(String, String)>,
    /// The initial value.
    #[prop(optional, into)]
    value: String,
    #[prop(optional, into)] hint: String,
    #[prop(optional, into)] error: Signal<Option<String>>,
    #[prop(default = true)] required: bool,
    /// Hides the mark "optional" although the value may be empty.
    #[prop(optional)]
    unmarked: bool,
    #[prop(optional)] disabled: bool,
    #[prop(optional, into)] id: String,
) -> impl IntoView {
    let wiring = Wiring::new(id, &name, &hint);
    let (plain, wrong) = (wiring.described_by(false), wiring.described_by(true));
    let options = options
        .into_iter()
        .map(|(key, text)| {
            let selected = key == value;
            view! {
                <option value=key selected=selected>
                    {text}
                </option>
            }
        })
        .collect_view();
    let control = view! {
        <div class="select">
            <select
                class="input"
                id=wiring.control.clone()
                name=name
                required=required
                disabled=disabled
                aria-invalid=move || is_some(error).then_some("true")
                aria-describedby=move || if is_some(error) { wrong.clone() } else { plain.clone() }
            >
                {options}
            </select>
            <Icon glyph=Glyph::ChevronDown />
        </div>
    };
    framed(
        wiring,
        label,
        hint,
        required || unmarked,
        error,
        control.erase(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn description_names_the_error_before_the_hint() {
        let wiring = Wiring::new(String::new(), "email", "We only write when you ask.");
        assert_eq!(wiring.described_by(false).as_deref(), Some("ly-email-hint"));
        assert_eq!(
            wiring.described_by(true).as_deref(),
            Some("ly-email-error ly-email-hint")
        );
        let bare = Wiring::new("second-email".into(), "email", "");
        assert_eq!(bare.described_by(false), None);
        assert_eq!(
            bare.described_by(true).as_deref(),
            Some("second-email-error")
        );
    }

    #[test]
    fn text_area_keeps_its_text_as_text() {
        assert_eq!(
            text_of_area("a < b && </textarea>"),
            "a &lt; b &amp;&amp; &lt;/textarea>"
        );
        assert_eq!(text_of_area("\nfirst line empty"), "\n\nfirst line empty");
        assert_eq!(text_of_area(""), "");
    }
}
