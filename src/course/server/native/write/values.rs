//! Writes values of TOML as people would write them.

use std::fmt::Write;

/// A TOML file, or a part of one, that is being written.
#[derive(Debug, Default)]
pub struct TomlText(pub String);

impl TomlText {
    pub fn header(&mut self, name: &str) {
        if !self.0.is_empty() {
            self.0.push('\n');
        }
        self.line(name);
    }

    pub fn line(&mut self, line: &str) {
        self.0.push_str(line);
        self.0.push('\n');
    }

    /// Adds a key with a value that is written already.
    pub fn raw(&mut self, key: &str, value: &str) {
        self.line(&format!("{key} = {value}"));
    }

    pub fn text(&mut self, key: &str, value: &str) {
        self.raw(key, &text(value));
    }

    pub fn optional(&mut self, key: &str, value: Option<&str>) {
        if let Some(value) = value {
            self.text(key, value);
        }
    }

    /// Adds a list with one entry a line. Nothing is added if it is empty.
    pub fn list(&mut self, key: &str, entries: &[String]) {
        if entries.is_empty() {
            return;
        }
        self.line(&format!("{key} = ["));
        for entry in entries {
            self.line(&format!("  {entry},"));
        }
        self.line("]");
    }

    pub fn texts(&mut self, key: &str, values: &[String]) {
        let entries: Vec<String> = values.iter().map(|value| text(value)).collect();
        self.list(key, &entries);
    }
}

/// Writes a text. Texts of several lines stay readable where TOML can hold them as they are.
pub fn text(text: &str) -> String {
    let is_plain = |c: char| !c.is_control() || c == '\n' || c == '\t';
    let fits = !text.contains("'''") && !text.ends_with('\'') && text.chars().all(is_plain);
    match text.contains('\n') && fits {
        true => format!("'''\n{text}'''"),
        false => short(text),
    }
}

/// Writes a text on one line.
pub fn short(text: &str) -> String {
    let has_signs = text.contains(['"', '\\']);
    if has_signs && !text.contains('\'') && !text.chars().any(char::is_control) {
        return format!("'{text}'");
    }
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            '\r' => quoted.push_str("\\r"),
            c if c.is_control() => {
                let _ = write!(quoted, "\\u{:04X}", u32::from(c));
            }
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_is_read_back_as_it_was() {
        for written in [
            "",
            "plain",
            "a \"quoted\" word",
            "it's \"both\"",
            "a\\b",
            "two\nlines",
            "\nbegins with a break\n",
            "ends with a quote\n'",
            "has ''' in\nit",
            "tab\tand\u{7f}delete\r\n",
            "\u{1}",
            "سلام\n»دنیا«",
        ] {
            let toml = format!("value = {}\n", text(written));
            let table: toml::Table = toml.parse().unwrap();
            assert_eq!(table["value"].as_str(), Some(written), "{toml}");
        }
    }
}
