//! The server side of writing courses.

pub mod create;
pub mod download;
pub mod drops;
pub mod modules;
pub mod outline;
pub mod schedule;
pub mod status;
pub mod typed_outline;
pub mod whole_module;

use crate::platform::error::{AppError, AppResult};
use crate::platform::{figures, names};

use super::TITLE_CHARACTERS;

/// Reads a title, as an error of the field `field` if it is wrong.
pub fn title(field: &str, typed: &str) -> AppResult<String> {
    let title = names::tidy(typed);
    match title.chars().count() {
        0 => Err(AppError::field(field, "Enter a title.")),
        length if length > TITLE_CHARACTERS as usize => Err(AppError::field(
            field,
            figures::use_at_most(TITLE_CHARACTERS),
        )),
        _ => Ok(title),
    }
}

/// Makes a name for addresses from a title in any script. Empty if nothing of it can be written
/// with ASCII letters.
pub fn slug_of(title: &str) -> String {
    let latin: String = title
        .chars()
        .map(|c| match c {
            '\'' | '’' => "",
            c => deunicode::deunicode_char(c).unwrap_or(" "),
        })
        .collect();
    super::plain_slug(&latin)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_of_any_script_get_names() {
        assert_eq!(slug_of("Zählen für Anfänger"), "zahlen-fur-anfanger");
        assert!(!slug_of("गिनती").is_empty());
        assert_eq!(slug_of("…!"), "");
    }
}
