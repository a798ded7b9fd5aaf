//! The elements, attributes, classes and addresses that content may use, enforced by ammonia.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use ammonia::{Builder, UrlRelative};

/// Allowed elements, with their own attributes after the colon.
const HTML: &[&str] = &[
    "a: href rel",
    "abbr",
    "aside",
    "b",
    "bdi",
    "bdo",
    "blockquote",
    "br",
    "caption",
    "cite",
    "code",
    "col: span",
    "colgroup: span",
    "dd",
    "del",
    "details: open",
    "dfn",
    "div: data-question tabindex",
    "dl",
    "dt",
    "em",
    "figcaption",
    "figure: data-lang",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "i",
    "img: src alt width height loading decoding",
    "input: type checked disabled",
    "ins",
    "kbd",
    "li: value",
    "mark",
    "ol: start type reversed",
    "p",
    "pre: tabindex",
    "q",
    "rp",
    "rt",
    "ruby",
    "s",
    "samp",
    "section: data-question",
    "small",
    "span",
    "strong",
    "sub",
    "summary",
    "sup",
    "table",
    "tbody",
    "td: align colspan rowspan",
    "tfoot",
    "th: align colspan rowspan scope",
    "thead",
    "time: datetime",
    "tr",
    "u",
    "ul",
    "var",
    "wbr",
];

/// MathML Core, without elements that can hold foreign markup (`annotation-xml`) or run something
/// (`maction`).
const MATH: &[&str] = &[
    "math",
    "merror",
    "mfrac",
    "mi",
    "mmultiscripts",
    "mn",
    "mo",
    "mover",
    "mpadded",
    "mphantom",
    "mprescripts",
    "mroot",
    "mrow",
    "ms",
    "mspace",
    "msqrt",
    "mstyle",
    "msub",
    "msubsup",
    "msup",
    "mtable",
    "mtd",
    "mtext",
    "mtr",
    "munder",
    "munderover",
];

const MATH_ATTRIBUTES: &[&str] = &[
    "accent",
    "accentunder",
    "columnspan",
    "depth",
    "display",
    "displaystyle",
    "form",
    "height",
    "largeop",
    "linethickness",
    "lspace",
    "mathvariant",
    "maxsize",
    "minsize",
    "movablelimits",
    "rowspan",
    "rspace",
    "scriptlevel",
    "stretchy",
    "symmetric",
    "tabindex",
    "voffset",
    "width",
];

const ANYWHERE: &[&str] = &["aria-label", "class", "dir", "id", "lang", "title"];

const CLASSES: &[&str] = &[
    "anchor",
    "callout",
    "callout-title",
    "caption",
    "caution",
    "center",
    "code",
    "code-bar",
    "code-flag",
    "code-label",
    "code-lang",
    "code-title",
    "filename",
    "footnote-backref",
    "footnote-ref",
    "footnotes",
    "important",
    "listing",
    "math-error",
    "math-left",
    "math-right",
    "note",
    "perm",
    "perm-absent",
    "perm-flow",
    "perm-gained",
    "perm-lost",
    "perm-missing",
    "perm-own",
    "perm-read",
    "perm-write",
    "practice",
    "table",
    "tip",
    "warning",
    "c",
    "f",
    "k",
    "m",
    "n",
    "o",
    "p",
    "s",
    "t",
];

pub(super) const SCHEMES: &[&str] = &["http", "https", "mailto"];

/// Value of `rel` for links that leave the site.
pub(super) const EXTERNAL_REL: &str = "noopener nofollow";

static POLICY: LazyLock<Builder<'static>> = LazyLock::new(policy);

/// Makes HTML safe to show within a page of the application.
pub(super) fn clean(html: &str) -> String {
    POLICY.clean(html).to_string()
}

pub(super) fn allows(element: &str) -> bool {
    ATTRIBUTES.contains_key(element)
}

pub(super) fn is_math(element: &str) -> bool {
    MATH.contains(&element)
}

static ATTRIBUTES: LazyLock<HashMap<&'static str, HashSet<&'static str>>> = LazyLock::new(|| {
    let html = HTML.iter().map(|entry| {
        let (element, attributes) = entry.split_once(": ").unwrap_or((entry, ""));
        (element, attributes.split_whitespace().collect())
    });
    let math = MATH
        .iter()
        .map(|element| (*element, MATH_ATTRIBUTES.iter().copied().collect()));
    html.chain(math).collect()
});

fn policy() -> Builder<'static> {
    let always = HashMap::from([("type", "checkbox"), ("disabled", "")]);
    let mut policy = Builder::empty();
    policy
        .tags(ATTRIBUTES.keys().copied().collect())
        .clean_content_tags(HashSet::from(["script", "style"]))
        .tag_attributes(ATTRIBUTES.clone())
        .generic_attributes(ANYWHERE.iter().copied().collect())
        .set_tag_attribute_values(HashMap::from([("input", always)]))
        .strip_comments(true)
        .url_schemes(SCHEMES.iter().copied().collect())
        .url_relative(UrlRelative::PassThrough)
        .link_rel(None)
        .attribute_filter(filter);
    policy
}

/// Checks the value of an allowed attribute. None removes the attribute.
fn filter<'v>(element: &str, attribute: &str, value: &'v str) -> Option<Cow<'v, str>> {
    let is_fine = match attribute {
        "class" => return allowed_classes(value),
        "id" => is_content_id(value),
        // Authors write `<pre lang="rust">`, but the attribute is for human languages.
        "lang" => !matches!(element, "code" | "kbd" | "pre" | "samp") && is_language_tag(value),
        "dir" => ["ltr", "rtl", "auto"].contains(&value.to_ascii_lowercase().as_str()),
        "tabindex" => value == "0",
        "rel" => value == EXTERNAL_REL,
        "data-lang" => value.chars().all(is_language),
        "align" => matches!(value, "left" | "right" | "center"),
        "width" | "height" | "start" | "value" | "colspan" | "rowspan" | "span" => {
            value.len() <= 12
        }
        _ => true,
    };
    is_fine.then_some(Cow::Borrowed(value))
}

fn allowed_classes(value: &str) -> Option<Cow<'_, str>> {
    let is_allowed = |class: &&str| match class.strip_prefix("language-") {
        Some(language) => language.chars().all(is_language),
        None => CLASSES.contains(class),
    };
    let classes: Vec<_> = value.split_ascii_whitespace().filter(is_allowed).collect();
    (!classes.is_empty()).then(|| Cow::Owned(classes.join(" ")))
}

fn is_language(c: char) -> bool {
    c.is_ascii_alphanumeric() || "+#-_.".contains(c)
}

/// Returns true for the shape of a BCP 47 tag, or for an empty tag, which means an unknown
/// language.
fn is_language_tag(tag: &str) -> bool {
    let mut parts = tag.split('-');
    let language = parts.next().unwrap_or_default();
    let is_word = |part: &str| part.bytes().all(|b| b.is_ascii_alphanumeric());
    tag.is_empty()
        || ((2..=3).contains(&language.len())
            && language.bytes().all(|b| b.is_ascii_alphabetic())
            && parts.all(|part| (1..=8).contains(&part.len()) && is_word(part)))
}

/// Returns true for ids that content may use. Ids that begin with `ly-` belong to the application.
pub(super) fn is_content_id(id: &str) -> bool {
    !id.is_empty() && !id.contains(char::is_whitespace) && !id.to_lowercase().starts_with("ly-")
}
