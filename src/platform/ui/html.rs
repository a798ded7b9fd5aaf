//! Rendered HTML on its way to the browser. A page sends its resources twice: as HTML and as data
//! for hydration. The second copy leaves rendered HTML out, because hydration keeps the server's.

use std::cell::Cell;

use codee::{Decoder, Encoder};
use leptos::prelude::*;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

thread_local! {
    static IN_PAGE: Cell<bool> = const { Cell::new(false) };
}

/// Sanitized HTML for `inner_html`. In a [`PageResource`], it is sent only once: its data for
/// hydration holds a space instead, or nothing if the HTML is empty. Thus both sides agree on
/// whether it is empty.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Html(pub String);

impl Serialize for Html {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(match IN_PAGE.get() {
            true if self.0.is_empty() => "",
            true => " ",
            false => &self.0,
        })
    }
}

impl<'de> Deserialize<'de> for Html {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self)
    }
}

/// Renders a view as HTML on the server, for a part of a page that the browser only shows. Its
/// owner is a new root, because values that are sent along with a page are counted, and the page
/// around hydrates without this part.
#[cfg(feature = "ssr")]
pub fn rendered(view: impl FnOnce() -> AnyView) -> Html {
    let around = Owner::current();
    let html = Owner::new_root(None).with(|| view().to_html());
    // A new root takes the place of the page's own owner.
    if let Some(around) = around {
        around.set();
    }
    Html(html)
}

/// Serializes to JSON without the rendered HTML.
pub fn encode<T: Serialize>(value: &T) -> Result<String, serde_json::Error> {
    IN_PAGE.set(true);
    let encoded = serde_json::to_string(value);
    IN_PAGE.set(false);
    encoded
}

/// Parses JSON from bytes, as the answers of server functions are parsed. Parsing strings too would
/// compile each type a second time.
pub fn decode<T: DeserializeOwned>(json: &str) -> Result<T, serde_json::Error> {
    serde_json::from_slice(json.as_bytes())
}

/// The encoding of the data for a page's view.
pub struct PageCodec;

impl<T: Serialize> Encoder<T> for PageCodec {
    type Error = serde_json::Error;
    type Encoded = String;

    fn encode(value: &T) -> Result<String, serde_json::Error> {
        encode(value)
    }
}

impl<T: DeserializeOwned> Decoder<T> for PageCodec {
    type Error = serde_json::Error;
    type Encoded = str;

    fn decode(json: &str) -> Result<T, serde_json::Error> {
        decode(json)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_travels_with_a_call_and_not_with_a_page() {
        let html = Html("<p>Hello</p>".to_owned());
        assert_eq!(serde_json::to_string(&html).unwrap(), r#""<p>Hello</p>""#);
        assert_eq!(encode(&html).unwrap(), r#"" ""#);
        assert_eq!(encode(&Html::default()).unwrap(), r#""""#);
        assert_eq!(serde_json::to_string(&html).unwrap(), r#""<p>Hello</p>""#);
    }
}
