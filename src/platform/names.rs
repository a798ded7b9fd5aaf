//! Names of people and of content, as they are kept: on one line, visible, and unable to turn the
//! text around them.

use unicode_normalization::char::is_combining_mark;

/// The name trimmed and without embeddings, overrides and isolates of direction. None where nothing
/// of it can be seen. Marks of direction and joiners stay: names in Arabic, Persian and Hindi need
/// them.
pub fn visible(name: &str) -> Option<String> {
    let kept: String = name.chars().filter(|c| !turns_text(*c)).collect();
    let is_visible = kept.chars().any(is_visible);
    is_visible.then(|| kept.trim().to_owned())
}

/// A name as somebody typed it, with its white space joined; empty where nothing of it can be seen.
pub fn tidy(typed: &str) -> String {
    let name = visible(typed).unwrap_or_default();
    name.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn turns_text(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Whether the character takes ink by itself.
fn is_visible(c: char) -> bool {
    !(c.is_whitespace() || c.is_control() || is_ignorable(c) || is_combining_mark(c))
}

/// Unicode's Default_Ignorable_Code_Point, with those that are drawn as nothing although they are
/// not in it: the empty Braille pattern and the characters for annotations and objects.
pub fn is_ignorable(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}'
        | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}'
        | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffc}' | '\u{1bca0}'..='\u{1bca3}'
        | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_cannot_be_seen_is_empty() {
        for typed in [
            "",
            " \u{a0}\u{3000}",
            "\u{200b}\u{200d}\u{feff}",
            "\u{202e}\u{2066}\u{200f}",
            "\u{301}\u{489}",
            "\u{3164}",
            "\u{2800}",
            "\u{e0041}\u{e0042}",
        ] {
            assert_eq!(tidy(typed), "", "{typed:?}");
        }
    }

    #[test]
    fn a_name_keeps_its_letters_and_loses_what_turns_text() {
        assert_eq!(tidy("Asha\u{202e}gpj.exe\u{202c}"), "Ashagpj.exe");
        assert_eq!(tidy("\u{2066} Ada \u{2069}\n Lovelace "), "Ada Lovelace");
        for name in [
            "Åsa",
            "A\u{30a}sa",
            "علی\u{200c}رضا",
            "श्री\u{200d}",
            "א. B\u{200f}",
            "王小明",
            "👩\u{200d}🔬",
        ] {
            assert_eq!(tidy(name), name);
        }
        assert_eq!(
            visible(" Chapitre\u{a0}: 1 ").as_deref(),
            Some("Chapitre\u{a0}: 1")
        );
    }
}
