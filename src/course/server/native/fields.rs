//! Reads a TOML table key by key. The keys that were asked for are the known ones; `finish` reports
//! all others.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;

use toml::de::{DeTable, DeValue};

use super::names::did_you_mean;
use super::source::{TomlSource, TomlValue};

pub struct Fields<'s> {
    pub source: &'s TomlSource<'s>,
    /// Name of the table in messages, with its article: "a question".
    what: String,
    start: usize,
    table: &'s DeTable<'s>,
    asked: BTreeSet<&'static str>,
}

impl<'s> Fields<'s> {
    pub fn new(
        source: &'s TomlSource<'s>,
        what: impl Into<String>,
        table: &'s DeTable<'s>,
    ) -> Self {
        Self {
            source,
            what: what.into(),
            start: 0,
            table,
            asked: BTreeSet::new(),
        }
    }

    /// Returns the fields of a value that must be a table.
    pub fn of(value: TomlValue<'s>, what: impl Into<String>) -> Option<Self> {
        let Some(table) = value.raw().as_table() else {
            value.expect("a table");
            return None;
        };
        let mut fields = Self::new(value.source, what, table);
        fields.start = value.span().start;
        Some(fields)
    }

    pub fn rename(&mut self, what: impl Into<String>) {
        self.what = what.into();
    }

    pub fn complain(&self, message: impl Into<String>) {
        self.source.complain(self.start, message);
    }

    pub fn start(&self) -> usize {
        self.start
    }

    pub fn get(&mut self, key: &'static str) -> Option<TomlValue<'s>> {
        self.asked.insert(key);
        let value = self.table.get(key)?;
        Some(TomlValue::new(self.source, key, value))
    }

    /// Reads a key that had another name before, which is still accepted.
    pub fn get_renamed(&mut self, key: &'static str, old: &'static str) -> Option<TomlValue<'s>> {
        let value = self.get(key);
        if value.is_none() && self.table.contains_key(old) {
            return self.get(old);
        }
        value
    }

