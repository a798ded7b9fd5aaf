//! Names of elements.

use crate::question_bank::server::exchange::markup::html::is_formula;

/// Elements of texts that have an end tag.
#[rustfmt::skip]
const PAIRED: &[&str] = &[
    "a", "abbr", "acronym", "address", "article", "aside", "audio", "b", "bdi", "bdo", "big", "blockquote", "button",
    "canvas", "caption", "center", "cite", "code", "colgroup", "dd", "del", "details", "dfn", "div", "dl", "dt", "em",
    "fieldset", "figcaption", "figure", "font", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "i",
    "iframe", "ins", "kbd", "label", "legend", "li", "main", "map", "mark", "nav", "object", "ol", "optgroup", "option",
    "p", "pre", "q", "rb", "rp", "rt", "ruby", "s", "samp", "script", "section", "select", "small", "span", "strike",
    "strong", "style", "sub", "summary", "sup", "svg", "table", "tbody", "td", "textarea", "tfoot", "th", "thead",
    "time", "tr", "tt", "u", "ul", "var", "video",
];

/// Elements without an end tag.
pub const VOID: &[&str] = &[
    "area", "br", "col", "embed", "hr", "img", "input", "param", "source", "track", "wbr",
];

/// Elements of a whole page. They are markup only if the text is a page.
pub const PAGE: &[&str] = &["base", "body", "head", "html", "link", "meta", "title"];

/// Prefixes that word processors and formulas use.
const PREFIXES: &[&str] = &["m", "mml", "o", "st1", "st2", "v", "w", "x"];

pub fn is_known(name: &str) -> bool {
    let is_prefixed = |(prefix, local): (&str, &str)| {
        PREFIXES.contains(&prefix) && local.starts_with(|c: char| c.is_ascii_alphabetic())
    };
    name.split_once(':').is_some_and(is_prefixed)
        || [PAIRED, VOID, PAGE]
            .iter()
            .any(|known| known.contains(&name))
        || is_formula(name)
}
