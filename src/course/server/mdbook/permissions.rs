//! Turns Aquascope's signs for permissions into badges. They occur in the text (`@Perm{read}`) and
//! in HTML copied from Aquascope's output.

use super::html::{self, Tag, Token};
use super::scan::Scan;
use super::source::Edits;

/// Replaces `@Perm{read}` and `@Perm[lost]{write}` by badges.
pub fn badges(scan: &Scan, text: &str, edits: &mut Edits) {
    for (start, _) in text.match_indices("@Perm") {
        if scan.is_inert(start) {
            continue;
        }
        if let Some((badge, length)) = permission(&text[start..]) {
            edits.replace(start..start + length, badge);
        }
    }
}

/// Returns the start tag for Aquascope's own span of a missing permission.
pub fn absent(tag: &Tag) -> Option<String> {
    if !tag.is("span") || !tag.has_class("perm") {
        return None;
    }
    let kind = ["read", "write", "own", "flow"]
        .into_iter()
        .find(|kind| tag.has_class(kind))?;
    Some(format!(
        "<span class=\"perm perm-{kind} perm-absent\" title=\"no {kind} permission\">"
    ))
}

/// Returns a dot for each permission in Aquascope's abbreviated diagram, and the offset of the
/// diagram's end.
pub fn stack(text: &str, tag: &Tag, end: usize) -> (String, usize) {
    let mut depth = 0;
    let mut dots = String::new();
    let mut stop = tag.range.end;
    for token in html::tokens(text, tag.range.start..end) {
        let Token::Tag(inner) = token else { continue };
        if inner.is("div") {
            depth += if inner.closing { -1 } else { 1 };
            if !inner.closing && inner.has_class("perm") {
                dots.push('•');
            }
        }
        stop = inner.range.end;
        if depth == 0 {
            break;
        }
    }
    (dots, stop)
}

/// Returns the badge for a permission at the start of the text, and the length of its sign in
/// bytes.
fn permission(text: &str) -> Option<(String, usize)> {
    let mut rest = text.strip_prefix("@Perm")?;
    let mut change = "";
    if let Some(option) = rest.strip_prefix('[') {
        (change, rest) = option.split_once(']')?;
    }
    let (kind, rest) = rest.strip_prefix('{')?.split_once('}')?;
    let letter = match kind {
        "read" => "R",
        "write" => "W",
        "own" => "O",
        "flow" => "F",
        _ => return None,
    };
    let (class, title, shown) = match change {
        "gained" => (
            " perm-gained",
            format!("{kind} permission gained"),
            format!("+{letter}"),
        ),
        "lost" => (
            " perm-lost",
            format!("{kind} permission lost"),
            format!("<s>{letter}</s>"),
        ),
        "missing" => (
            " perm-missing",
            format!("{kind} permission missing"),
            letter.to_owned(),
        ),
        _ => ("", format!("{kind} permission"), letter.to_owned()),
    };
    let badge = format!("<span class=\"perm perm-{kind}{class}\" title=\"{title}\">{shown}</span>");
    Some((badge, text.len() - rest.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn permissions_are_badges() {
        let (badge, length) = permission("@Perm{read} and").unwrap();
        assert_eq!(
            badge,
            "<span class=\"perm perm-read\" title=\"read permission\">R</span>"
        );
        assert_eq!(length, 11);
        let (badge, _) = permission("@Perm[lost]{own}").unwrap();
        assert!(badge.contains("perm-lost") && badge.contains("<s>O</s>"));
        assert_eq!(permission("@Perm{fly}"), None);
    }

    #[test]
    fn abbreviated_permissions_are_dots() {
        let text =
            "<div class=\"permission-stack\"><div class=\"perm read\"><div>•</div></div></div> b";
        let Token::Tag(tag) = html::tokens(text, 0..text.len()).remove(0) else {
            panic!()
        };
        assert_eq!(
            stack(text, &tag, text.len()),
            ("•".to_owned(), text.len() - 2)
        );
    }
}