    pub fn require(&mut self, key: &'static str) -> Option<TomlValue<'s>> {
        let value = self.get(key);
        if value.is_none() {
            self.complain(format!("'{key}' is missing in {}", self.what));
        }
        value
    }

    pub fn line(&mut self, key: &'static str, limit: usize) -> Option<String> {
        self.get(key).map(|value| value.line(limit))
    }

    pub fn required_line(&mut self, key: &'static str, limit: usize) -> String {
        self.require(key)
            .map(|value| value.line(limit))
            .unwrap_or_default()
    }

    pub fn markdown(&mut self, key: &'static str, limit: usize) -> Option<String> {
        self.get(key).map(|value| value.markdown(limit))
    }

    pub fn required_markdown(&mut self, key: &'static str, limit: usize) -> String {
        self.require(key)
            .map(|value| value.markdown(limit))
            .unwrap_or_default()
    }

    pub fn flag(&mut self, key: &'static str, default: bool) -> bool {
        let Some(value) = self.get(key) else {
            return default;
        };
        value.raw().as_bool().unwrap_or_else(|| {
            value.expect("true or false");
            default
        })
    }

    pub fn integer(&mut self, key: &'static str, range: RangeInclusive<i32>) -> Option<i32> {
        let value = self.get(key)?;
        let Some(integer) = value.raw().as_integer() else {
            value.expect("a whole number");
            return None;
        };
        let number = i32::from_str_radix(integer.as_str(), integer.radix()).ok();
        let number = number.filter(|number| range.contains(number));
        if number.is_none() {
            let (least, most) = (range.start(), range.end());
            value.complain(format!("'{key}' must be from {least} to {most}"));
        }
        number
    }

    /// Returns a number with or without decimals, which must be in `range`.
    pub fn number(&mut self, key: &'static str, range: RangeInclusive<f64>) -> Option<f64> {
        let value = self.get(key)?;
        let number = match value.raw() {
            DeValue::Integer(integer) if integer.radix() == 10 => integer.as_str().parse().ok(),
            DeValue::Float(float) => float.as_str().parse::<f64>().ok(),
            _ => {
                value.expect("a number");
                return None;
            }
        };
        let number = number.filter(|number| range.contains(number));
        if number.is_none() {
            let (least, most) = (range.start(), range.end());
            value.complain(format!("'{key}' must be from {least} to {most}"));
        }
        number
    }

    /// Returns the value that one of a few words stands for.
    pub fn choice<T: Copy>(&mut self, key: &'static str, words: &[(&str, T)]) -> Option<T> {
        one_of(self.get(key)?, words)
    }

    pub fn required_choice<T: Copy>(
        &mut self,
        key: &'static str,
        words: &[(&str, T)],
    ) -> Option<T> {
        one_of(self.require(key)?, words)
    }

    /// Returns a list of at most `most` elements.
    pub fn list(&mut self, key: &'static str, most: usize) -> Vec<TomlValue<'s>> {
        let Some(value) = self.get(key) else {
            return Vec::new();
        };
        elements(value, most)
    }

    /// Returns a required list of at least `least` elements.
    pub fn required_list(
        &mut self,
        key: &'static str,
        least: usize,
        most: usize,
    ) -> Vec<TomlValue<'s>> {
        let Some(value) = self.require(key) else {
            return Vec::new();
        };
        let values = elements(value, most);
        if values.len() < least && value.raw().is_array() {
            value.doubt(format!(
                "'{key}' must have at least {least} {}",
                entries(least)
            ));
        }
        values
    }

    /// Returns a list of distinct plain texts.
    pub fn lines(&mut self, key: &'static str, most: usize, limit: usize) -> Vec<String> {
        distinct_lines(self.list(key, most), limit)
    }

    pub fn required_lines(
        &mut self,
        key: &'static str,
        least: usize,
        most: usize,
        limit: usize,
    ) -> Vec<String> {
        distinct_lines(self.required_list(key, least, most), limit)
    }

    /// Returns the `[[key]]` tables, in order.
    pub fn tables(&mut self, key: &'static str, what: &str, most: usize) -> Vec<Fields<'s>> {
        let values = self.list(key, most);
        values
            .into_iter()
            .filter_map(|value| Fields::of(value, what))
            .collect()
    }

    /// Returns all entries of a table whose keys the author chooses, in the order of the file.
    pub fn entries(&self) -> Vec<TomlValue<'s>> {
        let mut entries: Vec<_> = self
            .table
            .iter()
            .map(|(key, value)| {
                (
                    key.span().start,
                    TomlValue::new(self.source, key.get_ref(), value),
                )
            })
            .collect();
        entries.sort_by_key(|(start, _)| *start);
        entries.into_iter().map(|(_, value)| value).collect()
    }

    pub fn has_any(&self, keys: &[&str]) -> bool {
        keys.iter().any(|key| self.table.contains_key(*key))
    }

    pub fn finish(self) {
        for key in self.table.keys() {
            let written = key.get_ref().as_ref();
            if self.asked.contains(written) {
                continue;
            }
            let mut message = format!("unknown key '{}' in {}", written.escape_debug(), self.what);
            let guess = did_you_mean(written, self.asked.iter().copied());
            if guess.is_empty() {
                let known: Vec<_> = self.asked.iter().copied().collect();
                message.push_str(&format!("; it can have {}", known.join(", ")));
            } else {
                message.push_str(&guess);
            }
            self.source.complain(key.span().start, message);
        }
    }
}

fn one_of<T: Copy>(value: TomlValue<'_>, words: &[(&str, T)]) -> Option<T> {
    let written = value.str()?;
    let found = words.iter().find(|(word, _)| *word == written);
    if found.is_none() {
        let known: Vec<_> = words
            .iter()
            .map(|(word, _)| format!("\"{word}\""))
            .collect();
        value.complain(format!(
            "'{}' is \"{}\", but must be one of {}{}",
            value.name,
            written.escape_debug(),
            known.join(", "),
            did_you_mean(written, words.iter().map(|(word, _)| *word)),
        ));
    }
    found.map(|(_, meaning)| *meaning)
}

fn elements(value: TomlValue<'_>, most: usize) -> Vec<TomlValue<'_>> {
    let Some(array) = value.raw().as_array() else {
        value.expect("a list");
        return Vec::new();
    };
    if array.len() > most {
        value.doubt(format!(
            "'{}' has {} entries, more than the {most} that it may have",
            value.name,
            array.len()
        ));
    }
    array
        .iter()
        .map(|element| TomlValue::new(value.source, value.name, element))
        .collect()
}

fn distinct_lines(values: Vec<TomlValue<'_>>, limit: usize) -> Vec<String> {
    let mut lines = Vec::new();
    for value in values {
        let line = value.line(limit);
        if lines.contains(&line) && !line.is_empty() {
            value.doubt(format!("\"{line}\" is in '{}' twice", value.name));
        }
        lines.push(line);
    }
    lines
}

fn entries(count: usize) -> &'static str {
    if count == 1 { "entry" } else { "entries" }
}
