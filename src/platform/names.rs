//! Cleans names of people and of content. A stored name is visible, and can't change the direction
//! of the text around it.

use unicode_normalization::char::is_combining_mark;

/// Trims a name and removes embeddings, overrides and isolates of direction. None if no character
/// is visible. Marks of direction and joiners stay, because Arabic, Persian and Hindi names need
/// them.
pub fn visible(name: &str) -> Option<String> {
    let kept: String = name.chars().filter(|c| !turns_text(*c)).collect();
    let is_visible = kept.chars().any(is_visible);
    is_visible.then(|| kept.trim().to_owned())
}

/// Cleans a typed name and joins its white space. Empty if no character is visible.
pub fn tidy(typed: &str) -> String {
    let name = visible(typed).unwrap_or_default();
    name.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Returns true for text that a mail program would turn into a link.
pub fn has_link(name: &str) -> bool {
    let name = name.to_lowercase();
    name.contains("://") || name.contains("www.")
}

fn turns_text(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Returns true if the character is visible by itself.
fn is_visible(c: char) -> bool {
    !(c.is_whitespace() || c.is_control() || is_ignorable(c) || is_combining_mark(c))
}

/// Returns true for Unicode's Default_Ignorable_Code_Point and for other characters that are drawn
/// as nothing. The others are the empty Braille pattern, and characters for annotations and
/// objects.
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
