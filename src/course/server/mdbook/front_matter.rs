//! Removes front matter: settings for other tools above a page's text. They stand between lines of
//! `---` (YAML) or `+++` (TOML).

use std::borrow::Cow;

/// Replaces the front matter by empty lines, so that the other lines keep their numbers.
pub fn blanked(text: &str) -> Cow<'_, str> {
    let front_matter = [("---", is_yaml as fn(&str) -> bool), ("+++", is_toml)]
        .into_iter()
        .find_map(|(mark, is_settings)| {
            let settings = between(text, mark)?;
            is_settings(settings).then_some(settings)
        });
    match front_matter {
        Some(settings) => {
            let end = settings.as_ptr() as usize - text.as_ptr() as usize + settings.len();
            let rest = text[end..].split_once('\n').map_or("", |(_, rest)| rest);
            Cow::Owned(format!(
                "{}{rest}",
                "\n".repeat(settings.lines().count() + 2)
            ))
        }
        None => Cow::Borrowed(text),
    }
}

/// Returns the text between a first line that is `mark` and the next such line.
fn between<'t>(text: &'t str, mark: &str) -> Option<&'t str> {
    let (first, rest) = text.split_once('\n')?;
    if first.trim_end() != mark {
        return None;
    }
    let mut offset = 0;
    for line in rest.split_inclusive('\n') {
        if line.trim_end() == mark {
            return Some(&rest[..offset]);
        }
        offset += line.len();
    }
    None
}

/// Returns true if each line looks like a setting, the continuation of one, or a comment. A page
/// that begins with a horizontal rule and a paragraph must not lose them.
fn is_yaml(text: &str) -> bool {
    let is_setting = |line: &str| {
        line.split_once(':').is_some_and(|(name, value)| {
            let plain = |c: char| c.is_ascii_alphanumeric() || "_-.".contains(c);
            !name.is_empty()
                && name.chars().all(plain)
                && (value.is_empty() || value.starts_with(' '))
        })
    };
    let mut lines = text.lines().filter(|line| !line.trim().is_empty());
    lines
        .next()
        .is_some_and(|first| is_setting(first) || first.starts_with('#'))
        && lines.all(|line| is_setting(line) || line.starts_with([' ', '\t', '-', '#', ']', '}']))
}

fn is_toml(text: &str) -> bool {
    text.parse::<toml::Table>()
        .is_ok_and(|table| !table.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_go_and_lines_stay_where_they_are() {
        assert_eq!(
            blanked("---\ntitle: A\ntags:\n  - b\n# no\n\n---\n\n# A\n"),
            "\n\n\n\n\n\n\n\n# A\n"
        );
        assert_eq!(blanked("+++\na = 1\n+++\ntext"), "\n\n\ntext");
        assert_eq!(blanked("---\na: 1\n---"), "\n\n\n");
    }

    #[test]
    fn rules_and_headings_are_text() {
        for text in [
            "---\nA heading\n---\n\ntext\n",
            "---\nSo it is: a heading\n---\n",
            "---\n\n---\n",
            "---\na: 1\n",
            "+++\n+++\n",
            "# A\n---\na: 1\n---\n",
        ] {
            assert_eq!(blanked(text), text);
        }
    }
}
