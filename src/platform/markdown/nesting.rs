//! The rules of HTML content that keep a page well-formed: implied ends of elements, and allowed
//! children.

/// Returns true for elements without content and end tag.
pub(super) fn is_void(name: &str) -> bool {
    matches!(name, "br" | "col" | "hr" | "img" | "input" | "wbr")
}

/// Returns true for elements that begin on a new line.
pub(super) fn is_block(name: &str) -> bool {
    ends_paragraph(name) || is_table_part(name) || name == "br"
}

fn ends_paragraph(name: &str) -> bool {
    matches!(
        name,
        "aside"
            | "blockquote"
            | "dd"
            | "details"
            | "div"
            | "dl"
            | "dt"
            | "figcaption"
            | "figure"
            | "h1"
            | "h2"
            | "h3"
            | "h4"
            | "h5"
            | "h6"
            | "hr"
            | "li"
            | "ol"
            | "p"
            | "pre"
            | "section"
            | "summary"
            | "table"
            | "ul"
    )
}

fn is_table_part(name: &str) -> bool {
    is_row_group(name) || is_cell(name) || matches!(name, "caption" | "col" | "colgroup" | "tr")
}

fn is_row_group(name: &str) -> bool {
    matches!(name, "tbody" | "tfoot" | "thead")
}

fn is_cell(name: &str) -> bool {
    matches!(name, "td" | "th")
}

/// Returns true for elements between a table and its cells, which can hold no other content.
fn is_table_frame(name: &str) -> bool {
    is_row_group(name) || matches!(name, "colgroup" | "table" | "tr")
}

/// Returns true if the open element `open` ends before `next` begins.
pub(super) fn ends_before(open: &str, next: &str) -> bool {
    match next {
        "li" => matches!(open, "li" | "p"),
        "dt" | "dd" => matches!(open, "dt" | "dd" | "p"),
        "td" | "th" => is_cell(open),
        "tr" => is_cell(open) || matches!(open, "caption" | "colgroup" | "tr"),
        "tbody" | "tfoot" | "thead" => {
            is_cell(open) || is_row_group(open) || matches!(open, "caption" | "colgroup" | "tr")
        }
        "a" => open == "a",
        _ => ends_paragraph(next) && open == "p",
    }
}

/// Returns true if the beginning of `next` can't end elements outside the open element `open`.
pub(super) fn shields(open: &str, next: &str) -> bool {
    match next {
        "li" => matches!(open, "ol" | "ul") || is_cell(open) || open == "caption",
        "dt" | "dd" => open == "dl" || is_cell(open) || open == "caption",
        _ if is_table_part(next) => open == "table",
        _ => is_cell(open) || open == "caption",
    }
}

/// Returns true if the end tag `name` can't close elements outside the open element `open`.
pub(super) fn stops_end(open: &str, name: &str) -> bool {
    match name {
        "table" => false,
        _ if open == name => false,
        _ if is_table_part(name) => open == "table",
        _ => is_cell(open) || is_table_frame(open) || open == "caption",
    }
}

/// Returns true if `child` may begin within `parent` (`None` is the page itself).
pub(super) fn may_hold(parent: Option<&str>, child: &str) -> bool {
    parent.is_some_and(is_table_frame) == is_table_part(child)
}
